import { compareText, groupBy, type ReachEndpoint, type ReachPair, type ReachPorts } from '../../core/index.ts';
import { printable } from '../printable.ts';

// Everything that reaches everything is too many lines for a picture and for a table: 200 workloads are 40,000 pairs. Lines
// are bundled where nothing is lost by it: what has the same answer for each of several endpoints is one line.

/** A line of the picture: what `from` may open to `to`. */
export interface ReachEdge {
  readonly from: number;
  readonly to: number;
  /** Ports that are open, and those that nobody knows: `TCP 80,443`, and `any port`; empty where there are none. */
  readonly allowed: string;
  readonly unknown: string;
}

/**
 * An end of lines. A `group` holds endpoints of one namespace that nothing tells apart: all of them have the same answers.
 * A `namespace` stands for all groups in it; a `crowd` for most of all workloads, whatever their namespace.
 */
export interface ReachNode {
  readonly type: 'group' | 'namespace' | 'crowd';
  /** The namespace; empty for what is outside of the cluster, and for a crowd. */
  readonly space: string;
  /** Indices of endpoints. */
  readonly members: readonly number[];
  /** Of a crowd: the groups that do not belong to it. */
  readonly without: readonly number[];
}

export interface ReachGraph {
  /** Whether what has no line belongs into the picture: not where a part of the pairs was asked about. */
  readonly whole: boolean;
  /** `Deployment web`, made fit to be shown. */
  readonly endpoints: readonly ReachName[];
  /** Why nobody knows what nobody knows, each reason once. */
  readonly reasons: readonly string[];
  readonly nodes: readonly ReachNode[];
  readonly edges: readonly ReachEdge[];
}

export interface ReachName {
  /** The namespace; empty for what is outside of the cluster. */
  readonly space: string;
  readonly name: string;
  readonly kind: string;
}

/** More of them would make tables of more than a hundred megabytes, and a picture that nobody reads. */
export const mostInGraph = 3000;

/** Policies can be written that allow other ports between each two pods: so much text of ports is kept. */
const mostCharacters = 2 ** 25;

const mostReasons = 12;

/** A crowd stands for no less than this share of all workloads, and for no fewer than this many. */
const crowdShare = 0.6;
const crowdSize = 8;

/**
 * Bundles the pairs of at most `mostInGraph` endpoints; undefined where there are more, or more lists of ports than can be shown. What is denied has no line. Nor has
 * what happens outside of the cluster, or what an endpoint may open to itself, between replicas of one workload.
 * Where the pairs are some of many, `among` says what there is besides: else all of them would be taken for all there are.
 */
export function reachGraph(pairs: Iterable<ReachPair>, among?: readonly ReachEndpoint[]): ReachGraph | undefined {
  const table = tableOf(pairs, among ?? []);
  return table === undefined ? undefined : bundled(table, among === undefined);
}

interface Table {
  readonly endpoints: readonly ReachEndpoint[];
  readonly reasons: readonly string[];
  readonly labels: readonly Label[];
  /** The label of the pair (row, column), by rows; 0 where nothing is open. */
  readonly cells: Uint32Array;
}

interface Label {
  readonly allowed: string;
  readonly unknown: string;
}

const nothing: Label = { allowed: '', unknown: '' };

