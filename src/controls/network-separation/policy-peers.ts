import { defineControl, failAt, strings, type AnyControl, type Place, type Severity } from '../../core/index.ts';
import { allowsEverything } from '../../kube/network-policy.ts';
import type { LabelSelector, NetworkPolicyPeer } from '../../kube/types.ts';
import { networkPolicies, type NetworkPolicySubject, type PlacedRule } from '../../subjects/network-policy-with-pods.ts';

export const policyPeers: AnyControl = defineControl({
  id: 'network-separation/policy-peers',
  decides: ['NET-05'],
  title: 'Rules of policies name exactly the peers and ports that are meant',
  why: 'An empty list means everybody, two items mean either of them, and a label that a tenant can set lets the tenant in: such a policy looks like separation and is none.',
  severity: 'low',
  also: { cis: ['5.3.2'] },
  subject: networkPolicies,
  decidedBy: ['NetworkPolicy.networking.k8s.io', 'Service'],
  params: {
    trusted: strings('Labels of namespaces that tenants cannot set', ['kubernetes.io/metadata.name']),
  },

  evaluate(policy, { params }) {
    return failAt(
      policy.rules.flatMap((rule): Place[] => {
        const flaw = flawOf(policy, rule, params.trusted);
        return flaw === undefined ? [] : [{ where: rule.at, ...flaw }];
      }),
    );
  },

  remedy:
    'Name the peers by labels and the namespace by kubernetes.io/metadata.name, and the ports by number; compare what can be reached before and after with plimsoll reach --diff.',

  alsoFails: [
    'network-separation/open-sources',
    'network-separation/default-deny-ingress',
    'network-separation/default-deny-egress',
    'network-separation/isolated-pods',
  ],

  examples: () => ({
    pass: {
      'pods of a namespace by its name': rules(
        `ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: edge } }, podSelector: { matchLabels: { app: proxy } } }], ports: [{ port: 8080 }] }]`,
      ),
      'DNS, wherever it is': rules('egress: [{ ports: [{ port: 53, protocol: UDP }, { port: 53 }] }]'),
      'a port that a container names': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { containers: [{ name: web, ports: [{ name: http, containerPort: 8080 }], image: "registry.example.com/shop/web:1.4.2@sha256:4b6c9a0d8d2a4f0e9c1f7b35a4de1d0f6b0b9f1e2c3d4a5b6c7d8e9f0a1b2c3d", resources: { requests: { cpu: 100m, memory: 128Mi, ephemeral-storage: 100Mi }, limits: { cpu: 500m, memory: 256Mi, ephemeral-storage: 1Gi } }, securityContext: { allowPrivilegeEscalation: false, readOnlyRootFilesystem: true, capabilities: { drop: [ALL] } } }] } } }
---${rules('ingress: [{ from: [{ podSelector: { matchLabels: { app: proxy } } }], ports: [{ port: http }] }]')}`,
      'everybody, to what a Service leads from outside': `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, allocateLoadBalancerNodePorts: false, selector: { app: web }, ports: [{ port: 443, targetPort: 8080 }] }
---${rules('ingress: [{ ports: [{ port: 8080 }] }]')}`,
    },
    fail: {
      'everybody on a port': rules('ingress: [{ ports: [{ port: 8080 }] }]'),
      'everything for some pods': rules('egress: [{}]'),
      'every port': rules('ingress: [{ from: [{ podSelector: { matchLabels: { app: proxy } } }] }]'),
      'every pod of the cluster': rules('ingress: [{ from: [{ namespaceSelector: {} }], ports: [{ port: 8080 }] }]'),
      'two items that look like one': rules(
        'ingress: [{ from: [{ namespaceSelector: { matchLabels: { kubernetes.io/metadata.name: edge } } }, { podSelector: { matchLabels: { app: proxy } } }], ports: [{ port: 8080 }] }]',
      ),
      'a label that tenants may set': rules(
        'ingress: [{ from: [{ namespaceSelector: { matchLabels: { team: edge } }, podSelector: { matchLabels: { app: proxy } } }], ports: [{ port: 8080 }] }]',
      ),
      'a port that no container names': rules(
        'ingress: [{ from: [{ podSelector: { matchLabels: { app: proxy } } }], ports: [{ port: http }] }]',
      ),
      'rules for a direction that is not listed': rules(
        'policyTypes: [Ingress], egress: [{ to: [{ podSelector: { matchLabels: { app: db } } }], ports: [{ port: 5432 }] }]',
      ),
    },
  }),
});

function rules(text: string): string {
  const spec = text.includes('policyTypes') ? text : `policyTypes: [${text.startsWith('ingress') ? 'Ingress' : 'Egress'}], ${text}`;
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, ${spec} }
`;
}

interface Flaw {
  readonly message: string;
  readonly severity?: Severity;
}

/** The worst thing about a rule. */
function flawOf({ name, pods, services }: NetworkPolicySubject, rule: PlacedRule, trusted: readonly string[]): Flaw | undefined {
  const { direction, number, peers, ports, effective } = rule;
  const incoming = direction === 'ingress';
  const title = `${direction} rule ${number} of policy "${name}"`;
  if (!effective) return { message: `${title} does nothing: its policyTypes do not list the direction` };
  if (allowsEverything(rule)) return { message: `${title} is empty, which allows everything`, severity: 'medium' };
  const absent =
    incoming && pods.length > 0
      ? ports.find(({ port }) => typeof port === 'string' && !pods.some(({ portNames }) => portNames.has(port)))
      : undefined;
  if (absent !== undefined)
    return { message: `${title} allows port "${absent.port}", which no container of its pods has: nothing passes`, severity: 'medium' };
  // All pods look names up, wherever they are.
  const isDns = ports.length > 0 && ports.every(({ port }) => port === 53);
  if (peers.length === 0) {
    if (isDns || (incoming && services.length > 0)) return undefined;
    return { message: `${title} names no peer, which means everybody${incoming ? '' : ', the internet too'}` };
  }
  if (!isDns && peers.some(isEveryPod)) return { message: `${title} means every pod of every namespace` };
  const pair = peers.findIndex((peer, index) => isNamespaceAlone(peer) && isPodAlone(peers[index + 1]));
  if (pair !== -1) return { message: `peers ${pair} and ${pair + 1} of ${title} are alternatives: either of them alone is enough` };
  const label = peers.map(({ namespaceSelector }) => untrusted(namespaceSelector, trusted)).find((key) => key !== undefined);
  if (label !== undefined) return { message: `${title} trusts a label of namespaces, "${label}", which tenants may set` };
  // Addresses are an entry of their own.
  if (ports.length === 0 && peers.some(({ ipBlock }) => ipBlock === undefined))
    return { message: `${title} names no port, which means all of them` };
  return undefined;
}

function isEmpty({ matchLabels = {}, matchExpressions = [] }: LabelSelector): boolean {
  return Object.keys(matchLabels).length === 0 && matchExpressions.length === 0;
}

function isEveryPod({ namespaceSelector, podSelector = {} }: NetworkPolicyPeer): boolean {
  return namespaceSelector !== undefined && isEmpty(namespaceSelector) && isEmpty(podSelector);
}

function isNamespaceAlone({ namespaceSelector, podSelector }: NetworkPolicyPeer): boolean {
  return namespaceSelector !== undefined && podSelector === undefined;
}

function isPodAlone(peer: NetworkPolicyPeer | undefined): boolean {
  return peer?.podSelector !== undefined && peer.namespaceSelector === undefined;
}

/** A label that decides, where none decides that only administrators set. */
function untrusted(selector: LabelSelector | undefined, trusted: readonly string[]): string | undefined {
  if (selector === undefined || isEmpty(selector)) return undefined;
  const keys = [...Object.keys(selector.matchLabels ?? {}), ...(selector.matchExpressions ?? []).map(({ key = '' }) => key)];
  return keys.some((key) => trusted.includes(key)) ? undefined : keys[0];
}
