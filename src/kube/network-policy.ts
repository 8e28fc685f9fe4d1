import type { NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from './types.ts';

export type Direction = 'ingress' | 'egress';

/** A rule of either direction: who is at the other end, and on which ports. */
export interface PolicyRule {
  readonly peers: readonly NetworkPolicyPeer[];
  readonly ports: readonly NetworkPolicyPort[];
}

/**
 * The directions in which a policy isolates the pods that it selects. Without `policyTypes` (an empty list counts as none):
 * always ingress, and egress only if there is an egress rule. A list is taken as it stands.
 * Source: pkg/apis/networking/v1/defaults.go (SetDefaults_NetworkPolicy).
 */
export function directionsOf({ policyTypes = [], egress = [] }: NetworkPolicySpec): readonly Direction[] {
  if (policyTypes.length === 0) return egress.length === 0 ? ['ingress'] : ['ingress', 'egress'];
  return (['ingress', 'egress'] as const).filter((direction) => policyTypes.includes(direction === 'ingress' ? 'Ingress' : 'Egress'));
}

/** `podSelector` is no pointer in the API: left out, it is empty, and an empty one selects every pod of the namespace. */
export function selectsEveryPod({ podSelector = {} }: NetworkPolicySpec): boolean {
  const { matchLabels = {}, matchExpressions = [] } = podSelector;
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

/** The rules of one direction in one form; no rules at all deny everything. */
export function rulesOf(spec: NetworkPolicySpec, direction: Direction): PolicyRule[] {
  if (direction === 'ingress') return (spec.ingress ?? []).map(({ from = [], ports = [] }) => ({ peers: from, ports }));
  return (spec.egress ?? []).map(({ to = [], ports = [] }) => ({ peers: to, ports }));
}

/** No peers means every peer, no ports means every port. */
export function allowsEverything({ peers, ports }: PolicyRule): boolean {
  return peers.length === 0 && ports.length === 0;
}

/** Every IPv4 or every IPv6 address, with nothing taken out. */
export function allowsEveryAddress({ peers, ports }: PolicyRule): boolean {
  return ports.length === 0 && peers.some(({ ipBlock }) => /^[0.:]+\/0$/.test(ipBlock?.cidr ?? '') && (ipBlock?.except?.length ?? 0) === 0);
}
