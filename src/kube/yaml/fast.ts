import { writeCharacters } from './characters.ts';
import type { Path } from '../../core/index.ts';
import { lazily, locator, noChildren, type Layout, type LayoutKey, type Range, type ReadDocument } from './document.ts';
import { depthLimit } from './limits.ts';
import { beginsString, resolvePlain, type Scalar } from './resolve.ts';

/**
 * Reads the part of YAML that manifests are written in, several times faster than readFully and with the same results:
 * block maps and lists, quoted and plain text, blocks of text, flow collections, comments. Whatever is rarer, doubtful or
 * wrong is not its to decide: it gives up, and readFully reads the document from the start.
 *
 * One pass over the characters builds the value and a table of places. Both readers must agree on every document that
 * this one takes; fast.test.ts holds them to that.
 */
export function readFast(text: string, firstLine: number): ReadDocument | undefined {
  if (!load(text)) return undefined;
  used = 0;
  namesUsed = 0;
  depth = 0;
  try {
    const value = readRoot();
    return documentOf(text, firstLine, value, places.slice(0, used));
  } catch (error) {
    if (error !== notMine) throw error;
    return undefined;
  } finally {
    release();
  }
}

/** Thrown where a document leaves the subset. Made once: building a stack trace would cost more than the reading. */
const notMine = new Error('not in the subset');

// The state of the one read that is going on. Nothing here is asynchronous, and plain variables are what is fastest.
let source = '';
/** The characters of the text (characters.ts). */
let bytes: Uint8Array = new Uint8Array(64 * 1024);
/** The length of the text with a line feed at its end, whether it has one or not: so no loop looks for the end as well. */
let length = 0;

/**
 * Characters that are refused (control characters), that break lines without being line feeds, and byte order marks; a
 * carriage return is in order in front of a line feed.
 */
// oxlint-disable-next-line no-control-regex
const unusual = /[^\t\n\r -~\u00a0-\u2027\u202a-\ufefe\uff00-\ufffd]|\r(?!\n)/;

/** Sets the text to read. Answers false where its characters alone put it outside the subset. */
function load(text: string): boolean {
  if (unusual.test(text)) return false;
  const size = text.length;
  if (bytes.length < size + 4) bytes = new Uint8Array(2 * size + 4);
  writeCharacters(text, bytes);
  source = text;
  length = size > 0 && bytes[size - 1] === 10 ? size : size + 1;
  bytes[length - 1] = 10;
  // Loops may look a little behind the end.
  bytes.fill(0, length, length + 3);
  return true;
}

/** Lets go of the text, and of the memory that only an unusually large one needs. */
function release(): void {
  source = '';
  if (bytes.length > 4 * 1024 * 1024) bytes = new Uint8Array(64 * 1024);
  if (places.length > 1024 * 1024) places = new Int32Array(width * 4096);
}

/** The next line feed. */
function lineEnd(from: number): number {
  const at = source.indexOf('\n', from);
  return at === -1 ? length - 1 : at;
}

/** The character to look at next. */
let at = 0;
/** The column of `at`, where it is the first character of a line's content; -1 behind the last line. */
let column = 0;
let lineStart = 0;
let depth = 0;
/** How many numbers of the table a node takes. */
const width = 5;

/**
 * The nodes in the order of the text, five numbers each: where its key begins and ends (-1 for an item of a list, and for
 * the root), where it begins and ends itself, and where in the table the next node begins that is not inside it.
 */
let places: Int32Array = new Int32Array(width * 4096);
let used = 0;

function open(keyStart: number, keyEnd: number, start: number): number {
  const node = used;
  used += width;
  if (used > places.length) {
    const larger = new Int32Array(places.length * 2);
    larger.set(places);
    places = larger;
  }
  places[node] = keyStart;
  places[node + 1] = keyEnd;
  places[node + 2] = start;
  return node;
}

function close(node: number, end: number): void {
  places[node + 3] = end;
  places[node + 4] = used;
}

/** The end of the node that was closed last. */
let lastEnd = 0;

function leaf(node: number, end: number): void {
  lastEnd = end;
  close(node, end);
}

// Lines.

