import type { Layout } from '../kube/yaml/index.ts';
import { byNeighbour, firstKept, replace, type Addition, type Splicing } from './splicing.ts';
import { beginsLine, columnOf, lineBreak, lineEnd, lineStart, nextLine, skipSpaces, skipWhite, type Lines } from './yaml-text.ts';
import { blockField, blockItem, blockScalar, blockValue, flowText, isFilled, yamlFlow, type BlockStyle } from './yaml-write.ts';

/** The habits of a document, from its first map in a map and its first list; those of the tools that most people use where it has none. */
export function documentStyle(lines: Lines, root: Layout): BlockStyle {
  const found: Partial<Record<keyof BlockStyle, number>> = {};
  collectHabits(lines, root, found, true);
  const step = found.step ?? (found.listStep || 2);
  return { step, listStep: found.listStep ?? 0, gap: found.gap ?? 1, keyQuote: '' };
}

type Habits = Partial<Record<keyof BlockStyle, number>>;

/** Answers whether all habits are known. */
function collectHabits(lines: Lines, node: Layout, found: Habits, deep: boolean): boolean {
  if (node.flow) return false;
  for (const child of node.children()) {
    if (isBlockOnOwnLine(lines, child)) {
      const step = columnOf(lines, child.content) - columnOf(lines, child.from);
      if (child.type === 'list') found.listStep ??= step;
      else if (child.key !== undefined) found.step ??= step;
    }
    if (node.type === 'list' && child.content > child.from + 1) found.gap ??= gapOf(lines, child);
    if (found.step !== undefined && found.listStep !== undefined && found.gap !== undefined) return true;
    if (deep && collectHabits(lines, child, found, true)) return true;
  }
  return false;
}

function isBlockOnOwnLine(lines: Lines, { type, flow, content, key }: Layout): boolean {
  return key !== undefined && (type === 'map' || type === 'list') && !flow && beginsLine(lines, content);
}

/** Columns between a dash and its item; an item on the next line stands as far right. */
function gapOf(lines: Lines, item: Layout): number {
  return Math.max(columnOf(lines, item.content) - columnOf(lines, item.from) - 1, 1);
}

/** The habits that the fields of this map show, else those of the document. */
function styleAt(splicing: Splicing, node: Layout): BlockStyle {
  const { lines } = splicing;
  const found: Habits = {};
  if (node.type === 'map') collectHabits(lines, node, found, false);
  const first = node.children()[0]?.key;
  const quoteKeys = node.type === 'map' && first !== undefined && node.children().every(({ key }) => lines.text[key!.start] === '"');
  return { ...splicing.style(), ...found, keyQuote: quoteKeys ? '"' : '' };
}

/** Takes children out of a block map or list and puts others in. */
export function changeBlock(
  splicing: Splicing,
  node: Layout,
  removed: ReadonlySet<number>,
  additions: readonly Addition[],
  isRoot: boolean,
): void {
  const { lines } = splicing;
  const first = node.children()[0]!;
  const kept = firstKept(node, removed);
  if (kept !== undefined) {
    for (const [index, group] of byNeighbour(additions, removed)) {
      const added = blockLines(splicing, node, group);
      if (index === -1) addInFront(splicing, kept, added);
      else insertLines(splicing, node, node.children()[index]!, added);
    }
    removeChildren(splicing, node, removed);
    return;
  }
  const rest = new Set([...removed].filter((index) => index > 0));
  if (additions.length > 0) {
    const text = blockLines(splicing, node, additions).join(lineBreak(lines, first.from));
    replace(splicing, first.from, first.end, text.trimStart());
    removeChildren(splicing, node, rest);
    return;
  }
  const empty = node.type === 'list' ? '[]' : '{}';
  if (isRoot || !beginsLine(lines, first.from)) {
    replace(splicing, first.from, first.end, empty);
    removeChildren(splicing, node, rest);
    return;
  }
  const at = propertiesEnd(lines, node);
  replace(splicing, at, at, ` ${empty}`);
  removeChildren(splicing, node, removed);
}

