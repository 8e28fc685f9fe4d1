import { defineControl, failAt, notApplicable, passSoFar, type AnyControl, type Place } from '../../core/index.ts';
import type { NetworkPolicyPeer } from '../../kube/types.ts';
import { networkPolicies } from '../../subjects/network-policy-with-pods.ts';

export const addressBlocks: AnyControl = defineControl({
  id: 'network-separation/address-blocks',
  decides: ['NET-06'],
  title: 'Policies let in narrow blocks of addresses, and see those of clients',
  why: 'A block that holds every address separates from nobody. Where addresses are translated before the policy looks, a block of clients matches nodes instead, and lets in whoever comes through them.',
  severity: 'medium',
  also: { attack: ['T1190'] },
  subject: networkPolicies,
  decidedBy: ['NetworkPolicy.networking.k8s.io', 'Service'],

  evaluate({ name, rules, services }) {
    const effective = rules.filter((rule) => rule.effective && rule.peers.some(({ ipBlock }) => ipBlock !== undefined));
    if (effective.length === 0) return notApplicable('it names no block of addresses');
    const hiding = services.find(({ hidesClients }) => hidesClients);
    const places = effective.flatMap(({ direction, number, peers, at }): Place[] => {
      if (direction !== 'ingress') return [];
      const title = `ingress rule ${number} of policy "${name}"`;
      if (peers.some(isEverything)) return [{ where: at, message: `${title} lets in every address, inside and outside of the cluster` }];
      if (hiding === undefined) return [];
      return [{ where: at, message: `${title} may see nodes: Service "${hiding.name}" hides its clients`, severity: 'low' }];
    });
    return places.length > 0 ? failAt(places) : passSoFar(['events']);
  },

  remedy:
    'Narrow the blocks to the addresses that connect, which flow logs show, and set externalTrafficPolicy to Local where the address of the client matters.',

  alsoFails: ['network-separation/open-sources', 'network-separation/node-ports'],

  examples: () => ({
    pass: {
      'a narrow block': policy('ingress: [{ from: [{ ipBlock: { cidr: 198.51.100.0/28 } }], ports: [{ port: 8080 }] }]'),
      'a Service that keeps the addresses of clients': `${policy('ingress: [{ from: [{ ipBlock: { cidr: 198.51.100.0/28 } }], ports: [{ port: 8080 }] }]')}---${service('externalTrafficPolicy: Local')}`,
    },
    fail: {
      'every address': policy('ingress: [{ from: [{ ipBlock: { cidr: 0.0.0.0/0, except: [10.0.0.0/8] } }], ports: [{ port: 8080 }] }]'),
      'every address of IPv6': policy('ingress: [{ from: [{ ipBlock: { cidr: "::/0" } }], ports: [{ port: 8080 }] }]'),
      'clients that a Service hides': `${policy('ingress: [{ from: [{ ipBlock: { cidr: 198.51.100.0/28 } }], ports: [{ port: 8080 }] }]')}---${service('externalTrafficPolicy: Cluster')}`,
    },
    notApplicable: {
      'no block': 'kind: NetworkPolicy\nmetadata: { name: default-deny }',
    },
  }),
});

function policy(rules: string): string {
  return `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: web, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Ingress], ${rules} }
`;
}

function service(traffic: string): string {
  return `
apiVersion: v1
kind: Service
metadata: { name: web, namespace: shop }
spec: { type: LoadBalancer, allocateLoadBalancerNodePorts: false, ${traffic}, selector: { app: web }, ports: [{ port: 443, targetPort: 8080 }] }
`;
}

function isEverything({ ipBlock }: NetworkPolicyPeer): boolean {
  return /\/0+$/.test(ipBlock?.cidr ?? '');
}
