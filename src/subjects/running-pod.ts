import { objectKey, type Anchor, type JoinedSubjectKind, type ResourceRef } from '../core/index.ts';
import { effectivePolicy, type EffectivePolicy } from '../kube/pod-security/index.ts';
import { admissionSettingsOf, namespaceFactsKinds, namespacePart, type NamespacePart } from './namespace-facts.ts';
import { podShape } from './pod-shape.ts';
import { rememberedWorkload, type RememberedPod, type RememberedWorkload } from './remembered-workload.ts';

/** A pod that the API server has let in; of those that are like the template of their owner, one. */
export interface RunningPodSubject {
  readonly name: string;
  /** What Pod Security admission does in its namespace today; undefined where the Namespace object was not read. */
  readonly admission: EffectivePolicy | undefined;
  /** As much of the pod as Pod Security admission looks at (`violationsOfPart`). */
  readonly security: string;
  /** The PodSpec. */
  readonly at: Anchor;
}

type Memory = NamespacePart | Pick<RememberedPod, 'type' | 'ref' | 'shape' | 'at'> | RememberedWorkload | Replica;

/** A pod of which nothing was read, because it is as the only template of its owner says. */
interface Replica {
  readonly type: 'replica';
  readonly ref: ResourceRef;
  readonly owner: ResourceRef;
  readonly at: Anchor;
}

export const runningPods: JoinedSubjectKind<RunningPodSubject, Memory> = {
  scope: 'joined',
  name: 'running pod',
  reads: { podTemplates: true, kinds: ['Pod', ...namespaceFactsKinds], running: true },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref, object, podTemplates, madeFrom } = resource;
    const [template] = podTemplates;
    if (template === undefined)
      return madeFrom === undefined ? namespacePart(resource) : { type: 'replica', ref, owner: madeFrom.owner, at: anchor(['spec']) };
    // The API server gives it out: a manifest has none, and runs nowhere yet.
    const { uid } = (object['metadata'] ?? {}) as { readonly uid?: string };
    if (uid === undefined || uid === '') return undefined;
    if (ref.kind !== 'Pod' || ref.apiVersion !== 'v1') return rememberedWorkload(resource, anchor, context);
    // Nobody else remembers one that is judged at its owner.
    if (madeFrom?.alike !== true) return rememberedWorkload(resource, anchor, context)?.pods[0];
    return { type: 'pod', ref, shape: podShape(template.spec, template.metadata), at: anchor(template.specPath) };
  },

  *subjects(memories) {
    const settings = admissionSettingsOf(memories);
    const effective = new Map<string, EffectivePolicy>();
    const workloads = new Map<string, RememberedWorkload>();
    for (const memory of memories) {
      if (memory.type === 'namespace') effective.set(memory.name, effectivePolicy(memory.name, memory.labels, settings));
      else if (memory.type === 'workload') workloads.set(objectKey(memory.ref), memory);
    }
    for (const memory of memories) {
      if (memory.type !== 'pod' && memory.type !== 'replica') continue;
      const { ref, at } = memory;
      const { shape } = memory.type === 'pod' ? memory : (workloads.get(objectKey(memory.owner))?.pods[0] ?? {});
      // What is made of a system workload belongs to the system.
      if (shape === undefined) continue;
      yield { subject: { name: ref.name, admission: effective.get(ref.namespace ?? ''), security: shape.security, at }, ref, at };
    }
  },
};