/** Where the colon, the dash, or the anchor and tag behind them end. */
function propertiesEnd({ text }: Lines, { key, from, start, content }: Layout): number {
  if (start === content) return key === undefined ? from + 1 : key.colon + 1;
  const properties = /(?:[&!][^\s]*[ \t]*)+/y;
  properties.lastIndex = start;
  return start + (properties.exec(text)?.[0].trimEnd().length ?? 0);
}

/** The additions as lines with their indentation. */
function blockLines(splicing: Splicing, node: Layout, additions: readonly Addition[]): string[] {
  const { lines } = splicing;
  const first = node.children()[0]!;
  const column = columnOf(lines, first.from);
  let style = styleAt(splicing, node);
  const indented = ([begin = '', ...rest]: readonly string[]): string[] => [' '.repeat(column) + begin, ...rest];
  if (node.type === 'map') return additions.flatMap(({ key = '', value }) => indented(blockField(key, value, column, style)));
  const last = node.children().findLast(({ content, from }) => content > from + 1) ?? first;
  const alone = last.type === 'map' && beginsLine(lines, last.content);
  style = { ...style, gap: gapOf(lines, last) };
  return additions.flatMap(({ value }) => indented(blockItem(value, column, style, alone)));
}

function addInFront({ lines, edits }: Splicing, child: Layout, added: readonly string[]): void {
  const newline = lineBreak(lines, child.from);
  const text = added.join(newline).trimStart() + newline + ' '.repeat(columnOf(lines, child.from));
  edits.push({ start: child.from, end: child.from, text });
}

/** Puts lines behind those of a child: behind the comments that belong to it as well where it is the last of its collection. */
function insertLines(splicing: Splicing, node: Layout, child: Layout, added: readonly string[]): void {
  const { lines } = splicing;
  const { text } = lines;
  const own = ownEnd(lines, child);
  if (own > child.end && text[own - 1] === '\n') {
    const newline = lineBreak(lines, child.end);
    replace(splicing, own, own, added.map((line) => line + newline).join(''));
    return;
  }
  const end = lineEnd(lines, child.end);
  const at = child === node.children().at(-1) ? commentsEnd(lines, end, columnOf(lines, child.from)) : end;
  // The line before keeps its break: the last of the new ones takes it over, and all of them end like it.
  const newline = lineBreak(lines, at);
  replace(splicing, at, at, added.map((line) => newline + line).join(''));
}

/**
 * The end of the comments that follow at once and belong to what stands at this column: they stand there or further right,
 * and further right than what comes next. `at` is the end of a line.
 */
function commentsEnd(lines: Lines, at: number, column: number): number {
  const { text } = lines;
  const ends: { readonly column: number; readonly end: number }[] = [];
  let line = nextLine(lines, at);
  while (line > at && line < text.length) {
    const start = skipSpaces(text, line);
    if (text[start] !== '#' || start - line < column) break;
    const end = lineEnd(lines, start);
    ends.push({ column: start - line, end });
    if (nextLine(lines, end) <= line) break;
    line = nextLine(lines, end);
  }
  if (ends.length === 0) return at;
  const next = nextColumn(lines, line);
  const foreign = ends.findIndex((comment) => comment.column <= next);
  const own = foreign === -1 ? ends : ends.slice(0, foreign);
  return own.at(-1)?.end ?? at;
}

/** The column of the next content behind comments and empty lines; 0 at the end and before a document marker. */
function nextColumn(lines: Lines, from: number): number {
  const { text } = lines;
  for (let line = from; line < text.length; line = nextLine(lines, line)) {
    const start = skipSpaces(text, line);
    if (text[start] !== '#' && start < lineEnd(lines, line)) return start - line;
    if (nextLine(lines, line) <= line) break;
  }
  return 0;
}

/** Where a value ends; for a block of text that keeps the empty lines behind it, where those end. */
function ownEnd(lines: Lines, node: Layout): number {
  const { text } = lines;
  let leaf = node;
  while (leaf.children().length > 0 && !leaf.flow) leaf = leaf.children().at(-1)!;
  if (leaf.type !== 'scalar' || !/^[|>][0-9]?\+/.test(text.slice(leaf.content, leaf.content + 3))) return node.end;
  let line = nextLine(lines, node.end);
  while (line < text.length && skipSpaces(text, line) >= lineEnd(lines, line)) line = nextLine(lines, line);
  return line;
}

