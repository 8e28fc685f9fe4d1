import type { Anchor, JoinedSubjectKind, Metadata, ResourceRef } from '../core/index.ts';
import { effectivePolicy, readDeciding, type EffectivePolicy } from '../kube/pod-security/index.ts';
import type { PodSpec } from '../kube/types.ts';
import { admissionSettingsOf, namespaceFactsKinds, namespacePart, type NamespacePart } from './namespace-facts.ts';
import { podShape, type PodShape } from './pod-shape.ts';

/** A pod that the API server has let in; of those that are like the template of their owner, one. */
export interface RunningPodSubject {
  readonly name: string;
  /** What Pod Security admission does in its namespace today; undefined where the Namespace object was not read. */
  readonly admission: EffectivePolicy | undefined;
  /** As much of the pod as Pod Security admission looks at. */
  security(): { readonly spec: PodSpec; readonly metadata: Metadata };
  /** The PodSpec. */
  readonly at: Anchor;
}

type Memory = NamespacePart | { readonly type: 'pod'; readonly ref: ResourceRef; readonly shape: PodShape; readonly at: Anchor };

export const runningPods: JoinedSubjectKind<RunningPodSubject, Memory> = {
  scope: 'joined',
  name: 'running pod',
  reads: { podTemplates: true, kinds: namespaceFactsKinds, running: true },
  example: 'objects',

  remember(resource, anchor) {
    const part = namespacePart(resource);
    if (part !== undefined) return part;
    const { ref, object, podTemplates } = resource;
    const [template] = podTemplates;
    if (template === undefined || ref.kind !== 'Pod' || ref.apiVersion !== 'v1') return undefined;
    // The API server gives it out: a manifest has none, and runs nowhere yet.
    const { uid } = (object['metadata'] ?? {}) as { readonly uid?: string };
    if (uid === undefined || uid === '') return undefined;
    return { type: 'pod', ref, shape: podShape(template.spec, template.metadata), at: anchor(template.specPath) };
  },

  *subjects(memories) {
    const settings = admissionSettingsOf(memories);
    const effective = new Map<string, EffectivePolicy>();
    for (const memory of memories)
      if (memory.type === 'namespace') effective.set(memory.name, effectivePolicy(memory.name, memory.labels, settings));
    for (const memory of memories) {
      if (memory.type !== 'pod') continue;
      const { ref, shape, at } = memory;
      const security = (): ReturnType<typeof readDeciding> => readDeciding(shape.security);
      yield { subject: { name: ref.name, admission: effective.get(ref.namespace ?? ''), security, at }, ref, at };
    }
  },
};
