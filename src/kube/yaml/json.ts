import type { Path } from '../../core/index.ts';
import { lineOf, setOwn, toLocations, type Range, type ReadDocument, type RefusedDocument } from './document.ts';
import { depthLimit, documentLimit, tooDeep, tooLong } from './limits.ts';
import { compact, jsonInteger } from './resolve.ts';

/**
 * Reads one JSON text with the same results as readDocument. Positions are found by a second look at the text, only
 * along the paths that are asked for.
 */
export function readJson(text: string, firstLine: number): ReadDocument | RefusedDocument {
  if (text.length > documentLimit) return { error: tooLong, line: firstLine };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    const offset = faultOf(text);
    return { error: 'this is not JSON', line: lineOf(text, firstLine, offset) };
  }
  switch (inspect(value, 1)) {
    case 'deep':
      return { error: tooDeep, line: firstLine };
    case 'infinite':
      return { error: 'a number is too large', line: firstLine };
    case 'inexact':
      value = readExactly({ text, at: 0 });
      break;
    case 'fine':
      break;
  }
  return { value, locate: (paths) => toLocations(text, firstLine, placesOf(text, paths)) };
}

type Finding = 'fine' | 'deep' | 'infinite' | 'inexact';

/** Whether a parsed value keeps the limits, and whether its numbers are those of the text. */
function inspect(value: unknown, depth: number): Finding {
  if (typeof value === 'number') {
    if (!Number.isInteger(value)) return Number.isFinite(value) ? 'fine' : 'infinite';
    return Number.isSafeInteger(value) ? 'fine' : 'inexact';
  }
  if (typeof value !== 'object' || value === null) return 'fine';
  if (depth > depthLimit) return 'deep';
  let finding: Finding = 'fine';
  if (Array.isArray(value)) {
    for (const item of value) {
      const found = inspect(item, depth + 1);
      if (found === 'inexact') finding = found;
      else if (found !== 'fine') return found;
    }
    return finding;
  }
  for (const key in value) {
    const item = (value as Record<string, unknown>)[key];
    if (typeof item === 'string') continue;
    const found = inspect(item, depth + 1);
    if (found === 'inexact') finding = found;
    else if (found !== 'fine') return found;
  }
  return finding;
}

export function isJsonSpace(code: number): boolean {
  return code === 32 || code === 10 || code === 13 || code === 9;
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (isJsonSpace(text.charCodeAt(at))) at++;
  return at;
}

const numberToken = /-?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?(?:[eE][-+]?[0-9]+)?/y;
/** The end of a string; where there is none, the complement (`~`) of the offset of the fault. */
function skipString(text: string, at: number): number {
  for (let i = at + 1; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code === 34) return i + 1;
    if (code === 92) {
      const escape = text.charAt(i + 1);
      if (escape === 'u') {
        if (!/^[0-9a-fA-F]{4}$/.test(text.slice(i + 2, i + 6))) return ~i;
        i += 5;
      } else if (escape !== '' && '"\\/bfnrt'.includes(escape)) i++;
      else return ~i;
    } else if (code < 32) return ~i;
  }
  return ~text.length;
}

/** The end of the JSON value that begins at `from` (no white space); where there is none, the complement of the fault. */
export function skipJson(text: string, from: number): number {
  // Open brackets from the outside in: true for a map. A list instead of recursion: depth must not cost the stack.
  const open: boolean[] = [];
  let at = from;
  for (;;) {
    const code = text.charCodeAt(at);
    if (code === 123 || code === 91) {
      const map = code === 123;
      at = skipSpace(text, at + 1);
      if (text.charCodeAt(at) !== (map ? 125 : 93)) {
        open.push(map);
        if (map) at = skipKey(text, at);
        if (at < 0) return at;
        continue;
      }
      at++;
    } else {
      at = skipLeaf(text, at, code);
      if (at < 0) return at;
    }
    // A value has ended here; so may have the maps and lists around it.
    for (;;) {
      const map = open.at(-1);
      if (map === undefined) return at;
      at = skipSpace(text, at);
      const next = text.charCodeAt(at);
      if (next === 44) {
        at = skipSpace(text, at + 1);
        if (map) at = skipKey(text, at);
        if (at < 0) return at;
        break;
      }
      if (next !== (map ? 125 : 93)) return ~at;
      open.pop();
      at++;
    }
  }
}

function skipKey(text: string, from: number): number {
  if (text.charCodeAt(from) !== 34) return ~from;
  const end = skipString(text, from);
  if (end < 0) return end;
  const colon = skipSpace(text, end);
  return text.charCodeAt(colon) === 58 ? skipSpace(text, colon + 1) : ~colon;
}

