import { basename } from 'node:path';
import { commands } from './commands/index.ts';

/** The executables of this package: `kubectl` calls plugins by their names. */
const program = basename(process.argv[1] ?? '').replace(/\.cjs$/, '');

/** Whether kubectl called this program, as `kubectl plimsoll`. */
export const isPlugin: boolean = program === 'kubectl-plimsoll';

/** Whether kubectl asks what may stand next on its command line. */
export const isPluginCompletion: boolean = program === 'kubectl_complete-plimsoll';

const ofProgram = new RegExp(`(?<![\\w./@-])plimsoll (?=(?:${commands.map(({ name }) => name).join('|')}|COMMAND)\\b|--)`, 'g');

/** A text for the user, with commands written as the user calls them. */
export function asCalled(text: string, plugin: boolean = isPlugin): string {
  return plugin ? text.replaceAll(ofProgram, 'kubectl plimsoll ') : text;
}
