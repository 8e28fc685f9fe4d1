import type { Outcome } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import type { Arguments } from './arguments.ts';
import { tell, writeFile, writeStream } from './output.ts';
import type { Output } from './outputs.ts';
import { tellUnread } from './unread.ts';

/** The text of a format, for standard output or for a file. */
export type Formatted = (format: string, onStdout: boolean) => Promise<Iterable<string>>;

/** Writes every output, files first, and answers with the exit code; `unread` is told where that is why and no text says it. */
export async function deliver(
  given: Arguments,
  outputs: readonly Output[],
  formatted: Formatted,
  { exitCode, reason }: Outcome,
  unread: readonly string[] = [],
): Promise<number> {
  await writeFiles(outputs, formatted);
  for (const { file, format } of outputs) if (file === undefined) await writeStream(process.stdout, await formatted(format, true));
  // The text says how the run ended; other formats do not, and an exit code alone explains nothing.
  const onStdout = outputs.find(({ file }) => file === undefined);
  const told = onStdout?.format === 'text' && !given.has('quiet');
  if (exitCode === 2 && onStdout?.format !== 'text') tellUnread(unread);
  if (exitCode === 2 ? !told : exitCode === 1 && onStdout === undefined) tell(`plimsoll: ${printable(reason)}\n`);
  return exitCode;
}

/** Writes those outputs that are files. */
export async function writeFiles(outputs: readonly Output[], formatted: Formatted): Promise<void> {
  for (const { file, format } of outputs) if (file !== undefined) await writeFile(file, await formatted(format, false));
}
