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
import { depthLimit, tooDeep } from './limits.ts';
import { isInteger, keyText, resolvePlain, resolveTagged, type Scalar } from './resolve.ts';
import { Refusal, Scanner, TokenType, defaultTagHandles, type Token } from './scanner.ts';

/**
 * Reads any document exactly as sigs.k8s.io/yaml v1.6.0 does, anchors, merge keys, tags and duplicate keys included.
 * Slow next to fast.ts, which hands it whatever lies outside the subset that manifests use.
 */
export function readFully(text: string, firstLine: number): ReadDocument | RefusedDocument {
  try {
    return readOrThrow(text, firstLine);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { error: error.message, line: lineOf(text, firstLine, error.offset) };
  }
}

interface NodeRange extends Range {
  /** Where the value begins behind its anchor and tag. */
  readonly content: number;
  readonly anchor: string;
}

interface ScalarNode extends NodeRange {
  readonly type: 'scalar';
  readonly text: string;
  readonly tag: string;
  readonly plain: boolean;
}

interface ListNode extends NodeRange {
  readonly type: 'list';
  readonly flow: boolean;
  readonly items: Node[];
  /** Where the items begin: with the dash in a block list. */
  readonly starts: number[];
  end: number;
}

interface Entry {
  /** Where the entry begins: at the key, or at the `?` before it. */
  readonly start: number;
  readonly key: Node;
  /** The offset of the colon; -1 where there is none. */
  readonly colon: number;
  readonly value: Node;
  /** The key in the value; empty for a merge. */
  name: string;
  readonly merges: boolean;
}

interface MapNode extends NodeRange {
  readonly type: 'map';
  readonly flow: boolean;
  readonly entries: Entry[];
  end: number;
}

interface AliasNode extends NodeRange {
  readonly type: 'alias';
  readonly target: Node;
}

type Node = ScalarNode | ListNode | MapNode | AliasNode;