/** Goes to the content of the next line that has any; `from` is the beginning of a line. */
function toContent(from: number): void {
  let start = from;
  for (;;) {
    if (start >= length) {
      column = -1;
      at = length;
      return;
    }
    let i = start;
    while (bytes[i] === 32) i++;
    const code = bytes[i]!;
    if (code === 10) {
      start = i + 1;
    } else if (code === 13) {
      start = i + 2;
    } else if (code === 35) {
      start = lineEnd(i) + 1;
    } else {
      // Where a tab indents a line depends on what came before; a marker or directive is not content.
      if (code === 9 || (i === start && (code === 37 || isMarker(i, code)))) throw notMine;
      at = i;
      column = i - start;
      lineStart = start;
      return;
    }
  }
}

function isMarker(i: number, code: number): boolean {
  return (code === 45 || code === 46) && bytes[i + 1] === code && bytes[i + 2] === code;
}

/** Goes from the end of a value to the next content. Only blanks and a comment may stand between the value and its line's end. */
function endLine(from: number): void {
  let i = from;
  while (bytes[i] === 32) i++;
  const code = bytes[i]!;
  if (code === 10) toContent(i + 1);
  else if (code === 13) toContent(i + 2);
  else if (code === 35 && i > from) toContent(lineEnd(i) + 1);
  else throw notMine;
}

// Block collections.

function readRoot(): unknown {
  let start = 0;
  for (;;) {
    if (start >= length) return null;
    let i = start;
    while (bytes[i] === 32) i++;
    const code = bytes[i]!;
    if (code === 10) start = i + 1;
    else if (code === 13) start = i + 2;
    else if (code === 35) start = lineEnd(i) + 1;
    else break;
  }
  if (source.startsWith('---', start)) endLine(start + 3);
  else toContent(start);
  if (column === -1) {
    // A marker without content: a null that has a place, behind the marker.
    leaf(open(-1, -1, start + 3), start + 3);
    return null;
  }
  const value = readNode(-1, -1, -1);
  if (column !== -1) throw notMine;
  return value;
}

function enter(): void {
  if (++depth > depthLimit) throw notMine;
}

/** Reads what begins at `at` on a line of its own, farther right than `indent`. */
function readNode(indent: number, keyStart: number, keyEnd: number): unknown {
  const code = bytes[at]!;
  if (code === 45 && isGap(bytes[at + 1]!)) return readList(column, keyStart, keyEnd);
  if (findKey()) return readMap(column, keyStart, keyEnd);
  if (indent === -1 && code !== 91 && code !== 123) throw notMine;
  return readValue(indent, keyStart, keyEnd, code);
}

function isGap(code: number): boolean {
  return code === 32 || code === 10 || code === 13;
}

/** The key that findKey has found. */
let key = '';
let keyFrom = 0;
let keyTo = 0;
let colon = 0;

/** The keys of the maps that are being read, from the outside in. */
const names: string[] = [];
let namesUsed = 0;

/** Notes a key of the map whose keys begin at `first`. A duplicate is not in the subset. */
function remember(name: string, first: number): void {
  // The keys are the same strings each time, so comparing them is comparing numbers. No map of a manifest has so many
  // keys that this takes long; one that has is hostile.
  if (namesUsed - first > 2000) throw notMine;
  for (let i = first; i < namesUsed; i++) if (names[i] === name) throw notMine;
  names[namesUsed++] = name;
}

/** Reads a map whose first key findKey has found. */
function readMap(indent: number, mapKeyStart: number, mapKeyEnd: number): Record<string, unknown> {
  enter();
  const node = open(mapKeyStart, mapKeyEnd, keyFrom);
  const map: Record<string, unknown> = {};
  const first = namesUsed;
  for (;;) {
    const name = key;
    remember(name, first);
    const start = keyFrom;
    const end = keyTo;
    let i = colon + 1;
    while (bytes[i] === 32) i++;
    const code = bytes[i]!;
    if (code === 10 || code === 13 || code === 35) {
      const afterColon = colon + 1;
      toContent(code === 10 ? i + 1 : lineEnd(i) + 1);
      if (column > indent) map[name] = readNode(indent, start, end);
      else if (column === indent && bytes[at] === 45 && isGap(bytes[at + 1]!)) map[name] = readList(column, start, end);
      else {
        map[name] = null;
        leaf(open(start, end, afterColon), afterColon);
      }
    } else {
      at = i;
      map[name] = readValue(indent, start, end, code);
    }
    if (column !== indent) {
      if (column > indent) throw notMine;
      break;
    }
    // At the margin of an indented list that is not its own: the list's next item. Anywhere else a list is an error.
    if (bytes[at] === 45 && isGap(bytes[at + 1]!)) throw notMine;
    if (!findKey()) throw notMine;
  }
  close(node, lastEnd);
  namesUsed = first;
  depth--;
  return map;
}

