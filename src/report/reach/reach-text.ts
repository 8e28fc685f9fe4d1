import { groupBy, type ReachEndpoint, type ReachPair, type ReachPorts } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { heading, pageOf, type Page } from '../page.ts';
import { printable } from '../printable.ts';
import { cells, padded, wrapped } from '../wrap.ts';
import { cidrText, distinctNames, portsText, type ReachGraph } from './reach-graph.ts';

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

/** The lines of a graph, gathered by where they begin; what is reached in one namespace on the same ports stands together. */
export function* bundledLines(
  { endpoints, nodes, edges }: ReachGraph,
  options: Pick<ReachTextOptions, 'all'>,
  page: Page,
): Generator<string, void> {
  const workloads = endpoints.filter(({ space }) => space !== '').length;
  const column = Math.max(20, Math.min(48, Math.floor((page.width - 6) * 0.4)));
  const names = distinctNames(endpoints);
  const fullName = (member: number): string => `${endpoints[member]!.space}/${names[member]!}`;
  const named = (some: readonly number[], room: number): string[] => {
    const { type, space, members, without } = nodes[some[0]!]!;
    if (type === 'namespace') return [`${space}: each of ${members.length}`];
    if (type === 'group') {
      const own = some.flatMap((node) => nodes[node]!.members.map((member) => names[member]!));
      return listedNames(space === '' ? '' : `${space}: `, own, room, options.all);
    }
    const others = without.flatMap((each) => nodes[each]!.members.map(fullName));
    if (others.length === 0) return [`all ${members.length} workloads`];
    return [`${members.length} of ${workloads} workloads`, ...listedNames('all but ', others, room, options.all)];
  };
  for (const [from, own] of groupBy(edges, (edge) => edge.from)) {
    yield '\n';
    for (const line of named([from], page.width - 4)) yield `  ${page.colors.bold(line)}\n`;
    const together = groupBy(own, ({ to, allowed, unknown }) => {
      const { type, space } = nodes[to]!;
      return type === 'group' ? `${space}|${allowed}|${unknown}` : `${to}`;
    });
    for (const list of together.values()) {
      const { allowed, unknown } = list[0]!;
      const ports = [allowed, unknown === '' ? '' : `? ${unknown}`].filter((part) => part !== '').join(' · ');
      const [first = '', ...rest] = named(
        list.map(({ to }) => to),
        column,
      );
      const paint = allowed === '' ? page.colors.yellow : page.colors.green;
      yield* beside(`    → ${first}`, ports, column + 8, page, paint);
      for (const line of rest) yield `      ${line}\n`;
    }
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

const linesOfNames = 4;

/** Names on as many lines as they take, or on a few of them and how many there are besides. */
function listedNames(before: string, names: readonly string[], room: number, all: boolean): string[] {
  const indent = ' '.repeat(cells(before));
  const lines: string[] = [];
  let line = before;
  let listed = 0;
  for (const [index, name] of names.entries()) {
    const text = index === names.length - 1 ? name : `${name},`;
    const empty = line === before || line === indent;
    if (!empty && cells(line) + cells(text) + 1 > room) {
      if (!all && lines.length === linesOfNames - 1) break;
      lines.push(line);
      line = indent + text;
    } else line += empty ? text : ` ${text}`;
    listed++;
  }
  const rest = names.length - listed;
  return rest === 0 ? [...lines, line] : [...lines, line, `${indent}and ${rest} more (--all lists them)`];
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
