import picocolors from 'picocolors';
import { isObserved, severities, type Report, type ResourceRef, type Severity } from '../core/index.ts';
import { counted } from './outcome.ts';
import { printable } from './printable.ts';
import { cells, wrapped } from './wrap.ts';

// What the texts for people have in common: how they are laid out and coloured.

export type Colors = ReturnType<typeof picocolors.createColors>;

export interface Page {
  readonly colors: Colors;
  /** Cells of a line; prose is wrapped there, paths never are. */
  readonly width: number;
  /** Everything one by one. */
  readonly all: boolean;
  /** About a cluster, where objects stand in no file and on no line. */
  readonly live?: boolean;
}

export function pageOf({ color, width, all }: { readonly color: boolean; readonly width: number; readonly all: boolean }): Page {
  return { colors: picocolors.createColors(color), width: Math.max(40, Math.min(width, 120)), all };
}

/** The severity or state stands here, and prose after it. */
export const margin = 12;
const entriesShown = 8;
const fieldsShown = 5;

export function heading(text: string, { width, colors }: Page): string {
  const rule = Math.max(0, width - cells(text) - 1);
  return `\n${colors.bold(colors.underline(text))}${rule > 2 ? ` ${colors.dim('─'.repeat(rule))}` : ''}\n`;
}

/** A word in the margin and prose beside it, wrapped under itself. */
export function labelled(label: string, text: string, { width }: Page, color: (text: string) => string = String): string {
  const indent = ' '.repeat(margin);
  const [first = '', ...rest] = wrapped(text, width - margin);
  const word = label === '' ? indent : `  ${color(label)}${' '.repeat(margin - 2 - label.length)}`;
  return `${word}${first}\n${rest.map((part) => `${indent}${part}\n`).join('')}`;
}

/** A place that terminals make clickable, alone on its line where what belongs to it does not fit beside it. */
export function placed(where: string, what: string, { width, colors }: Page): string {
  const indent = ' '.repeat(margin);
  if (margin + cells(where) + 2 + cells(what) <= width) return `${indent}${colors.cyan(where)}  ${colors.dim(what)}\n`;
  const lines = wrapped(what, width - margin).map((part) => `${indent}${colors.dim(part)}\n`);
  return `${indent}${colors.cyan(where)}\n${lines.join('')}`;
}