/** Reads a list whose first dash is at `at`, in column `indent`. It may stand right under the key that it belongs to. */
function readList(indent: number, keyStart: number, keyEnd: number): unknown[] {
  enter();
  const node = open(keyStart, keyEnd, at);
  const list: unknown[] = [];
  for (;;) {
    const dash = at;
    let i = dash + 1;
    while (bytes[i] === 32) i++;
    const code = bytes[i]!;
    if (code === 10 || code === 13 || code === 35) {
      toContent(code === 10 ? i + 1 : lineEnd(i) + 1);
      if (column > indent) list.push(readNode(indent, -1, -1));
      else {
        list.push(null);
        leaf(open(-1, -1, dash), dash + 1);
      }
    } else {
      at = i;
      const inner = i - lineStart;
      if (code === 45 && isGap(bytes[i + 1]!)) list.push(readList(inner, -1, -1));
      else if (findKey()) list.push(readMap(inner, -1, -1));
      else list.push(readValue(indent, -1, -1, code));
    }
    if (column !== indent || bytes[at] !== 45 || !isGap(bytes[at + 1]!)) break;
  }
  if (column > indent) throw notMine;
  // What stands in the column of the dashes can only be the next key of the map around, which checks its own column; a
  // list that is indented has a column of its own, where nothing but its items may stand.
  close(node, lastEnd);
  depth--;
  return list;
}

// Keys.

/** Longer keys are left to the other reader: 1,024 characters is where a key stops being one. */
const keyLimit = 1000;

const slots = 4096;
const knownKeys: string[] = Array.from<string>({ length: slots }).fill('');

/**
 * Looks whether a key begins at `at`: plain or quoted text on this line with a colon behind. Keys that are not strings
 * as they stand are not in the subset.
 */
function findKey(): boolean {
  const first = bytes[at]!;
  if (first === 34 || first === 39) return findQuotedKey(first);
  if (!beginsPlain(first, bytes[at + 1]!)) return false;
  let hash = 0;
  let i = at;
  for (; ; i++) {
    const code = bytes[i]!;
    if (code === 58) {
      if (isGap(bytes[i + 1]!)) break;
    } else if (code < 36) {
      if (code === 10 || code === 13) return false;
      if (code === 9) throw notMine;
      // A comment: the line has no key.
      if (code === 35 && bytes[i - 1] === 32) return false;
    }
    hash = (hash * 31 + code) | 0;
  }
  keyFrom = at;
  colon = i;
  while (bytes[i - 1] === 32) i--;
  keyTo = i;
  if (i - at > keyLimit) throw notMine;
  key = intern(at, i, hash);
  return true;
}

/** The text of a key, as one and the same string each time: engines find properties by identity. */
function intern(from: number, to: number, hash: number): string {
  const slot = (hash ^ (hash >>> 12)) & (slots - 1);
  const known = knownKeys[slot]!;
  if (known.length === to - from && isAt(known, from)) return known;
  const text = source.slice(from, to);
  if (resolvePlain(text) !== text || text === '<<' || text === '__proto__') throw notMine;
  const fresh = Object.keys({ [text]: 0 })[0]!;
  knownKeys[slot] = fresh;
  return fresh;
}

function isAt(text: string, from: number): boolean {
  for (let i = 0; i < text.length; i++) if (text.charCodeAt(i) !== bytes[from + i]!) return false;
  return true;
}

