import type { Arguments } from './arguments.ts';
import { asCalled } from './called-as.ts';
import type { Command } from './commands/index.ts';

/**
 * How the user called a command, fit to be typed again: the operands and those options that say what is read and judged.
 */
export function nextCall(command: Command, given: Arguments, without: readonly string[]): string {
  const options = command.options
    .filter(({ name }) => given.has(name) && !without.includes(name))
    .flatMap(({ name, value }) => (value === undefined ? [`--${name}`] : given.values(name).map((each) => `--${name} ${quoted(each)}`)));
  return asCalled(['plimsoll', command.name, ...given.operands.map(quoted), ...options].join(' '));
}

/** A word as a POSIX shell takes it. */
export function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
