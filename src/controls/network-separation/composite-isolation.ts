import { defineControl, failAt, notApplicable, pass, strings, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { effectivePolicy } from '../../kube/pod-security/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { judgeDefaultDeny } from '../../subjects/default-deny.ts';
import { namespaceFactsKinds } from '../../subjects/namespace-facts.ts';
import { crossingKinds, namespaces, type NamespaceSubject } from '../../subjects/namespace.ts';
import { reviewerKinds } from '../../subjects/pod-reviewers.ts';
import { policyKinds } from '../../subjects/policy-facts.ts';

/** More than that is no finding but a list. */
const mostCrossings = 8;

/** Each part has a control of its own: this one says of the whole namespace whether anything is left that it separates. */
export const compositeIsolation: AnyControl = defineControl({
  id: 'network-separation/composite-isolation',
  decides: ['NS-05'],
  title: 'Namespaces are isolated by policies, levels, limits and rights together',
  why: 'A namespace alone separates names and nothing else: pods of all namespaces reach each other, share nodes and can take the resources of others. One missing part is enough for the others to be walked around.',
  severity: 'low',
  also: { cis: ['5.6.1'] },
  subject: namespaces,
  decidedBy: [...namespaceFactsKinds, ...policyKinds, 'LimitRange', 'ResourceQuota', ...crossingKinds],
  excusedBy: reviewerKinds,
  params: { system: strings('Namespaces of the system, which are not judged', systemNamespaces) },

  evaluate(namespace, { params, partial }) {
    const { name, title, namedAt, crossings } = namespace;
    if (name !== undefined && params.system.includes(name)) return notApplicable('a namespace of the system');
    const { missing, open } = partsOf(namespace, partial, params.system);
    const places: Place[] = [];
    const [only] = missing;
    if (only !== undefined)
      places.push({ where: namedAt, message: fitted((most) => `namespace "${short(name ?? '', most)}" has no ${listed(missing)}`) });
    for (const { title: by, to, at } of crossings.slice(0, mostCrossings))
      places.push({ where: at, message: fitted((most) => `${short(by, most)} opens the namespace to ${short(to, most)}`) });
    if (places.length > 0) return failAt(places);
    if (open.length === 0) return pass;
    return unknown(namedAt, `whether ${title} has ${listed(open)} is open`, ['manifest', 'cluster']);
  },

  remedy:
    'Add the missing parts together: default deny in both directions, an enforced Pod Security level, a ResourceQuota and a LimitRange; bind roles to accounts of the namespace alone.',

  consequence: true,
  alsoFails: [
    'network-separation/default-deny-ingress',
    'network-separation/default-deny-egress',
    'network-separation/isolated-pods',
    'network-separation/policy-peers',
    'network-separation/resource-quota',
    'network-separation/storage-bounds',
    'network-separation/limit-range',
    'network-separation/metadata-address',
    'pod-security/pod-security-admission',
    'pod-security/enforcement-verified',
  ],

  examples: () => ({
    pass: {
      'all parts': ['Namespace', 'NetworkPolicy', 'ResourceQuota', 'LimitRange'].map((kind) => `kind: ${kind}`).join('\n---\n'),
      'rights of an account of its own': binding('shop'),
    },
    fail: {
      'no policy and no quota': `
kind: NetworkPolicy
metadata: { name: default-deny }
$patch: delete
---
kind: ResourceQuota
metadata: { name: total }
$patch: delete
`,
      'no level': 'kind: Namespace\nmetadata: { name: shop, labels: null }',
      'no limits': 'kind: LimitRange\nmetadata: { name: defaults }\n$patch: delete',
      'rights of an account from elsewhere': binding('build'),
      'a grant to routes of another namespace': `
apiVersion: gateway.networking.k8s.io/v1beta1
kind: ReferenceGrant
metadata: { name: routes, namespace: shop }
spec: { from: [{ group: gateway.networking.k8s.io, kind: HTTPRoute, namespace: edge }], to: [{ group: '', kind: Service }] }
`,
    },
    unknown: { 'no Namespace object': 'kind: Namespace\nmetadata: { name: shop }\n$patch: delete' },
    notApplicable: {
      'a namespace of the system': `
kind: Namespace
metadata: { name: shop }
$patch: delete
---
kind: Deployment
metadata: { name: web }
$patch: delete
---
apiVersion: v1
kind: Namespace
metadata: { name: kube-system }
`,
    },
  }),
});

/** In messages, in this order. */
type Part = 'deny of ingress' | 'deny of egress' | 'Pod Security level' | 'quota' | 'limits';

function partsOf(
  namespace: NamespaceSubject,
  partial: boolean,
  system: readonly string[],
): { readonly missing: readonly Part[]; readonly open: readonly Part[] } {
  const { name, labels, admission, reviewers, quotas, limitRanges } = namespace;
  const missing: Part[] = [];
  const open: Part[] = [];
  for (const direction of ['ingress', 'egress'] as const) {
    const { verdict } = judgeDefaultDeny(namespace, { direction, partial, system, narrower: 'low' });
    if (verdict === 'fail') missing.push(`deny of ${direction}`);
    else if (verdict === 'unknown') open.push(`deny of ${direction}`);
  }
  if (labels === undefined) open.push('Pod Security level');
  else if (effectivePolicy(name, labels, admission).policy.enforce.level === 'privileged')
    (reviewers.length > 0 ? open : missing).push('Pod Security level');
  const absent = partial ? open : missing;
  if (quotas.length === 0) absent.push('quota');
  if (limitRanges.length === 0) absent.push('limits');
  return { missing, open };
}

function listed(parts: readonly Part[]): string {
  return parts.join(', ');
}

function binding(namespace: string): string {
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata: { name: look, namespace: shop }
rules: [{ apiGroups: [''], resources: [pods], verbs: [get] }]
---
apiVersion: v1
kind: ServiceAccount
metadata: { name: builder, namespace: ${namespace} }
automountServiceAccountToken: false
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: look, namespace: shop }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: Role, name: look }
subjects: [{ kind: ServiceAccount, name: builder, namespace: ${namespace} }]
`;
}
