import { apiGroup, type AnchorOf, type Resource } from '../../core/index.ts';
import { labelMatcher } from '../label-selector.ts';
import type { LabelSelector, LabelSelectorRequirement } from '../types.ts';
import { selectorOf } from './admin-policy-fact.ts';
import type { OpaquePolicyFact, PodSelection } from './facts.ts';
import { listOf, recordOf, textOf } from '../untyped.ts';

type Value = Readonly<Record<string, unknown>>;

interface OpaqueKind {
  readonly group: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly mayAllow: boolean;
  /** Undefined for an object that enforces nothing. */
  readonly selects: (spec: Value) => PodSelection | undefined;
}

/**
 * Policies of network plugins and meshes as their documentation has them in 2026. A row says how to find out whom a policy
 * selects; what it then does stays unknown.
 */
const rows: readonly OpaqueKind[] = [
  // docs.cilium.io, "Network Policy", "Layer 3 Examples": the labels of the namespace are labels of the endpoint.
  { group: 'cilium.io', kind: 'CiliumNetworkPolicy', namespaced: true, mayAllow: true, selects: cilium },
  { group: 'cilium.io', kind: 'CiliumClusterwideNetworkPolicy', namespaced: false, mayAllow: true, selects: cilium },
  // docs.tigera.io, "Network policy", "Global network policy". Staged policies enforce nothing and are no rows.
  { group: 'projectcalico.org', kind: 'NetworkPolicy', namespaced: true, mayAllow: true, selects: calico },
  { group: 'projectcalico.org', kind: 'GlobalNetworkPolicy', namespaced: false, mayAllow: true, selects: calico },
  { group: 'crd.projectcalico.org', kind: 'NetworkPolicy', namespaced: true, mayAllow: true, selects: calico },
  { group: 'crd.projectcalico.org', kind: 'GlobalNetworkPolicy', namespaced: false, mayAllow: true, selects: calico },
  // antrea.io, "Antrea Network Policy CRDs".
  { group: 'crd.antrea.io', kind: 'NetworkPolicy', namespaced: true, mayAllow: true, selects: antrea },
  { group: 'crd.antrea.io', kind: 'ClusterNetworkPolicy', namespaced: false, mayAllow: true, selects: antrea },
  // istio.io, "Authorization Policy": on top of what the network lets through.
  { group: 'security.istio.io', kind: 'AuthorizationPolicy', namespaced: true, mayAllow: false, selects: istio },
  // linkerd.io, "Authorization Policy": a Server denies what no policy authorizes.
  { group: 'policy.linkerd.io', kind: 'Server', namespaced: true, mayAllow: false, selects: linkerd },
  // docs.cloud.google.com, "Control Pod egress traffic using FQDN network policies".
  { group: 'networking.gke.io', kind: 'FQDNNetworkPolicy', namespaced: true, mayAllow: true, selects: ofPods },
  // docs.aws.amazon.com, "Limit Pod traffic with Kubernetes network policies": the admin and application kinds of EKS.
  { group: 'networking.k8s.aws', kind: 'ApplicationNetworkPolicy', namespaced: true, mayAllow: true, selects: ofPods },
  { group: 'networking.k8s.aws', kind: 'ClusterNetworkPolicy', namespaced: false, mayAllow: true, selects: both },
  // docs.redhat.com, "Configuring an egress firewall for a project" (OpenShift SDN); with OVN-Kubernetes it is the next.
  {
    group: 'network.openshift.io',
    kind: 'EgressNetworkPolicy',
    namespaced: true,
    mayAllow: false,
    selects: () => ({ ingress: false, egress: true }),
  },
  // ovn-kubernetes.io, "EgressFirewall".
  { group: 'k8s.ovn.org', kind: 'EgressFirewall', namespaced: true, mayAllow: false, selects: () => ({ ingress: false, egress: true }) },
];

const kinds = new Map(rows.map((row) => [`${row.kind}.${row.group}`, row]));

export const opaqueKinds: readonly string[] = [...kinds.keys()];

