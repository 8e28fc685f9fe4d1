import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ReachEndpoint, ReachPorts } from '../../core/index.ts';
import { distinctNames, endpointKey, mostInGraph, portsText, reachGraph, type ReachGraph } from './reach-graph.ts';
import { everything, samplePairs, workload } from './sample-reach.ts';
import { runs } from '../../../test/runs.ts';

const web: readonly ReachPorts[] = [{ protocol: 'TCP', ports: '443' }];

/** The pairs that a graph stands for: `a > b: ports`. */
function unbundled({ endpoints, nodes, edges }: ReachGraph): string[] {
  const name = (index: number): string => `${endpoints[index]!.space}/${endpoints[index]!.name}`;
  return edges
    .flatMap(({ from, to, allowed }) =>
      nodes[from]!.members.flatMap((source) =>
        nodes[to]!.members.filter((target) => target !== source).map((target) => `${name(source)} > ${name(target)}: ${allowed}`),
      ),
    )
    .sort();
}

function drawn({ endpoints, nodes, edges }: ReachGraph): string[] {
  const name = (index: number): string => {
    const { type, space, members } = nodes[index]!;
    return type === 'group' ? members.map((member) => endpoints[member]!.name).join('+') : `${type} ${space}`.trim();
  };
  return edges.map(({ from, to, allowed }) => `${name(from)} > ${name(to)}: ${allowed}`);
}

describe('bundling', () => {
  test('makes one line of workloads that nothing tells apart', () => {
    const endpoints = [workload('shop', 'a'), workload('shop', 'b'), workload('data', 'db')];
    const graph = reachGraph(samplePairs(endpoints, (_, to) => (to === endpoints[2] ? web : [])))!;
    expect(drawn(graph)).toEqual(['a+b > db: TCP 443']);
  });

  test('makes one line of everybody who reaches everybody', () => {
    const endpoints = Array.from({ length: 20 }, (_, index) => workload(`ns-${index % 4}`, `w-${index}`));
    expect(drawn(reachGraph(samplePairs(endpoints, () => everything))!)).toHaveLength(1);
  });

  test('of nearly everybody names those that are left out', () => {
    const endpoints = Array.from({ length: 20 }, (_, index) => workload(`ns-${index}`, `w-${index}`));
    const [shut] = endpoints;
    const graph = reachGraph(samplePairs(endpoints, (from) => (from === shut ? [] : everything)))!;
    const crowd = graph.nodes.find(({ type, without }) => type === 'crowd' && without.length > 0)!;
    expect(crowd.without.map((node) => graph.nodes[node]!.members)).toEqual([[0]]);
    expect(graph.edges.length).toBeLessThan(5);
  });

  test('loses nothing and adds nothing, whatever is open', () => {
    const choices: (readonly ReachPorts[])[] = [[], web, everything];
    const world = fc.record({
      spaces: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 14 }),
      rules: fc.array(fc.tuple(fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 14 }), fc.integer({ min: 0, max: 2 })), {
        maxLength: 12,
      }),
      otherwise: fc.integer({ min: 0, max: 2 }),
    });
    fc.assert(
      fc.property(world, ({ spaces, rules, otherwise }) => {
        const endpoints: ReachEndpoint[] = spaces.map((space, index) => workload(`ns-${space}`, `w-${index}`));
        endpoints.push({ type: 'virtual', name: 'internet' });
        const open = (from: ReachEndpoint, to: ReachEndpoint): readonly ReachPorts[] => {
          const [source, target] = [endpoints.indexOf(from), endpoints.indexOf(to)];
          const rule = rules.find(([a, b]) => (a === source || a === 14) && (b === target || b === 14));
          return choices[rule?.[2] ?? otherwise]!;
        };
        const wanted = [...samplePairs(endpoints, open)]
          .filter(({ from, to, allowed }) => from !== to && allowed.length > 0)
          .map(({ from, to, allowed }) => `${nameOf(from)} > ${nameOf(to)}: ${portsText(allowed)}`)
          .sort();
        expect(unbundled(reachGraph(samplePairs(endpoints, open))!)).toEqual(wanted);
      }),
      { seed: 6, numRuns: runs(60, 1000) },
    );
  });

  test('is given up where there are too many endpoints', () => {
    function* pairs() {
      for (let index = 0; index <= mostInGraph; index++)
        yield { from: workload('a', `w-${index}`), to: workload('a', 'w-0'), allowed: [], denied: [], unknown: [] };
    }
    expect(reachGraph(pairs())).toBeUndefined();
  });
});

function nameOf(endpoint: ReachEndpoint): string {
  return endpoint.type === 'workload' ? `${endpoint.namespace}/${endpoint.name}` : `/${endpointKey(endpoint).split(' ')[1]}`;
}

test('each reason is told once, and that there are more than are told', () => {
  const graphOf = (count: number) =>
    reachGraph(
      Array.from({ length: count }, (_, index) => ({
        from: workload('a', `w-${index}`),
        to: workload('a', 'x'),
        allowed: [],
        denied: [],
        unknown: [{ protocol: 'TCP' as const, ports: '80', because: `reason ${index}; reason ${index + 1}` }],
      })),
    )!;
  expect(graphOf(2).reasons).toEqual(['reason 0', 'reason 1', 'reason 2']);
  expect(graphOf(40).reasons.at(-1)).toContain('and more');
  expect(graphOf(40).reasons).toHaveLength(13);
});

test('workloads that share a name tell their kind', () => {
  const graph = reachGraph(samplePairs([workload('a', 'x'), workload('a', 'x', 'StatefulSet'), workload('b', 'x')], () => everything))!;
  expect(distinctNames(graph.endpoints)).toEqual(['x (Deployment)', 'x (StatefulSet)', 'x']);
});

describe('ports in words', () => {
  test.each([
    [everything, 'any port'],
    [web, 'TCP 443'],
    [everything.slice(0, 2), 'TCP any · UDP any'],
    [[...web, { protocol: 'TCP', ports: '80' } as const], 'TCP 80,443'],
    [
      [
        { protocol: 'UDP', ports: '53' } as const,
        { protocol: 'TCP', ports: '443,8080' } as const,
        { protocol: 'TCP', ports: '80,444-8079,8081-65535' } as const,
      ],
      'TCP 80,443-65535 · UDP 53',
    ],
  ])('%j', (ports, text) => expect(portsText(ports)).toBe(text));
});
