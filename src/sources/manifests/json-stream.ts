import { isAscii } from 'node:buffer';
import { kindsWithStatus } from '../../kube/status-kinds.ts';
import { decodeUtf8, tooLong, type ByteWindow } from './byte-window.ts';
import { newScan, scanMembers, scanObject, skipSpace, skipValue, type ObjectScan, type Range } from './json-scan.ts';

/** One JSON value of a stream: a whole document, or an item of a list. */
export interface JsonSlice {
  /**
   * Without what no rule reads: long `managedFields` and `last-applied-configuration` are empty, and so is `status`, save of
   * kinds whose status says what rules ask for (`kindsWithStatus`).
   */
  readonly text: string;
  /** Where it begins in the file. */
  readonly line: number;
  readonly column: number;
  /** What was left out, in order. */
  readonly gaps: readonly TextGap[];
}

export interface TextGap {
  /** Where it is missing from the text. */
  readonly offset: number;
  readonly lines: number;
  /** UTF-16 code units left out of the last line of the gap, which is its only line where `lines` is 0. */
  readonly width: number;
}

/** What a slice says of itself before it is parsed; absent where only the parser can tell. */
export interface JsonHeader {
  readonly apiVersion: string;
  readonly kind: string;
}

/** What the header of a list says, as far as it has been read. */
export interface ListHeader {
  readonly apiVersion: string | undefined;
  readonly kind: string | undefined;
  /** What asks an API server for the next page; absent on the last one. */
  readonly continue?: string;
  /** The state of an API server's objects that the list shows. */
  readonly resourceVersion?: string;
}

/** Who takes the slices. */
export interface JsonSlices {
  /** Whether to parse an object; if not, it is accounted for by the callee. */
  wanted(header: JsonHeader, bytes: () => Buffer, line: number): boolean;
  /** A whole object. False if it is not JSON after all. */
  object(slice: JsonSlice): boolean;
  /**
   * An item of a list. `header` holds what stands in front of the items; `kubectl get` writes the kind behind them. `named`
   * says that the item tells its own kind; otherwise only the parser knows. `status` is what the slice leaves out.
   */
  item(slice: JsonSlice, index: number, header: ListHeader, named: boolean, status: () => string | undefined): void;
  /** The list has ended with `count` items, and its header is known in full. */
  list(header: ListHeader, count: number, line: number): void;
  unread(line: number, reason: string): void;
}

/** `on`: something was consumed; `more`: the bytes end inside of a value. */
type Step = 'more' | 'malformed' | 'on';

interface OpenList {
  header: ListHeader;
  readonly line: number;
  items: number;
  /** What comes next: the first item, another item, or the members behind the items. */
  state: 'first' | 'next' | 'behind';
}

const openBrace = 123;
const comma = 44;
const closeBracket = 93;

/** A ByteReader; `yamlFrom` is the line from which on the rest of the window, and what follows, is to be read as YAML. */
export interface JsonReader {
  take(window: ByteWindow, final: boolean): 'more' | 'stop' | { readonly yamlFrom: number };
  giveUp(): 'stop';
}

/**
 * Cuts a stream of JSON objects into slices. Of an object with a list `items`, as `kubectl get -o json` prints it, each
 * item is a slice of its own: a dump of any size passes through a small window. kubectl takes any object with such a list
 * for a list, whatever its kind is called (k8s.io/apimachinery, unstructured detectIsList).
 */