/** Undefined for other kinds, and for objects that enforce nothing. */
export function opaquePolicyFact({ ref, object }: Resource, anchor: AnchorOf, namespace: string): OpaquePolicyFact | undefined {
  const row = kinds.get(`${ref.kind}.${apiGroup(ref.apiVersion)}`);
  if (row === undefined) return undefined;
  const specs = [object['spec'], ...listOf(object['specs'])].filter((spec) => spec !== undefined);
  const selections = specs.flatMap((spec) => row.selects(recordOf(spec)) ?? []);
  if (selections.length === 0) return undefined;
  // The mesh-wide namespace of Istio is named in its configuration; this is its default.
  const everywhere = !row.namespaced || (row.kind === 'AuthorizationPolicy' && namespace === 'istio-system');
  return {
    type: 'opaque-policy',
    kind: row.kind,
    namespace: everywhere ? undefined : namespace,
    name: ref.name,
    mayAllow: row.mayAllow,
    selections,
    at: anchor(['metadata', 'name']),
  };
}

function both(): PodSelection {
  return { ingress: true, egress: true };
}

function ofPods(spec: Value): PodSelection {
  const podSelector = selectorOf(spec['podSelector']);
  return { ...directions(listOf(spec['policyTypes']), spec), ...(podSelector === undefined ? {} : { podSelector }) };
}

/** Without a list of types both directions, unless there are rules of one alone. */
function directions(types: readonly unknown[], spec: Value): Pick<PodSelection, 'ingress' | 'egress'> {
  if (types.length > 0) return { ingress: types.includes('Ingress'), egress: types.includes('Egress') };
  const [ingress, egress] = [spec['ingress'] !== undefined, spec['egress'] !== undefined];
  return ingress || egress ? { ingress, egress } : both();
}

function cilium(spec: Value): PodSelection | undefined {
  // A policy of nodes selects no pod.
  if (spec['nodeSelector'] !== undefined) return undefined;
  const selector = selectorOf(withoutSources(spec['endpointSelector']));
  const ingress = spec['ingress'] !== undefined || spec['ingressDeny'] !== undefined;
  const egress = spec['egress'] !== undefined || spec['egressDeny'] !== undefined;
  if (!ingress && !egress) return undefined;
  return { ingress, egress, ...(selector === undefined ? {} : splitByNamespace(requirementsOf(selector))) };
}

/** `k8s:app` and `any:app` are labels of the pod; a label of another source is left to chance. */
function withoutSources(value: unknown): unknown {
  const { matchLabels, matchExpressions } = recordOf(value);
  const keyOf = (key: string): string | undefined => (/^(?:k8s|any):/.test(key) ? key.slice(4) : key.includes(':') ? undefined : key);
  return {
    matchLabels: Object.fromEntries(
      Object.entries(recordOf(matchLabels)).flatMap(([key, content]) => (keyOf(key) === undefined ? [] : [[keyOf(key), content]])),
    ),
    matchExpressions: listOf(matchExpressions).flatMap((item) => {
      const key = keyOf(textOf(recordOf(item)['key']) ?? ':');
      return key === undefined ? [] : [{ ...recordOf(item), key }];
    }),
  };
}

function requirementsOf({ matchLabels = {}, matchExpressions = [] }: LabelSelector): LabelSelectorRequirement[] {
  return [...Object.entries(matchLabels).map(([key, value]) => ({ key, operator: 'In', values: [value] })), ...matchExpressions];
}

const namespaceLabels = 'io.cilium.k8s.namespace.labels.';

/** How labels of the pod's namespace are written as labels of the pod. */
function namespaceKey(key: string): string | undefined {
  if (key === 'io.kubernetes.pod.namespace' || key === 'projectcalico.org/namespace') return 'kubernetes.io/metadata.name';
  return key.startsWith(namespaceLabels) ? key.slice(namespaceLabels.length) : undefined;
}

/** Labels that a plugin makes itself: an account, a cluster, an orchestrator. */
function isMade(key: string): boolean {
  return /^(?:io\.cilium\.|projectcalico\.org\/)/.test(key);
}

function splitByNamespace(requirements: readonly LabelSelectorRequirement[]): Pick<PodSelection, 'podSelector' | 'namespaceSelector'> {
  const ofNamespace = requirements.flatMap((requirement) => {
    const key = namespaceKey(requirement.key ?? '');
    return key === undefined ? [] : [{ ...requirement, key }];
  });
  const ofPod = requirements.filter(({ key = '' }) => namespaceKey(key) === undefined && !isMade(key));
  return {
    podSelector: { matchExpressions: ofPod },
    ...(ofNamespace.length === 0 ? {} : { namespaceSelector: { matchExpressions: ofNamespace } }),
  };
}

