import { groupBy, type Anchor, type JoinedSubject, type JoinedSubjectKind, type ResourceRef } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import { directionsOf, rulesOf, selectsEveryPod, type Direction, type PolicyRule } from '../kube/network-policy.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { indexByNamespace } from '../kube/selector-index.ts';
import type { NetworkPolicySpec, PodSpec } from '../kube/types.ts';
import { isNetworkPolicy } from './policy-facts.ts';
import { isService } from './service.ts';

/** A NetworkPolicy with what its rules are about. */
export interface NetworkPolicySubject {
  readonly name: string;
  readonly selectsEveryPod: boolean;
  /** Of directions that it isolates, and of those that it has rules for. */
  readonly rules: readonly PlacedRule[];
  /** The pods of its namespace that it selects. */
  readonly pods: readonly PolicyPod[];
  /** Services that lead from outside of the cluster to pods that it selects. */
  readonly services: readonly PolicyService[];
  readonly at: Anchor;
}

export interface PlacedRule extends PolicyRule {
  readonly direction: Direction;
  readonly number: number;
  /** Whether the policy isolates the direction: otherwise the rule does nothing. */
  readonly effective: boolean;
  readonly at: Anchor;
}

export interface PolicyService {
  readonly name: string;
  /** Pods see the address of a node instead of that of the client. */
  readonly hidesClients: boolean;
}

export interface PolicyPod {
  readonly portNames: ReadonlySet<string>;
}

interface RememberedPolicy {
  readonly ref: ResourceRef;
  readonly spec: NetworkPolicySpec;
  readonly rules: readonly PlacedRule[];
  readonly at: Anchor;
}

interface RememberedService extends PolicyService {
  readonly selector: Labels;
}

type Memory =
  | { readonly type: 'policy'; readonly namespace: string | undefined; readonly policy: RememberedPolicy }
  | { readonly type: 'pods'; readonly namespace: string | undefined; readonly labels: Labels; readonly portNames: string }
  | { readonly type: 'service'; readonly namespace: string | undefined; readonly service: RememberedService };

/** Anchors of a rule are of the policy: what findings point at. */
export const networkPolicies: JoinedSubjectKind<NetworkPolicySubject, Memory> = {
  scope: 'joined',
  name: 'network policy with its pods',
  reads: { podTemplates: true, kinds: ['NetworkPolicy.networking.k8s.io', 'Service'] },
  example: 'objects',

  *subjects(memories): Generator<JoinedSubject<NetworkPolicySubject>> {
    const policies = memories.flatMap((memory): Selecting[] =>
      memory.type === 'policy' ? [{ ...memory.policy, namespace: memory.namespace, pods: [], services: new Set() }] : [],
    );
    const services = memories.flatMap((memory) => (memory.type === 'service' ? [{ ...memory.service, namespace: memory.namespace }] : []));
    const policiesOf = indexByNamespace(
      policies,
      ({ namespace }) => namespace,
      ({ spec }) => spec.podSelector ?? {},
    );
    const servicesOf = indexByNamespace(
      services,
      ({ namespace }) => namespace,
      ({ selector }) => ({ matchLabels: selector }),
    );
    for (const memory of memories) {
      if (memory.type !== 'pods') continue;
      const selecting = policiesOf.get(memory.namespace)?.matching(memory.labels) ?? [];
      if (selecting.length === 0) continue;
      const leading = servicesOf.get(memory.namespace)?.matching(memory.labels) ?? [];
      const portNames = new Set(memory.portNames.split(' '));
      for (const policy of selecting) {
        policy.pods.push({ portNames });
        for (const service of leading) policy.services.add(service);
      }
    }
    for (const { ref, spec, rules, at, pods, services: leading } of [...groupBy(policies, ({ namespace }) => namespace).values()].flat())
      yield {
        subject: { name: ref.name, selectsEveryPod: selectsEveryPod(spec), rules, pods, services: [...leading], at },
        ref,
        at,
      };
  },

  remember(resource, anchor, context) {
    const { ref, object, podTemplates } = resource;
    if (isClusterScoped(ref)) return undefined;
    const namespace = context.namespaceOf(resource);
    if (isNetworkPolicy(resource)) {
      const spec: NetworkPolicySpec = object['spec'] ?? {};
      const isolated = directionsOf(spec);
      const rules = (['ingress', 'egress'] as const).flatMap((direction) =>
        rulesOf(spec, direction).map((rule, number): PlacedRule => {
          return { ...rule, direction, number, effective: isolated.includes(direction), at: anchor(['spec', direction, number]) };
        }),
      );
      return { type: 'policy', namespace, policy: { ref, spec, rules, at: anchor(['spec']) } };
    }
    if (isService(resource)) {
      const { type, selector = {}, externalIPs = [], externalTrafficPolicy } = (object['spec'] ?? {}) as ExposingSpec;
      const exposed = type === 'LoadBalancer' || type === 'NodePort' || externalIPs.length > 0;
      if (!exposed || Object.keys(selector).length === 0) return undefined;
      return { type: 'service', namespace, service: { name: ref.name, selector, hidesClients: externalTrafficPolicy !== 'Local' } };
    }
    const [template] = podTemplates;
    if (template === undefined) return undefined;
    return { type: 'pods', namespace, labels: template.metadata.labels ?? {}, portNames: portNamesOf(template.spec) };
  },
};

interface ExposingSpec {
  readonly type?: string;
  readonly selector?: Labels;
  readonly externalIPs?: readonly string[];
  readonly externalTrafficPolicy?: string;
}

/** As one text: most pods of a cluster name the same few. */
function portNamesOf({ containers = [], initContainers = [] }: PodSpec): string {
  const names = [...containers, ...initContainers].flatMap(({ ports = [] }) => ports.map(({ name = '' }) => name));
  return names.filter((name) => name !== '').join(' ');
}

interface Selecting extends RememberedPolicy {
  readonly namespace: string | undefined;
  readonly pods: PolicyPod[];
  readonly services: Set<PolicyService>;
}
