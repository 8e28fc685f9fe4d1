import type { Report } from '../core/index.ts';

/** Where two reports first differ, in a few words; undefined where they are equal. Of a finding its place is told, and no value. */
export function firstDifference(one: Report, other: Report): string | undefined {
  for (const [key, mine] of Object.entries(one) as [keyof Report, unknown][]) {
    const theirs = other[key];
    const difference = Array.isArray(mine) && Array.isArray(theirs) ? inList(key, mine, theirs) : sameText(mine, theirs) ? undefined : key;
    if (difference !== undefined) return difference;
  }
  return undefined;
}

/** Item by item: the text of a whole list may be longer than a string can be. */
function inList(key: string, mine: readonly unknown[], theirs: readonly unknown[]): string | undefined {
  const index = mine.findIndex((item, at) => !sameText(item, theirs[at]));
  if (index < 0) return mine.length === theirs.length ? undefined : `${key}, ${mine.length} and ${theirs.length}`;
  const { control, code, file } = mine[index] as { readonly control?: string; readonly code?: string; readonly file?: string };
  return [key, control ?? code, file].filter((part) => part !== undefined).join(' ');
}

function sameText(mine: unknown, theirs: unknown): boolean {
  return JSON.stringify(mine) === JSON.stringify(theirs);
}