function calico(spec: Value): PodSelection {
  const types = listOf(spec['types']);
  const selected = calicoSelector(spec['selector']);
  const namespaces = calicoSelector(spec['namespaceSelector']);
  const rules = spec['ingress'] === undefined && spec['egress'] === undefined ? { ingress: true, egress: false } : directions(types, spec);
  return {
    ...(types.length === 0 ? rules : directions(types, spec)),
    ...(selected === undefined ? {} : splitByNamespace(selected)),
    ...(namespaces === undefined
      ? {}
      : {
          namespaceSelector: {
            matchExpressions: namespaces.flatMap((requirement) => {
              const key = requirement.key === 'projectcalico.org/name' ? 'kubernetes.io/metadata.name' : (requirement.key ?? '');
              return isMade(key) ? [] : [{ ...requirement, key }];
            }),
          },
        }),
  };
}

const quoted = String.raw`(?:'[^']*'|"[^"]*")`;
const calicoTerm = new RegExp(
  String.raw`^\s*(?:(!?)\s*has\(\s*([\w./-]+)\s*\)|([\w./-]+)\s*(==|!=)\s*(${quoted})|([\w./-]+)\s+(in|not in)\s*\{((?:\s*${quoted}\s*,?)*)\}|(all\(\)))\s*$`,
);

/** Terms joined by `&&`. Undefined for what else the language can say, and for no text: that selects every pod here. */
function calicoSelector(value: unknown): LabelSelectorRequirement[] | undefined {
  const text = textOf(value);
  if (text === undefined || text.length > 10_000) return undefined;
  const requirements: LabelSelectorRequirement[] = [];
  for (const term of text.split('&&')) {
    const match = calicoTerm.exec(term);
    if (match === null) return undefined;
    const [, not, has, equalKey, equal, equalValue = '', inKey, operator, values = '', all] = match;
    if (all !== undefined) continue;
    if (has !== undefined) requirements.push({ key: has, operator: not === '!' ? 'DoesNotExist' : 'Exists' });
    if (equalKey !== undefined)
      requirements.push({ key: equalKey, operator: equal === '==' ? 'In' : 'NotIn', values: [equalValue.slice(1, -1)] });
    if (inKey === undefined) continue;
    const listed = [...values.matchAll(new RegExp(quoted, 'g'))].map(([item]) => item.slice(1, -1));
    requirements.push({ key: inKey, operator: operator === 'in' ? 'In' : 'NotIn', values: listed });
  }
  return typeof labelMatcher({ matchExpressions: requirements }) === 'function' ? requirements : undefined;
}

/** Each rule may select others than the policy: then whoever is in its namespaces. */
function antrea(spec: Value): PodSelection {
  const appliedTo = listOf(spec['appliedTo']).map(recordOf);
  const [only] = appliedTo;
  const rules = { ingress: listOf(spec['ingress']).length > 0, egress: listOf(spec['egress']).length > 0 };
  if (only === undefined || appliedTo.length > 1) return rules;
  const [podSelector, namespaceSelector] = [selectorOf(only['podSelector']), selectorOf(only['namespaceSelector'])];
  const known = Object.keys(only).every((key) => key === 'podSelector' || key === 'namespaceSelector');
  if (!known) return rules;
  return {
    ...rules,
    ...(podSelector === undefined ? {} : { podSelector }),
    ...(namespaceSelector === undefined ? {} : { namespaceSelector }),
  };
}

function istio(spec: Value): PodSelection | undefined {
  if (spec['action'] === 'AUDIT') return undefined;
  const podSelector = spec['targetRefs'] === undefined ? selectorOf(recordOf(spec['selector'])) : undefined;
  return { ingress: true, egress: false, ...(podSelector === undefined ? {} : { podSelector }) };
}

function linkerd(spec: Value): PodSelection {
  const podSelector = selectorOf(spec['podSelector']);
  return { ingress: true, egress: false, ...(podSelector === undefined ? {} : { podSelector }) };
}