function skipLeaf(text: string, at: number, code: number): number {
  if (code === 34) return skipString(text, at);
  if (text.startsWith('true', at) || text.startsWith('null', at)) return at + 4;
  if (text.startsWith('false', at)) return at + 5;
  numberToken.lastIndex = at;
  const number = numberToken.exec(text);
  return number === null ? ~at : at + number[0].length;
}

/** Where a text stops being one JSON value. */
function faultOf(text: string): number {
  const end = skipJson(text, skipSpace(text, 0));
  return end < 0 ? ~end : skipSpace(text, end);
}

interface Cursor {
  readonly text: string;
  at: number;
}

/** As JSON.parse, for a text that it has taken, with integers beyond 2^53 as they are. */
function readExactly(cursor: Cursor): unknown {
  const { text } = cursor;
  cursor.at = skipSpace(text, cursor.at);
  const code = text.charCodeAt(cursor.at);
  if (code !== 123 && code !== 91) {
    const end = skipLeaf(text, cursor.at, code);
    const token = text.slice(cursor.at, end);
    cursor.at = end;
    return /^-?[0-9]{16,}$/.test(token) ? exactInteger(token) : JSON.parse(token);
  }
  const list: unknown[] = [];
  const map: Record<string, unknown> = {};
  const close = code === 123 ? 125 : 93;
  cursor.at = skipSpace(text, cursor.at + 1);
  while (text.charCodeAt(cursor.at) !== close) {
    if (code === 123) {
      const end = skipString(text, cursor.at);
      const key = JSON.parse(text.slice(cursor.at, end)) as string;
      cursor.at = skipSpace(text, end) + 1;
      setOwn(map, key, readExactly(cursor));
    } else list.push(readExactly(cursor));
    cursor.at = skipSpace(text, cursor.at);
    if (text.charCodeAt(cursor.at) === 44) cursor.at = skipSpace(text, cursor.at + 1);
  }
  cursor.at++;
  return code === 123 ? map : list;
}

function exactInteger(token: string): number | bigint {
  const integer = token.length > 21 ? undefined : jsonInteger(token);
  return integer === undefined ? Number(token) : compact(integer);
}

// Places.

interface Place extends Range {
  /** The key of a map's entry. */
  readonly key?: Range;
}

function placesOf(text: string, paths: readonly Path[]): Range[] {
  return paths.map((path) => placeOf(text, path));
}

function placeOf(text: string, path: Path): Range {
  const start = skipSpace(text, 0);
  let place: Place = { start, end: skipJson(text, start) };
  for (const step of path) {
    const inner = typeof step === 'number' ? itemOf(text, place.start, step) : entryOf(text, place.start, step);
    if (inner === undefined) return parentPlace(text, place);
    place = inner;
  }
  if (path.length === 0) return parentPlace(text, place);
  return place.key === undefined ? place : { start: place.key.start, end: place.end };
}

function parentPlace(text: string, place: Place): Range {
  return place.key ?? firstKey(text, place.start) ?? place;
}

function firstKey(text: string, map: number): Range | undefined {
  if (text.charCodeAt(map) !== 123) return undefined;
  const start = skipSpace(text, map + 1);
  return text.charCodeAt(start) === 34 ? { start, end: skipString(text, start) } : undefined;
}

function itemOf(text: string, list: number, index: number): Place | undefined {
  if (text.charCodeAt(list) !== 91) return undefined;
  let at = skipSpace(text, list + 1);
  if (text.charCodeAt(at) === 93) return undefined;
  for (let i = 0; ; i++) {
    const end = skipJson(text, at);
    if (i === index) return { start: at, end };
    const next = skipSpace(text, end);
    if (text.charCodeAt(next) !== 44) return undefined;
    at = skipSpace(text, next + 1);
  }
}

/** The last entry with this key: that is the one which counts. */
function entryOf(text: string, map: number, name: string): Place | undefined {
  if (text.charCodeAt(map) !== 123) return undefined;
  let found: Place | undefined;
  let at = skipSpace(text, map + 1);
  while (text.charCodeAt(at) === 34) {
    const keyEnd = skipString(text, at);
    const start = skipKey(text, at);
    const end = skipJson(text, start);
    if (isKey(text, at, keyEnd, name)) found = { start, end, key: { start: at, end: keyEnd } };
    at = skipSpace(text, end);
    if (text.charCodeAt(at) === 44) at = skipSpace(text, at + 1);
  }
  return found;
}

function isKey(text: string, start: number, end: number, name: string): boolean {
  if (end - start === name.length + 2 && text.startsWith(name, start + 1)) return true;
  return text.slice(start, end).includes('\\') && JSON.parse(text.slice(start, end)) === name;
}
