import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { minimumCut } from './cut.ts';
import { graphOf, reach, type Edge, type Graph } from './graph.ts';
import { hittingSet } from './hitting-set.ts';
import { runs } from '../../test/runs.ts';

const mostChanges = 8;
const weights = fc.array(fc.integer({ min: 1, max: 5 }), { minLength: mostChanges, maxLength: mostChanges });

function subsets(count: number): number[][] {
  return Array.from({ length: 2 ** count }, (_, bits) =>
    Array.from({ length: count }, (__, item) => item).filter((item) => (bits >> item) % 2 === 1),
  );
}

function lightest(weighed: readonly number[], works: (chosen: ReadonlySet<number>) => boolean): number | undefined {
  const sums = subsets(mostChanges)
    .filter((subset) => works(new Set(subset)))
    .map((subset) => subset.reduce((sum, item) => sum + weighed[item]!, 0));
  return sums.length === 0 ? undefined : Math.min(...sums);
}

describe('a hitting set', () => {
  test('is the lightest of all, as trying every choice shows', () => {
    const groups = fc.array(fc.uniqueArray(fc.nat(mostChanges - 1), { minLength: 1, maxLength: 4 }), { maxLength: 12 });
    fc.assert(
      fc.property(groups, weights, (each, weighed) => {
        const solved = hittingSet({ groups: each, weights: weighed });
        const hits = (chosen: ReadonlySet<number>): boolean => each.every((group) => group.some((member) => chosen.has(member)));
        expect(hits(new Set(solved.chosen))).toBe(true);
        expect(solved.weight).toBe(lightest(weighed, hits));
        expect(solved.bound).toBe(solved.weight);
        expect(solved.weight).toBe(solved.chosen.reduce((sum, member) => sum + weighed[member]!, 0));
      }),
      { seed: 64, numRuns: runs(100, 1500) },
    );
  });

  test('that is not proven says how far off it may be', () => {
    const random = mulberry(7);
    const groups = Array.from({ length: 60 }, () => Array.from({ length: 5 }, () => Math.floor(random() * 40)));
    const rough = hittingSet({ groups, weights: Array.from({ length: 40 }, () => 1) }, 3);
    const exact = hittingSet({ groups, weights: Array.from({ length: 40 }, () => 1) }, 1_000_000);
    expect(rough.bound).toBeLessThan(rough.weight);
    expect(rough.bound).toBeLessThanOrEqual(exact.weight);
    expect(exact.bound).toBe(exact.weight);
    expect(exact.weight).toBeLessThanOrEqual(rough.weight);
  });
});

const graphs: fc.Arbitrary<Graph<Edge>> = fc
  .array(fc.tuple(fc.nat(7), fc.nat(7), fc.nat(2), fc.uniqueArray(fc.nat(mostChanges - 1), { maxLength: 3 })), { maxLength: 24 })
  .map((edges) =>
    graphOf(
      8,
      edges.map(([from, to, weight, changes]): Edge => ({ from, to, weight, changes: changes.sort((a, b) => a - b) })),
    ),
  );

function isCut(graph: Graph<Edge>, from: readonly number[], goal: number, gone: ReadonlySet<number>): boolean {
  const { distance } = reach(graph, from, { without: (edge) => graph.edges[edge]!.changes.some((change) => gone.has(change)) });
  return distance[goal] === -1;
}

describe('a minimum cut', () => {
  test('is the lightest of all, as trying every set of changes shows', () => {
    fc.assert(
      fc.property(graphs, weights, fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 2 }), (graph, weighed, from) => {
        const expected = lightest(weighed, (gone) => isCut(graph, from, 7, gone));
        const cut = minimumCut(graph, from, new Set([7]), weighed);
        if (!cut.possible) {
          expect(expected).toBeUndefined();
          expect(cut.path.flatMap((edge) => graph.edges[edge]!.changes)).toEqual([]);
          expect(graph.edges[cut.path.at(-1)!]!.to).toBe(7);
          return;
        }
        expect(cut.weight).toBe(expected);
        expect(cut.bound).toBe(expected);
        expect(isCut(graph, from, 7, new Set(cut.changes))).toBe(true);
      }),
      { seed: 65, numRuns: runs(100, 1500) },
    );
  });

  test('breaks every path even where the work is not enough for the proof', () => {
    fc.assert(
      fc.property(graphs, weights, (graph, weighed) => {
        const cut = minimumCut(graph, [0], new Set([7]), weighed, { work: 0, rounds: 1 });
        if (!cut.possible) return;
        const expected = lightest(weighed, (gone) => isCut(graph, [0], 7, gone))!;
        expect(isCut(graph, [0], 7, new Set(cut.changes))).toBe(true);
        expect(cut.weight).toBeGreaterThanOrEqual(expected);
        expect(cut.bound).toBeLessThanOrEqual(expected);
      }),
      { seed: 66, numRuns: runs(100, 1500) },
    );
  });

  test.each([1, 2, 3, 4, 5])('of a graph of 400 nodes and 1,200 edges equals its lower bound (%i)', (seed) => {
    const random = mulberry(seed);
    const below = (count: number): number => Math.floor(random() * count);
    // Layers, as attack graphs have them: entries, workloads, accounts, rights, goal. Changes are shared by neighbours.
    const edges = Array.from({ length: 1200 }, (): Edge => {
      const layer = below(4);
      const changes = new Set([below(30) + 30 * layer]);
      if (below(3) === 0) changes.add(below(30) + 30 * layer);
      return {
        from: layer * 100 + below(100),
        to: layer === 3 ? 400 : (layer + 1) * 100 + below(100),
        weight: 1,
        changes: [...changes].sort((a, b) => a - b),
      };
    });
    const graph = graphOf(401, edges);
    const from = [0, 1, 2, 3, 4];
    const weighed = Array.from({ length: 120 }, () => 1 + below(3));
    const cut = minimumCut(graph, from, new Set([400]), weighed);
    if (!cut.possible) throw new Error('every edge has a change');
    expect(cut.bound).toBe(cut.weight);
    expect(isCut(graph, from, 400, new Set(cut.changes))).toBe(true);
  });
});

function mulberry(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}
