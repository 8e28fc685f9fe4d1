import type { Layout, LayoutKey } from '../kube/yaml/index.ts';
import { same } from './apply.ts';
import { changeBlock, quoteOf, replaceBlock } from './splice-block.ts';
import { changeFlow, flowStyleOf } from './splice-flow.ts';
import { replace, type Addition, type Splicing } from './splicing.ts';
import { lineBreak, lineStart, skipSpaces } from './yaml-text.ts';
import { flowText, quoted, type FlowStyle } from './yaml-write.ts';

/** What stands around a value. */
export interface Around {
  /** How the brackets around it are written; absent where there are none. */
  readonly flow?: FlowStyle;
  readonly isJson: boolean;
  readonly isRoot: boolean;
}

type Values = Readonly<Record<string, unknown>>;

/** Finds the edits that turn the text of one value into the text of the other. */
export function difference(splicing: Splicing, node: Layout, before: unknown, after: unknown, around: Around): void {
  if (before === after) return;
  const bothMaps = isMap(before) && isMap(after);
  const bothLists = Array.isArray(before) && Array.isArray(after);
  if (!bothMaps && !bothLists && same(before, after)) return;
  if (node.anchor !== '') splicing.anchors.add(node.anchor);
  // What an alias stands for changes with its anchor, if it does.
  if (node.type === 'alias') return;
  const isEmpty = node.children().length === 0 && !(node.flow && splicing.lines.text.slice(node.content, node.end).includes('#'));
  const isBlock = around.flow === undefined && !around.isRoot;
  if (!(isEmpty && isBlock)) {
    if (bothMaps && node.type === 'map') return mapDifference(splicing, node, before, after, around);
    if (bothLists && node.type === 'list') return listDifference(splicing, node, before, after, around);
  }
  if (same(before, after)) return;
  noteAnchors(splicing, node);
  if (around.flow !== undefined) replaceFlow(splicing, node, after, around.flow);
  else if (around.isRoot) splicing.problems.push('the document is not a map');
  else replaceBlock(splicing, node, after);
}

/** The anchors in what goes: aliases may need them. */
function noteAnchors(splicing: Splicing, node: Layout): void {
  if (node.anchor !== '' && node.type !== 'alias') splicing.anchors.add(node.anchor);
  for (const child of node.children()) noteAnchors(splicing, child);
}

