import type { Anchor, JoinedSubjectKind } from '../core/index.ts';
import type { ReachEndpoint } from '../core/reach.ts';
import type { Labels } from '../kube/label-selector.ts';
import { metadataServices } from '../kube/metadata-addresses.ts';
import { allowsEverything, directionsOf, rulesOf, type Direction, type PolicyRule } from '../kube/network-policy.ts';
import { buildNetwork, type NetworkFact } from '../kube/network/index.ts';
import {
  admissionSettingsKinds,
  effectivePolicy,
  readAdmissionSettings,
  type AdmissionSettings,
  type EffectivePolicy,
} from '../kube/pod-security/index.ts';
import { networkPolicyFault } from '../kube/network/rules.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { indexByNamespace, type SelectorIndex } from '../kube/selector-index.ts';
import { admissionSettingsOf } from './namespace-facts.ts';
import { isNamespace } from './namespace-objects.ts';
import { indexOtherPolicies, namespaceNetworkFact, otherPolicyOf, policyFact, policyKinds, unnamedNamespace } from './policy-facts.ts';
import { rememberedWorkload, type RememberedPod, type RememberedWorkload } from './remembered-workload.ts';

/** A pod template together with its namespace: its labels, and what policies do with its connections. */
export interface PodInNamespaceSubject {
  /** Of the workload. */
  readonly name: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly labels: Labels;
  /** Images of the regular containers, for a DaemonSet: what they are elsewhere need not be remembered. */
  readonly images: readonly string[];
  /** Where the pod asks for the network of the host; undefined if it does not. */
  readonly hostNetworkAt: Anchor | undefined;
  /** As much of the pod as Pod Security admission looks at (`violationsOfPart`). */
  readonly security: string;
  /** What Pod Security admission does there; undefined where the Namespace object was not read. */
  readonly admission: EffectivePolicy | undefined;
  /** The policies of its namespace that select it. */
  readonly policies: readonly SelectingPolicy[];
  /** Whether all policies together let everything through, or something stops at them. */
  isolation(direction: Direction): Isolation;
  /** A policy of another kind that has a say in its namespace, for messages. */
  readonly otherPolicy: string | undefined;
  /** Whether they let it connect to a metadata service of a cloud. */
  metadata(): 'allowed' | 'denied' | 'unknown';
  /** The PodSpec. */
  readonly at: Anchor;
}

/** `unknown`: policies have a say that this tool does not read. */
export type Isolation = 'open' | 'isolated' | 'unknown';

export interface SelectingPolicy {
  readonly name: string;
  /** What it says for each direction that it isolates. */
  readonly ingress?: readonly PolicyRule[];
  readonly egress?: readonly PolicyRule[];
}

type Memory =
  | { readonly type: 'namespace'; readonly namespace: string; readonly labels: Labels }
  | { readonly type: 'policy'; readonly fact: NetworkFact }
  | RememberedWorkload
  | { readonly type: 'admission'; readonly settings: AdmissionSettings };

/** Paths of fixes are relative to the PodSpec. */
export const podsInNamespace: JoinedSubjectKind<PodInNamespaceSubject, Memory> = {
  scope: 'joined',
  name: 'pod template in its namespace',
  reads: { podTemplates: true, kinds: ['Namespace', ...policyKinds, ...admissionSettingsKinds] },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref } = resource;
    if (resource.podTemplates.length > 0) return rememberedWorkload(resource, anchor, context);
    if (isNamespace(resource)) return { type: 'namespace', namespace: ref.name, labels: resource.metadata.labels ?? {} };
    const settings = readAdmissionSettings(ref, resource.object);
    if (settings !== undefined) return { type: 'admission', settings };
    const fact = policyFact(resource, anchor, context);
    return fact && { type: 'policy', fact };
  },

  // Policies do: where one of them cannot be read by itself, all pods are looked at more closely.
  concerns: (memory) => (memory.type === 'workload' || memory.type === 'namespace' ? (memory.namespace ?? unnamedNamespace) : undefined),

  *subjects(memories) {
    const settings = admissionSettingsOf(memories);
    const effective = new Map<string, EffectivePolicy>();
    for (const memory of memories)
      if (memory.type === 'namespace' && !effective.has(memory.namespace))
        effective.set(memory.namespace, effectivePolicy(memory.namespace, memory.labels, settings));
    const reach = startReach(memories);
    const otherPolicies = indexOtherPolicies(
      memories.flatMap((memory) => (memory.type === 'policy' ? (otherPolicyOf(memory.fact) ?? []) : [])),
    );
    const labelsOf = new Map(
      memories.flatMap((memory) => (memory.type === 'namespace' ? [[memory.namespace, memory.labels] as const] : [])),
    );
    for (const memory of memories) {
      if (memory.type !== 'workload') continue;
      const otherPolicy = otherPolicies(memory.namespace, labelsOf.get(memory.namespace ?? unnamedNamespace));
      const admission = memory.namespace === undefined ? undefined : effective.get(memory.namespace);
      for (const pod of memory.pods) {
        const { ref, labels, images, hostNetworkAt, at, shape } = pod;
        const { name, kind } = ref;
        const subject = {
          name,
          kind,
          namespace: memory.namespace,
          labels,
          images,
          hostNetworkAt,
          at,
          admission,
          otherPolicy,
          security: shape.security,
        };
        yield { subject: { ...subject, ...reach(pod, memory.namespace) }, ref, at };
      }
    }
  },
};

type Reach = Pick<PodInNamespaceSubject, 'policies' | 'isolation' | 'metadata'>;

const unreached: Reach = { policies: [], isolation: () => 'open', metadata: () => 'allowed' };

