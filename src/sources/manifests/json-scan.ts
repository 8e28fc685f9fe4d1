/**
 * Finds where JSON values begin and end by looking at bytes, without reading them: strings are the only place where
 * brackets mean nothing. What it finds is parsed afterwards, so that it need not notice every mistake.
 */

/** A range of bytes, the end exclusive. */
export interface Range {
  readonly start: number;
  readonly end: number;
}

/** A value that is left out, from behind its opening bracket or quote to its closing one. */
export interface Gap extends Range {
  /** Line feeds in it, and where the last one stands. */
  readonly lines: number;
  readonly lastLineFeed: number;
}

/** What is known of an object after its members were passed. */
export interface ObjectScan {
  /**
   * `complete`: `at` is just behind the object. `items`: `at` is the bracket that opens the list `items`. `incomplete`: the
   * bytes end inside of the object. `malformed`: this is no JSON.
   */
  end: 'complete' | 'items' | 'incomplete' | 'malformed';
  at: number;
  /** Members that name the kind: the last ones, as for every reader of JSON. */
  apiVersion: Range | undefined;
  kind: Range | undefined;
  metadata: Range | undefined;
  status: Range | undefined;
  /** Values that no rule reads and that are long enough to be worth leaving out. */
  gaps: Gap[];
  /** The one of them that is `status`: rules read that of some kinds. */
  statusGap: Gap | undefined;
  /** False if a key was written with escapes, so that members may have been missed. */
  plain: boolean;
  /** Line feeds passed, and where the last one stands; -1 if there was none. */
  lines: number;
  lastLineFeed: number;
}

const quote = 34;
const comma = 44;
const colon = 58;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

const incomplete = -1;
const malformed = -2;

/** Shorter values cost more to leave out than to parse. */
const worthLeavingOut = 256;

export function newScan(): ObjectScan {
  return {
    end: 'incomplete',
    at: 0,
    apiVersion: undefined,
    kind: undefined,
    metadata: undefined,
    status: undefined,
    gaps: [],
    statusGap: undefined,
    plain: true,
    lines: 0,
    lastLineFeed: -1,
  };
}

/** Passes an object that begins at `start`. With `untilItems` it stops where a list `items` begins. */
export function scanObject(bytes: Buffer, start: number, end: number, untilItems: boolean): ObjectScan {
  const scan = newScan();
  scanMembers(bytes, start + 1, end, untilItems, scan, false);
  return scan;
}

/** Passes the members of an object from `start` on, up to its end; `after` says that members stand before. */
export function scanMembers(bytes: Buffer, start: number, end: number, untilItems: boolean, scan: ObjectScan, after: boolean): void {
  let at = start;
  let first = !after;
  for (;;) {
    at = skipSpace(bytes, at, end, scan);
    if (at < end && bytes[at] === closeBrace) return finish(scan, 'complete', at + 1);
    if (!first) {
      if (at >= end) return finish(scan, 'incomplete', at);
      if (bytes[at] !== comma) return finish(scan, 'malformed', at);
      at = skipSpace(bytes, at + 1, end, scan);
    }
    first = false;
    if (at >= end) return finish(scan, 'incomplete', at);
    if (bytes[at] !== quote) return finish(scan, 'malformed', at);
    const key = at;
    at = skipString(bytes, at, end);
    if (at === incomplete) return finish(scan, 'incomplete', end);
    const keyEnd = at;
    at = skipSpace(bytes, at, end, scan);
    if (at >= end) return finish(scan, 'incomplete', at);
    if (bytes[at] !== colon) return finish(scan, 'malformed', at);
    at = skipSpace(bytes, at + 1, end, scan);
    if (at >= end) return finish(scan, 'incomplete', at);
    const value = at;
    const name = memberName(bytes, key, keyEnd, scan);
    if (name === 'items' && untilItems && bytes[at] === openBracket) return finish(scan, 'items', at);
    const linesBefore = scan.lines;
    if (name === 'metadata' && bytes[at] === openBrace) at = scanMetadata(bytes, at, end, scan);
    else at = skipValue(bytes, at, end, scan);
    if (at < 0) return finish(scan, at === incomplete ? 'incomplete' : 'malformed', value);
    if (name === 'kind') scan.kind = { start: value, end: at };
    else if (name === 'apiVersion') scan.apiVersion = { start: value, end: at };
    else if (name === 'metadata') scan.metadata = { start: value, end: at };
    else if (name === 'status') {
      scan.status = { start: value, end: at };
      if (bytes[value] !== quote && leaveOut(bytes, value, at, linesBefore, scan)) scan.statusGap = scan.gaps.at(-1);
    }
  }
}

