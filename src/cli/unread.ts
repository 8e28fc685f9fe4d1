import type { Unread } from '../core/index.ts';
import { printable } from '../report/printable.ts';
import { tell } from './output.ts';

/** Files that are named where a terminal may show little else. */
const mostTold = 5;

/** Says on standard error what could not be read, where what is written on standard output is not for people. */
export function tellUnread(unread: readonly string[]): void {
  for (const each of unread.slice(0, mostTold)) tell(`plimsoll: could not be read: ${printable(each)}\n`);
  if (unread.length > mostTold) tell(`plimsoll: and ${unread.length - mostTold} more, which the report lists\n`);
}

/** Where it stands, and why; an object of a cluster has no lines. */
export function unreadTexts(unread: readonly Unread[], live: boolean): string[] {
  return unread.map(({ file, line, reason }) => `${file}${live ? '' : `:${line}`}: ${reason}`);
}
