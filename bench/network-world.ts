import { nowhere, type Anchor } from '../src/core/index.ts';
import type { NetworkFact, NetworkPolicyFact, WorkloadFact } from '../src/kube/network/index.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '../src/kube/types.ts';

interface NetworkSize {
  readonly namespaces: number;
  readonly workloads: number;
  readonly policies: number;
}

const at: Anchor = { resource: 0, path: [], location: nowhere };

/** A cluster as large ones are: teams with namespaces, tiers of workloads, default denies and allows in all of the usual forms. */
export function networkWorld({ namespaces, workloads, policies }: NetworkSize): NetworkFact[] {
  const next = chance(20_261_122);
  const pick = <T>(list: readonly T[]): T => list[next(list.length)]!;
  const facts: NetworkFact[] = [];
  const names = Array.from({ length: namespaces }, (_, index) => `team-${index}`);
  for (const [index, name] of names.entries()) {
    const labels = { 'kubernetes.io/metadata.name': name, team: `t${index % 40}`, stage: index % 3 === 0 ? 'prod' : 'test' };
    facts.push({ type: 'namespace', name, labels, at });
  }
  const made: WorkloadFact[] = [];
  for (let index = 0; index < workloads; index++) {
    const namespace = names[index % namespaces]!;
    const app = `app-${Math.floor(index / namespaces)}`;
    const labels = { app, tier: pick(['web', 'api', 'db', 'job']), version: `v${next(5)}`, 'pod-template-hash': String(index) };
    const ports = [
      { name: 'http', protocol: 'TCP' as const, port: pick([80, 8080, 8443, 3000]) },
      { name: 'metrics', protocol: 'TCP' as const, port: pick([9090, 9100]) },
    ];
    const pod = { labels, ports, hostNetwork: index % 100 === 99, many: true, everyNode: index % 100 === 99, addresses: [] };
    made.push({ type: 'workload', kind: 'Deployment', namespace, name: app, pods: [pod], at });
  }
  facts.push(...made);
  for (let index = 0; index < policies; index++) {
    const namespace = names[index % namespaces]!;
    facts.push(policy(`policy-${index}`, namespace, index < namespaces ? denyAll(index) : allow(made[next(made.length)]!)));
  }
  return facts;

  function denyAll(index: number): NetworkPolicySpec {
    return { podSelector: {}, policyTypes: index % 4 === 0 ? ['Ingress'] : ['Ingress', 'Egress'] };
  }

  function allow(peer: WorkloadFact): NetworkPolicySpec {
    const podSelector =
      next(3) === 0
        ? { matchLabels: { tier: pick(['web', 'api', 'db']) } }
        : { matchLabels: { app: `app-${next(Math.ceil(workloads / namespaces))}` } };
    const ingress = { ...(next(4) === 0 ? {} : { ports: somePorts() }), from: somePeers(peer) };
    const egress = { ports: somePorts(), to: somePeers(peer) };
    if (next(3) === 0)
      return {
        podSelector,
        policyTypes: ['Ingress', 'Egress'],
        ingress: [ingress],
        egress: [egress, { ports: [{ protocol: 'UDP', port: 53 }] }],
      };
    return next(2) === 0 ? { podSelector, ingress: [ingress] } : { podSelector, policyTypes: ['Egress'], egress: [egress] };
  }

  function somePorts(): NetworkPolicyPort[] {
    return Array.from({ length: 1 + next(2) }, (): NetworkPolicyPort => {
      const kind = next(6);
      if (kind === 0) return { port: pick(['http', 'metrics']) };
      if (kind === 1) return { port: 30_000 + next(20) * 10, endPort: 32_000 };
      return { protocol: next(10) === 0 ? 'UDP' : 'TCP', port: pick([80, 443, 5432, 6379, 8080, 8443, 9090, 3306, 27_017, 53]) };
    });
  }

  function somePeers(peer: WorkloadFact): NetworkPolicyPeer[] {
    return Array.from({ length: 1 + next(2) }, (): NetworkPolicyPeer => {
      switch (next(7)) {
        case 0:
          return { ipBlock: { cidr: `10.${next(50)}.0.0/16`, except: [`10.${next(50)}.0.0/24`].filter((_, index) => index > 0) } };
        case 1:
          return { ipBlock: { cidr: '0.0.0.0/0', except: ['169.254.169.254/32', `192.168.${next(20)}.0/24`] } };
        case 2:
          return { namespaceSelector: { matchLabels: { team: `t${next(40)}` } } };
        case 3:
          return {
            namespaceSelector: { matchExpressions: [{ key: 'stage', operator: 'In', values: ['prod'] }] },
            podSelector: { matchLabels: { tier: 'api' } },
          };
        case 4:
          return {
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': peer.namespace } },
            podSelector: { matchLabels: { app: peer.name } },
          };
        case 5:
          return { podSelector: {} };
        default:
          return { podSelector: { matchExpressions: [{ key: 'tier', operator: 'NotIn', values: ['db'] }] } };
      }
    });
  }
}

function policy(name: string, namespace: string, spec: NetworkPolicySpec): NetworkPolicyFact {
  return { type: 'network-policy', namespace, name, spec, at, places: { ingress: [], egress: [] } };
}

/** Numbers below a limit, the same in each run. */
function chance(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