function finish(scan: ObjectScan, end: ObjectScan['end'], at: number): void {
  scan.end = end;
  scan.at = at;
}

/**
 * Passes `metadata`: its `managedFields` are often half of a dump, and `last-applied-configuration` is a copy of the object
 * that kubectl keeps. No rule reads either.
 */
function scanMetadata(bytes: Buffer, start: number, end: number, scan: ObjectScan): number {
  return scanInner(bytes, start, end, scan, (key, keyEnd, value) => {
    const linesBefore = scan.lines;
    if (isKey(bytes, key, keyEnd, managedFields)) {
      const at = skipManagedFields(bytes, key, value, end, scan);
      if (at >= 0) leaveOut(bytes, value, at, linesBefore, scan);
      return at;
    }
    if (!isKey(bytes, key, keyEnd, annotations) || bytes[value] !== openBrace) return skipValue(bytes, value, end, scan);
    return scanInner(bytes, value, end, scan, (inner, innerEnd, text) => {
      const at = skipValue(bytes, text, end, scan);
      if (at >= 0 && isKey(bytes, inner, innerEnd, lastApplied)) leaveOut(bytes, text, at, scan.lines, scan);
      return at;
    });
  });
}

const managedFields = '"managedFields"';
const annotations = '"annotations"';
const lastApplied = '"kubectl.kubernetes.io/last-applied-configuration"';

function isKey(bytes: Buffer, start: number, end: number, name: string): boolean {
  return end - start === name.length && bytes.toString('latin1', start, end) === name;
}

/** Passes an object inside of an object; `passValue` answers as skipValue does. */
function scanInner(
  bytes: Buffer,
  start: number,
  end: number,
  scan: ObjectScan,
  passValue: (key: number, keyEnd: number, value: number) => number,
): number {
  let at = start + 1;
  for (;;) {
    at = skipSpace(bytes, at, end, scan);
    if (at >= end) return incomplete;
    const byte = bytes[at];
    if (byte === closeBrace) return at + 1;
    if (byte === comma) {
      at++;
      continue;
    }
    if (byte !== quote) return malformed;
    const key = at;
    const keyEnd = skipString(bytes, at, end);
    if (keyEnd === incomplete) return incomplete;
    at = skipSpace(bytes, keyEnd, end, scan);
    if (at >= end) return incomplete;
    if (bytes[at] !== colon) return malformed;
    at = skipSpace(bytes, at + 1, end, scan);
    if (at >= end) return incomplete;
    at = passValue(key, keyEnd, at);
    if (at < 0) return at;
  }
}

function leaveOut(bytes: Buffer, value: number, end: number, linesBefore: number, scan: ObjectScan): boolean {
  const first = bytes[value];
  if (end - value < worthLeavingOut || (first !== openBrace && first !== openBracket && first !== quote)) return false;
  scan.gaps.push({ start: value + 1, end: end - 1, lines: scan.lines - linesBefore, lastLineFeed: scan.lastLineFeed });
  return true;
}

/** How far the end of managedFields is looked for. */
const longestGuess = 1 << 16;
const endOfList = Buffer.from('}]');
/** In order `name` comes next; in answers of the API server itself the list is the last of `metadata`. */
const behindList = /^\}?,"[A-Za-z]/;

/**
 * Passes `managedFields`, often half of a dump, without looking at each byte. In one line it ends with the first `}]` if a
 * key stands behind that. Indented, kubectl writes keys in order, so that `name` comes next, on a line that begins like that
 * of `managedFields`. A quote that begins a word and that no backslash precedes and a line feed cannot stand inside of a
 * string, so what is found is no text. Could it be deeper inside of the list? The API server lets no list into it; were
 * there one, brackets would be left over behind it, and the file would end as unread.
 */
