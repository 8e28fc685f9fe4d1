import type { LocalSubjectKind, Resource } from '../core/index.ts';
import { kindsWithKnownFields } from '../kube/known-fields.ts';

/** An object with all that its author wrote into it. */
export type ObjectFieldsSubject = Pick<Resource, 'ref' | 'object' | 'podTemplates' | 'hasLastingFields' | 'repeated'>;

/** Every object that is read. Paths of controls are relative to it. */
export const objectFields: LocalSubjectKind<ObjectFieldsSubject> = {
  scope: 'local',
  name: 'object with its fields',
  reads: { podTemplates: true, kinds: kindsWithKnownFields, others: true },
  example: 'objects',
  subjects: (resource) => [{ subject: resource, path: [] }],
};
