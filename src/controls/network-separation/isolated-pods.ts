import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { allowsEverything, type Direction } from '../../kube/network-policy.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { podsInNamespace, type Isolation, type PodInNamespaceSubject } from '../../subjects/pod-in-namespace.ts';
import { policyKinds } from '../../subjects/policy-facts.ts';

const directions: readonly Direction[] = ['ingress', 'egress'];

export const isolatedPods: AnyControl = defineControl({
  id: 'network-separation/isolated-pods',
  decides: ['NET-04'],
  title: 'Policies decide on every connection to and from every pod',
  why: 'A pod that no policy selects in a direction takes part in every attack: whoever is in the cluster reaches it, and whoever is in it reaches everything.',
  severity: 'medium',
  also: { cis: ['5.3.2'], attack: ['T1046'] },
  subject: podsInNamespace,
  decidedBy: policyKinds,

  evaluate(pod, { partial }) {
    if (pod.hostNetworkAt !== undefined)
      return unknown(pod.hostNetworkAt, `pods of "${pod.name}" use the network of the node, where policies have no defined effect`, [
        'node',
      ]);
    const states = directions.map((direction) => [direction, pod.isolation(direction)] as const);
    const open = of(states, 'open');
    if (open.length === 0) {
      const unread = of(states, 'unknown');
      return unread.length === 0
        ? pass
        : unknown(
            pod.at,
            fitted(
              (most) =>
                `the ${unread.join(' and ')} of "${short(pod.name, most)}" is decided by ${pod.otherPolicy ?? 'a policy of another kind'}`,
            ),
            ['cluster', 'events'],
          );
    }
    const message = `${reason(pod, open)}: ${open.map((direction) => consequence[direction]).join(', ')}`;
    return partial ? unknown(pod.at, message, ['manifest', 'cluster']) : fail(pod.at, message);
  },

  remedy:
    'Deny both directions by default in the namespace and allow what is needed: plimsoll generate network-policies writes what the manifests give evidence for.',

  alsoFails: ['network-separation/default-deny-ingress', 'network-separation/default-deny-egress', 'network-separation/policy-peers'],

  examples: () => ({
    pass: {
      'a default for the namespace': 'kind: NetworkPolicy\nmetadata: { name: default-deny }',
      'policies of its own': `
kind: NetworkPolicy
metadata: { name: default-deny }
spec: { podSelector: {}, policyTypes: [Ingress, Egress] }
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: out, namespace: shop }
spec:
  podSelector: { matchExpressions: [{ key: app, operator: In, values: [web, cart] }] }
  policyTypes: [Egress]
  egress: [{ to: [{ podSelector: { matchLabels: { app: db } } }], ports: [{ port: 5432 }] }]
`,
    },
    fail: {
      'one direction only': 'kind: NetworkPolicy\nmetadata: { name: default-deny }\nspec: { policyTypes: [Ingress] }',
      'a selector that passes it by': `
kind: NetworkPolicy
metadata: { name: default-deny }
spec: { podSelector: { matchLabels: { app: db } } }
`,
      'a policy that lets everything through': `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: { name: open, namespace: shop }
spec: { podSelector: { matchLabels: { app: web } }, policyTypes: [Egress], egress: [{}] }
`,
    },
    unknown: {
      'a policy of the plugin beside it': `
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: { name: all, namespace: shop }
spec: { endpointSelector: {}, ingress: [], egress: [] }
`,
    },
  }),
});

type States = readonly (readonly [Direction, Isolation])[];

function of(states: States, wanted: Isolation): Direction[] {
  return states.filter(([, state]) => state === wanted).map(([direction]) => direction);
}

const consequence: Readonly<Record<Direction, string>> = { ingress: 'anybody may connect in', egress: 'they may connect anywhere' };

function reason({ name, policies }: PodInNamespaceSubject, open: readonly Direction[]): string {
  for (const direction of open) {
    const policy = policies.find((each) => each[direction]?.some(allowsEverything) === true);
    if (policy !== undefined) return `policy "${policy.name}" allows all ${direction} of pods of "${name}"`;
  }
  return `no policy isolates the ${open.join(' and ')} of pods of "${name}"`;
}