function tableOf(pairs: Iterable<ReachPair>, among: readonly ReachEndpoint[]): Table | undefined {
  const indexes = new Map<string, number>();
  const found: ReachEndpoint[] = [];
  const known = new WeakMap<ReachEndpoint, number>();
  const indexOf = (endpoint: ReachEndpoint): number => {
    const before = known.get(endpoint);
    if (before !== undefined) return before;
    const key = endpointKey(endpoint);
    const index = indexes.get(key) ?? found.push(endpoint) - 1;
    indexes.set(key, index);
    known.set(endpoint, index);
    return index;
  };
  const labels: Label[] = [nothing];
  const labelIndexes = new Map<string, number>();
  let characters = 0;
  const open: number[] = [];
  const reasons = new Set<string>();
  const told = new Set<string>();
  const textOf = rememberingLists(portsText);
  for (const endpoint of among) indexOf(endpoint);
  for (const { from, to, allowed, unknown } of pairs) {
    const [source, target] = [indexOf(from), indexOf(to)];
    if (found.length > mostInGraph) return undefined;
    const outside = from.type !== 'workload' && to.type !== 'workload';
    if (outside || (allowed.length === 0 && unknown.length === 0)) continue;
    for (const { because } of unknown) {
      if (told.has(because) || reasons.size > mostReasons) continue;
      told.add(because);
      for (const reason of because.split('; ')) reasons.add(printable(reason));
    }
    const label = { allowed: textOf(allowed), unknown: textOf(unknown) };
    const key = `${label.allowed}|${label.unknown}`;
    let index = labelIndexes.get(key);
    if (index === undefined) {
      characters += key.length;
      if (characters > mostCharacters) return undefined;
      index = labels.push(label) - 1;
      labelIndexes.set(key, index);
    }
    open.push(source, target, index);
  }
  const order = found.map((_, index) => index).sort((a, b) => compareEndpoints(found[a]!, found[b]!));
  const place = new Uint32Array(found.length);
  for (const [at, index] of order.entries()) place[index] = at;
  const cells = new Uint32Array(found.length ** 2);
  for (let at = 0; at < open.length; at += 3) cells[place[open[at]!]! * found.length + place[open[at + 1]!]!] = open[at + 2]!;
  return { endpoints: order.map((index) => found[index]!), reasons: atMost(reasons), labels, cells };
}

function atMost(reasons: ReadonlySet<string>): string[] {
  const more = 'and more: the question about a pair (--from and --to) names all of its own';
  return reasons.size > mostReasons ? [...[...reasons].slice(0, mostReasons), more] : [...reasons];
}

function bundled({ endpoints, reasons, labels, cells }: Table, whole: boolean): ReachGraph {
  const size = endpoints.length;
  const spaces = endpoints.map(spaceOf);
  const groups = groupsOf(spaces, cells);
  const nodes: ReachNode[] = groups.map((members) => ({ type: 'group', space: spaces[members[0]!]!, members, without: [] }));
  const lines: Line[] = [];
  for (const [from, [source, replica]] of groups.entries()) {
    for (const [to, [target]] of groups.entries()) {
      // An endpoint has no line to itself; one of a group has it to the others.
      const other = from === to ? replica : target;
      const label = other === undefined ? 0 : cells[source! * size + other]!;
      if (label !== 0) lines.push({ from, to, label });
    }
  }
  const crowds = crowdsOf(nodes, ({ members: [first] }) => endpoints[first!]!.type === 'workload');
  const namespaces = namespacesOf(nodes);
  const bundles = [crowds('from'), crowds('to'), namespaces('to'), namespaces('from')].reduce((rest, bundle) => bundle(rest), lines);
  return {
    whole,
    endpoints: endpoints.map(nameOf),
    reasons,
    nodes: nodes.map((node) => ({ ...node, space: printable(node.space) })),
    edges: bundles
      .sort((a, b) => a.from - b.from || a.to - b.to || a.label - b.label)
      .map(({ from, to, label }) => ({ from, to, ...labels[label]! })),
  };
}

interface Line {
  readonly from: number;
  readonly to: number;
  readonly label: number;
}

type End = 'from' | 'to';
type Bundle = (lines: readonly Line[]) => Line[];

/** Lines that have their label and the end `apart` in common, gathered by whatever else `keyOf` tells. */
function gathered(lines: readonly Line[], end: End, keyOf: (node: number) => string = () => ''): { apart: number; alike: Line[] }[] {
  const apart = end === 'from' ? 'to' : 'from';
  const groups = groupBy(lines, (line) => `${line[apart]}|${line.label}|${keyOf(line[end])}`);
  return [...groups.values()].map((alike) => ({ apart: alike[0]![apart], alike }));
}

function joined(end: End, node: number, apart: number, label: number): Line {
  return end === 'from' ? { from: node, to: apart, label } : { from: apart, to: node, label };
}

