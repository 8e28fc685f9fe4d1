import { defineControl, strings, type AnyControl } from '../../core/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { denyByDefault, judgeDefaultDeny } from '../../subjects/default-deny.ts';
import { policyKinds } from '../../subjects/policy-facts.ts';
import { namespaces } from '../../subjects/namespace.ts';

export const defaultDenyIngress: AnyControl = defineControl({
  id: 'network-separation/default-deny-ingress',
  decides: ['NET-02'],
  title: 'Every namespace denies ingress by default',
  why: 'Without such a policy every pod of the cluster can connect to every port of every pod in the namespace: one compromised application can probe and attack all others.',
  severity: 'high',
  also: { cis: ['5.3.2'], attack: ['T1046', 'T1210'] },
  subject: namespaces,
  decidedBy: ['Namespace', ...policyKinds],
  params: { system: strings('Namespaces of the system, which are not judged', systemNamespaces) },

  evaluate(namespace, { params, partial }) {
    return judgeDefaultDeny(namespace, { direction: 'ingress', partial, system: params.system, narrower: 'medium' });
  },

  fix: {
    safety: 'review',
    risk: 'every connection into the namespace that no policy allows ends; allow those that the workloads need first, from flow logs or declared ports, and prove it in a namespace for tests',
    edits: (namespace) => denyByDefault(namespace, 'ingress'),
  },

  alsoFails: ['network-separation/isolated-pods', 'network-separation/policy-peers'],

  examples: () => ({
    pass: {
      'no rule': 'kind: NetworkPolicy\nmetadata: { name: default-deny }\nspec: { podSelector: {}, policyTypes: [Ingress, Egress] }',
      'policyTypes left out, egress in another policy': `
kind: NetworkPolicy
metadata: { name: default-deny }
spec: { podSelector: { matchLabels: {}, matchExpressions: [] }, policyTypes: null }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: default-deny-egress, namespace: shop }
spec: { podSelector: {}, policyTypes: [Egress] }
`,
      'an allow rule for some Pods besides': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec:
  podSelector: { matchLabels: { app: web } }
  ingress: [{ from: [{ podSelector: { matchLabels: { app: proxy } } }], ports: [{ port: 8080 }] }]
`,
    },
    fail: {
      'egress only': 'kind: NetworkPolicy\nmetadata: { name: default-deny }\nspec: { policyTypes: [Egress] }',
      'cancelled by a policy that allows everything': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: open, namespace: shop }
spec: { podSelector: {}, ingress: [{}] }
`,
      'the workloads of today only': `
kind: NetworkPolicy
metadata: { name: default-deny }
spec: { policyTypes: [Egress] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress] }
`,
      'an expression that some Pods do not match': `
kind: NetworkPolicy
metadata: { name: default-deny }
spec: { policyTypes: [Egress] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: labelled, namespace: shop }
spec: { podSelector: { matchExpressions: [{ key: tier, operator: Exists }] }, policyTypes: [Ingress] }
`,
    },
    unknown: {
      'a policy of the plugin alone': `
kind: NetworkPolicy
metadata: { name: default-deny }
$patch: delete
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: all, namespace: shop }
spec: { endpointSelector: {}, ingress: [], egress: [] }
`,
    },
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
