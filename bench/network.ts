import { buildNetwork } from '../src/kube/network/index.ts';
import { networkWorld } from './network-world.ts';

/** Seconds for all pairs of 10,000 pods in 2,500 workloads under 2,000 policies, from facts to the last row, in a process that has not done it before. */
export function allPairs(): number {
  const facts = networkWorld({ namespaces: 200, workloads: 2500, policies: 2000 });
  const start = performance.now();
  const network = buildNetwork(facts);
  let allowed = 0;
  for (const { to } of network.rows()) allowed += network.connection(to[0]!).allowed.length;
  const seconds = (performance.now() - start) / 1000;
  if (allowed === 0) throw new Error('nothing is allowed: something else was measured');
  return seconds;
}