function findQuotedKey(quote: number): boolean {
  let i = at + 1;
  for (; ; i++) {
    const code = bytes[i]!;
    if (code === quote) break;
    if (code === 10 || code === 13) return false;
    if (code === 92 && quote === 34 && bytes[++i] === 10) throw notMine;
  }
  // A doubled single quote goes on.
  if (quote === 39 && bytes[i + 1] === 39) {
    do {
      i = source.indexOf("'", i + 2);
    } while (i !== -1 && bytes[i + 1] === 39);
    if (i === -1) throw notMine;
  }
  const end = i + 1;
  i = end;
  while (bytes[i] === 32) i++;
  if (bytes[i] !== 58) return false;
  if (!isGap(bytes[i + 1]!) || i - at > keyLimit) throw notMine;
  keyFrom = at;
  keyTo = end;
  colon = i;
  key = quotedKey(at, end);
  return true;
}

function quotedKey(from: number, end: number): string {
  const text = source.slice(from + 1, end - 1);
  if (text === '__proto__' || text.includes('\\') || text.includes("'") || text.includes('\n')) throw notMine;
  return text;
}

// Values.

/** Whether plain text may begin with this character. Rarer beginnings that YAML allows are left to the other reader. */
function beginsPlain(code: number, next: number): boolean {
  if (code >= 128) return true;
  const kind = beginnings[code]!;
  return kind === 1 || (kind === 2 && !isGap(next) && next !== 9);
}

const beginnings = new Uint8Array(128).fill(1, 33, 127);
for (const char of '?,[]{}#&*!|>\'"%@`') beginnings[char.charCodeAt(0)] = 0;
for (const char of '-:') beginnings[char.charCodeAt(0)] = 2;

/** Reads the value that begins at `at`, inside a collection in column `indent`, and goes on to the next content. */
function readValue(indent: number, keyStart: number, keyEnd: number, code: number): unknown {
  if (code === 34 || code === 39) {
    const node = open(keyStart, keyEnd, at);
    const text = readQuoted(code);
    leaf(node, at);
    endLine(at);
    return text;
  }
  if (code === 91 || code === 123) {
    const value = readFlow(keyStart, keyEnd, code);
    endLine(at);
    return value;
  }
  if (code === 124 || code === 62) return readBlock(indent, keyStart, keyEnd, code === 124);
  if (!beginsPlain(code, bytes[at + 1]!)) throw notMine;
  return readPlain(indent, keyStart, keyEnd);
}

function readPlain(indent: number, keyStart: number, keyEnd: number): Scalar {
  const start = at;
  const node = open(keyStart, keyEnd, start);
  let i = plainLineEnd(start);
  const end = textEnd(start, i);
  const code = bytes[i]!;
  if (code === 35) {
    toContent(lineEnd(i) + 1);
    // Plain text ends at a comment, so what follows farther right is an error or worse.
    if (column > indent) throw notMine;
  } else {
    i = code === 13 ? i + 2 : i + 1;
    if (continues(i, indent)) return readPlainLines(node, indent, start, end);
    toContent(i);
    if (column > indent) throw notMine;
  }
  leaf(node, end);
  return plainValue(start, end);
}

/** The end of a line of plain text: a line break, or the comment behind a blank. */
function plainLineEnd(from: number): number {
  for (let i = from; ; i++) {
    const code = bytes[i]!;
    if (code > 58) continue;
    if (code === 10 || code === 13) return i;
    if (code === 58) {
      const next = bytes[i + 1]!;
      if (next === 32 || next === 10 || next === 13 || next === 9) throw notMine;
    } else if (code === 35) {
      if (bytes[i - 1] === 32) return i;
    } else if (code === 9) throw notMine;
  }
}

function textEnd(start: number, from: number): number {
  let end = from;
  while (end > start && bytes[end - 1] === 32) end--;
  return end;
}

/** Whether a line with plain text that goes on follows, blank lines between them or not. */
function continues(from: number, indent: number): boolean {
  let start = from;
  for (;;) {
    let i = start;
    while (bytes[i] === 32) i++;
    if (i >= length) return false;
    const code = bytes[i]!;
    if (code === 10) start = i + 1;
    else if (code === 13) start = i + 2;
    else if (code === 9) throw notMine;
    else return i - start > indent && code !== 35;
  }
}

