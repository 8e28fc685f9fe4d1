import type { Path } from '../../core/index.ts';
import {
  lazily,
  lineOf,
  noChildren,
  setOwn,
  locator,
  type Layout,
  type LayoutKey,
  type Range,
  type ReadDocument,
  type RefusedDocument,
} from './document.ts';
import { writeCharacters } from './characters.ts';
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
  const toLocations = locator(text, firstLine);
  return {
    value,
    locate: (paths) => toLocations(placesOf(text, paths)),
    layout: () => {
      const bytes = charactersOf(text, new Uint8Array(text.length + 1));
      return layoutOf(text, bytes, passSpace(bytes, 0), undefined);
    },
  };
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

// Places. The text is known to be JSON here, so passing over a value need not check it. Its characters are looked up as bytes
// (characters.ts), with a zero behind the last one, which JSON has nowhere.

/** For one look at a text at a time; what a very long one needs is let go of. */
const reused = new Uint8Array(64 * 1024);

function charactersOf(text: string, bytes: Uint8Array): Uint8Array {
  writeCharacters(text, bytes);
  bytes[text.length] = 0;
  return bytes;
}

function passSpace(bytes: Uint8Array, from: number): number {
  let at = from;
  while (isJsonSpace(bytes[at]!)) at++;
  return at;
}

interface Place extends Range {
  /** The key of a map's entry. */
  readonly key?: Range;
}

/** The paths that are asked for as a tree, so that one pass over the text finds them all. */
interface Wanted {
  readonly steps: Map<string | number, Wanted>;
  /** A bit for each length of a key (modulo 32): most keys are told from those that are asked for without cutting them out. */
  lengths: number;
  place: Place | undefined;
}

function placesOf(text: string, paths: readonly Path[]): Range[] {
  const bytes = charactersOf(text, text.length < reused.length ? reused : new Uint8Array(text.length + 1));
  const root = wantNothing();
  for (const path of paths) {
    let wanted = root;
    for (const step of path) {
      let next = wanted.steps.get(step);
      if (next === undefined) {
        wanted.steps.set(step, (next = wantNothing()));
        if (typeof step === 'string') wanted.lengths |= 1 << step.length;
      }
      wanted = next;
    }
  }
  passWanted(text, bytes, passSpace(bytes, 0), root, undefined);
  return paths.map((path) => placeOf(bytes, root, path));
}

function wantNothing(): Wanted {
  return { steps: new Map(), lengths: 0, place: undefined };
}

function placeOf(bytes: Uint8Array, root: Wanted, path: Path): Range {
  let wanted = root;
  for (const step of path) {
    const next = wanted.steps.get(step);
    if (next?.place === undefined) return parentPlace(bytes, wanted.place!);
    wanted = next;
  }
  const place = wanted.place!;
  if (path.length === 0) return parentPlace(bytes, place);
  return place.key === undefined ? place : { start: place.key.start, end: place.end };
}

function parentPlace(bytes: Uint8Array, place: Place): Range {
  return place.key ?? firstKey(bytes, place.start) ?? place;
}

function firstKey(bytes: Uint8Array, map: number): Range | undefined {
  if (bytes[map] !== 123) return undefined;
  const start = passSpace(bytes, map + 1);
  return bytes[start] === 34 ? { start, end: passString(bytes, start) } : undefined;
}

/** Passes a value that is asked for, or in which something is, and answers its end. */
function passWanted(text: string, bytes: Uint8Array, start: number, wanted: Wanted, key: Range | undefined): number {
  // The last of several entries with one key is the one which counts.
  if (wanted.place !== undefined) forget(wanted);
  const code = bytes[start]!;
  let end: number;
  if (wanted.steps.size === 0 || (code !== 123 && code !== 91)) end = passValue(bytes, start);
  else if (code === 123) end = passMap(text, bytes, start, wanted);
  else end = passList(text, bytes, start, wanted);
  wanted.place = key === undefined ? { start, end } : { start, end, key };
  return end;
}

