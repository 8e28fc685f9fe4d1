import { defineControl, fail, failAt, pass, unknown, type AnyControl, type Place } from '../../core/index.ts';
import { policyKinds } from '../../subjects/policy-facts.ts';
import { systemConnections as systemWorkloads } from '../../subjects/system-connections.ts';

export const systemConnections: AnyControl = defineControl({
  id: 'network-separation/system-connections',
  decides: ['NET-07'],
  title: 'Pods of kube-system have the connections that they need, and no others',
  why: 'Policies in kube-system may cut off what every other pod depends on, such as DNS. Without any, what is compromised there can fetch tools and carry out data, with the rights of the system.',
  severity: 'low',
  also: { attack: ['T1041'] },
  subject: systemWorkloads,
  decidedBy: policyKinds,
  inEveryCluster: true,

  evaluate({ name, role, missing, internet, at }, { partial }) {
    if (missing.length > 0)
      return failAt(
        missing.map((what): Place => ({ where: at, message: `policies keep ${what} from pods of "${name}"`, severity: 'high' })),
      );
    if (internet === 'denied') return pass;
    if (internet === 'unknown')
      return unknown(at, `a policy of another kind decides whether pods of "${name}" reach the internet`, ['cluster', 'events']);
    const message = `policies let pods of "${name}" connect to the internet`;
    // Controllers of a cloud need its API: a person knows which ones do.
    if (role === undefined) return unknown(at, message, ['person', 'events']);
    return partial ? unknown(at, message, ['manifest', 'cluster']) : fail(at, message);
  },

  remedy:
    'Rehearse it on a cluster that may break: plimsoll generate network-policies --system writes what the objects give evidence for. What has to reach the API of a cloud needs a rule for that.',

  alsoFails: ['network-separation/policy-peers'],

  examples: () => ({
    pass: {
      'DNS that is asked by all, and asks the API server and the resolver of its node': system(`
ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 53, protocol: UDP }, { port: 53, protocol: TCP }] }]
egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 6443 }] }, { ports: [{ port: 53, protocol: UDP }] }]
`),
    },
    fail: {
      'DNS that nobody may ask': system('egress: [{ to: [{ ipBlock: { cidr: 10.0.0.0/8 } }], ports: [{ port: 6443 }] }]'),
      'no way to the API server': system('ingress: [{}]'),
      'no policy': dns(),
    },
    unknown: {
      'a policy of the plugin': `${dns()}---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: all, namespace: kube-system }
spec: { endpointSelector: {}, ingress: [], egress: [] }
`,
    },
  }),
});

/** CoreDNS as kubeadm installs it: a part of the system, which other controls leave alone. */
function dns(): string {
  return `
apiVersion: apps/v1
kind: Deployment
metadata: { name: coredns, namespace: kube-system }
spec:
  selector: { matchLabels: { k8s-app: kube-dns } }
  template:
    metadata: { labels: { k8s-app: kube-dns } }
    spec: { containers: [{ name: coredns, image: registry.k8s.io/coredns/coredns:v1.14.1 }] }
`;
}

function system(rules: string): string {
  return `${dns()}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: dns, namespace: kube-system }
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
${rules
  .trim()
  .split('\n')
  .map((line) => `  ${line}`)
  .join('\n')}
`;
}