/** Plain text over several lines: one line break is a blank, more are one less. */
function readPlainLines(node: number, indent: number, start: number, firstEnd: number): string {
  let text = source.slice(start, firstEnd);
  let end = firstEnd;
  let i = lineEnd(end) + 1;
  for (;;) {
    let breaks = 0;
    let from = i;
    for (;;) {
      while (bytes[from] === 32) from++;
      const code = bytes[from]!;
      if (code !== 10 && code !== 13) break;
      from += code === 13 ? 2 : 1;
      breaks++;
    }
    const stop = plainLineEnd(from);
    end = textEnd(from, stop);
    text += (breaks === 0 ? ' ' : '\n'.repeat(breaks)) + source.slice(from, end);
    const code = bytes[stop]!;
    i = code === 35 ? lineEnd(stop) + 1 : code === 13 ? stop + 2 : stop + 1;
    if (code === 35 || !continues(i, indent)) break;
  }
  toContent(i);
  if (column > indent) throw notMine;
  leaf(node, end);
  return text;
}

function plainValue(start: number, end: number): Scalar {
  const first = bytes[start]!;
  if (beginsString(first)) return source.slice(start, end);
  if (first >= 49 && first <= 57 && end - start <= 15) {
    let number = first - 48;
    let i = start + 1;
    for (; i < end; i++) {
      const digit = bytes[i]! - 48;
      if (digit < 0 || digit > 9) break;
      number = number * 10 + digit;
    }
    if (i === end) return number;
  }
  // No word of the table is longer than `false`, and what begins with a letter is no number.
  if (first >= 65 && end - start > 5) return source.slice(start, end);
  const value = resolvePlain(source.slice(start, end));
  if (typeof value === 'number' && !Number.isFinite(value)) throw notMine;
  return value;
}

/** Reads quoted text and goes behind its closing quote. */
function readQuoted(quote: number): string {
  const start = at + 1;
  let i = start;
  for (; ; i++) {
    const code = bytes[i]!;
    if (code === quote) {
      if (quote === 39 && bytes[i + 1] === 39) break;
      at = i + 1;
      return source.slice(start, i);
    }
    if (code === 10 || code === 13 || (code === 92 && quote === 34)) break;
  }
  return readQuotedLines(quote, start);
}

/** Quoted text with escapes or over several lines. */
function readQuotedLines(quote: number, start: number): string {
  let text = '';
  let from = start;
  let i = start;
  for (;;) {
    if (i >= length) throw notMine;
    const code = bytes[i]!;
    if (code === quote) {
      text += source.slice(from, i);
      if (quote === 34 || bytes[i + 1] !== 39) break;
      text += "'";
      i += 2;
      from = i;
    } else if (code === 92 && quote === 34) {
      text += source.slice(from, i);
      i = readEscape(i + 1);
      text += escaped;
      from = i;
    } else if (code === 10 || code === 13) {
      const end = textEnd(from, i);
      // A tab is a blank as well, and rare enough.
      if (bytes[end - 1] === 9) throw notMine;
      text += source.slice(from, end);
      i = code === 13 ? i + 2 : i + 1;
      let breaks = 0;
      for (;;) {
        const line = i;
        while (bytes[i] === 32) i++;
        const next = bytes[i]!;
        if (next === 9 || (i === line && isMarker(i, next))) throw notMine;
        if (next !== 10 && next !== 13) break;
        i += next === 13 ? 2 : 1;
        breaks++;
        if (i >= length) throw notMine;
      }
      text += breaks === 0 ? ' ' : '\n'.repeat(breaks);
      from = i;
    } else i++;
  }
  at = i + 1;
  return text;
}

/** What the escape that readEscape has passed stands for. */
let escaped = '';

function readEscape(i: number): number {
  switch (bytes[i]!) {
    case 110:
      escaped = '\n';
      return i + 1;
    case 34:
      escaped = '"';
      return i + 1;
    case 92:
      escaped = '\\';
      return i + 1;
    case 116:
      escaped = '\t';
      return i + 1;
    case 114:
      escaped = '\r';
      return i + 1;
    case 10:
    case 13:
      return readEscapedBreak(i);
    case 117: {
      const digits = source.slice(i + 1, i + 5);
      const point = Number.parseInt(digits, 16);
      if (!/^[0-9a-fA-F]{4}$/.test(digits) || (point >= 0xd800 && point <= 0xdfff)) throw notMine;
      escaped = String.fromCharCode(point);
      return i + 5;
    }
    default:
      throw notMine;
  }
}

