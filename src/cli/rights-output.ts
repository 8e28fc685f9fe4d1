import { outputsOf } from './outputs.ts';
import type { Arguments } from './arguments.ts';
import { writeFile, writeStream } from './output.ts';
import { terminalOf, type Terminal } from './terminal.ts';

/** The formats of an answer about rights. */
export interface RightsFormats {
  readonly text: (terminal: Terminal) => Iterable<string>;
  readonly json: () => Iterable<string>;
}

/** Writes an answer as `--output` asks for it. */
export async function writeRights(given: Arguments, { text, json }: RightsFormats): Promise<void> {
  for (const { format, file } of outputsOf(given, ['text', 'json'])) {
    if (file === undefined) await writeStream(process.stdout, format === 'json' ? json() : text(terminalOf(given)));
    else await writeFile(file, format === 'json' ? json() : text({ color: given.has('color'), width: 100, terminal: false }));
  }
}
