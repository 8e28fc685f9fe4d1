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
  /** Keys that stand twice in one map, by the path of the value that counts (the last); absent where there is none. */
  readonly duplicates?: readonly Path[];
}

/** A document that Kubernetes would refuse to read, or that goes beyond a limit; `line` counts from 1 in the file. */
export interface RefusedDocument {
  readonly error: string;
  readonly line: number;
}

/** The offsets of a place in the text of a document; the end is exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/**
 * Turns ranges into lines and columns with one pass over the text, from the first of them or of those asked for before to
 * the last: items of a long list are asked for one after the other, and each time from the start would be quadratic. Only
 * a line feed ends a line, with or without a carriage return before it, as editors and kubectl's reader see it.
 */
export function locator(text: string, firstLine: number): (ranges: readonly Range[]) => Location[] {
  /** A line that an earlier call has reached. */
  let known = { line: firstLine, start: 0 };
  return (ranges) => {
    const offsets = new Int32Array(ranges.length * 2);
    let count = 0;
    for (const range of ranges) {
      offsets[count++] = range.start;
      offsets[count++] = range.end;
    }
    offsets.sort();
    const places = new Map<number, { readonly line: number; readonly column: number }>();
    let { line, start } = (offsets[0] ?? 0) < known.start ? { line: firstLine, start: 0 } : known;
    for (const [index, offset] of offsets.entries()) {
      for (let next = text.indexOf('\n', start); next !== -1 && next < offset; next = text.indexOf('\n', start)) {
        line++;
        start = next + 1;
      }
      places.set(offset, { line, column: offset - start + 1 });
      if (index === 0) known = { line, start };
    }
    return ranges.map((range) => {
      const from = places.get(range.start)!;
      const to = places.get(range.end)!;
      return { line: from.line, column: from.column, endLine: to.line, endColumn: to.column };
    });
  };
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
