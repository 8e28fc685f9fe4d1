import type { Anchor, JoinedSubject, JoinedSubjectKind, Metadata, PodTemplate, Resource, ResourceRef } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import { directionsOf, rulesOf, type PolicyRule } from '../kube/network-policy.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { indexSelectors } from '../kube/selector-index.ts';
import type { Container, Handler, LabelSelector, NetworkPolicySpec, PodSpec } from '../kube/types.ts';
import { isNamespace } from './namespace-objects.ts';

/** A pod template together with its namespace: its labels, and the policies for the connections that it makes. */
export interface PodInNamespaceSubject {
  /** Of the workload. */
  readonly name: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  /** Only what Pod Security admission and rules on the network of the host look at. */
  readonly spec: PodSpec;
  readonly metadata: Metadata;
  /** Of the Namespace object; undefined where none was read. */
  readonly namespaceLabels: Labels | undefined;
  /** The policies that isolate its egress. */
  readonly egress: readonly EgressPolicy[];
  readonly at: { readonly spec: Anchor; readonly hostNetwork: Anchor };
}

export interface EgressPolicy {
  readonly name: string;
  readonly selector: LabelSelector;
  readonly rules: readonly PolicyRule[];
}

type Memory =
  | { readonly type: 'namespace'; readonly namespace: string; readonly labels: Labels }
  | { readonly type: 'policy'; readonly namespace: string | undefined; readonly policy: EgressPolicy }
  | { readonly type: 'pods'; readonly namespace: string | undefined; readonly pods: readonly RememberedPod[] };

type RememberedPod = Omit<PodInNamespaceSubject, 'namespaceLabels' | 'egress'> & {
  readonly ref: ResourceRef;
  /** No namespace of its own, and so no policies. */
  readonly clusterScoped: boolean;
};

/** Paths of fixes are relative to the PodSpec. */
export const podsInNamespace: JoinedSubjectKind<PodInNamespaceSubject, Memory> = {
  scope: 'joined',
  name: 'pod template in its namespace',
  reads: { podTemplates: true, kinds: ['Namespace', 'NetworkPolicy.networking.k8s.io'] },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref, object } = resource;
    if (isNamespace(resource)) return { type: 'namespace', namespace: ref.name, labels: resource.metadata.labels ?? {} };
    const namespace = context.namespaceOf(resource);
    if (ref.kind === 'NetworkPolicy' && ref.apiVersion.startsWith('networking.k8s.io/')) {
      const spec: NetworkPolicySpec = object['spec'] ?? {};
      if (!directionsOf(spec).includes('egress')) return undefined;
      const policy = { name: ref.name, selector: spec.podSelector ?? {}, rules: rulesOf(spec, 'egress') };
      return { type: 'policy', namespace, policy };
    }
    if (resource.podTemplates.length === 0) return undefined;
    const pods = resource.podTemplates.map((template) => {
      const at = { spec: anchor(template.specPath), hostNetwork: anchor([...template.specPath, 'hostNetwork']) };
      return { ...project(resource, template), namespace, clusterScoped: isClusterScoped(ref), at };
    });
    return { type: 'pods', namespace, pods };
  },

  *subjects(memories) {
    const labels = new Map<string, Labels>();
    const policies = new Map<string | undefined, EgressPolicy[]>();
    for (const memory of memories) {
      if (memory.type === 'namespace' && !labels.has(memory.namespace)) labels.set(memory.namespace, memory.labels);
      if (memory.type !== 'policy') continue;
      const listed = policies.get(memory.namespace);
      if (listed === undefined) policies.set(memory.namespace, [memory.policy]);
      else listed.push(memory.policy);
    }
    const indexes = new Map([...policies].map(([namespace, list]) => [namespace, indexSelectors(list, ({ selector }) => selector)]));
    for (const memory of memories) {
      if (memory.type !== 'pods') continue;
      const namespaceLabels = memory.namespace === undefined ? undefined : labels.get(memory.namespace);
      for (const { ref, clusterScoped, ...pod } of memory.pods) {
        const index = clusterScoped ? undefined : indexes.get(memory.namespace);
        const egress = index?.matching(pod.metadata.labels ?? {}) ?? [];
        yield { subject: { ...pod, namespaceLabels, egress }, ref, at: pod.at.spec } satisfies JoinedSubject<PodInNamespaceSubject>;
      }
    }
  },
};

function project({ ref }: Resource, { spec, metadata }: PodTemplate): Omit<RememberedPod, 'at' | 'namespace' | 'clusterScoped'> {
  return { ref, name: ref.name, kind: ref.kind, spec: podSecurityFields(spec), metadata: podSecurityMetadata(metadata) };
}

/** What the checks of Pod Security read: the rest of a large pod (environment, arguments) need not be kept. */
export function podSecurityFields(spec: PodSpec): PodSpec {
  const { hostNetwork, hostPID, hostIPC, hostUsers, os, securityContext, volumes } = spec;
  return defined({
    hostNetwork,
    hostPID,
    hostIPC,
    hostUsers,
    os,
    securityContext,
    volumes,
    initContainers: spec.initContainers?.map(containerFields),
    containers: spec.containers?.map(containerFields),
    ephemeralContainers: spec.ephemeralContainers?.map(containerFields),
  });
}

function containerFields({ name, image, ports, securityContext, lifecycle, ...probes }: Container): Container {
  return defined({
    name,
    image,
    ports,
    securityContext,
    livenessProbe: handlerFields(probes.livenessProbe),
    readinessProbe: handlerFields(probes.readinessProbe),
    startupProbe: handlerFields(probes.startupProbe),
    lifecycle: lifecycle && defined({ postStart: handlerFields(lifecycle.postStart), preStop: handlerFields(lifecycle.preStop) }),
  });
}

/** Probes and hooks without the commands that they may run. */
function handlerFields(handler: Handler | undefined): Handler | undefined {
  return handler && defined({ httpGet: handler.httpGet, tcpSocket: handler.tcpSocket });
}

export function podSecurityMetadata({ labels = {}, annotations = {} }: Metadata): Metadata {
  const relevant = Object.entries(annotations).filter(([key]) => key.includes('seccomp.') || key.includes('apparmor.'));
  return { labels, annotations: Object.fromEntries(relevant) };
}

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Absent fields stay absent. */
function defined<T extends object>(fields: T): Defined<Partial<T>> {
  const kept: Partial<T> = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as Defined<Partial<T>>;
}