/** A backslash at the end of a line joins it with the next; only empty lines between them count. */
function readEscapedBreak(from: number): number {
  let i = bytes[from] === 13 ? from + 2 : from + 1;
  escaped = '';
  for (;;) {
    const line = i;
    while (bytes[i] === 32) i++;
    const code = bytes[i]!;
    if (i >= length || code === 9 || (i === line && isMarker(i, code))) throw notMine;
    if (code !== 10 && code !== 13) return i;
    escaped += '\n';
    i += code === 13 ? 2 : 1;
  }
}

// Blocks of text.

function readBlock(indent: number, keyStart: number, keyEnd: number, literal: boolean): string {
  const node = open(keyStart, keyEnd, at);
  let chomping = 0;
  let increment = 0;
  let i = at + 1;
  for (let k = 0; k < 2; k++) {
    const code = bytes[i]!;
    if ((code === 45 || code === 43) && chomping === 0) chomping = code;
    else if (code >= 49 && code <= 57 && increment === 0) increment = code - 48;
    else break;
    i++;
  }
  let end = i;
  while (bytes[i] === 32) i++;
  const code = bytes[i]!;
  if (code === 35 && i > end) i = lineEnd(i) + 1;
  else if (code === 10) i++;
  else if (code === 13) i += 2;
  else throw notMine;

  const margin = increment > 0 ? indent + increment : blockMargin(i, Math.max(indent + 1, 1));
  let text = '';
  let broken = false;
  let breaks = 0;
  let wasBlank = false;
  for (; i < length;) {
    let from = i;
    const limit = i + margin;
    while (from < limit && bytes[from] === 32) from++;
    const first = bytes[from]!;
    if (first === 10 || first === 13) {
      i = first === 13 ? from + 2 : from + 1;
      breaks++;
      continue;
    }
    if (from < limit) {
      if (first === 9) throw notMine;
      break;
    }
    const blank = first === 32 || first === 9;
    // Folding turns one line break between two lines of text into a blank and drops one of several.
    if (broken && (literal || wasBlank || blank)) text += '\n';
    else if (broken && breaks === 0) text += ' ';
    if (breaks > 0) text += breaks === 1 ? '\n' : '\n'.repeat(breaks);
    breaks = 0;
    wasBlank = blank;
    i = lineEnd(from);
    end = bytes[i - 1] === 13 ? i - 1 : i;
    text += source.slice(from, end);
    broken = true;
    i++;
  }
  if (broken && chomping !== 45) text += '\n';
  if (chomping === 43) text += '\n'.repeat(breaks);
  leaf(node, end);
  toContent(i);
  if (column > indent) throw notMine;
  return text;
}

/** The column of the first line of a block of text; an emptier line before it that reaches farther right is an error or an oddity. */
function blockMargin(from: number, least: number): number {
  let widest = 0;
  for (let start = from; start < length;) {
    let i = start;
    while (bytes[i] === 32) i++;
    const code = bytes[i]!;
    if (code !== 10 && code !== 13) {
      if (code === 9 || widest > i - start) throw notMine;
      return Math.max(i - start, least);
    }
    widest = Math.max(widest, i - start);
    start = code === 13 ? i + 2 : i + 1;
  }
  return Math.max(widest, least);
}

// Flow collections.

/** Goes to the next token inside brackets, over blanks, line breaks and comments. Answers its character. */
function toFlowToken(): number {
  let i = at;
  for (;;) {
    const code = bytes[i]!;
    if (code === 32) i++;
    else if (code === 10 || code === 13) {
      i += code === 13 ? 2 : 1;
      if (i >= length) throw notMine;
      const first = bytes[i]!;
      if (first === 37 || isMarker(i, first)) throw notMine;
    } else if (code === 35) {
      const before = bytes[i - 1]!;
      if (before !== 32 && before !== 10) throw notMine;
      i = lineEnd(i);
    } else {
      if (code === 9) throw notMine;
      at = i;
      return code;
    }
  }
}

function readFlow(keyStart: number, keyEnd: number, bracket: number): unknown {
  enter();
  const node = open(keyStart, keyEnd, at);
  at++;
  const value = bracket === 91 ? readFlowList() : readFlowMap();
  leaf(node, at);
  depth--;
  return value;
}

