import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { policyObjects } from '../../subjects/policy-object.ts';

export const policyPlugins: AnyControl = defineControl({
  id: 'network-separation/policy-plugins',
  decides: ['NET-09'],
  title: 'Policies are of kinds that the network plugin enforces and readers understand',
  why: 'Each network plugin has policies of its own, which others ignore without a word. Whoever reads NetworkPolicies alone takes pods for open that are closed, or for closed that a policy of another kind opens.',
  severity: 'medium',
  also: { attack: ['T1046'] },
  subject: policyObjects,

  evaluate({ kind, name, standing, because = '' }) {
    const whose = (most: number): string => `${kind} "${short(name, most)}"`;
    if (standing === 'understood') return pass;
    if (standing === 'refused')
      return fail(
        ['metadata', 'name'],
        fitted((most) => `${whose(most)} is refused by the API server: ${because}`),
      );
    if (standing === 'idle')
      return fail(
        ['metadata', 'name'],
        fitted((most) => `${whose(most)} enforces nothing: ${because}`),
        'low',
      );
    const message = fitted((most) => `what ${whose(most)} lets through, its plugin knows: verdicts on its pods stay open`);
    return unknown(['metadata', 'name'], message, ['cluster', 'events']);
  },

  remedy:
    'Say what holds for every plugin in NetworkPolicies, and what holds for the whole cluster in ClusterNetworkPolicies; keep the kinds of the plugin for what these cannot say, and prove by the flow log what they let through.',

  examples: () => ({
    pass: {
      'a NetworkPolicy': 'kind: NetworkPolicy\nmetadata: { name: default-deny }',
      'a policy of the cluster': `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: no-banks }
spec:
  tier: Admin
  priority: 10
  subject: { namespaces: { matchLabels: { kubernetes.io/metadata.name: bank } } }
  ingress: [{ name: none, action: Deny, from: [{ namespaces: {} }] }]
`,
    },
    fail: {
      'a policy that is only staged': `
apiVersion: projectcalico.org/v3
kind: StagedNetworkPolicy
metadata: { name: later, namespace: shop }
spec: { selector: all(), types: [Ingress] }
`,
      'an action that the kind lacks': `
apiVersion: policy.networking.k8s.io/v1alpha2
kind: ClusterNetworkPolicy
metadata: { name: no-banks }
spec:
  tier: Admin
  priority: 10
  subject: { namespaces: { matchLabels: { kubernetes.io/metadata.name: bank } } }
  ingress: [{ name: none, action: Allow, from: [{ namespaces: {} }] }]
`,
    },
    unknown: {
      Cilium: plugin('cilium.io/v2', 'CiliumNetworkPolicy', '{ endpointSelector: {}, ingress: [] }'),
      Calico: plugin('projectcalico.org/v3', 'NetworkPolicy', '{ selector: all(), types: [Ingress] }'),
      Antrea: plugin(
        'crd.antrea.io/v1beta1',
        'NetworkPolicy',
        '{ priority: 5, appliedTo: [{ podSelector: {} }], ingress: [{ action: Drop }] }',
      ),
      OpenShift: plugin('network.openshift.io/v1', 'EgressNetworkPolicy', '{ egress: [{ type: Deny, to: { cidrSelector: 0.0.0.0/0 } }] }'),
    },
  }),
});

function plugin(apiVersion: string, kind: string, spec: string): string {
  return `
apiVersion: ${apiVersion}
kind: ${kind}
metadata: { name: web, namespace: shop }
spec: ${spec}
`;
}
