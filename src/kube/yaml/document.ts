import type { Location, Path } from '../../core/index.ts';

/** A document that was read: its value, and the places of what is in it while the text is kept. */
export interface ReadDocument {
  /**
   * Maps (own data properties only, `__proto__` included), lists, strings, booleans, null and numbers. An integer
   * beyond 2^53 that fits 64 bits is a bigint, because a number would silently be another one.
   */
  readonly value: unknown;
  /**
   * Where paths of `value` stand. A map's value covers its key and itself, a list's item itself, without comments and
   * blanks behind them. A path that names an absent value gets the key of its nearest existing parent, for a list item
   * and the document itself their first key.
   */
  locate(paths: readonly Path[]): Location[];
  /** How the document is written; absent where it has no content. Only an edit of the text needs it. */
  layout(): Layout | undefined;
  /** Keys that stand twice in one map, by the path of the value that counts (the last); absent where there is none. */
  readonly duplicates?: readonly Path[];
}

/** A document that Kubernetes would refuse to read, or that goes beyond a limit; `line` counts from 1 in the file. */
export interface RefusedDocument {
  readonly error: string;
  readonly line: number;
}

/** How a value is written: offsets in the text of the document, ends exclusive. */
export interface Layout {
  readonly type: 'scalar' | 'list' | 'map' | 'alias';
  /** A list or map in brackets, or the pair in `[a: b]`, which has none. */
  readonly flow: boolean;
  /** The name of the anchor, or of the alias; empty where there is none. */
  readonly anchor: string;
  /** Where the entry begins: with its key or the `?` before it, with the dash of a block list's item, else with the value. */
  readonly from: number;
  /** Of a map's entry. */
  readonly key: LayoutKey | undefined;
  /** The value with its anchor and tag; right behind the colon or dash where there is none. */
  readonly start: number;
  /** The value without them. */
  readonly content: number;
  readonly end: number;
  /** Entries in the order of the text, merge keys and duplicates included. */
  children(): readonly Layout[];
}

const none: readonly Layout[] = [];
export const noChildren = (): readonly Layout[] => none;

/** Calls `make` at the first call only: most of a document is never looked at. */
export function lazily<T>(make: () => T): () => T {
  let made: { readonly value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}

export interface LayoutKey extends Range {
  /** The key in the value, `<<` for a merge. */
  readonly name: string;
  /** The offset of the colon; -1 where there is none. */
  readonly colon: number;
  readonly merges: boolean;
}

/** The offsets of a place in the text of a document; the end is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Turns ranges into lines and columns. Where lines start is found out up to the last range that was asked for and kept:
 * items of a long list are asked for one after the other, and each time from the start would be quadratic. Only a line
 * feed ends a line, with or without a carriage return before it, as editors and kubectl's reader see it.
 */
export function locator(text: string, firstLine: number): (ranges: readonly Range[]) => Location[] {
  const lineStarts = [0];
  let next = text.indexOf('\n');
  return (ranges) => {
    let last = 0;
    for (const { end } of ranges) if (end > last) last = end;
    for (; next !== -1 && next < last; next = text.indexOf('\n', next + 1)) lineStarts.push(next + 1);
    return ranges.map(({ start, end }) => {
      const line = lineIndex(lineStarts, start);
      const endLine = lineIndex(lineStarts, end);
      return {
        line: firstLine + line,
        column: start - lineStarts[line]! + 1,
        endLine: firstLine + endLine,
        endColumn: end - lineStarts[endLine]! + 1,
      };
    });
  };
}

/** The last line that starts at or before the offset. */
function lineIndex(lineStarts: readonly number[], offset: number): number {
  let low = 0;
  let high = lineStarts.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (lineStarts[middle]! <= offset) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The line in the file of an offset in a document's text. */
export function lineOf(text: string, firstLine: number, offset: number): number {
  let line = firstLine;
  for (let next = text.indexOf('\n'); next !== -1 && next < offset; next = text.indexOf('\n', next + 1)) line++;
  return line;
}

/** Sets a key of a map as an own property, whatever it is called: assignment to `__proto__` would replace the prototype. */
export function setOwn(map: Record<string, unknown>, key: string, value: unknown): void {
  if (key !== '__proto__') map[key] = value;
  else Object.defineProperty(map, key, { value, writable: true, enumerable: true, configurable: true });
}
