import { decline, defineControl, failAt, strings, type AnyControl, type Place } from '../../core/index.ts';
import { systemNamespaces } from '../../kube/system-workloads.ts';
import { allowDns, denyByDefault, judgeDefaultDeny } from '../../subjects/default-deny.ts';
import { policyKinds } from '../../subjects/policy-facts.ts';
import { namespaces } from '../../subjects/namespace.ts';

export const defaultDenyEgress: AnyControl = defineControl({
  id: 'network-separation/default-deny-egress',
  decides: ['NET-03'],
  title: 'Every namespace denies egress by default',
  why: 'Without such a policy a compromised pod can fetch tools, reach its controller and carry data out, to any address inside and outside the cluster.',
  severity: 'high',
  also: { cis: ['5.3.2'], attack: ['T1041', 'T1071'] },
  subject: namespaces,
  decidedBy: ['Namespace', ...policyKinds],
  params: { system: strings('Namespaces of the system, which are not judged', systemNamespaces) },

  evaluate(namespace, { params, partial }) {
    const verdict = judgeDefaultDeny(namespace, { direction: 'egress', partial, system: params.system, narrower: 'medium' });
    if (verdict.verdict !== 'pass') return verdict;
    const places: Place[] = [];
    for (const { name, selectsEveryPod, egress } of namespace.policies) {
      if (egress?.allowsEveryAddress === undefined) continue;
      const whose = selectsEveryPod ? 'every pod' : 'its pods';
      const message = `policy "${name}" allows ${whose} to connect to every address, metadata services included`;
      places.push({ where: egress.allowsEveryAddress, message, severity: 'low' });
    }
    return failAt(places);
  },

  fix: {
    safety: 'review',
    risk: 'every connection out of the namespace that no policy allows ends, save DNS at the pods "k8s-app: kube-dns"; allow what the flow and DNS logs show first, and prove it in a namespace for tests',
    values: {
      nodeLocalDns: { about: 'The address of NodeLocal DNSCache, where nodes answer DNS themselves', example: '169.254.20.10' },
    },
    edits(namespace, { values }) {
      const deny = denyByDefault(namespace, 'egress');
      if ('declined' in deny) return deny;
      if (namespace.policies.some((policy) => policy.selectsEveryPod && policy.egress !== undefined))
        return decline('a policy allows every address: a person knows which ones the workloads need');
      const dns = allowDns(namespace, values.nodeLocalDns);
      return 'declined' in dns ? dns : { edits: [], companions: [...dns.companions, ...(deny.companions ?? [])] };
    },
  },

  alsoFails: ['network-separation/isolated-pods', 'network-separation/policy-peers'],

  examples: () => ({
    pass: {
      'no rule': 'kind: NetworkPolicy\nmetadata: { name: default-deny }\nspec: { podSelector: {}, policyTypes: [Ingress, Egress] }',
      'DNS allowed for all, without policyTypes': `
kind: NetworkPolicy
metadata: { name: default-deny }
spec:
  policyTypes: null
  egress: [{ ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }] }]
`,
    },
    fail: {
      'ingress only': 'kind: NetworkPolicy\nmetadata: { name: default-deny }\nspec: { policyTypes: [Ingress] }',
      'an empty list of rules and no policyTypes':
        'kind: NetworkPolicy\nmetadata: { name: default-deny }\nspec: { policyTypes: null, egress: [] }',
      'cancelled by a policy that allows everything': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: open, namespace: shop }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{}] }
`,
      'every address outside, for some pods': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: internet, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }] }
`,
      'every address outside': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: internet, namespace: shop }
spec: { podSelector: {}, policyTypes: [Egress], egress: [{ to: [{ ipBlock: { cidr: 0.0.0.0/0 } }] }] }
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