/** Somebody whom no selector of labels means: a range for documentation, which nobody has. */
const somebody: ReachEndpoint = { type: 'cidr', cidr: '203.0.113.77/32' };

/** One object each, by which the engine knows them again. */
const services = metadataServices.map(({ cidr, port }) => ({ service: { type: 'cidr', cidr } as const, port }));

/** Asks the reachability engine where policies do not tell by themselves: most do, and most manifests have none. */
function startReach(memories: readonly Memory[]): (pod: RememberedPod, namespace: string | undefined) => Reach {
  const facts = memories.flatMap((memory) => (memory.type === 'policy' ? [memory.fact] : []));
  if (facts.length === 0) return () => unreached;
  const indexes = indexPolicies(facts);
  // Beside others, and where the API server refuses one, what selects a pod is not all that there is to know.
  const plain = facts.every((fact) => fact.type === 'network-policy' && networkPolicyFault(fact.spec) === undefined);
  let engine: ReturnType<typeof startEngine> | undefined;
  return (pod, namespace) => {
    // What has no namespace of its own has no policies.
    if (isClusterScoped(pod.ref)) return unreached;
    const policies = indexes.get(namespace ?? unnamedNamespace)?.matching(pod.labels) ?? [];
    const tells = plain && pod.hostNetworkAt === undefined;
    if (tells && policies.length === 0) return unreached;
    const ask = (): Omit<Reach, 'policies'> => (engine ??= startEngine(facts, memories))(pod, policies);
    return {
      policies,
      isolation(direction) {
        const beyond = tells ? toldBeyondPods(policies, direction) : undefined;
        return beyond === undefined ? ask().isolation(direction) : beyond === 'everything' ? 'open' : 'isolated';
      },
      metadata() {
        const beyond = tells ? toldBeyondPods(policies, 'egress') : undefined;
        return beyond === undefined ? ask().metadata() : beyond === 'everything' ? 'allowed' : 'denied';
      },
    };
  };
}

/** What policies let through from or to addresses that no pod has; undefined where they name ports or blocks for all. */
function toldBeyondPods(policies: readonly SelectingPolicy[], direction: Direction): 'everything' | 'nothing' | undefined {
  let isolates = false;
  let names = false;
  for (const { [direction]: rules } of policies) {
    if (rules === undefined) continue;
    isolates = true;
    for (const rule of rules) {
      if (allowsEverything(rule)) return 'everything';
      names ||= rule.peers.length === 0 || rule.peers.some(({ ipBlock }) => ipBlock !== undefined);
    }
  }
  return !isolates ? 'everything' : names ? undefined : 'nothing';
}

function startEngine(
  policyFacts: readonly NetworkFact[],
  memories: readonly Memory[],
): (pod: RememberedPod, policies: readonly SelectingPolicy[]) => Omit<Reach, 'policies'> {
  const facts = [...policyFacts];
  const numbers = new Map<RememberedPod, number>();
  for (const memory of memories) {
    if (memory.type === 'namespace') facts.push(namespaceNetworkFact(memory.namespace, memory.labels));
    if (memory.type !== 'workload') continue;
    for (const pod of memory.pods) {
      if (isClusterScoped(pod.ref)) continue;
      numbers.set(pod, numbers.size);
      facts.push(workloadFact(pod, memory.namespace, numbers.size - 1));
    }
  }
  // Its first endpoints are the workloads, in their order.
  const network = buildNetwork(facts);
  return (pod, policies) => {
    const end = network.endpoints[numbers.get(pod)!]!;
    return {
      isolation(direction) {
        const { allowed, denied } = direction === 'ingress' ? network.between(somebody, end) : network.between(end, somebody);
        if (denied.length > 0) return 'isolated';
        if (allowed.length === 0) return 'unknown';
        // What a policy allows is allowed by name, as long as that is not everything.
        const selecting = policies.flatMap((policy) => policy[direction] ?? []);
        const isSelected = policies.some((policy) => policy[direction] !== undefined);
        if (isSelected && !selecting.some(allowsEverything)) return 'isolated';
        return allowed.every(({ ports }) => ports === everyPort) ? 'open' : 'unknown';
      },
      metadata() {
        let worst: ReturnType<Reach['metadata']> = 'denied';
        for (const { service, port } of services) {
          const verdict = network.verdict(end, service, 'TCP', port);
          if (verdict === 'allowed') return 'allowed';
          if (verdict === 'unknown') worst = 'unknown';
        }
        return worst;
      },
    };
  };
}

const everyPort = '1-65535';

/** Ports decide nothing of what is asked. */
function workloadFact({ labels, hostNetworkAt, at }: RememberedPod, namespace: string | undefined, number: number): NetworkFact {
  const pod = { labels, ports: [], hostNetwork: hostNetworkAt !== undefined, many: true, everyNode: false, addresses: [] };
  return { type: 'workload', kind: 'Pod', namespace: namespace ?? unnamedNamespace, name: String(number), pods: [pod], at };
}

function indexPolicies(facts: readonly NetworkFact[]): Map<string, SelectorIndex<SelectingPolicy>> {
  const policies = facts.flatMap((fact) => {
    if (fact.type !== 'network-policy') return [];
    const { name, namespace, spec } = fact;
    const directions = directionsOf(spec);
    const rules = {
      ...(directions.includes('ingress') ? { ingress: rulesOf(spec, 'ingress') } : {}),
      ...(directions.includes('egress') ? { egress: rulesOf(spec, 'egress') } : {}),
    };
    return [{ name, namespace, selector: spec.podSelector ?? {}, ...rules }];
  });
  return indexByNamespace(
    policies,
    ({ namespace }) => namespace,
    ({ selector }) => selector,
  );
}