/** What is one endpoint has no line to itself, and belongs to those that have one to it. */
function isSingle({ type, members }: ReachNode): boolean {
  return type === 'group' && members.length === 1;
}

/** Bundles lines that begin (`from`) or end in most of all workloads and have their other end in common. */
function crowdsOf(nodes: ReachNode[], isWorkload: (node: ReachNode) => boolean): (end: End) => Bundle {
  const groups = nodes.length;
  const all = nodes.flatMap((node, index) => (isWorkload(node) ? [index] : []));
  const within = new Set(all);
  const sizeOf = (some: readonly number[]): number => some.reduce((sum, node) => sum + nodes[node]!.members.length, 0);
  const fewest = Math.max(crowdSize, sizeOf(all) * crowdShare);
  const found = new Map<string, number>();
  return (end) => (lines) =>
    gathered(lines, end).flatMap(({ apart, alike }): Line[] => {
      const ends = alike.map((line) => line[end]).filter((node) => within.has(node));
      if (within.has(apart) && isSingle(nodes[apart]!)) ends.push(apart);
      if (sizeOf(ends) < fewest) return alike;
      const inside = new Set(ends.sort((a, b) => a - b));
      const key = [...inside].join(',');
      let crowd = found.get(key);
      if (crowd === undefined) {
        const without = all.filter((node) => node < groups && !inside.has(node));
        crowd = nodes.push({ type: 'crowd', space: '', members: [...inside].flatMap((node) => nodes[node]!.members), without }) - 1;
        found.set(key, crowd);
      }
      return [...alike.filter((line) => !inside.has(line[end])), joined(end, crowd, apart, alike[0]!.label)];
    });
}

/** Bundles lines that begin (`from`) or end in all groups of a namespace and have their other end in common. */
function namespacesOf(nodes: ReachNode[]): (end: End) => Bundle {
  const groups = nodes.flatMap(({ type, space }, index) => (type === 'group' && space !== '' ? [index] : []));
  const bySpace = groupBy(groups, (node) => nodes[node]!.space);
  const found = new Map<string, number>();
  return (end) => (lines) =>
    gathered(lines, end, (node) => `${nodes[node]!.type} ${nodes[node]!.space}`).flatMap(({ apart, alike }): Line[] => {
      const [{ [end]: first, label }] = alike as [Line];
      const { space, type } = nodes[first]!;
      const whole = type === 'group' ? (bySpace.get(space) ?? []) : [];
      const itself = isSingle(nodes[apart]!) && whole.includes(apart) ? 1 : 0;
      if (alike.length < 2 || alike.length + itself !== whole.length) return alike;
      let node = found.get(space);
      if (node === undefined) {
        node = nodes.push({ type: 'namespace', space, members: whole.flatMap((group) => nodes[group]!.members), without: [] }) - 1;
        found.set(space, node);
      }
      return [joined(end, node, apart, label)];
    });
}

/** Endpoints of one namespace that nothing tells apart: same answers as source and as target, and between each other. */
function groupsOf(spaces: readonly string[], cells: Uint32Array): number[][] {
  const size = spaces.length;
  const alike = (a: number, b: number): boolean => {
    if (cells[a * size + b] !== cells[b * size + a]) return false;
    for (let other = 0; other < size; other++) {
      if (other === a || other === b) continue;
      if (cells[a * size + other] !== cells[b * size + other] || cells[other * size + a] !== cells[other * size + b]) return false;
    }
    return true;
  };
  const groups: number[][] = [];
  let firstOfSpace = 0;
  for (const [index, space] of spaces.entries()) {
    if (space !== spaces[index - 1]) firstOfSpace = groups.length;
    // What is outside of the cluster differs by nature.
    const group = space === '' ? undefined : groups.slice(firstOfSpace).find(([first]) => alike(first!, index));
    if (group === undefined) groups.push([index]);
    else group.push(index);
  }
  return groups;
}

