import { distancesTo, pathTo, reach, type Edge, type Graph } from './graph.ts';

/** A path as the numbers of its edges. */
export type EdgePath = readonly number[];

export interface DistinctPaths {
  readonly paths: readonly EdgePath[];
  /** There are more than were asked for. */
  readonly more: boolean;
}

export interface DistinctOptions {
  readonly usable?: (edge: number) => boolean;
  /** Paths count as the same that lead through the same of these nodes; default: all nodes. Where a path begins and ends always counts. */
  readonly isPlace?: (node: number) => boolean;
}

/** From place to place. */
interface Route {
  readonly places: readonly number[];
  /** The edges from each place to the next. */
  readonly hops: readonly EdgePath[];
  readonly length: number;
  /** The first place in which it differs from the route that it was made of. */
  readonly parted: number;
}

/**
 * The shortest paths from any node of `from` to any of `to` that come to no place twice, shortest first, no two through the
 * same places: of several ways from one place to the next the shortest stands for all. A path begins at the last entry that
 * it passes, and ends at the first goal. At most `most`.
 * Yen's algorithm with the refinement of Lawler, that a path only parts from another where that had not parted before.
 */
export function distinctPaths<E extends Edge>(
  graph: Graph<E>,
  from: readonly number[],
  to: ReadonlySet<number>,
  most: number,
  { usable, isPlace = () => true }: DistinctOptions = {},
): DistinctPaths {
  const { edges } = graph;
  const entries = new Set(from.filter((node) => !to.has(node)));
  const unusable = usable === undefined ? undefined : (edge: number): boolean => !usable(edge);
  const left = distancesTo(graph, to, unusable);
  const place = (node: number): boolean => isPlace(node) || to.has(node) || entries.has(node);

  const found: Route[] = [];
  const candidates: Route[] = [];
  const known = new Set<string>();
  add(search([], new Set()));
  for (;;) {
    candidates.sort((a, b) => a.length - b.length || compareLists(a.places, b.places));
    const next = candidates.shift();
    if (next === undefined) return { paths: pathsOf(found), more: false };
    if (found.length === most) return { paths: pathsOf(found), more: true };
    found.push(next);
    for (let index = next.parted; index < next.places.length; index++) {
      const root = next.places.slice(0, index);
      const same = found.filter(({ places }) => places.length > index && root.every((node, at) => places[at] === node));
      add(search(next.hops.slice(0, index), new Set(same.map(({ places }) => places[index]!)), root));
    }
  }

  /** The shortest route that begins with the places of `root` and goes on to none of `taken`. */
  function search(hops: readonly EdgePath[], taken: ReadonlySet<number>, root: readonly number[] = []): Route | undefined {
    const passed = new Set(root);
    const last = root.at(-1);
    const steps =
      last === undefined
        ? undefined
        : reach(graph, [last], { stops: place, left, ...without((node) => passed.has(node) || taken.has(node)) });
    const starts =
      steps === undefined
        ? [...entries].filter((node) => !taken.has(node))
        : reachedPlaces(steps.distance, passed).filter((node) => !taken.has(node) && !entries.has(node));
    const rest = reach(graph, starts, {
      left,
      until: (node) => to.has(node),
      ...without((node) => passed.has(node) || entries.has(node)),
      ...(steps === undefined ? {} : { begun: (node) => steps.distance[node]! }),
    });
    if (rest.end === -1) return undefined;
    const path = pathTo(graph, rest, rest.end);
    const first = path.length === 0 ? rest.end : edges[path[0]!]!.from;
    const places = [...root, first];
    const all = [...hops.slice(0, Math.max(0, root.length - 1)), ...(steps === undefined ? [] : [pathTo(graph, steps, first)])];
    let hop: number[] = [];
    for (const edge of path) {
      hop.push(edge);
      const node = edges[edge]!.to;
      if (!place(node)) continue;
      places.push(node);
      all.push(hop);
      hop = [];
    }
    const length = all.flat().reduce((sum, edge) => sum + edges[edge]!.weight, 0);
    return { places, hops: all, length, parted: root.length };
  }

  function without(isBarred: (node: number) => boolean): { readonly without: (edge: number) => boolean } {
    return { without: (edge) => isBarred(edges[edge]!.to) || usable?.(edge) === false };
  }

  function reachedPlaces(distance: Int32Array, passed: ReadonlySet<number>): number[] {
    const places: number[] = [];
    for (let node = 0; node < distance.length; node++) if (distance[node] !== -1 && place(node) && !passed.has(node)) places.push(node);
    return places;
  }

  function add(route: Route | undefined): void {
    if (route === undefined) return;
    const key = route.places.join(' ');
    if (known.has(key)) return;
    known.add(key);
    candidates.push(route);
  }
}

function pathsOf(routes: readonly Route[]): EdgePath[] {
  return routes.map(({ hops }) => hops.flat());
}

function compareLists(a: readonly number[], b: readonly number[]): number {
  for (let index = 0; index < a.length && index < b.length; index++) if (a[index] !== b[index]) return a[index]! - b[index]!;
  return a.length - b.length;
}
