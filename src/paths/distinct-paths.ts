import { pathTo, reach, type Edge, type Graph } from './graph.ts';

/** A path as the numbers of its edges. */
export type EdgePath = readonly number[];

export interface DistinctPaths {
  readonly paths: readonly EdgePath[];
  /** There are more than were asked for. */
  readonly more: boolean;
}

interface Candidate {
  readonly path: EdgePath;
  readonly length: number;
  /** The edge from which it parts from the path that it was made of. */
  readonly parted: number;
}

/**
 * The shortest paths without a circle from any node of `from` to any of `to`, shortest first, no two through the same nodes:
 * where several edges lead from one node to the next, the first of the shortest stands for all. At most `most`.
 * Yen's algorithm with the refinement of Lawler, that a path only parts from another where that had not parted before.
 */
export function distinctPaths<E extends Edge>(
  graph: Graph<E>,
  from: readonly number[],
  to: ReadonlySet<number>,
  most: number,
  usable: (edge: number) => boolean = () => true,
): DistinctPaths {
  const first = search(graph, from, to, usable, new Set());
  if (first === undefined || most < 1) return { paths: [], more: first !== undefined };
  const found: Candidate[] = [{ path: first, length: lengthOf(graph, first), parted: 0 }];
  const candidates: Candidate[] = [];
  const known = new Set([nodesOf(graph, first)]);
  while (found.length <= most) {
    const last = found.at(-1)!;
    for (let index = last.parted; index < last.path.length; index++) {
      const root = last.path.slice(0, index);
      const spur = graph.edges[last.path[index]!]!.from;
      const passed = new Set(root.map((edge) => graph.edges[edge]!.from));
      // Where paths with this root went on to; parallel edges count as one.
      const taken = new Set(found.filter(({ path }) => sameRoot(graph, path, root, spur)).map(({ path }) => graph.edges[path[index]!]!.to));
      const allowed = (edge: number): boolean => usable(edge) && !(graph.edges[edge]!.from === spur && taken.has(graph.edges[edge]!.to));
      const starts = index === 0 ? from.filter((node) => node === spur) : [spur];
      const rest = search(graph, starts, to, allowed, passed);
      if (rest !== undefined) add([...root, ...rest], index);
      // A path may also begin elsewhere.
      if (index === 0 && from.length > 1) {
        const begun = new Set(found.map(({ path }) => graph.edges[path[0] ?? -1]?.from));
        const others = from.filter((node) => !begun.has(node));
        const other = others.length === 0 ? undefined : search(graph, others, to, usable, new Set());
        if (other !== undefined) add(other, 0);
      }
    }
    candidates.sort((a, b) => a.length - b.length || compareLists(a.path, b.path));
    const next = candidates.shift();
    if (next === undefined) return { paths: found.map(({ path }) => path), more: false };
    found.push(next);
  }
  return { paths: found.slice(0, most).map(({ path }) => path), more: true };

  function add(path: EdgePath, parted: number): void {
    const key = nodesOf(graph, path);
    if (known.has(key)) return;
    known.add(key);
    candidates.push({ path, length: lengthOf(graph, path), parted });
  }
}

/** A path with no edge, from a node that is a goal itself, is none. */
function search<E extends Edge>(
  graph: Graph<E>,
  from: readonly number[],
  to: ReadonlySet<number>,
  usable: (edge: number) => boolean,
  passed: ReadonlySet<number>,
): EdgePath | undefined {
  const starts = from.filter((node) => !to.has(node));
  if (starts.length === 0) return undefined;
  const reached = reach(graph, starts, {
    without: (edge) => !usable(edge) || passed.has(graph.edges[edge]!.to),
    until: (node) => to.has(node),
  });
  return reached.end === -1 ? undefined : pathTo(graph, reached, reached.end);
}

function sameRoot<E extends Edge>(graph: Graph<E>, path: EdgePath, root: EdgePath, spur: number): boolean {
  if (path.length <= root.length || graph.edges[path[root.length]!]!.from !== spur) return false;
  return root.every((edge, index) => {
    const other = graph.edges[path[index]!]!;
    return other.from === graph.edges[edge]!.from && other.to === graph.edges[edge]!.to;
  });
}

function lengthOf<E extends Edge>(graph: Graph<E>, path: EdgePath): number {
  return path.reduce((sum, edge) => sum + graph.edges[edge]!.weight, 0);
}

function nodesOf<E extends Edge>(graph: Graph<E>, path: EdgePath): string {
  return path.map((edge) => `${graph.edges[edge]!.from}`).join(' ') + ` ${graph.edges[path.at(-1) ?? -1]?.to}`;
}

function compareLists(a: EdgePath, b: EdgePath): number {
  for (let index = 0; index < a.length && index < b.length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return a.length - b.length;
}