function skipManagedFields(bytes: Buffer, key: number, value: number, end: number, scan: ObjectScan): number {
  const near = bytes.subarray(value, Math.min(end, value + longestGuess));
  const lineFeed = scan.lastLineFeed;
  const inOwnLine = lineFeed >= 0 && lineFeed < key && near.length > 1 && (near[1] === 10 || near[1] === 13);
  if (!inOwnLine) {
    const at = near.indexOf(endOfList);
    const found = at !== -1 && behindList.test(near.toString('latin1', at + 2, at + 6));
    return found ? value + at + 2 : skipValue(bytes, value, end, scan);
  }
  const at = near.indexOf(`${bytes.toString('latin1', lineFeed, key)}"name":`);
  if (at < 2 || near[at - 1] !== comma || near[at - 2] !== closeBracket) return skipValue(bytes, value, end, scan);
  for (let i = 0; i < at - 1; i++) {
    if (near[i] !== 10) continue;
    scan.lines++;
    scan.lastLineFeed = value + i;
  }
  return value + at - 1;
}

/** The names that matter, told apart by length first: this runs for every member of every object. */
function memberName(bytes: Buffer, start: number, end: number, scan: ObjectScan): string {
  for (let at = start; at < end; at++) if (bytes[at] === backslash) scan.plain = false;
  const length = end - start - 2;
  if (length !== 4 && length !== 5 && length !== 6 && length !== 8 && length !== 10) return '';
  return bytes.toString('latin1', start + 1, end - 1);
}

/** Passes any value; negative if it is incomplete or malformed. */
export function skipValue(bytes: Buffer, start: number, end: number, scan: ObjectScan): number {
  if (start >= end) return incomplete;
  const byte = bytes[start];
  if (byte === quote) return skipString(bytes, start, end);
  if (byte === openBrace || byte === openBracket) return skipNested(bytes, start, end, scan);
  let at = start;
  while (at < end && isScalarByte(bytes[at]!)) at++;
  if (at >= end) return incomplete;
  return at === start ? malformed : at;
}

function isScalarByte(byte: number): boolean {
  return (byte >= 48 && byte <= 57) || (byte >= 97 && byte <= 122) || byte === 45 || byte === 43 || byte === 46 || byte === 69;
}

// The loops below look at every byte of a dump. None looks behind the end: engines take more time for those that ever did.

function skipNested(bytes: Buffer, start: number, end: number, scan: ObjectScan): number {
  let depth = 0;
  let lines = 0;
  let lastLineFeed = scan.lastLineFeed;
  for (let at = start; at < end; at++) {
    const byte = bytes[at]!;
    if (byte === quote) {
      for (at++; at < end; at++) {
        const inside = bytes[at]!;
        if (inside === quote) break;
        if (inside === backslash) at++;
      }
    } else if (byte === openBrace || byte === openBracket) depth++;
    else if (byte === closeBrace || byte === closeBracket) {
      if (--depth === 0) {
        scan.lines += lines;
        scan.lastLineFeed = lastLineFeed;
        return at + 1;
      }
    } else if (byte === 10) {
      lines++;
      lastLineFeed = at;
    }
  }
  return incomplete;
}

function skipString(bytes: Buffer, start: number, end: number): number {
  for (let at = start + 1; at < end; at++) {
    const inside = bytes[at]!;
    if (inside === quote) return at + 1;
    if (inside === backslash) at++;
  }
  return incomplete;
}

/** Passes the white space of JSON and counts its lines. */
export function skipSpace(bytes: Buffer, start: number, end: number, scan: ObjectScan): number {
  let at = start;
  for (; at < end; at++) {
    const byte = bytes[at];
    if (byte === 10) {
      scan.lines++;
      scan.lastLineFeed = at;
    } else if (byte !== 32 && byte !== 13 && byte !== 9) break;
  }
  return at;
}