function isMap(value: unknown): value is Values {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function mapDifference(splicing: Splicing, node: Layout, before: Values, after: Values, around: Around): void {
  const inside = insideOf(splicing, node, around);
  const names = splicing.renames.get(after);
  const own = new Set<string>();
  const removed = new Set<number>();
  let merges = false;
  for (const [index, child] of node.children().entries()) {
    const { name, merges: isMerge } = child.key!;
    if (isMerge) {
      merges = true;
      continue;
    }
    const newName = names?.get(name) ?? name;
    if (own.has(newName)) splicing.problems.push(`the key ${JSON.stringify(name)} stands twice in one map`);
    own.add(newName);
    if (Object.hasOwn(after, newName)) {
      if (newName !== name) renameKey(splicing, child.key!, newName, inside);
      difference(splicing, child, before[name], after[newName], inside);
    } else {
      noteAnchors(splicing, child);
      removed.add(index);
    }
  }
  const additions: Addition[] = [];
  for (const [key, value] of Object.entries(after)) {
    if (!own.has(key) && !(Object.hasOwn(before, key) && same(before[key], value)))
      additions.push({ after: node.children().length - 1, key, value });
  }
  if (merges) {
    noteMerges(splicing, node);
    const lost = Object.keys(before).find((key) => !own.has(key) && !Object.hasOwn(after, key));
    if (lost !== undefined)
      splicing.problems.push(`the key ${JSON.stringify(lost)} comes from a merge ("<<") and cannot be taken out here alone`);
  }
  change(splicing, node, removed, additions, inside, around);
}

/** Only the key changes, in the quotes that it has. */
function renameKey(splicing: Splicing, { name, start, end }: LayoutKey, newName: string, { flow }: Around): void {
  const [first = ''] = splicing.lines.text.slice(start, end);
  if ('&*!|>'.includes(first)) splicing.problems.push(`the key ${JSON.stringify(name)} is written with ${writtenWith[first]}`);
  else replace(splicing, start, end, quoted(newName, first === '"' || first === "'" ? first : '', flow !== undefined));
}

const writtenWith: Readonly<Record<string, string>> = {
  '&': 'an anchor',
  '*': 'an alias',
  '!': 'a tag',
  '|': 'a block of text',
  '>': 'a block of text',
};

function noteMerges({ anchors }: Splicing, node: Layout): void {
  for (const child of node.children()) {
    if (child.key?.merges !== true) continue;
    for (const merged of child.type === 'list' ? child.children() : [child]) if (merged.type === 'alias') anchors.add(merged.anchor);
  }
}

function listDifference(splicing: Splicing, node: Layout, before: readonly unknown[], after: readonly unknown[], around: Around): void {
  const inside = insideOf(splicing, node, around);
  const removed = new Set<number>();
  const additions: Addition[] = [];
  let next = 0;
  for (const [index, partner] of partners(splicing, before, after).entries()) {
    if (partner === -1) {
      noteAnchors(splicing, node.children()[index]!);
      removed.add(index);
      continue;
    }
    for (; next < partner; next++) additions.push({ after: index - 1, value: after[next] });
    difference(splicing, node.children()[index]!, before[index], after[partner], inside);
    next = partner + 1;
  }
  for (; next < after.length; next++) additions.push({ after: before.length - 1, value: after[next] });
  change(splicing, node, removed, additions, inside, around);
}

function insideOf(splicing: Splicing, node: Layout, { flow, isJson }: Around): Around {
  return node.flow ? { flow: flowStyleOf(splicing, node, flow, isJson), isJson, isRoot: false } : { isJson, isRoot: false };
}

function change(
  splicing: Splicing,
  node: Layout,
  removed: ReadonlySet<number>,
  additions: readonly Addition[],
  inside: Around,
  around: Around,
): void {
  if (removed.size === 0 && additions.length === 0) return;
  if (inside.flow !== undefined) changeFlow(splicing, node, removed, additions, inside.flow);
  else changeBlock(splicing, node, removed, additions, around.isRoot);
}

function replaceFlow(splicing: Splicing, node: Layout, value: unknown, style: FlowStyle): void {
  const { lines } = splicing;
  const { text } = lines;
  const begin = lineStart(lines, node.from);
  const indentation = text.slice(begin, skipSpaces(text, begin));
  const quote = quoteOf(text, node, value);
  const written = flowText(value, quote === '' ? style : { ...style, quote }, indentation, lineBreak(lines, node.from));
  const { key } = node;
  if (key?.colon === -1) replace(splicing, key.end, key.end, `: ${written}`);
  else {
    const space = node.start === node.end && key !== undefined ? ' ' : '';
    replace(splicing, node.start, node.end, space + written);
  }
}

/** More pairs than this are not weighed against each other: items then keep their order. */
const comparisons = 250_000;

/**
 * For every item before, the index of the item after that it becomes; -1 where it goes. What is left between two that are
 * alike is paired in its order.
 */
function partners({ origins }: Splicing, before: readonly unknown[], after: readonly unknown[]): number[] {
  const found = Array.from<number>({ length: before.length }).fill(-1);
  let start = 0;
  let beforeEnd = before.length;
  let afterEnd = after.length;
  for (; start < beforeEnd && start < afterEnd && likeness(before[start], after[start], origins) >= certain; start++) found[start] = start;
  for (; beforeEnd > start && afterEnd > start && likeness(before[beforeEnd - 1], after[afterEnd - 1], origins) >= certain;)
    found[--beforeEnd] = --afterEnd;
  const rows = beforeEnd - start;
  const columns = afterEnd - start;
  if (rows === 0 || columns === 0) return found;
  if (rows * columns <= comparisons)
    align((row, column) => likeness(before[start + row], after[start + column], origins), start, rows, columns, found);
  pairGaps(found, start, beforeEnd, afterEnd);
  return found;
}

const certain = 3;

/**
 * How likely it is that an item became another: 4 where it did or is the same, 3 where they have one name, 2 where they are
 * equal, 1 where they have a field in common.
 */
function likeness(a: unknown, b: unknown, origins: Splicing['origins']): number {
  if (a === b || (typeof b === 'object' && b !== null && origins.get(b) === a)) return 4;
  if (same(a, b)) return 2;
  if (!isMap(a) || !isMap(b)) return 0;
  if (typeof a['name'] === 'string' && a['name'] === b['name']) return 3;
  return Object.keys(a).some((key) => Object.hasOwn(b, key) && a[key] === b[key]) ? 1 : 0;
}

/** The alignment with the greatest sum of likeness, by dynamic programming. */
function align(weigh: (row: number, column: number) => number, start: number, rows: number, columns: number, found: number[]): void {
  const width = columns + 1;
  const likenesses = new Uint8Array(rows * columns);
  const best = new Int32Array((rows + 1) * width);
  for (let row = rows - 1; row >= 0; row--) {
    for (let column = columns - 1; column >= 0; column--) {
      const alike = weigh(row, column);
      likenesses[row * columns + column] = alike;
      const paired = alike === 0 ? 0 : alike + best[(row + 1) * width + column + 1]!;
      best[row * width + column] = Math.max(paired, best[(row + 1) * width + column]!, best[row * width + column + 1]!);
    }
  }
  for (let row = 0, column = 0; row < rows && column < columns;) {
    const alike = likenesses[row * columns + column]!;
    const here = best[row * width + column]!;
    if (alike > 0 && here === alike + best[(row + 1) * width + column + 1]!) found[start + row++] = start + column++;
    else if (here === best[(row + 1) * width + column]!) row++;
    else column++;
  }
}

/** What is left between two pairs is paired in its order. */
function pairGaps(found: number[], start: number, beforeEnd: number, afterEnd: number): void {
  let next = start;
  let free = start;
  for (let index = start; index < beforeEnd; index++) {
    if (next <= index) {
      next = index;
      while (next < beforeEnd && found[next] === -1) next++;
    }
    if (next === index) free = found[index]! + 1;
    else if (free < (next < beforeEnd ? found[next]! : afterEnd)) found[index] = free++;
  }
}
