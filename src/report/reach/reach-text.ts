import type { ReachEndpoint, ReachPair, ReachPorts } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { heading, pageOf, type Page } from '../page.ts';
import { printable } from '../printable.ts';
import { cells, padded, wrapped } from '../wrap.ts';
import { cidrText, portsText, type ReachGraph } from './reach-graph.ts';

export interface ReachTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** Everything by its name, and every pair. */
  readonly all: boolean;
  /** What was read: `3 files`. */
  readonly source: string;
  /** What the answers depend on, a sentence each. */
  readonly notes: readonly string[];
}

/** Who may open connections to what, bundled as in the picture: a line for what nothing tells apart. */
export function* formatReachText(graph: ReachGraph, options: ReachTextOptions): Generator<string, void> {
  const page = pageOf(options);
  const { endpoints, edges } = graph;
  yield* notes(options.notes, page);
  yield heading('Who can reach what', page);
  if (edges.length === 0) yield `\n  nothing: no connection is allowed between what was read\n`;
  yield* bundledLines(graph, options, page);
  for (const reason of graph.reasons) yield* labelledReason(reason, page);
  const workloads = endpoints.filter(({ space }) => space !== '').length;
  const shown = `${counted(workloads, 'workload')} from ${printable(options.source)}`;
  yield `\n${page.colors.dim(`${shown}; what has no line is denied${edges.some(({ unknown }) => unknown !== '') ? '; ? is what nobody knows' : ''}`)}\n`;
}

/** The lines of a graph, gathered by where they begin. */
export function* bundledLines(
  { endpoints, nodes, edges }: ReachGraph,
  options: Pick<ReachTextOptions, 'all'>,
  page: Page,
): Generator<string, void> {
  const workloads = endpoints.filter(({ space }) => space !== '').length;
  const column = Math.max(16, Math.min(44, Math.floor((page.width - 6) * 0.36)));
  const named = (node: number): string[] => {
    const { type, space, members, without } = nodes[node]!;
    const names = members.map((member) => endpoints[member]!.name);
    if (type === 'namespace') return [`${space}: each of ${members.length}`];
    if (type === 'group') return short(names, space, options.all ? Infinity : column);
    const others = without.flatMap((each) =>
      nodes[each]!.members.map((member) => `${endpoints[member]!.space}/${endpoints[member]!.name}`),
    );
    const crowd = others.length === 0 ? `all ${members.length} workloads` : `${members.length} of ${workloads} workloads`;
    return others.length === 0 ? [crowd] : [crowd, ...short(others, 'all but', options.all ? Infinity : column)];
  };
  let last = -1;
  for (const { from, to, allowed, unknown } of edges) {
    if (from !== last) {
      yield '\n';
      for (const line of named(from)) yield `  ${page.colors.bold(line)}\n`;
    }
    last = from;
    const ports = [allowed, unknown === '' ? '' : `? ${unknown}`].filter((part) => part !== '').join(' · ');
    const [first = '', ...rest] = named(to);
    const paint = allowed === '' ? page.colors.yellow : page.colors.green;
    yield* beside(`    → ${first}`, ports, column + 8, page, paint);
    for (const line of rest) yield `      ${line}\n`;
  }
}

function* labelledReason(reason: string, { width, colors }: Page): Generator<string, void> {
  const [first = '', ...rest] = wrapped(reason, width - 4);
  yield `\n  ${colors.yellow('?')} ${first}\n`;
  for (const line of rest) yield `    ${line}\n`;
}

const pairsShown = 200;

/** Pairs one by one, with what is denied and what nobody knows: for questions about some of them. */
export function* formatReachPairs(pairs: Iterable<ReachPair>, options: ReachTextOptions): Generator<string, void> {
  const page = pageOf(options);
  yield* notes(options.notes, page);
  let shown = 0;
  for (const { from, to, allowed, denied, unknown } of pairs) {
    if (shown === pairsShown && !options.all) {
      yield `\nand more: --all lists every pair, narrower --from and --to some of them\n`;
      return;
    }
    if (shown++ === 0) yield heading('Who can reach what', page);
    yield `\n  ${page.colors.bold(`${endpointText(from)} → ${endpointText(to)}`)}\n`;
    if (allowed.length > 0) yield* state('allowed', portsText(allowed), page, page.colors.green);
    for (const [because, ports] of byReason(unknown))
      yield* state('unknown', `${portsText(ports)}: ${printable(because)}`, page, page.colors.yellow);
    if (denied.length > 0) yield* state('denied', portsText(denied), page, page.colors.red);
  }
  if (shown === 0) yield `nothing was asked about: no such pair\n`;
}

function byReason(unknown: ReachPair['unknown']): Map<string, ReachPorts[]> {
  const reasons = new Map<string, ReachPorts[]>();
  for (const item of unknown) reasons.set(item.because, [...(reasons.get(item.because) ?? []), item]);
  return reasons;
}

function* state(word: string, text: string, { width }: Page, paint: (text: string) => string): Generator<string, void> {
  const [first = '', ...rest] = wrapped(text, width - 14);
  yield `    ${paint(word.padEnd(8))}  ${first}\n`;
  for (const line of rest) yield `${' '.repeat(14)}${line}\n`;
}

/** A text with another one in a column of its own, or below it where it is too long. */
function* beside(left: string, right: string, column: number, { width }: Page, paint: (text: string) => string): Generator<string, void> {
  const fits = cells(left) < column;
  const lines = wrapped(right, Math.max(20, width - column));
  if (!fits) yield `${left}\n`;
  for (const [index, line] of lines.entries()) yield `${padded(index === 0 && fits ? left : '', column)}${paint(line)}\n`;
}

/** As many names as fit on a line, and how many there are besides; without a bound all of them on lines of their own. */
function short(names: readonly string[], space: string, room: number): string[] {
  const before = space === '' ? '' : `${space}: `;
  if (room === Infinity) return names.map((name, index) => `${index === 0 ? before : ' '.repeat(cells(before))}${name}`);
  let text = before + (names[0] ?? '');
  let used = 1;
  while (used < names.length && cells(text) + cells(names[used]!) + 12 < room) text += `, ${names[used++]!}`;
  return [used === names.length ? text : `${text} and ${names.length - used} more`];
}

export function* notes(list: readonly string[], { width, colors }: Page): Generator<string, void> {
  for (const note of list) {
    const [first = '', ...rest] = wrapped(printable(note), width - 3);
    yield `${colors.yellow('!')}  ${first}\n`;
    for (const line of rest) yield `   ${line}\n`;
  }
}

/** An end of a connection for a person: `Deployment shop/web`. */
export function endpointText(endpoint: ReachEndpoint): string {
  if (endpoint.type === 'cidr') return printable(cidrText(endpoint));
  if (endpoint.type === 'virtual') return endpoint.name;
  return printable(`${endpoint.kind} ${endpoint.namespace}/${endpoint.name}`);
}