export function jsonStream(firstLine: number, slices: JsonSlices): JsonReader {
  // The place of window.start.
  let line = firstLine;
  let column = 1;
  let objects = 0;
  /** Whether all bytes of the window are ASCII: then text is as long as its bytes and decoded faster. */
  let ascii = false;
  /** The list that is open. */
  let list: OpenList | undefined;

  function decode(bytes: Buffer, start: number, end: number): string | undefined {
    return ascii ? bytes.toString('latin1', start, end) : decodeUtf8(bytes.subarray(start, end));
  }

  /** Columns count UTF-16 code units. */
  function lengthOf(bytes: Buffer, start: number, end: number): number {
    if (ascii) return end - start;
    const part = bytes.subarray(start, end);
    return isAscii(part) ? part.length : (decodeUtf8(part)?.length ?? part.length);
  }

  /** Moves the window's start to `to`, past what `scan` has counted. */
  function advance(window: ByteWindow, to: number, scan: Pick<ObjectScan, 'lines' | 'lastLineFeed'>): void {
    const inLine = scan.lines > 0 ? scan.lastLineFeed + 1 : window.start;
    const units = lengthOf(window.bytes, inLine, to);
    column = scan.lines > 0 ? units + 1 : column + units;
    line += scan.lines;
    window.start = to;
  }

  function passSpace(window: ByteWindow): void {
    const scan = newScan();
    advance(window, skipSpace(window.bytes, window.start, window.end, scan), scan);
  }

  function takeObject(window: ByteWindow): Step {
    const { bytes, start, end } = window;
    const scan = scanObject(bytes, start, end, true);
    if (scan.end === 'incomplete') return 'more';
    if (scan.end === 'malformed') return 'malformed';
    if (scan.end === 'items') return enterList(window, scan);
    const header = headerOf(bytes, scan);
    if (header === undefined || slices.wanted(header, () => bytes.subarray(start, scan.at), line)) {
      const slice = sliceOf(window, scan, header?.kind);
      if (slice === undefined) slices.unread(line, 'not valid UTF-8');
      else if (!slices.object(slice)) return 'malformed';
    }
    objects++;
    advance(window, scan.at, scan);
    return 'on';
  }

  /** Nothing is consumed before the first item is complete: until then the text may turn out to be YAML. */
  function enterList(window: ByteWindow, scan: ObjectScan): Step {
    const { bytes, end } = window;
    const inside = newScan();
    const at = skipSpace(bytes, scan.at + 1, end, inside);
    if (at >= end) return 'more';
    if (bytes[at] !== closeBracket) {
      const first = scanAny(bytes, at, end);
      if (first.end === 'incomplete') return 'more';
      if (first.end !== 'complete') return 'malformed';
    }
    list = { header: listHeaderOf(bytes, scan, { apiVersion: undefined, kind: undefined }), line, items: 0, state: 'first' };
    objects++;
    advance(window, scan.at + 1, scan);
    return 'on';
  }

  function takeItems(window: ByteWindow, open: OpenList): Step {
    for (;;) {
      passSpace(window);
      const { bytes, start, end } = window;
      if (start >= end) return 'more';
      if (bytes[start] === closeBracket) {
        advance(window, start + 1, newScan());
        open.state = 'behind';
        return 'on';
      }
      const scan = newScan();
      let at = start;
      if (open.state === 'next') {
        if (bytes[at] !== comma) return 'malformed';
        at = skipSpace(bytes, at + 1, end, scan);
        if (at >= end) return 'more';
      }
      const item = scanAny(bytes, at, end);
      if (item.end === 'incomplete') return 'more';
      if (item.end !== 'complete') return 'malformed';
      advance(window, at, scan);
      takeItem(window, item, open);
      open.items++;
      open.state = 'next';
      advance(window, item.at, item);
    }
  }

  function takeItem(window: ByteWindow, item: ObjectScan, open: OpenList): void {
    const header = headerOf(window.bytes, item);
    if (header !== undefined && !slices.wanted(header, () => window.bytes.subarray(window.start, item.at), line)) return;
    const slice = sliceOf(window, item, header?.kind ?? open.header.kind?.replace(/List$/, ''));
    if (slice === undefined) slices.unread(line, 'not valid UTF-8');
    else slices.item(slice, open.items, open.header, header !== undefined, () => textOf(window.bytes, item.status));
  }

  function sliceOf({ bytes, start }: ByteWindow, scan: ObjectScan, kind = ''): JsonSlice | undefined {
    const keepsStatus = kindsWithStatus.has(kind);
    const gaps: TextGap[] = [];
    const parts: string[] = [];
    let offset = 0;
    let from = start;
    for (const gap of scan.gaps) {
      if (keepsStatus && gap === scan.statusGap) continue;
      const part = decode(bytes, from, gap.start);
      if (part === undefined) return undefined;
      parts.push(part);
      offset += part.length;
      const lastLine = gap.lines === 0 ? gap.start : gap.lastLineFeed + 1;
      gaps.push({ offset, lines: gap.lines, width: lengthOf(bytes, lastLine, gap.end) });
      from = gap.end;
    }
    const part = decode(bytes, from, scan.at);
    if (part === undefined) return undefined;
    // Joined it is one flat text, where a sum would be made of its parts for every look at it.
    return { text: parts.length === 0 ? part : [...parts, part].join(''), line, column, gaps };
  }

  /** Reads the members behind the items, where `kubectl get` puts the kind. */
  function takeBehind(window: ByteWindow, open: OpenList): Step {
    const { bytes, start, end } = window;
    const scan = newScan();
    scanMembers(bytes, start, end, true, scan, true);
    if (scan.end === 'incomplete') return 'more';
    if (scan.end === 'malformed') return 'malformed';
    open.header = listHeaderOf(bytes, scan, open.header);
    if (scan.end === 'items') {
      // A second list of this name: its items are as good as those of the first.
      open.state = 'first';
      advance(window, scan.at + 1, scan);
      return 'on';
    }
    advance(window, scan.at, scan);
    slices.list(open.header, open.items, open.line);
    list = undefined;
    return 'on';
  }

  function stop(reason: string): 'stop' {
    if (list !== undefined) slices.list(list.header, list.items, list.line);
    list = undefined;
    slices.unread(line, reason);
    return 'stop';
  }

  function take(window: ByteWindow, final: boolean): 'more' | 'stop' | { readonly yamlFrom: number } {
    ascii = isAscii(window.bytes.subarray(window.start, window.end));
    for (;;) {
      if (list !== undefined) {
        const step = list.state === 'behind' ? takeBehind(window, list) : takeItems(window, list);
        if (step === 'on') continue;
        if (step === 'malformed') return stop('this is not JSON');
        return final ? stop('the JSON breaks off') : 'more';
      }
      passSpace(window);
      if (window.start >= window.end) return 'more';
      const step = window.bytes[window.start] === openBrace ? takeObject(window) : 'malformed';
      if (step === 'on') continue;
      if (step === 'more' && !final) return 'more';
      // After two objects the stream is JSON for good (YAMLOrJSONDecoder of k8s.io/apimachinery v0.37).
      return objects < 2 ? { yamlFrom: line } : stop('what follows the JSON documents is not JSON');
    }
  }

  return { take, giveUp: () => stop(tooLong) };
}