// oxlint-disable-next-line no-control-regex
const colorCode = /\u001b\[\d+m/g;

export function bareCells(colored: string): number {
  return cells(colored.replace(colorCode, ''));
}

/** Coloured parts with dots between them, broken into lines between the parts. */
export function listed(parts: readonly string[], width: number): string[] {
  const lines: string[] = [];
  for (const part of parts) {
    const last = lines.at(-1);
    if (last === undefined || bareCells(last) + 3 + bareCells(part) > width) lines.push(part);
    else lines[lines.length - 1] = `${last} · ${part}`;
  }
  return lines;
}

export const summaryColumn = 14;

export function row(name: string, parts: readonly string[], { width }: Page): string {
  const lines = listed(parts, width - summaryColumn - 2);
  return lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(summaryColumn)}${line}\n`).join('');
}

export function resourceName(ref: ResourceRef): string {
  const { kind, namespace, name, owner } = ref;
  if (isObserved(ref)) return printable(`API server of context ${name}`);
  const owned = owner === undefined ? '' : ` of ${owner.kind} ${owner.name}`;
  return printable(`${kind} ${name}${owned}${namespace === undefined ? '' : ` in namespace ${namespace}`}`);
}

export function severityParts(counts: Readonly<Record<Severity, number>>, colors: Colors): string[] {
  return severities
    .filter((severity) => counts[severity] > 0)
    .map((severity) => severityColor(colors, severity)(`${counts[severity]} ${severity}`));
}

export function severityColor(colors: Colors, severity: Severity): (text: string) => string {
  const { bold, red, yellow, blue } = colors;
  return { critical: (text: string) => bold(red(text)), high: red, medium: yellow, low: blue }[severity];
}

export function* unread({ inputs }: { readonly inputs: Pick<Report['inputs'], 'unread'> }, page: Page): Generator<string, void> {
  const entries = inputs.unread;
  if (entries.length === 0) return;
  yield heading(page.live === true ? 'Could not be read' : `Could not be read: ${counted(entries.length, 'document')}`, page);
  yield '\n';
  for (const { file, line, reason } of entries) {
    yield `  ${page.colors.red(fileLine(file, line, page))}\n`;
    for (const part of wrapped(printable(reason), page.width - 4)) yield `    ${part}\n`;
  }
}

export function* skipped({ inputs }: Pick<Report, 'inputs'>, page: Page): Generator<string, void> {
  const reasons = tally(inputs.skipped.map(({ reason, count, file, line }) => ({ reason, count, where: fileLine(file, line, page) })));
  if (reasons.length === 0) return;
  const total = reasons.reduce((sum, { count }) => sum + count, 0);
  yield heading(`Skipped: ${total}`, page);
  yield '\n';
  yield* tallied(reasons, page);
}

export function* excepted({ inputs }: Pick<Report, 'inputs'>, page: Page): Generator<string, void> {
  const entries = inputs.excepted;
  if (entries.length === 0) return;
  yield heading(`Excepted: ${counted(entries.length, 'object')} of the system`, page);
  yield `\n  Not judged; --system judges them too\n\n`;
  yield* tallied(
    tally(entries.map(({ reason, resource }) => ({ reason, count: 1, where: resourceName(resource) }))),
    page,
    page.all ? entries.map(({ resource, file, line }) => [resourceName(resource), fileLine(file, line, page)] as const) : [],
  );
}

export function* drifted({ inputs }: Pick<Report, 'inputs'>, page: Page): Generator<string, void> {
  const entries = inputs.drifted;
  if (entries.length === 0) return;
  const total = entries.reduce((sum, { count }) => sum + count, 0);
  yield heading(`Differ from the template of their owner: ${total}`, page);
  yield `\n${prose('Judged themselves; what their owner fails too is told there', page)}`;
  const shown = page.all || entries.length <= entriesShown + 1 ? entries : entries.slice(0, entriesShown);
  for (const { resource, count, differences, more = 0 } of shown) {
    const others = count === 1 ? '' : `, and ${count - 1} more`;
    yield `\n${prose(resourceName(resource) + others, page)}`;
    const fields = page.all || differences.length <= fieldsShown + 1 ? differences : differences.slice(0, fieldsShown);
    for (const { path, change } of fields) yield `    ${page.colors.dim(change.padEnd(8))}  ${printable(path)}\n`;
    const rest = differences.length - fields.length + more;
    if (rest > 0) yield `              and ${counted(rest, 'more field')}${more > 0 ? '' : ' (--all lists them)'}\n`;
  }
  if (shown.length < entries.length) yield `\n  and ${counted(entries.length - shown.length, 'more difference')} (--all lists them)\n`;
}

function prose(text: string, { width }: Page): string {
  return wrapped(text, width - 2)
    .map((part) => `  ${part}\n`)
    .join('');
}

export function* staticPods({ inputs }: Pick<Report, 'inputs'>, page: Page): Generator<string, void> {
  const entries = inputs.staticPods;
  if (entries.length === 0) return;
  yield heading(`Static pods: ${entries.length}`, page);
  yield `\n${prose('Judged; only a file on their node changes them', page)}\n`;
  const shown = page.all || entries.length <= entriesShown + 1 ? entries : entries.slice(0, entriesShown);
  for (const { resource, node } of shown) yield prose(`${resourceName(resource)}, node ${printable(node)}`, page);
  if (shown.length < entries.length) yield `  and ${entries.length - shown.length} more (--all lists them)\n`;
}

function fileLine(file: string, line: number, { live }: Page): string {
  return live === true ? printable(file) : `${printable(file)}:${line}`;
}

export interface Tally {
  readonly reason: string;
  count: number;
  readonly example: string;
}

/** Equal reasons counted together, the most frequent first. */
export function tally(entries: readonly { reason: string; count: number; where: string }[]): Tally[] {
  const byReason = new Map<string, Tally>();
  for (const { reason, count, where } of entries) {
    const found = byReason.get(reason);
    if (found === undefined) byReason.set(reason, { reason, count, example: where });
    else found.count += count;
  }
  return [...byReason.values()].sort((a, b) => b.count - a.count || (a.reason < b.reason ? -1 : 1));
}

function* tallied(list: readonly Tally[], page: Page, each: readonly (readonly [string, string])[] = []): Generator<string, void> {
  const shown = page.all || list.length <= entriesShown + 1 ? list : list.slice(0, entriesShown);
  for (const { reason, count, example } of shown) {
    const [first, ...rest] = wrapped(printable(reason), page.width - 10);
    yield `${String(count).padStart(7)}  ${first}\n`;
    for (const part of rest) yield `         ${part}\n`;
    const where = `${count === 1 ? '' : 'first '}${printable(example)}`;
    yield `         ${page.colors.dim(where)}\n`;
  }
  if (shown.length < list.length) yield `         and ${counted(list.length - shown.length, 'more reason')} (--all lists them)\n`;
  for (const [name, where] of each) yield `         ${name}  ${page.colors.dim(where)}\n`;
}