/** Where the line behind the last one of a value begins. */
function linesEnd(lines: Lines, node: Layout): number {
  const own = ownEnd(lines, node);
  return own > node.end ? own : nextLine(lines, node.end);
}

function removeChildren(splicing: Splicing, node: Layout, removed: ReadonlySet<number>): void {
  const { lines } = splicing;
  const { text } = lines;
  const children = node.children();
  let index = 0;
  // What stands behind a dash leaves the dash to what comes next.
  if (removed.has(0) && !beginsLine(lines, children[0]!.from)) {
    let to: number;
    do {
      to = skipWhite(text, lineEnd(lines, children[index++]!.end));
    } while (text[to] !== '#' && removed.has(index));
    replace(splicing, children[0]!.from, to, '');
  }
  for (const removedIndex of removed) {
    if (removedIndex < index) continue;
    const child = children[removedIndex]!;
    replace(splicing, lineStart(lines, child.from), linesEnd(lines, child), '');
  }
}

/** Puts another value in the place of one that is not inside brackets. */
export function replaceBlock(splicing: Splicing, node: Layout, value: unknown): void {
  const { lines } = splicing;
  const { text } = lines;
  const { key } = node;
  if (key !== undefined && key.colon === -1) {
    splicing.problems.push(`the key ${JSON.stringify(key.name)} has no colon to put a value behind`);
    return;
  }
  const isCollection = node.children().length > 0 && !node.flow;
  if (isFilled(value) && !(node.flow && node.children().length > 0)) {
    replaceByBlock(splicing, node, value);
    return;
  }
  const scalar = isFilled(value) ? flowText(value, yamlFlow) : blockScalar(value, quoteOf(text, node, value));
  if (isCollection && key !== undefined && beginsLine(lines, node.content)) {
    replace(splicing, key.colon + 1, propertiesEnd(lines, node), ` ${scalar}`);
    replace(splicing, lineStart(lines, node.content), linesEnd(lines, node), '');
    return;
  }
  const hasTag = text.slice(node.start, node.content).includes('!');
  const anchor = hasTag && node.anchor !== '' ? `&${node.anchor} ` : '';
  const start = hasTag ? node.start : node.content;
  const space = /\s/.test(text.charAt(start - 1)) ? '' : ' ';
  replace(splicing, start, node.end, space + anchor + scalar);
}

/** A string takes the quotes of the one that it replaces. */
export function quoteOf(text: string, { content, type }: Layout, value: unknown): string {
  return type === 'scalar' && typeof value === 'string' ? (/^["']/.exec(text.slice(content, content + 1))?.[0] ?? '') : '';
}

/** A map or list in block style, where a scalar, nothing or an empty collection stands. */
function replaceByBlock(splicing: Splicing, node: Layout, value: object): void {
  const { lines } = splicing;
  const { text } = lines;
  const style = splicing.style();
  const { key } = node;
  const onOwnLine = node.content > node.from && node.start < node.end && beginsLine(lines, node.start);
  if (key === undefined || onOwnLine) {
    const at = columnOf(lines, node.start);
    const least = onOwnLine && key !== undefined && !Array.isArray(value) ? columnOf(lines, node.from) + style.step : 0;
    const space = /\s/.test(text.charAt(node.start - 1)) ? ' '.repeat(Math.max(least - at, 0)) : ' ';
    replace(splicing, node.start, node.end, space + blockValue(value, at + space.length, style).join(lineBreak(lines, node.from)));
    return;
  }
  const column = columnOf(lines, node.from);
  const inner = column + (Array.isArray(value) ? style.listStep : style.step);
  const [first = '', ...rest] = blockValue(value, inner, style);
  const before = text.slice(key.colon + 1, node.end);
  if (before !== '') replace(splicing, key.colon + 1, node.end, '');
  const isEmpty = node.start === node.end;
  const end = lineEnd(lines, node.end);
  const at = isEmpty ? commentsEnd(lines, end, column + 1) : end;
  const newline = lineBreak(lines, at);
  replace(splicing, at, at, [' '.repeat(inner) + first, ...rest].map((line) => newline + line).join(''));
}
