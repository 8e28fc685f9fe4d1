import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { distinctPaths } from './distinct-paths.ts';
import { graphOf, pathTo, reach, type Edge, type Graph } from './graph.ts';
import { runs } from '../../test/runs.ts';

function edge(from: number, to: number, weight = 1): Edge {
  return { from, to, weight, changes: [] };
}

/** Small graphs with parallel edges, circles and edges without length. */
const graphs: fc.Arbitrary<Graph<Edge>> = fc.array(fc.tuple(fc.nat(6), fc.nat(6), fc.nat(3)), { maxLength: 16 }).map((edges) =>
  graphOf(
    7,
    edges.map(([from, to, weight]) => edge(from, to, weight)),
  ),
);

/** Every path without a circle, by trying all, as its nodes with its length; the shortest of parallel edges counts. */
function allPaths({ edges }: Graph<Edge>, from: readonly number[], to: ReadonlySet<number>): Map<string, number> {
  const found = new Map<string, number>();
  const entries = new Set(from);
  const walk = (nodes: readonly number[], length: number): void => {
    const last = nodes.at(-1)!;
    if (to.has(last)) {
      const key = nodes.join(' ');
      found.set(key, Math.min(length, found.get(key) ?? Number.POSITIVE_INFINITY));
      return;
    }
    for (const next of edges)
      if (next.from === last && !nodes.includes(next.to) && !(entries.has(next.to) && !to.has(next.to)))
        walk([...nodes, next.to], length + next.weight);
  };
  for (const start of from) if (!to.has(start)) walk([start], 0);
  return found;
}

function written({ edges }: Graph<Edge>, path: readonly number[]): readonly [string, number] {
  const nodes = [edges[path[0]!]!.from, ...path.map((number) => edges[number]!.to)];
  return [nodes.join(' '), path.reduce((sum, number) => sum + edges[number]!.weight, 0)];
}

describe('distinct paths', () => {
  test('are all there are, as trying every way shows', () => {
    fc.assert(
      fc.property(graphs, fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 3 }), fc.nat(6), (graph, from, goal) => {
        const to = new Set([goal]);
        const { paths, more } = distinctPaths(graph, from, to, 10_000);
        const expected = new Map(allPaths(graph, from, to));
        expect(new Map(paths.map((path) => written(graph, path)))).toEqual(expected);
        expect(paths).toHaveLength(expected.size);
        expect(more).toBe(false);
      }),
      { seed: 61, numRuns: runs(150, 2000) },
    );
  });

  test('come shortest first, and as many as were asked for', () => {
    fc.assert(
      fc.property(
        graphs,
        fc.uniqueArray(fc.nat(6), { minLength: 1, maxLength: 2 }),
        fc.nat(6),
        fc.integer({ min: 1, max: 3 }),
        (graph, from, goal, most) => {
          const to = new Set([goal]);
          const lengths = [...allPaths(graph, from, to).values()].sort((a, b) => a - b);
          const { paths, more } = distinctPaths(graph, from, to, most);
          expect(paths.map((path) => written(graph, path)[1])).toEqual(lengths.slice(0, most));
          expect(more).toBe(lengths.length > most);
        },
      ),
      { seed: 62, numRuns: runs(150, 2000) },
    );
  });

  test('are the same where only what stands between places differs', () => {
    fc.assert(
      fc.property(graphs, fc.nat(6), fc.nat(6), (graph, start, goal) => {
        fc.pre(start !== goal);
        const to = new Set([goal]);
        const isPlace = (node: number): boolean => node < 4 || node === start || node === goal;
        const { paths } = distinctPaths(graph, [start], to, 10_000, { isPlace });
        const expected = new Map<string, number>();
        for (const [nodes, length] of allPaths(graph, [start], to)) {
          const places = nodes.split(' ').filter((node) => isPlace(Number(node)));
          const key = places.join(' ');
          expected.set(key, Math.min(length, expected.get(key) ?? Number.POSITIVE_INFINITY));
        }
        const found = new Map(
          paths.map((path) => {
            const [nodes, length] = written(graph, path);
            return [
              nodes
                .split(' ')
                .filter((node) => isPlace(Number(node)))
                .join(' '),
              length,
            ];
          }),
        );
        expect(found.size).toBe(paths.length);
        for (const [key, length] of expected) expect(found.get(key)).toBeLessThanOrEqual(length);
      }),
      { seed: 67, numRuns: runs(150, 2000) },
    );
  });

  test('use no edge that may not be used', () => {
    const graph = graphOf(3, [edge(0, 2), edge(0, 1), edge(1, 2)]);
    expect(distinctPaths(graph, [0], new Set([2]), 5, { usable: (number) => number !== 0 }).paths).toEqual([[1, 2]]);
  });
});

describe('the shortest way', () => {
  test('is as long as the shortest of all ways', () => {
    fc.assert(
      fc.property(graphs, fc.nat(6), fc.nat(6), (graph, start, goal) => {
        fc.pre(start !== goal);
        const lengths = [...allPaths(graph, [start], new Set([goal])).values()];
        const reached = reach(graph, [start]);
        expect(reached.distance[goal]).toBe(lengths.length === 0 ? -1 : Math.min(...lengths));
        if (lengths.length > 0) expect(written(graph, pathTo(graph, reached, goal))[1]).toBe(reached.distance[goal]);
      }),
      { seed: 63, numRuns: runs(150, 2000) },
    );
  });
});
