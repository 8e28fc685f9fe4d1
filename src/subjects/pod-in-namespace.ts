import type { Anchor, JoinedSubjectKind, Metadata, ResourceRef } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import { directionsOf, rulesOf, type PolicyRule } from '../kube/network-policy.ts';
import {
  admissionSettingsKinds,
  effectivePolicy,
  readAdmissionSettings,
  readDeciding,
  type AdmissionSettings,
  type EffectivePolicy,
} from '../kube/pod-security/index.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { indexSelectors } from '../kube/selector-index.ts';
import type { LabelSelector, NetworkPolicySpec, PodSpec } from '../kube/types.ts';
import { admissionSettingsOf } from './namespace-facts.ts';
import { isNamespace } from './namespace-objects.ts';
import { podShape, type PodShape } from './pod-shape.ts';

/** A pod template together with its namespace: its labels, and the policies for the connections that it makes. */
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
  /** As much of the pod as Pod Security admission looks at. */
  security(): { readonly spec: PodSpec; readonly metadata: Metadata };
  /** What Pod Security admission does there; undefined where the Namespace object was not read. */
  readonly admission: EffectivePolicy | undefined;
  /** The policies that isolate its egress. */
  readonly egress: readonly EgressPolicy[];
  /** The PodSpec. */
  readonly at: Anchor;
}

export interface EgressPolicy {
  readonly name: string;
  readonly selector: LabelSelector;
  readonly rules: readonly PolicyRule[];
}

type Memory =
  | { readonly type: 'namespace'; readonly namespace: string; readonly labels: Labels }
  | { readonly type: 'policy'; readonly namespace: string | undefined; readonly policy: EgressPolicy }
  | { readonly type: 'pods'; readonly namespace: string | undefined; readonly pods: readonly RememberedPod[] }
  | { readonly type: 'admission'; readonly settings: AdmissionSettings };

interface RememberedPod extends Pick<PodInNamespaceSubject, 'labels' | 'images' | 'hostNetworkAt' | 'at'> {
  readonly ref: ResourceRef;
  readonly shape: PodShape;
}

const noImages: readonly string[] = [];

/** Paths of fixes are relative to the PodSpec. */
export const podsInNamespace: JoinedSubjectKind<PodInNamespaceSubject, Memory> = {
  scope: 'joined',
  name: 'pod template in its namespace',
  reads: { podTemplates: true, kinds: ['Namespace', 'NetworkPolicy.networking.k8s.io', ...admissionSettingsKinds] },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref, object } = resource;
    if (isNamespace(resource)) return { type: 'namespace', namespace: ref.name, labels: resource.metadata.labels ?? {} };
    const settings = readAdmissionSettings(ref, object);
    if (settings !== undefined) return { type: 'admission', settings };
    const namespace = context.namespaceOf(resource);
    if (ref.kind === 'NetworkPolicy' && ref.apiVersion.startsWith('networking.k8s.io/')) {
      const spec: NetworkPolicySpec = object['spec'] ?? {};
      if (!directionsOf(spec).includes('egress')) return undefined;
      const policy = { name: ref.name, selector: spec.podSelector ?? {}, rules: rulesOf(spec, 'egress') };
      return { type: 'policy', namespace, policy };
    }
    if (resource.podTemplates.length === 0) return undefined;
    const pods = resource.podTemplates.map(({ metadata, spec, specPath }): RememberedPod => {
      const { hostNetwork, containers = [] }: PodSpec = spec;
      return {
        ref,
        labels: metadata.labels ?? {},
        images: ref.kind === 'DaemonSet' ? containers.map(({ image = '' }) => image) : noImages,
        hostNetworkAt: hostNetwork === true ? anchor([...specPath, 'hostNetwork']) : undefined,
        at: anchor(specPath),
        shape: podShape(spec, metadata),
      };
    });
    return { type: 'pods', namespace, pods };
  },

  *subjects(memories) {
    const settings = admissionSettingsOf(memories);
    const effective = new Map<string, EffectivePolicy>();
    const policies = new Map<string | undefined, EgressPolicy[]>();
    for (const memory of memories) {
      if (memory.type === 'namespace' && !effective.has(memory.namespace))
        effective.set(memory.namespace, effectivePolicy(memory.namespace, memory.labels, settings));
      if (memory.type !== 'policy') continue;
      const listed = policies.get(memory.namespace);
      if (listed === undefined) policies.set(memory.namespace, [memory.policy]);
      else listed.push(memory.policy);
    }
    const indexes = new Map([...policies].map(([namespace, list]) => [namespace, indexSelectors(list, ({ selector }) => selector)]));
    for (const memory of memories) {
      if (memory.type !== 'pods') continue;
      const admission = memory.namespace === undefined ? undefined : effective.get(memory.namespace);
      for (const { ref, labels: podLabels, images, hostNetworkAt, at, shape } of memory.pods) {
        // What has no namespace of its own has no policies.
        const index = isClusterScoped(ref) ? undefined : indexes.get(memory.namespace);
        const egress = index?.matching(podLabels) ?? [];
        const security = (): ReturnType<typeof readDeciding> => readDeciding(shape.security);
        const { name, kind } = ref;
        const pod = { name, kind, namespace: memory.namespace, labels: podLabels, images, hostNetworkAt, at };
        yield { subject: { ...pod, admission, egress, security }, ref, at };
      }
    }
  },
};
