import { groupBy, remembering, type Anchor, type JoinedSubject, type JoinedSubjectKind, type ResourceRef } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import { directionsOf, rulesOf, selectsEveryPod, type Direction, type PolicyRule } from '../kube/network-policy.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { indexByNamespace } from '../kube/selector-index.ts';
import type { NetworkPolicySpec } from '../kube/types.ts';
import { isNetworkPolicy, unnamedNamespace } from './policy-facts.ts';
import { rememberedWorkload, type RememberedWorkload } from './remembered-workload.ts';
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
  | RememberedWorkload
  | { readonly type: 'service'; readonly namespace: string | undefined; readonly service: RememberedService };

/** Anchors of a rule are of the policy: what findings point at. */
export const networkPolicies: JoinedSubjectKind<NetworkPolicySubject, Memory> = {
  scope: 'joined',
  name: 'network policy with its pods',
  reads: { podTemplates: true, kinds: ['NetworkPolicy.networking.k8s.io', 'Service'] },
  example: 'objects',

  concerns: ({ namespace = unnamedNamespace }) => namespace,

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
    const podWith = remembering((names): PolicyPod => ({ portNames: new Set(names.split(' ')) }));
    for (const memory of memories) {
      if (memory.type !== 'workload') continue;
      const [{ labels, portNames: names }] = memory.pods;
      const selecting = policiesOf.get(memory.namespace)?.matching(labels) ?? [];
      if (selecting.length === 0) continue;
      const leading = servicesOf.get(memory.namespace)?.matching(labels) ?? [];
      const pod = podWith(names);
      for (const policy of selecting) {
        policy.pods.push(pod);
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
    const { ref, object } = resource;
    if (isClusterScoped(ref)) return undefined;
    if (resource.podTemplates.length > 0) return rememberedWorkload(resource, anchor, context);
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
    return undefined;
  },
};

interface ExposingSpec {
  readonly type?: string;
  readonly selector?: Labels;
  readonly externalIPs?: readonly string[];
  readonly externalTrafficPolicy?: string;
}

interface Selecting extends RememberedPolicy {
  readonly namespace: string | undefined;
  readonly pods: PolicyPod[];
  readonly services: Set<PolicyService>;
}
