import { apiGroup, kindName, type LocalSubjectKind, type ResourceRef } from '../core/index.ts';
import { kindsWithRemovedApis } from '../kube/removed-apis.ts';

/** An object of a kind whose API had versions that are gone. */
export interface VersionedObjectSubject {
  readonly ref: ResourceRef;
  readonly object: Readonly<Record<string, unknown>>;
}

const kinds: ReadonlySet<string> = new Set(kindsWithRemovedApis);

/** Paths of controls are relative to the object. */
export const versionedObjects: LocalSubjectKind<VersionedObjectSubject> = {
  scope: 'local',
  name: 'object in a version of its API',
  reads: { podTemplates: false, kinds: kindsWithRemovedApis },
  example: 'objects',
  subjects: ({ ref, object }) => (kinds.has(kindName(apiGroup(ref.apiVersion), ref.kind)) ? [{ subject: { ref, object }, path: [] }] : []),
};