function readFlowList(): unknown[] {
  const list: unknown[] = [];
  for (;;) {
    let code = toFlowToken();
    if (code !== 93) {
      list.push(readFlowValue(-1, -1, code));
      code = toFlowToken();
      if (code === 44) {
        at++;
        continue;
      }
    }
    if (code !== 93) throw notMine;
    at++;
    return list;
  }
}

function readFlowMap(): Record<string, unknown> {
  const map: Record<string, unknown> = {};
  const first = namesUsed;
  for (;;) {
    let code = toFlowToken();
    if (code !== 125) {
      readFlowKey(code);
      const name = key;
      remember(name, first);
      const start = keyFrom;
      const end = keyTo;
      const afterColon = colon + 1;
      at = afterColon;
      code = toFlowToken();
      if (code === 44 || code === 125) {
        map[name] = null;
        leaf(open(start, end, afterColon), afterColon);
      } else {
        map[name] = readFlowValue(start, end, code);
        code = toFlowToken();
      }
      if (code === 44) {
        at++;
        continue;
      }
    }
    if (code !== 125) throw notMine;
    at++;
    namesUsed = first;
    return map;
  }
}

function readFlowKey(first: number): void {
  const start = at;
  keyFrom = start;
  if (first === 34 || first === 39) {
    let i = start + 1;
    for (let code = bytes[i]!; code !== first; code = bytes[++i]!) {
      if (code === 10 || code === 13 || code === 92) throw notMine;
    }
    keyTo = i + 1;
    key = quotedKey(start, keyTo);
  } else {
    const hash = scanFlowPlain(first);
    keyTo = textEnd(start, flowEnd);
    key = intern(start, keyTo, hash);
  }
  let i = keyTo;
  while (bytes[i] === 32) i++;
  if (bytes[i] !== 58 || i - start > keyLimit) throw notMine;
  colon = i;
}

/** The end of the plain text that scanFlowPlain has passed. */
let flowEnd = 0;

/** Passes plain text inside brackets, which ends at a bracket, a comma, or a colon with a blank behind; answers its hash. */
function scanFlowPlain(first: number): number {
  // A colon at the beginning is always an indicator here.
  if (first === 58 || !beginsPlain(first, bytes[at + 1]!)) throw notMine;
  let hash = 0;
  let i = at;
  for (; ; i++) {
    const code = bytes[i]!;
    if (code === 10 || code === 13 || code === 44 || code === 93 || code === 125) break;
    if (code === 91 || code === 123 || code === 63 || code === 9) throw notMine;
    if (code === 35 && bytes[i - 1] === 32) break;
    if (code === 58) {
      const next = bytes[i + 1]!;
      if (isGap(next)) break;
      if (next === 44 || next === 91 || next === 93 || next === 123 || next === 125) throw notMine;
    }
    hash = (hash * 31 + code) | 0;
  }
  if (i === at || (i === at + 1 && first === 45)) throw notMine;
  flowEnd = i;
  return hash;
}

function readFlowValue(keyStart: number, keyEnd: number, code: number): unknown {
  if (code === 91 || code === 123) return readFlow(keyStart, keyEnd, code);
  const start = at;
  const node = open(keyStart, keyEnd, start);
  if (code === 34 || code === 39) {
    const text = readQuoted(code);
    leaf(node, at);
    return text;
  }
  scanFlowPlain(code);
  const end = textEnd(start, flowEnd);
  at = flowEnd;
  // Text that goes on in the next line, or turns out to be a key, is left to the other reader: the caller takes nothing
  // but a comma or a bracket here.
  leaf(node, end);
  return plainValue(start, end);
}

// Places.

function documentOf(text: string, firstLine: number, value: unknown, table: Int32Array): ReadDocument {
  const toLocations = locator(text, firstLine);
  const hint: ItemHint = { list: -1, index: 0, node: 0 };
  return {
    value,
    locate: (paths) => toLocations(paths.map((path) => placeOf(text, table, path, hint))),
    layout: () => (table.length === 0 ? undefined : layoutOf(text, table, 0, table[2]!)),
  };
}