/** What YAML text may hold; Go's reader refuses other control characters, and this one must see none but its own end mark. */
// oxlint-disable-next-line no-control-regex
const forbidden = /[^\t\n\r -~\u0085\u00a0-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;

function readOrThrow(text: string, firstLine: number): ReadDocument {
  const bad = forbidden.exec(text);
  if (bad !== null) throw new Refusal('control characters are not allowed', bad.index);
  // kubectl hands on whole lines: the last one ends even where the file does not say so.
  const root = parse(text.endsWith('\n') ? text : `${text}\n`);
  if (root === undefined) return { value: null, locate: (paths) => paths.map(() => startOf(firstLine)), layout: () => undefined };
  const decoder: Decoder = {
    count: 0,
    aliased: 0,
    aliasDepth: 0,
    open: new Set(),
    depth: 0,
    path: [],
    duplicates: [],
    poisoned: new Map(),
  };
  const value = decode(decoder, root);
  refusePoison(decoder, value);
  const toLocations = locator(text, firstLine);
  const read: ReadDocument = {
    value,
    locate: (paths) => toLocations(paths.map((path) => placeOf(root, path))),
    layout: () => layoutOf(root, root.content, undefined),
  };
  return decoder.duplicates.length === 0 ? read : { ...read, duplicates: decoder.duplicates };
}

function startOf(line: number): { line: number; column: number; endLine: number; endColumn: number } {
  return { line, column: 1, endLine: line, endColumn: 1 };
}

// Tokens to nodes.

interface Parser {
  readonly scanner: Scanner;
  readonly anchors: Map<string, Node>;
  readonly tagHandles: Map<string, string>;
  depth: number;
}

function parse(text: string): Node | undefined {
  const scanner = new Scanner(text);
  const parser: Parser = { scanner, anchors: new Map(), tagHandles: new Map(), depth: 0 };
  let token = scanner.peek();
  if (token.type === TokenType.streamEnd) return undefined;
  const directives = readDirectives(parser);
  token = scanner.peek();
  if (token.type !== TokenType.documentStart) {
    if (directives) throw new Refusal("'---' is missing after a directive", token.start);
    return parseRoot(parser);
  }
  scanner.skip();
  const marker = token;
  token = scanner.peek();
  return contentless.has(token.type) ? empty(marker.end) : parseRoot(parser);
}

/** What may follow `---` where the document has no content. */
const contentless: ReadonlySet<TokenType> = new Set<TokenType>([
  TokenType.versionDirective,
  TokenType.tagDirective,
  TokenType.documentStart,
  TokenType.documentEnd,
  TokenType.streamEnd,
]);

function parseRoot(parser: Parser): Node {
  const root = parseNode(parser, true, false);
  // What follows the first document is not read, but the next token must be one.
  parser.scanner.peek();
  return root;
}

function readDirectives(parser: Parser): boolean {
  const { scanner, tagHandles } = parser;
  let version = false;
  let any = false;
  for (let token = scanner.peek(); ; token = scanner.peek()) {
    if (token.type === TokenType.versionDirective) {
      if (version) throw new Refusal('the directive %YAML stands twice', token.start);
      if (token.value !== '1.1') throw new Refusal(`this is YAML ${token.value}; Kubernetes reads YAML 1.1`, token.start);
      version = true;
    } else if (token.type === TokenType.tagDirective) {
      if (tagHandles.has(token.value)) throw new Refusal(`the directive %TAG stands twice for ${token.value}`, token.start);
      tagHandles.set(token.value, token.suffix);
    } else break;
    any = true;
    scanner.skip();
  }
  for (const [handle, prefix] of defaultTagHandles) if (!tagHandles.has(handle)) tagHandles.set(handle, prefix);
  return any;
}

function empty(at: number, tag = '', start = at, anchor = ''): ScalarNode {
  return { type: 'scalar', start, content: at, end: at, anchor, text: '', tag, plain: tag === '' };
}

function parseNode(parser: Parser, block: boolean, indentless: boolean): Node {
  const { scanner } = parser;
  let token = scanner.peek();
  if (token.type === TokenType.alias) {
    const target = parser.anchors.get(token.value);
    if (target === undefined) throw new Refusal(`no anchor is called ${token.value}`, token.start);
    scanner.skip();
    return { type: 'alias', start: token.start, content: token.start, end: token.end, anchor: token.value, target };
  }
  const start = token.start;
  let end = token.start;
  let anchor = '';
  let tag = '';
  while ((token.type === TokenType.anchor && anchor === '') || (token.type === TokenType.tag && tag === '')) {
    if (token.type === TokenType.anchor) anchor = token.value;
    else tag = tagOf(parser, token);
    end = token.end;
    scanner.skip();
    token = scanner.peek();
  }
  const node = parseContent(parser, token, block, indentless, start, end, tag, anchor);
  return node;
}

function tagOf(parser: Parser, token: Token): string {
  if (token.value === '') return token.suffix;
  const prefix = parser.tagHandles.get(token.value);
  if (prefix === undefined) throw new Refusal(`the tag handle ${token.value} is not defined`, token.start);
  return prefix + token.suffix;
}

function parseContent(
  parser: Parser,
  token: Token,
  block: boolean,
  indentless: boolean,
  start: number,
  propertiesEnd: number,
  tag: string,
  anchor: string,
): Node {
  const { scanner, anchors } = parser;
  if (token.type === TokenType.scalar) {
    scanner.skip();
    const node: ScalarNode = {
      type: 'scalar',
      start,
      content: token.start,
      end: token.end,
      anchor,
      text: token.value,
      tag,
      plain: token.plain && tag === '',
    };
    if (anchor !== '') anchors.set(anchor, node);
    return node;
  }
  const list =
    (token.type === TokenType.blockEntry && indentless) ||
    token.type === TokenType.flowSequenceStart ||
    (token.type === TokenType.blockSequenceStart && block);
  const map = token.type === TokenType.flowMappingStart || (token.type === TokenType.blockMappingStart && block);
  if (!list && !map) {
    if (anchor === '' && tag === '') throw new Refusal('a value is expected here', token.start);
    const node = empty(propertiesEnd, tag, start, anchor);
    if (anchor !== '') anchors.set(anchor, node);
    return node;
  }
  if (++parser.depth > depthLimit) throw new Refusal(tooDeep, token.start);
  const flow = token.type === TokenType.flowSequenceStart || token.type === TokenType.flowMappingStart;
  const range = { start, content: token.start, end: token.end, anchor, flow };
  const node: ListNode | MapNode = list ? { ...range, type: 'list', items: [], starts: [] } : { ...range, type: 'map', entries: [] };
  // An anchor is known inside its own node, which makes a loop possible; decode refuses it.
  if (anchor !== '') anchors.set(anchor, node);
  if (token.type === TokenType.flowSequenceStart) parseFlowList(parser, node as ListNode);
  else if (token.type === TokenType.flowMappingStart) parseFlowMap(parser, node as MapNode);
  else if (node.type === 'map') parseBlockMap(parser, node);
  else parseBlockList(parser, node, token.type === TokenType.blockEntry);
  parser.depth--;
  return node;
}

function parseBlockList(parser: Parser, node: ListNode, indentless: boolean): void {
  const { scanner } = parser;
  if (!indentless) scanner.skip();
  for (let token = scanner.peek(); ; token = scanner.peek()) {
    if (token.type !== TokenType.blockEntry) {
      if (indentless) return;
      if (token.type !== TokenType.blockEnd) throw new Refusal("a list item, that is '- ', is expected here", token.start);
      scanner.skip();
      return;
    }
    scanner.skip();
    const next = scanner.peek().type;
    const none =
      next === TokenType.blockEntry || next === TokenType.blockEnd || (indentless && (next === TokenType.key || next === TokenType.value));
    const item = none ? empty(token.end, '', token.start) : parseNode(parser, true, false);
    node.items.push(item);
    node.starts.push(token.start);
    node.end = item.end;
  }
}

function parseBlockMap(parser: Parser, node: MapNode): void {
  const { scanner } = parser;
  scanner.skip();
  for (let token = scanner.peek(); ; token = scanner.peek()) {
    if (token.type === TokenType.blockEnd) {
      scanner.skip();
      return;
    }
    if (token.type !== TokenType.key) throw new Refusal('a key is expected here', token.start);
    scanner.skip();
    const start = token.start;
    const key = isEntryEnd(scanner.peek().type) ? empty(token.end) : parseNode(parser, true, true);
    let value: Node = empty(key.end);
    let colon = -1;
    token = scanner.peek();
    if (token.type === TokenType.value) {
      colon = token.start;
      scanner.skip();
      value = isEntryEnd(scanner.peek().type) ? empty(token.end) : parseNode(parser, true, true);
    }
    addEntry(node, start, key, colon, value);
  }
}

function isEntryEnd(type: TokenType): boolean {
  return type === TokenType.key || type === TokenType.value || type === TokenType.blockEnd;
}

function addEntry(node: MapNode, start: number, key: Node, colon: number, value: Node): void {
  const merges = key.type === 'scalar' && key.text === '<<' && (key.plain || key.tag === '!' || key.tag === 'tag:yaml.org,2002:merge');
  node.entries.push({ start, key, colon, value, name: '', merges });
  node.end = value.end;
}

function parseFlowList(parser: Parser, node: ListNode): void {
  const { scanner } = parser;
  scanner.skip();
  for (let first = true; ; first = false) {
    let token = scanner.peek();
    if (token.type !== TokenType.flowSequenceEnd && !first) {
      if (token.type !== TokenType.flowEntry) throw new Refusal("',' or ']' is expected here", token.start);
      scanner.skip();
      token = scanner.peek();
    }
    if (token.type === TokenType.flowSequenceEnd) {
      scanner.skip();
      node.end = token.end;
      return;
    }
    node.starts.push(token.start);
    node.items.push(token.type === TokenType.key ? parseSinglePair(parser, token) : parseNode(parser, false, false));
  }
}

/** `[a: b]` is a list of one map with one entry. */
function parseSinglePair(parser: Parser, start: Token): MapNode {
  const { scanner } = parser;
  if (++parser.depth > depthLimit) throw new Refusal(tooDeep, start.start);
  const node: MapNode = { type: 'map', start: start.start, content: start.start, end: start.end, anchor: '', flow: true, entries: [] };
  scanner.skip();
  let token = scanner.peek();
  let key: Node;
  if (token.type === TokenType.value || token.type === TokenType.flowEntry || token.type === TokenType.flowSequenceEnd) {
    // Go takes this token along with the empty key, whatever it is.
    key = empty(start.end);
    scanner.skip();
  } else key = parseNode(parser, false, false);
  token = scanner.peek();
  let value: Node = empty(key.end);
  let colon = -1;
  if (token.type === TokenType.value) {
    colon = token.start;
    scanner.skip();
    const next = scanner.peek().type;
    value = next === TokenType.flowEntry || next === TokenType.flowSequenceEnd ? empty(token.end) : parseNode(parser, false, false);
  }
  addEntry(node, start.start, key, colon, value);
  parser.depth--;
  return node;
}

function parseFlowMap(parser: Parser, node: MapNode): void {
  const { scanner } = parser;
  scanner.skip();
  for (let first = true; ; first = false) {
    let token = scanner.peek();
    if (token.type !== TokenType.flowMappingEnd && !first) {
      if (token.type !== TokenType.flowEntry) throw new Refusal("',' or '}' is expected here", token.start);
      scanner.skip();
      token = scanner.peek();
    }
    if (token.type === TokenType.flowMappingEnd) {
      scanner.skip();
      node.end = token.end;
      return;
    }
    if (token.type !== TokenType.key) {
      const key = parseNode(parser, false, false);
      addEntry(node, key.start, key, -1, empty(key.end));
      continue;
    }
    scanner.skip();
    const start = token.start;
    const next = scanner.peek().type;
    const key =
      next === TokenType.value || next === TokenType.flowEntry || next === TokenType.flowMappingEnd
        ? empty(token.end)
        : parseNode(parser, false, false);
    let value: Node = empty(key.end);
    let colon = -1;
    token = scanner.peek();
    if (token.type === TokenType.value) {
      colon = token.start;
      scanner.skip();
      const after = scanner.peek().type;
      value = after === TokenType.flowEntry || after === TokenType.flowMappingEnd ? empty(token.end) : parseNode(parser, false, false);
    }
    addEntry(node, start, key, colon, value);
  }
}

// Nodes to values.

interface Decoder {
  count: number;
  aliased: number;
  aliasDepth: number;
  readonly open: Set<AliasNode>;
  depth: number;
  readonly path: (string | number)[];
  readonly duplicates: Path[];
  /** Maps with a key that JSON cannot have. */
  readonly poisoned: Map<object, Poison>;
}

/** What YAML can say and JSON cannot. It matters only if no later duplicate overwrites it: Go converts what is left. */
class Poison {
  readonly message: string;
  readonly offset: number;
  constructor(message: string, offset: number) {
    this.message = message;
    this.offset = offset;
  }
}

function refusePoison(decoder: Decoder, value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  const poison = value instanceof Poison ? value : decoder.poisoned.get(value);
  if (poison !== undefined) throw new Refusal(poison.message, poison.offset);
  for (const item of Object.values(value)) refusePoison(decoder, item);
}

/**
 * How much of a document may come from aliases, by the number of its nodes: 99 % of a small one, 10 % of one with four
 * million (go-yaml's own bound against documents that grow without end).
 */
function allowedAliasRatio(count: number): number {
  const low = 400_000;
  const high = 4_000_000;
  if (count <= low) return 0.99;
  return count >= high ? 0.1 : 0.99 - 0.89 * ((count - low) / (high - low));
}

function enter(decoder: Decoder, node: Node): void {
  decoder.count++;
  if (decoder.aliasDepth > 0) decoder.aliased++;
  if (decoder.aliased > 100 && decoder.count > 1000 && decoder.aliased / decoder.count > allowedAliasRatio(decoder.count)) {
    throw new Refusal('aliases make this document too large', node.start);
  }
}

function decode(decoder: Decoder, node: Node): unknown {
  enter(decoder, node);
  if (node.type === 'scalar') return jsonValue(scalarOf(node).value, node);
  if (node.type === 'alias') return inside(decoder, node, () => decode(decoder, node.target));
  if (++decoder.depth > depthLimit) throw new Refusal(tooDeep, node.start);
  const value = node.type === 'list' ? decodeList(decoder, node) : decodeMap(decoder, node, {});
  decoder.depth--;
  return value;
}

function inside<T>(decoder: Decoder, alias: AliasNode, work: () => T): T {
  if (decoder.open.has(alias)) throw new Refusal('this alias stands inside its own anchor', alias.start);
  decoder.open.add(alias);
  decoder.aliasDepth++;
  const result = work();
  decoder.aliasDepth--;
  decoder.open.delete(alias);
  return result;
}

function scalarOf(node: ScalarNode): { readonly value: Scalar; readonly integer: boolean } {
  if (node.tag === '')
    return node.plain ? { value: resolvePlain(node.text), integer: isInteger(node.text) } : { value: node.text, integer: false };
  const resolved = resolveTagged(node.tag, node.text);
  if ('error' in resolved) throw new Refusal(resolved.error, node.start);
  return resolved;
}

function jsonValue(value: Scalar, node: Node): Scalar | Poison {
  if (typeof value === 'number' && !Number.isFinite(value)) return new Poison('.inf and .nan have no place in JSON', node.start);
  return value;
}

function decodeList(decoder: Decoder, node: ListNode): unknown[] {
  const { path } = decoder;
  return node.items.map((item, index) => {
    path.push(index);
    const value = decode(decoder, item);
    path.pop();
    return value;
  });
}

/** Entries count in their order, merged ones too: a merge behind a key overwrites it, as go-yaml has it. */
function decodeMap(decoder: Decoder, node: MapNode, map: Record<string, unknown>): Record<string, unknown> {
  const { path } = decoder;
  const own = new Set<string>();
  for (const entry of node.entries) {
    if (entry.merges) {
      mergeAll(decoder, entry.value, map);
      continue;
    }
    const name = keyOf(decoder, entry.key);
    if (name instanceof Poison) {
      decoder.poisoned.set(map, name);
      decode(decoder, entry.value);
      continue;
    }
    entry.name = name;
    path.push(name);
    setOwn(map, name, decode(decoder, entry.value));
    if (own.has(name)) decoder.duplicates.push([...path]);
    own.add(name);
    path.pop();
  }
  return map;
}

function keyOf(decoder: Decoder, node: Node): string | Poison {
  enter(decoder, node);
  if (node.type === 'alias') return inside(decoder, node, () => keyOf(decoder, node.target));
  if (node.type !== 'scalar') throw new Refusal('a map or list cannot be a key', node.start);
  const { value, integer } = scalarOf(node);
  return keyText(value, integer) ?? new Poison(value === null ? 'null cannot be a key' : 'this integer is too large for a key', node.start);
}

function mergeAll(decoder: Decoder, node: Node, map: Record<string, unknown>): void {
  if (node.type === 'list') {
    // The first of several maps has the last word.
    for (const item of node.items.toReversed()) mergeOne(decoder, item, map);
  } else mergeOne(decoder, node, map);
}

function mergeOne(decoder: Decoder, node: Node, map: Record<string, unknown>): void {
  const target = node.type === 'alias' ? node.target : node;
  if (target.type !== 'map') throw new Refusal("'<<' merges maps only", node.start);
  enter(decoder, node);
  if (++decoder.depth > depthLimit) throw new Refusal(tooDeep, node.start);
  if (node.type === 'alias') {
    inside(decoder, node, () => {
      enter(decoder, target);
      return decodeMap(decoder, target, map);
    });
  } else decodeMap(decoder, target, map);
  decoder.depth--;
}

// Layout.

function layoutOf(node: Node, from: number, key: LayoutKey | undefined): Layout {
  const { type, content, end, anchor } = node;
  // An item without a value has the place of its dash.
  const isNothing = type === 'scalar' && key === undefined && node.start === from && node.tag === '' && anchor === '';
  const start = isNothing ? content : node.start;
  const flow = (type === 'list' || type === 'map') && node.flow;
  return { type, flow, anchor, from, key, start, content, end, children: childrenOf(node) };
}

function childrenOf(node: Node): () => readonly Layout[] {
  if (node.type === 'list') return lazily(() => node.items.map((item, i) => layoutOf(item, node.starts[i]!, undefined)));
  return node.type === 'map' ? lazily(() => node.entries.map(entryLayout)) : noChildren;
}

function entryLayout({ start, key, colon, value, name, merges }: Entry): Layout {
  return layoutOf(value, start, { start: key.start, end: key.end, colon, name: merges ? '<<' : name, merges });
}

// Places.

function placeOf(root: Node, path: Path): Range {
  let node = root;
  let key: Node | undefined;
  for (const step of path) {
    const target = targetOf(node);
    if (typeof step === 'number') {
      const item = target.type === 'list' ? target.items[step] : undefined;
      if (item === undefined) return parentPlace(node, key);
      node = item;
      key = undefined;
    } else {
      const entry = target.type === 'map' ? entryOf(target, step) : undefined;
      if (entry === undefined) return parentPlace(node, key);
      key = entry.key;
      node = entry.value;
    }
  }
  if (key !== undefined) return { start: key.start, end: Math.max(key.end, node.end) };
  return path.length === 0 ? parentPlace(node, key) : node;
}

function targetOf(node: Node): Node {
  return node.type === 'alias' ? targetOf(node.target) : node;
}

function parentPlace(node: Node, key: Node | undefined): Range {
  if (key !== undefined) return key;
  const target = targetOf(node);
  return (target.type === 'map' ? target.entries[0]?.key : undefined) ?? node;
}

/** The entry that a key's value comes from, wherever a merge may take it. */
function entryOf(map: MapNode, name: string): Entry | undefined {
  let found: Entry | undefined;
  for (const entry of map.entries) {
    if (!entry.merges) {
      if (entry.name === name) found = entry;
      continue;
    }
    const value = entry.value;
    const merged = value.type === 'list' ? value.items.toReversed() : [value];
    for (const node of merged) {
      const target = targetOf(node);
      if (target.type === 'map') found = entryOf(target, name) ?? found;
    }
  }
  return found;
}
