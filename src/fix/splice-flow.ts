import type { Layout } from '../kube/yaml/index.ts';
import { byNeighbour, firstKept, replace, type Addition, type Splicing } from './splicing.ts';
import { beginsLine, isBlank, lineBreak, lineEnd, lineStart, nextLine, skipSpaces, skipToToken, skipWhite } from './yaml-text.ts';
import { flowField, flowText, jsonFlow, yamlFlow, type FlowStyle } from './yaml-write.ts';

/** How this collection is written; what it does not show is as in the one around it. */
export function flowStyleOf({ lines }: Splicing, node: Layout, around: FlowStyle | undefined, isJson: boolean): FlowStyle {
  const { text } = lines;
  const base = around ?? (isJson ? jsonFlow : yamlFlow);
  const [first, second] = node.children();
  if (first === undefined) return base;
  const style = { ...base };
  if (first.key !== undefined) {
    style.keyQuote = text[first.key.start] === '"' ? '"' : '';
    if (around === undefined) style.quote = style.keyQuote;
    if (first.key.colon >= 0 && first.start < first.end) style.colonGap = first.start === first.key.colon + 1 ? '' : ' ';
  } else if (around === undefined) style.quote = /^["']/.exec(text.slice(first.content, first.content + 1))?.[0] ?? '';
  const opening = text.slice(node.content + 1, first.from);
  if (/^ *$/.test(opening)) style[node.type === 'list' ? 'listPad' : 'mapPad'] = opening === '' ? '' : ' ';
  if (second === undefined && first.key !== undefined) style.commaGap = style.colonGap === '' ? '' : ' ';
  else if (second === undefined) style.commaGap = base.commaGap;
  else if (beginsLine(lines, second.from)) style.commaGap = ' ';
  else style.commaGap = text[second.from - 1] === ',' ? '' : ' ';
  delete style.indent;
  if (hasOwnLine(lines, node, first) && style.keyQuote === '"') {
    const outer = indentationAt(lines, node.content);
    const inner = indentationAt(lines, first.from);
    style.indent = inner.startsWith(outer) ? inner.slice(outer.length) : (base.indent ?? '  ');
  } else if (first.key === undefined && base.indent !== undefined && text.slice(node.content, first.from).includes('\n'))
    style.indent = base.indent;
  return style;
}

function hasOwnLine(lines: Splicing['lines'], node: Layout, child: Layout): boolean {
  return lineStart(lines, child.from) > node.content && beginsLine(lines, child.from);
}

function indentationAt(lines: Splicing['lines'], at: number): string {
  const start = lineStart(lines, at);
  return lines.text.slice(start, skipSpaces(lines.text, start));
}

function entryText(splicing: Splicing, { key, value }: Addition, style: FlowStyle, at: number): string {
  const indentation = indentationAt(splicing.lines, at);
  const newline = lineBreak(splicing.lines, at);
  return key === undefined ? flowText(value, style, indentation, newline) : flowField(key, value, style, indentation, newline);
}

/** Takes children out of a collection in brackets and puts others in. */
export function changeFlow(
  splicing: Splicing,
  node: Layout,
  removed: ReadonlySet<number>,
  additions: readonly Addition[],
  style: FlowStyle,
): void {
  const { lines } = splicing;
  const children = node.children();
  if (!'[{'.includes(lines.text.charAt(node.content))) {
    splicing.problems.push('a pair in a list without braces of its own cannot get or lose a key');
    return;
  }
  const first = children[0];
  if (first === undefined) {
    fill(splicing, node, additions, style);
    return;
  }
  const kept = firstKept(node, removed);
  if (kept === undefined && additions.length > 0) {
    const texts = additions.map((addition) => entryText(splicing, addition, style, first.from));
    replace(splicing, first.from, first.end, texts.join(`,${style.commaGap}`));
    removeChildren(splicing, node, new Set([...removed].filter((index) => index > 0)), false);
    return;
  }
  const tail = tailOf(splicing, node, removed);
  const groups = byNeighbour(additions, removed);
  for (const [index, group] of groups) {
    if (index === -1) addInFront(splicing, kept!, group, style);
    else addBehind(splicing, node, index, group, { style, endsWithComma: index + 1 < tail });
  }
  removeChildren(splicing, node, removed, groups.has(tail - 1));
}

/**
 * Where the children begin that leave from the end and with the comma in front of them: those that no comma follows that
 * could go instead.
 */
function tailOf(splicing: Splicing, node: Layout, removed: ReadonlySet<number>): number {
  const children = node.children();
  let tail = children.length;
  if (commaBehind(splicing, children[tail - 1]!) === -1) while (tail > 0 && removed.has(tail - 1)) tail--;
  else tail++;
  return tail;
}

/** Brackets with nothing, or only a comment, between them. */
function fill(splicing: Splicing, node: Layout, additions: readonly Addition[], style: FlowStyle): void {
  const { text } = splicing.lines;
  const isMap = node.type === 'map';
  const value = isMap
    ? Object.fromEntries(additions.map(({ key = '', value: item }) => [key, item]))
    : additions.map(({ value: item }) => item);
  const newline = lineBreak(splicing.lines, node.content);
  if (skipWhite(text, node.content + 1) === node.end - 1) {
    replace(splicing, node.content, node.end, flowText(value, style, indentationAt(splicing.lines, node.content), newline));
    return;
  }
  const texts = additions.map((addition) => entryText(splicing, addition, style, node.end - 1));
  replace(splicing, node.end - 1, node.end - 1, `${texts.join(`,${style.commaGap}`)} `);
}

function addInFront(splicing: Splicing, child: Layout, additions: readonly Addition[], style: FlowStyle): void {
  const texts = additions.map((addition) => entryText(splicing, addition, style, child.from));
  const own = beginsLine(splicing.lines, child.from);
  const gap = own ? lineBreak(splicing.lines, child.from) + indentationAt(splicing.lines, child.from) : style.commaGap;
  replace(splicing, child.from, child.from, texts.map((text) => `${text},${gap}`).join(''));
}

interface Manner {
  readonly style: FlowStyle;
  /** Whether a comma follows the last of them. */
  readonly endsWithComma: boolean;
}

function addBehind(
  splicing: Splicing,
  node: Layout,
  index: number,
  additions: readonly Addition[],
  { style, endsWithComma }: Manner,
): void {
  const { lines } = splicing;
  const { text } = lines;
  const child = node.children()[index]!;
  const texts = additions.map((addition) => entryText(splicing, addition, style, child.from));
  const comma = commaBehind(splicing, child);
  const end = endsWithComma ? ',' : '';
  // A comma would be part of the plain text that a colon without a value looks like.
  const space = child.key?.colon === child.end - 1 ? ' ' : '';
  if (!hasOwnLine(lines, node, child)) {
    if (comma === -1) replace(splicing, child.end, child.end, `${space}${texts.map((entry) => `,${style.commaGap}${entry}`).join('')}`);
    else replace(splicing, comma + 1, comma + 1, style.commaGap + texts.join(`,${style.commaGap}`) + end);
    return;
  }
  const at = comma === -1 ? child.end : comma + 1;
  const rest = skipSpaces(text, at);
  const place = text[rest] === '#' ? lineEnd(lines, rest) : at;
  const gap = lineBreak(lines, place) + indentationAt(lines, child.from);
  if (comma === -1) {
    const entries = gap + texts.join(`,${gap}`);
    if (place === at) replace(splicing, at, at, `${space},${entries}`);
    else {
      replace(splicing, at, at, `${space},`);
      replace(splicing, place, place, entries);
    }
  } else replace(splicing, place, place, gap + texts.join(`,${gap}`) + end);
}

/** The comma behind a child; -1 where there is none. */
function commaBehind({ lines }: Splicing, child: Layout): number {
  const at = skipToToken(lines, child.end);
  return lines.text[at] === ',' ? at : -1;
}

/** `keepsComma`: something else follows the comma in front of those that leave from the end. */
function removeChildren(splicing: Splicing, node: Layout, removed: ReadonlySet<number>, keepsComma: boolean): void {
  const children = node.children();
  const { text } = splicing.lines;
  if (removed.size === children.length && !text.slice(node.content, node.end).includes('#')) {
    replace(splicing, node.content + 1, node.end - 1, '');
    return;
  }
  const tail = tailOf(splicing, node, removed);
  for (const index of removed) {
    const child = children[index]!;
    const comma = commaBehind(splicing, child);
    if (index < tail || tail === 0) removeWithComma(splicing, node, child, comma);
    else {
      const before = keepsComma && index === tail ? -1 : commaBehind(splicing, children[index - 1]!);
      removeFromTail(splicing, node, child, before, comma);
    }
  }
}

function removeWithComma(splicing: Splicing, node: Layout, child: Layout, comma: number): void {
  const { lines } = splicing;
  const { text } = lines;
  const onLine = comma !== -1 && isBlank(text, child.end, comma);
  const end = onLine ? comma + 1 : child.end;
  if (hasOwnLine(lines, node, child) && endsLine(lines, end)) replace(splicing, lineStart(lines, child.from), nextLine(lines, end), '');
  else replace(splicing, child.from, onLine ? skipSpaces(text, end) : end, '');
  if (comma !== -1 && !onLine) replace(splicing, comma, comma + 1, '');
}

/** `before` is the comma to take along, -1 for none. */
function removeFromTail(splicing: Splicing, node: Layout, child: Layout, before: number, comma: number): void {
  const { lines } = splicing;
  const { text } = lines;
  if (hasOwnLine(lines, node, child) && endsLine(lines, comma !== -1 && isBlank(text, child.end, comma) ? comma + 1 : child.end)) {
    if (before !== -1) replace(splicing, before, before + 1, '');
    replace(splicing, lineStart(lines, child.from), nextLine(lines, child.end), '');
  } else if (before !== -1 && skipSpaces(text, before + 1) === child.from) replace(splicing, before, child.end, '');
  else {
    if (before !== -1) replace(splicing, before, before + 1, '');
    const blanks = /[ \t]*$/.exec(text.slice(lineStart(lines, child.from), child.from))![0].length;
    replace(splicing, child.from - (before === -1 ? blanks : 0), child.end, '');
  }
}

/** Whether nothing but a comment follows on the line. */
function endsLine(lines: Splicing['lines'], at: number): boolean {
  const next = skipSpaces(lines.text, at);
  return next >= lineEnd(lines, at) || lines.text[next] === '#';
}