function layoutOf(text: string, table: Int32Array, node: number, from: number): Layout {
  const keyStart = table[node]!;
  const start = table[node + 2]!;
  const end = table[node + 3]!;
  const first = text.charCodeAt(start);
  const flow = first === 91 || first === 123;
  const child = node + width < table[node + 4]! ? node + width : -1;
  const itsKey = keyStart === -1 ? undefined : keyOf(text, keyStart, table[node + 1]!);
  if (!flow && child === -1) {
    // An item without a value has the place of its dash.
    const content = itsKey === undefined && from === start && first === 45 && end === start + 1 ? end : start;
    return { type: 'scalar', flow, anchor: '', from, key: itsKey, start: content, content, end, children: noChildren };
  }
  const type = first === 91 || (!flow && table[child] === -1) ? 'list' : 'map';
  const children = lazily(() => childrenOf(text, table, node, type === 'list' && !flow));
  return { type, flow, anchor: '', from, key: itsKey, start, content: start, end, children };
}

function childrenOf(text: string, table: Int32Array, node: number, dashes: boolean): Layout[] {
  const children: Layout[] = [];
  const next = table[node + 4]!;
  let dash = table[node + 2]!;
  for (let child = node + width; child < next; child = table[child + 4]!) {
    const isItem = table[child] === -1;
    children.push(layoutOf(text, table, child, dashes ? dash : table[isItem ? child + 2 : child]!));
    if (dashes && table[child + 4]! < next) dash = skipToToken(text, table[child + 3]!);
  }
  return children;
}

function keyOf(text: string, start: number, end: number): LayoutKey {
  const quote = text.charCodeAt(start);
  const name = quote === 34 || quote === 39 ? text.slice(start + 1, end - 1) : text.slice(start, end);
  return { name, start, end, colon: text.indexOf(':', end), merges: false };
}

/** Over blanks, line breaks and comments. */
function skipToToken(text: string, from: number): number {
  let i = from;
  for (;;) {
    const code = text.charCodeAt(i);
    if (code === 35) {
      const end = text.indexOf('\n', i);
      i = end === -1 ? text.length : end;
    } else if (code === 32 || code === 10 || code === 13) i++;
    else return i;
  }
}

/** The item found last in the longest walk: items of a long list are asked for one after the other. */
interface ItemHint {
  list: number;
  index: number;
  node: number;
}

/** Shorter walks cost nothing, and are not to displace a long one. */
const longWalk = 32;

function placeOf(text: string, table: Int32Array, path: Path, hint: ItemHint): Range {
  if (table.length === 0) return { start: 0, end: 0 };
  let node = 0;
  for (const step of path) {
    const child = typeof step === 'number' ? itemOf(table, node, step, hint) : entryOf(text, table, node, step);
    if (child === -1) return parentPlace(table, node);
    node = child;
  }
  if (path.length === 0) return parentPlace(table, node);
  const keyStart = table[node]!;
  return { start: keyStart === -1 ? table[node + 2]! : keyStart, end: table[node + 3]! };
}

function parentPlace(table: Int32Array, node: number): Range {
  if (table[node] !== -1) return { start: table[node]!, end: table[node + 1]! };
  const first = node + width;
  if (first < table[node + 4]! && table[first] !== -1) return { start: table[first]!, end: table[first + 1]! };
  return { start: table[node + 2]!, end: table[node + 3]! };
}

function itemOf(table: Int32Array, list: number, index: number, hint: ItemHint): number {
  const end = table[list + 4]!;
  let node = list + width;
  if (node >= end || table[node] !== -1) return -1;
  let i = 0;
  if (hint.list === list && hint.index <= index) {
    node = hint.node;
    i = hint.index;
  }
  for (; i < index && node < end; i++) node = table[node + 4]!;
  if (node >= end) return -1;
  if (index >= longWalk) Object.assign(hint, { list, index, node });
  return node;
}

function entryOf(text: string, table: Int32Array, map: number, name: string): number {
  const end = table[map + 4]!;
  for (let node = map + width; node < end; node = table[node + 4]!) {
    const start = table[node]!;
    if (start === -1) return -1;
    const quote = text.charCodeAt(start);
    const from = quote === 34 || quote === 39 ? start + 1 : start;
    if (table[node + 1]! - start === name.length + 2 * (from - start) && text.startsWith(name, from)) return node;
  }
  return -1;
}