/** All ports of all protocols read better as two words. */
export function portsText(list: readonly ReachPorts[]): string {
  const whole = protocols.flatMap((protocol): ReachPorts[] => {
    const lists = list.flatMap((each) => (each.protocol === protocol ? [each.ports] : []));
    return lists.length === 0 ? [] : [{ protocol, ports: joinedPorts(lists) }];
  });
  if (whole.length === protocols.length && whole.every(({ ports }) => ports === everyPort)) return 'any port';
  return whole.map(({ protocol, ports }) => `${protocol} ${ports === everyPort ? 'any' : ports}`).join(' · ');
}

/** Ports that are unknown for different reasons lie between each other. */
function joinedPorts(lists: readonly string[]): string {
  if (lists.length === 1) return lists[0]!;
  const ranges = lists
    .flatMap((ports) => ports.split(','))
    .map((range): [number, number] => {
      const [first = 0, last = first] = range.split('-').map(Number);
      return [first, last];
    })
    .sort(([a], [b]) => a - b);
  const whole: [number, number][] = [];
  for (const [first, last] of ranges) {
    const before = whole.at(-1);
    if (before !== undefined && first <= before[1] + 1) before[1] = Math.max(before[1], last);
    else whole.push([first, last]);
  }
  return whole.map(([first, last]) => (first === last ? `${first}` : `${first}-${last}`)).join(',');
}

/** The engine gives equal answers as one list. */
function rememberingLists(textOf: (list: readonly ReachPorts[]) => string): (list: readonly ReachPorts[]) => string {
  const known = new WeakMap<readonly ReachPorts[], string>();
  return (list) => {
    const before = known.get(list);
    if (before !== undefined) return before;
    const text = textOf(list);
    known.set(list, text);
    return text;
  };
}

const protocols = ['TCP', 'UDP', 'SCTP'] as const;
const everyPort = '1-65535';

/** What tells an endpoint from all others. */
export function endpointKey(endpoint: ReachEndpoint): string {
  if (endpoint.type === 'cidr') return `cidr ${cidrText(endpoint)}`;
  if (endpoint.type === 'virtual') return `virtual ${endpoint.name}`;
  return `${endpoint.namespace}/${endpoint.kind}/${endpoint.name}`;
}

/** A block of addresses and what is taken out of it. */
export function cidrText({ cidr, except = [] }: Extract<ReachEndpoint, { type: 'cidr' }>): string {
  return except.length === 0 ? cidr : `${cidr} except ${except.join(', ')}`;
}

function spaceOf(endpoint: ReachEndpoint): string {
  return endpoint.type === 'workload' ? endpoint.namespace : '';
}

const typeOrder = { virtual: 0, cidr: 1, workload: 2 } as const;

/** What is outside comes first, then workloads by namespace, name and kind. */
function compareEndpoints(a: ReachEndpoint, b: ReachEndpoint): number {
  if (a.type !== b.type) return typeOrder[a.type] - typeOrder[b.type];
  if (a.type === 'workload' && b.type === 'workload')
    return compareText(a.namespace, b.namespace) || compareText(a.name, b.name) || compareText(a.kind, b.kind);
  return compareText(endpointKey(a), endpointKey(b));
}

/** The names of endpoints; workloads of one namespace that share a name tell their kind. */
export function distinctNames(endpoints: readonly ReachName[]): string[] {
  const sharing = groupBy(endpoints, ({ space, name }) => `${space}/${name}`);
  return endpoints.map(({ space, name, kind }) => (sharing.get(`${space}/${name}`)!.length > 1 ? `${name} (${kind})` : name));
}

/** The nodes to be drawn: a crowd or a namespace has a line, and so has whatever else was asked about. */
export function drawnNodes({ whole, nodes, edges }: ReachGraph): ReadonlySet<number> {
  return new Set(whole ? nodes.keys() : edges.flatMap(({ from, to }) => [from, to]));
}

function nameOf(endpoint: ReachEndpoint): ReachName {
  if (endpoint.type === 'cidr') return { space: '', name: printable(cidrText(endpoint)), kind: '' };
  if (endpoint.type === 'virtual') return { space: '', name: endpoint.name, kind: '' };
  return { space: printable(endpoint.namespace), name: printable(endpoint.name), kind: printable(endpoint.kind) };
}
