/** A directed graph of numbered nodes. Several edges may lead from one node to the same other: each is another way to do it. */
export interface Graph<E extends Edge> {
  readonly nodes: number;
  readonly edges: readonly E[];
  /** Numbers of the edges that leave a node stand in `leaving` from `starts[node]` up to `starts[node + 1]`. */
  readonly starts: Int32Array;
  readonly leaving: Int32Array;
}

export interface Edge {
  readonly from: number;
  readonly to: number;
  /** A whole number from 0 on: how much longer a path gets. */
  readonly weight: number;
  /** Any one of these changes takes the edge away; none: it cannot be taken away. In ascending order. */
  readonly changes: readonly number[];
}

export function graphOf<E extends Edge>(nodes: number, edges: readonly E[]): Graph<E> {
  const starts = new Int32Array(nodes + 1);
  for (const { from } of edges) starts[from + 1]! += 1;
  for (let node = 0; node < nodes; node++) starts[node + 1]! += starts[node]!;
  const next = starts.slice();
  const leaving = new Int32Array(edges.length);
  for (const [index, { from }] of edges.entries()) leaving[next[from]!++] = index;
  return { nodes, edges, starts, leaving };
}

/** The shortest ways from a set of nodes to all others. */
export interface Reached {
  /** The length of the shortest path; -1 where there is none. */
  readonly distance: Int32Array;
  /** The last edge of the shortest path; -1 at its beginning, and where there is none. */
  readonly by: Int32Array;
  /** The node at which the search ended; -1 where it did not. */
  readonly end: number;
}

export interface Search<E extends Edge> {
  /** Edges that count as absent. */
  readonly without?: (edge: number) => boolean;
  /** Instead of the weight of the edge: a whole number from 0 on. */
  readonly weight?: (edge: E) => number;
  /** Nodes that nothing goes on from; the beginnings are none. */
  readonly stops?: (node: number) => boolean;
  /** Ends as soon as one of these nodes is reached; what is told of others may then be longer ways. */
  readonly until?: (node: number) => boolean;
  /** How far it still is to the end at least, -1 where it is not reached: what leads astray is then left alone (A*). */
  readonly left?: Int32Array;
  /** How far the beginnings are away themselves; default: 0. */
  readonly begun?: (node: number) => number;
}

/**
 * Dijkstra's algorithm with a list of nodes for each length, which suits small whole weights. Among ways of the same length
 * the one counts whose edges come first: equal input gives equal paths.
 */
export function reach<E extends Edge>(graph: Graph<E>, from: readonly number[], search: Search<E> = {}): Reached {
  const { starts, leaving, edges, nodes } = graph;
  const { without, weight, stops, until, left, begun } = search;
  const distance = new Int32Array(nodes).fill(-1);
  const by = new Int32Array(nodes).fill(-1);
  const done = new Uint8Array(nodes);
  const byLength: (number[] | undefined)[] = [];
  const beginnings = new Set(from);
  for (const node of beginnings) {
    if (left?.[node] === -1) continue;
    const length = begun?.(node) ?? 0;
    distance[node] = length;
    (byLength[length + (left?.[node] ?? 0)] ??= []).push(node);
  }
  for (let length = 0; length < byLength.length; length++) {
    const here = byLength[length];
    if (here === undefined) continue;
    // The list grows while it is read where edges have no length.
    for (let at = 0; at < here.length; at++) {
      const node = here[at]!;
      if (done[node] === 1) continue;
      done[node] = 1;
      if (until?.(node) === true) return { distance, by, end: node };
      if (stops?.(node) === true && !beginnings.has(node)) continue;
      for (let index = starts[node]!; index < starts[node + 1]!; index++) {
        const number = leaving[index]!;
        const edge = edges[number]!;
        const { to } = edge;
        if (done[to] === 1 || left?.[to] === -1 || without?.(number) === true) continue;
        const sum = distance[node]! + (weight === undefined ? edge.weight : weight(edge));
        if (distance[to]! !== -1 && distance[to]! <= sum) continue;
        distance[to] = sum;
        by[to] = number;
        (byLength[sum + (left?.[to] ?? 0)] ??= []).push(to);
      }
    }
    byLength[length] = undefined;
  }
  return { distance, by, end: -1 };
}

/** The edges of the way that was found to a node, in order. */
export function pathTo<E extends Edge>(graph: Graph<E>, { by }: Pick<Reached, 'by'>, node: number): number[] {
  const path: number[] = [];
  for (let at = node; by[at]! !== -1; at = graph.edges[by[at]!]!.from) path.push(by[at]!);
  return path.reverse();
}

/** How far it is from each node to the nearest of these; -1 where no way leads there. */
export function distancesTo<E extends Edge>(graph: Graph<E>, to: Iterable<number>, without?: (edge: number) => boolean): Int32Array {
  const { nodes, edges } = graph;
  const backwards = graphOf(
    nodes,
    edges.map(({ from, to: end, weight }) => ({ from: end, to: from, weight, changes: [] })),
  );
  return reach(backwards, [...to], without === undefined ? {} : { without }).distance;
}
