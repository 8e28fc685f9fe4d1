import { distancesTo, pathTo, reach, type Edge, type Graph } from './graph.ts';
import { hittingSet, type HittingSet } from './hitting-set.ts';

export type Cut =
  | {
      readonly possible: true;
      /** Numbers of the changes, in ascending order. */
      readonly changes: readonly number[];
      readonly weight: number;
      /** No set of changes that breaks every path weighs less than this; equal to `weight` where the cut is proven to be the least. */
      readonly bound: number;
      /** Paths, as the changes of which each needs one: enough of them that no lighter set breaks them all. */
      readonly paths: readonly (readonly number[])[];
    }
  /** A path that no change breaks. */
  | { readonly possible: false; readonly path: readonly number[] };

export interface CutOptions {
  readonly usable?: (edge: number) => boolean;
  /** Branches in one part of a hitting set problem. */
  readonly work?: number;
  /** How often the choice is made again for further paths. */
  readonly rounds?: number;
  /** Further paths that have to be broken, as the changes of which each needs one. */
  readonly groups?: readonly (readonly number[])[];
}

/**
 * The lightest set of changes that leaves no path from `from` to `to`; a change may take many edges away, so that this is no
 * matter of maximum flow. The sets of changes of all paths would be too many to write down: a choice is made for those that
 * are known, paths that it leaves join them, and so on until none is left. Such a choice breaks all paths, and weighs no more
 * than any other that does, because that must break the known ones too (implicit hitting sets).
 */
export function minimumCut<E extends Edge>(
  graph: Graph<E>,
  from: readonly number[],
  to: ReadonlySet<number>,
  weights: readonly number[],
  { usable = () => true, work, rounds = 1000, groups: given = [] }: CutOptions = {},
): Cut {
  const groups: (readonly number[])[] = [...given];
  const known = new Set<string>();
  const unbroken = startUnbroken(graph, from, to, usable, weights.length);
  let exact = false;
  let best = hittingSet({ groups, weights }, 0);
  let { bound } = best;
  for (let round = 0; ; round++) {
    unbroken.gone.fill(0);
    for (const change of best.chosen) unbroken.gone[change] = 1;
    const found = breakAll(unbroken);
    if (found.unbreakable !== undefined) return { possible: false, path: found.unbreakable };
    const whole = found.groups.length === 0;
    if (whole && (exact || best.weight === bound))
      return { possible: true, changes: best.chosen, weight: best.weight, bound, paths: groups };
    if (round >= rounds) {
      // Out of rounds: what breaks the rest too, without the proof.
      const changes = withoutSpare([...new Set([...best.chosen, ...found.groups.flat()])], weights, unbroken);
      return { possible: true, changes, weight: sum(changes, weights), bound, paths: groups };
    }
    for (const group of found.groups) {
      const key = group.join(' ');
      if (!known.has(key)) groups.push(group);
      known.add(key);
    }
    // A rough choice finds the paths that matter as well as the best one does, and is made in no time.
    exact = whole;
    best = betterOf(hittingSet({ groups, weights }, exact ? work : 0), whole ? best : undefined);
    bound = Math.max(bound, best.bound);
  }
}

/** Of two that hit all groups; the first where both weigh the same, if it is known to be the least. */
function betterOf(a: HittingSet, b: HittingSet | undefined): HittingSet {
  return b === undefined || a.weight < b.weight ? a : { ...b, bound: Math.max(a.bound, b.bound) };
}

/** Paths that are left, as their changes; each is broken for the moment, so that the next ones share no change with it. */
function breakAll<E extends Edge>(
  unbroken: Unbroken<E>,
): { readonly groups: readonly (readonly number[])[]; readonly unbreakable?: readonly number[] } {
  const { graph, gone } = unbroken;
  const groups: (readonly number[])[] = [];
  for (;;) {
    const paths = pathsLeft(unbroken);
    if (paths.length === 0) return { groups };
    for (const path of paths) {
      const changes = changesOf(graph, path);
      if (changes.length === 0) return { groups, unbreakable: path };
      if (changes.some((change) => gone[change] === 1)) continue;
      for (const change of changes) gone[change] = 1;
      groups.push(changes);
    }
  }
}

interface Unbroken<E extends Edge> {
  readonly graph: Graph<E>;
  readonly from: readonly number[];
  readonly usable: (edge: number) => boolean;
  /** Edges by which a goal is reached. */
  readonly ends: readonly number[];
  /** 0, or -1 where no way leads to a goal. */
  readonly left: Int32Array;
  /** By the numbers of changes. */
  readonly gone: Uint8Array;
}

function startUnbroken<E extends Edge>(
  graph: Graph<E>,
  from: readonly number[],
  to: ReadonlySet<number>,
  usable: (edge: number) => boolean,
  changes: number,
): Unbroken<E> {
  const left = distancesTo(graph, to, (edge) => !usable(edge)).map((distance) => Math.min(distance, 0));
  const ends = graph.edges.flatMap((edge, number) => (to.has(edge.to) && !to.has(edge.from) && usable(number) ? [number] : []));
  // A path ends at the first goal.
  for (const goal of to) left[goal] = -1;
  return { graph, from: from.filter((node) => !to.has(node)), usable, ends, left, gone: new Uint8Array(changes) };
}

/** The unbroken paths with the fewest changes, one for each edge by which a goal is reached: few changes make a strong demand. */
function pathsLeft<E extends Edge>({ graph, from, usable, ends, left, gone }: Unbroken<E>): number[][] {
  const { edges } = graph;
  const isBroken = (edge: number): boolean => !usable(edge) || edges[edge]!.changes.some((change) => gone[change] === 1);
  const reached = reach(graph, from, { without: isBroken, weight: ({ changes }) => changes.length, left });
  return ends
    .filter((edge) => reached.distance[edges[edge]!.from] !== -1 && !isBroken(edge))
    .map((edge) => ({ edge, length: reached.distance[edges[edge]!.from]! + edges[edge]!.changes.length }))
    .sort((a, b) => a.length - b.length || a.edge - b.edge)
    .map(({ edge }) => [...pathTo(graph, reached, edges[edge]!.from), edge]);
}

function changesOf<E extends Edge>({ edges }: Graph<E>, path: readonly number[]): number[] {
  return [...new Set(path.flatMap((edge) => edges[edge]!.changes))].sort((a, b) => a - b);
}

/** The heaviest first: each that is not needed beside the others goes. */
function withoutSpare<E extends Edge>(changes: readonly number[], weights: readonly number[], unbroken: Unbroken<E>): number[] {
  const needed = new Set(changes);
  for (const change of [...changes].sort((a, b) => weights[b]! - weights[a]! || a - b)) {
    needed.delete(change);
    const gone = new Uint8Array(weights.length);
    for (const each of needed) gone[each] = 1;
    if (pathsLeft({ ...unbroken, gone }).length > 0) needed.add(change);
  }
  return [...needed].sort((a, b) => a - b);
}

function sum(changes: readonly number[], weights: readonly number[]): number {
  return changes.reduce((total, change) => total + weights[change]!, 0);
}