function scanAny(bytes: Buffer, start: number, end: number): ObjectScan {
  if (bytes[start] === openBrace) return scanObject(bytes, start, end, false);
  const scan = newScan();
  const at = skipValue(bytes, start, end, scan);
  scan.end = at >= 0 ? 'complete' : at === -1 ? 'incomplete' : 'malformed';
  scan.at = at;
  return scan;
}

const simpleString = /^"[\w./-]*"$/;

function simpleText(bytes: Buffer, range: Range | undefined): string | undefined {
  if (range === undefined || range.end - range.start > 256) return undefined;
  const text = bytes.toString('latin1', range.start, range.end);
  return simpleString.test(text) ? text.slice(1, -1) : undefined;
}

function headerOf(bytes: Buffer, scan: ObjectScan): JsonHeader | undefined {
  const apiVersion = simpleText(bytes, scan.apiVersion);
  const kind = simpleText(bytes, scan.kind);
  return scan.plain && apiVersion && kind ? { apiVersion, kind } : undefined;
}

function listHeaderOf(bytes: Buffer, scan: ObjectScan, before: ListHeader): ListHeader {
  return {
    ...before,
    apiVersion: simpleText(bytes, scan.apiVersion) ?? before.apiVersion,
    kind: simpleText(bytes, scan.kind) ?? before.kind,
    ...pagingOf(bytes, scan),
  };
}

/** A token is some hundred characters; metadata of megabytes is none of a list. */
const longestListMetadata = 1 << 16;

function pagingOf(bytes: Buffer, { metadata }: ObjectScan): Pick<ListHeader, 'continue' | 'resourceVersion'> {
  if (metadata === undefined || metadata.end - metadata.start > longestListMetadata) return {};
  try {
    const { continue: token, resourceVersion } = JSON.parse(textOf(bytes, metadata) ?? 'null') as Readonly<Record<string, unknown>>;
    return {
      ...(typeof token === 'string' && token !== '' ? { continue: token } : {}),
      ...(typeof resourceVersion === 'string' && resourceVersion !== '' ? { resourceVersion } : {}),
    };
  } catch {
    // Not JSON, or no object: the list is read to its end as it stands.
    return {};
  }
}

function textOf(bytes: Buffer, range: Range | undefined): string | undefined {
  return range === undefined ? undefined : bytes.toString('utf8', range.start, range.end);
}