function forget(wanted: Wanted): void {
  wanted.place = undefined;
  for (const next of wanted.steps.values()) forget(next);
}

function passMap(text: string, bytes: Uint8Array, map: number, { steps, lengths }: Wanted): number {
  let at = passSpace(bytes, map + 1);
  while (bytes[at] === 34) {
    let keyEnd = at + 1;
    let escaped = false;
    for (let code = bytes[keyEnd]!; code !== 34; code = bytes[++keyEnd]!) {
      if (code !== 92) continue;
      escaped = true;
      keyEnd++;
    }
    const start = passSpace(bytes, passSpace(bytes, ++keyEnd) + 1);
    let next: Wanted | undefined;
    if (escaped) next = steps.get(JSON.parse(text.slice(at, keyEnd)) as string);
    else if (((lengths >> (keyEnd - at - 2)) & 1) !== 0) next = steps.get(text.slice(at + 1, keyEnd - 1));
    const end = next === undefined ? passValue(bytes, start) : passWanted(text, bytes, start, next, { start: at, end: keyEnd });
    at = passSpace(bytes, end);
    if (bytes[at] === 44) at = passSpace(bytes, at + 1);
  }
  return at + 1;
}

function passList(text: string, bytes: Uint8Array, list: number, { steps }: Wanted): number {
  let at = passSpace(bytes, list + 1);
  for (let index = 0; bytes[at] !== 93; index++) {
    const next = steps.get(index);
    at = passSpace(bytes, next === undefined ? passValue(bytes, at) : passWanted(text, bytes, at, next, undefined));
    if (bytes[at] === 44) at = passSpace(bytes, at + 1);
  }
  return at + 1;
}

function passValue(bytes: Uint8Array, start: number): number {
  let code = bytes[start]!;
  if (code === 34) return passString(bytes, start);
  let at = start;
  if (code !== 123 && code !== 91) {
    while (code !== 0 && code !== 44 && code !== 125 && code !== 93 && !isJsonSpace(code)) code = bytes[++at]!;
    return at;
  }
  for (let depth = 0; ; at++) {
    code = bytes[at]!;
    if (code === 34) at = passString(bytes, at) - 1;
    else if (code === 123 || code === 91) depth++;
    else if ((code === 125 || code === 93) && --depth === 0) return at + 1;
  }
}

function passString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; ; at++) {
    const code = bytes[at]!;
    if (code === 34) return at + 1;
    if (code === 92) at++;
  }
}

// Layout.

function layoutOf(text: string, bytes: Uint8Array, start: number, key: LayoutKey | undefined): Layout {
  const code = bytes[start]!;
  const from = key?.start ?? start;
  const end = passValue(bytes, start);
  if (code !== 123 && code !== 91)
    return { type: 'scalar', flow: false, anchor: '', from, key, start, content: start, end, children: noChildren };
  const children = lazily(() => childrenOf(text, bytes, start, code === 123));
  return { type: code === 123 ? 'map' : 'list', flow: true, anchor: '', from, key, start, content: start, end, children };
}

function childrenOf(text: string, bytes: Uint8Array, start: number, isMap: boolean): Layout[] {
  const children: Layout[] = [];
  let at = passSpace(bytes, start + 1);
  while (bytes[at] !== (isMap ? 125 : 93)) {
    const key = isMap ? keyAt(text, bytes, at) : undefined;
    const child = layoutOf(text, bytes, key === undefined ? at : passSpace(bytes, key.colon + 1), key);
    children.push(child);
    at = passSpace(bytes, child.end);
    if (bytes[at] === 44) at = passSpace(bytes, at + 1);
  }
  return children;
}

function keyAt(text: string, bytes: Uint8Array, start: number): LayoutKey {
  const end = passString(bytes, start);
  const written = text.slice(start + 1, end - 1);
  const name = written.includes('\\') ? (JSON.parse(text.slice(start, end)) as string) : written;
  return { name, start, end, colon: passSpace(bytes, end), merges: false };
}
