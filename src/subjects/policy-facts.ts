import type { AnchorOf, Resource, SubjectContext } from '../core/index.ts';
import { adminPolicyFact } from '../kube/network/admin-policy-fact.ts';
import { namespaceNameLabel, type NetworkFact, type NetworkPolicyFact } from '../kube/network/facts.ts';
import { opaqueKinds, opaquePolicyFact } from '../kube/network/opaque-policy-fact.ts';
import { labelMatcher, type Labels } from '../kube/label-selector.ts';
import type { LabelSelector, NetworkPolicySpec } from '../kube/types.ts';

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

/** A policy of another kind than NetworkPolicy that has a say on whole namespaces. */
export interface OtherPolicy {
  /** `CiliumNetworkPolicy "all"` */
  readonly title: string;
  /** Undefined: of every namespace that the selectors select. */
  readonly namespace: string | undefined;
  /** Of the labels of namespaces; undefined for all of them. */
  readonly selectors: readonly LabelSelector[] | undefined;
}

/** Undefined for what allows nothing that others deny, and for what its own schema refuses. */
export function otherPolicyOf(fact: NetworkFact): OtherPolicy | undefined {
  if (fact.type === 'admin-policy') {
    if (fact.refused !== undefined) return undefined;
    const { namespaceSelector } = fact.subject;
    return { title: `${fact.kind} "${fact.name}"`, namespace: undefined, selectors: namespaceSelector && [namespaceSelector] };
  }
  if (fact.type !== 'opaque-policy' || !fact.mayAllow) return undefined;
  const selectors = fact.selections.flatMap(({ namespaceSelector }) => namespaceSelector ?? []);
  const some = selectors.length === fact.selections.length && fact.namespace === undefined;
  return { title: `${fact.kind} "${fact.name}"`, namespace: fact.namespace, selectors: some ? selectors : undefined };
}

/** The first of them for a namespace. Where its labels were not read, all that select by labels may be for it. */
export function indexOtherPolicies(
  policies: readonly OtherPolicy[],
): (namespace: string | undefined, labels: Labels | undefined) => string | undefined {
  const own = new Map<string, string>();
  for (const { namespace, title } of policies) if (namespace !== undefined && !own.has(namespace)) own.set(namespace, title);
  const wide = policies
    .filter(({ namespace }) => namespace === undefined)
    .map(({ title, selectors }) => ({ title, matchers: selectors?.map((selector) => labelMatcher(selector)) }));
  return (namespace, labels) => {
    const found = wide.find(({ matchers }) => {
      if (matchers === undefined || namespace === undefined || labels === undefined) return true;
      const all = { ...labels, [namespaceNameLabel]: namespace };
      return matchers.some((matches) => typeof matches === 'function' && matches(all));
    });
    return found?.title ?? own.get(namespace ?? unnamedNamespace);
  };
}
