import { remembering, type Anchor, type JoinedSubjectKind, type Metadata, type ResourceRef } from '../core/index.ts';
import type { Labels } from '../kube/label-selector.ts';
import { directionsOf, rulesOf, type PolicyRule } from '../kube/network-policy.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { indexSelectors } from '../kube/selector-index.ts';
import type { Container, Handler, LabelSelector, NetworkPolicySpec, PodSpec, Volume } from '../kube/types.ts';
import { isNamespace } from './namespace-objects.ts';

/** A pod template together with its namespace: its labels, and the policies for the connections that it makes. */
export interface PodInNamespaceSubject {
  /** Of the workload. */
  readonly name: string;
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly labels: Labels;
  /** Images of the regular containers. */
  readonly images: readonly string[];
  /** Where the pod asks for the network of the host; undefined if it does not. */
  readonly hostNetworkAt: Anchor | undefined;
  /** As much of the pod as Pod Security admission looks at. */
  security(): { readonly spec: PodSpec; readonly metadata: Metadata };
  /** Of the Namespace object; undefined where none was read. */
  readonly namespaceLabels: Labels | undefined;
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

type Security = ReturnType<PodInNamespaceSubject['security']>;

type Memory =
  | { readonly type: 'namespace'; readonly namespace: string; readonly labels: Labels }
  | { readonly type: 'policy'; readonly namespace: string | undefined; readonly policy: EgressPolicy }
  | { readonly type: 'pods'; readonly namespace: string | undefined; readonly pods: readonly RememberedPod[] };

type RememberedPod = Omit<PodInNamespaceSubject, 'namespaceLabels' | 'egress' | 'namespace' | 'security'> & {
  /** As JSON: a string takes a fraction of the memory of the objects. */
  readonly security: string;
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
      const { hostNetwork, containers = [] }: PodSpec = template.spec;
      return {
        ref,
        clusterScoped: isClusterScoped(ref),
        name: ref.name,
        kind: ref.kind,
        labels: template.metadata.labels ?? {},
        images: containers.map(({ image = '' }) => image),
        security: shared(JSON.stringify(podSecurityPart(template.spec, template.metadata))),
        hostNetworkAt: hostNetwork === true ? anchor([...template.specPath, 'hostNetwork']) : undefined,
        at: anchor(template.specPath),
      };
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
      for (const { ref, clusterScoped, security: json, ...pod } of memory.pods) {
        const index = clusterScoped ? undefined : indexes.get(memory.namespace);
        const egress = index?.matching(pod.labels) ?? [];
        const security = (): Security => JSON.parse(json) as Security;
        yield { subject: { ...pod, namespace: memory.namespace, namespaceLabels, egress, security }, ref, at: pod.at };
      }
    }
  },
};

/** The pods of a workload, and many workloads, are alike in these fields. */
const shared = remembering((text) => text, 1_000, 4_096);

/**
 * What decides the checks of Pod Security: the rest of a large pod (environment, arguments) need not be kept. Names only
 * matter where annotations name containers, and without them the pods of many workloads are alike.
 */
export function podSecurityPart(spec: PodSpec, { annotations = {} }: Metadata): Security {
  const relevant = Object.entries(annotations).filter(([key]) => key.includes('seccomp.') || key.includes('apparmor.'));
  const { hostNetwork, hostPID, hostIPC, hostUsers, os, securityContext, volumes } = spec;
  const fieldsOf = (containers: readonly Container[] | undefined): Container[] | undefined =>
    containers?.map((container) => containerFields(container, relevant.length > 0));
  const fields = defined({
    hostNetwork,
    hostPID,
    hostIPC,
    hostUsers,
    os,
    securityContext,
    volumes: volumes?.map(volumeFields),
    initContainers: fieldsOf(spec.initContainers),
    containers: fieldsOf(spec.containers),
    ephemeralContainers: fieldsOf(spec.ephemeralContainers),
  });
  return { spec: fields, metadata: { annotations: Object.fromEntries(relevant) } };
}

/** Which sources a volume has matters, not what is in them. */
function volumeFields(volume: Volume): Volume {
  const fields: Record<string, object> = {};
  for (const key in volume) if (key !== 'name') fields[key] = {};
  return fields;
}

function containerFields({ name, ports, securityContext, lifecycle, ...probes }: Container, named: boolean): Container {
  return defined({
    name: named ? name : undefined,
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

type Defined<T> = { [K in keyof T]: Exclude<T[K], undefined> };

/** Absent fields stay absent. */
function defined<T extends object>(fields: T): Defined<Partial<T>> {
  const kept: Partial<T> = {};
  for (const key in fields) if (fields[key] !== undefined) kept[key] = fields[key];
  return kept as Defined<Partial<T>>;
}
