import { describe, expect, test } from 'vitest';
import { nowhere, type Anchor } from '../../core/index.ts';
import type { ReachEndpoint } from '../../core/reach.ts';
import { buildNetwork, type NetworkFact } from './index.ts';

const at: Anchor = { resource: 0, path: [], location: nowhere };

function pod(number: number): NetworkFact {
  const made = {
    labels: { a: `v${number}`, odd: String(number % 2) },
    ports: [{ name: 'http', protocol: 'TCP' as const, port: 8000 + (number % 3) }],
    hostNetwork: false,
    many: false,
    everyNode: false,
    addresses: [],
  };
  return { type: 'workload', kind: 'Pod', namespace: 'a', name: `p${number}`, pods: [made], at };
}

const end = (number: number): ReachEndpoint => ({ type: 'workload', kind: 'Pod', namespace: 'a', name: `p${number}` });

describe('more rules than are put together one by one', () => {
  const count = 40;
  const numbers = Array.from({ length: count }, (_, number) => number);

  test('each leaves another pod out at both ends, and opens a port of its own', () => {
    const leavesOut = (number: number): object => ({ matchExpressions: [{ key: 'a', operator: 'NotIn', values: [`v${number}`] }] });
    const network = buildNetwork([
      ...numbers.map(pod),
      ...numbers.map((number): NetworkFact => {
        const ingress = [{ from: [{ podSelector: leavesOut((number + 1) % count) }], ports: [{ port: 1000 + number }] }];
        const spec = { podSelector: leavesOut(number), ingress };
        return { type: 'network-policy', namespace: 'a', name: `n${number}`, spec, at, places: { ingress: [], egress: [] } };
      }),
    ]);
    for (const [from, to] of [
      [0, 1],
      [1, 0],
      [20, 19],
      [39, 20],
      [7, 33],
    ] as const) {
      const open = numbers.filter((number) => network.verdict(end(from), end(to), 'TCP', 1000 + number) === 'allowed');
      expect(open).toEqual(numbers.filter((number) => number !== to && (number + 1) % count !== from));
    }
    expect(network.full).toBe(false);
  });

  test('to ports by name, which stand for others on other pods', () => {
    const network = buildNetwork([
      ...numbers.map(pod),
      ...numbers.map((number): NetworkFact => {
        const egress = [
          { to: [{ podSelector: { matchLabels: { a: `v${number}` } } }], ports: [{ port: 'http' }] },
          { to: [{ podSelector: { matchLabels: { odd: String(number % 2) } } }], ports: [{ port: 1000 + number }] },
        ];
        const spec = { podSelector: {}, policyTypes: ['Egress'], egress };
        return { type: 'network-policy', namespace: 'a', name: `n${number}`, spec, at, places: { ingress: [], egress: [] } };
      }),
    ]);
    for (const to of [1, 8, 39]) {
      const open = numbers.filter((number) => network.verdict(end(0), end(to), 'TCP', 1000 + number) === 'allowed');
      expect(open).toEqual(numbers.filter((number) => number % 2 === to % 2));
      const http = [8000, 8001, 8002].filter((port) => network.verdict(end(0), end(to), 'TCP', port) === 'allowed');
      expect(http).toEqual([8000 + (to % 3)]);
    }
  });
});
