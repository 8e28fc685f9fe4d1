import type { LocalSubjectKind, PodTemplate, RepeatedKey, ResourceRef } from '../core/index.ts';
import { kindsWithKnownFields } from '../kube/known-fields.ts';

/** An object with all that its author wrote into it. */
export interface ObjectFieldsSubject {
  readonly ref: ResourceRef;
  readonly object: Readonly<Record<string, unknown>>;
  readonly podTemplates: readonly PodTemplate[];
  /** Keys that stand more than once in one map. */
  readonly repeated: readonly RepeatedKey[];
}

/** Every object that is read. Paths of controls are relative to it. */
export const objectFields: LocalSubjectKind<ObjectFieldsSubject> = {
  scope: 'local',
  name: 'object with its fields',
  reads: { podTemplates: true, kinds: kindsWithKnownFields, others: true },
  example: 'objects',
  subjects: ({ ref, object, podTemplates, repeated = [] }) => [{ subject: { ref, object, podTemplates, repeated }, path: [] }],
};
