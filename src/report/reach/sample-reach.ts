import type { ReachEndpoint, ReachPair, ReachPorts } from '../../core/index.ts';

// Worlds for the tests of what reports make of reachability.

export const everything: readonly ReachPorts[] = (['TCP', 'UDP', 'SCTP'] as const).map((protocol) => ({ protocol, ports: '1-65535' }));

export function workload(namespace: string, name: string, kind = 'Deployment'): ReachEndpoint {
  return { type: 'workload', kind, namespace, name };
}

/** Every ordered pair of the endpoints; `allowed` says what is open, the rest is denied. */
export function* samplePairs(
  endpoints: readonly ReachEndpoint[],
  allowed: (from: ReachEndpoint, to: ReachEndpoint) => readonly ReachPorts[],
): Generator<ReachPair, void> {
  for (const from of endpoints)
    for (const to of endpoints) {
      const open = allowed(from, to);
      yield { from, to, allowed: open, denied: open.length === 0 ? everything : [], unknown: [] };
    }
}
