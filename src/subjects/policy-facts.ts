import type { AnchorOf, Resource, SubjectContext } from '../core/index.ts';
import { adminPolicyFact } from '../kube/network/admin-policy-fact.ts';
import { namespaceNameLabel, type NetworkFact, type NetworkPolicyFact } from '../kube/network/facts.ts';
import { opaqueKinds, opaquePolicyFact } from '../kube/network/opaque-policy-fact.ts';
import type { Labels } from '../kube/label-selector.ts';
import type { NetworkPolicySpec } from '../kube/types.ts';

/** Every kind of object that lets connections through or denies them, as in `Reads`. */
export const policyKinds: readonly string[] = [
  'NetworkPolicy.networking.k8s.io',
  'AdminNetworkPolicy.policy.networking.k8s.io',
  'BaselineAdminNetworkPolicy.policy.networking.k8s.io',
  'ClusterNetworkPolicy.policy.networking.k8s.io',
  ...opaqueKinds,
];

/** Objects that name no namespace are taken as one, which is none that has a name. */
export const unnamedNamespace = '';

const noPlaces: NetworkPolicyFact['places'] = { ingress: [], egress: [] };

/** What the reachability engine needs of a policy, without the places of its rules: thousands of policies are kept so. */
export function policyFact(resource: Resource, anchor: AnchorOf, context: SubjectContext): NetworkFact | undefined {
  const { ref, object } = resource;
  if (isNetworkPolicy(resource)) {
    const spec: NetworkPolicySpec = object['spec'] ?? {};
    const namespace = context.namespaceOf(resource) ?? unnamedNamespace;
    return { type: 'network-policy', namespace, name: ref.name, spec, at: anchor(['spec']), places: noPlaces };
  }
  return adminPolicyFact(resource, anchor) ?? opaquePolicyFact(resource, anchor, context.namespaceOf(resource) ?? unnamedNamespace);
}

export function isNetworkPolicy({ ref }: Pick<Resource, 'ref'>): boolean {
  return ref.kind === 'NetworkPolicy' && ref.apiVersion.startsWith('networking.k8s.io/');
}

export function namespaceNetworkFact(name: string, labels: Labels): NetworkFact {
  return { type: 'namespace', name, labels: { ...labels, [namespaceNameLabel]: name }, at: nowhereAt };
}

const nowhereAt = { resource: 0, path: [], location: { line: 1, column: 1, endLine: 1, endColumn: 1 } };
