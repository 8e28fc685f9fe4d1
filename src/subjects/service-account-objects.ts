import type { LocalSubjectKind, Resource } from '../core/index.ts';

export interface ServiceAccountSubject {
  readonly name: string;
  readonly automount: boolean | undefined;
}

/** Paths of controls are relative to the object. */
export const serviceAccountObjects: LocalSubjectKind<ServiceAccountSubject> = {
  scope: 'local',
  name: 'service account',
  reads: { podTemplates: false, kinds: ['ServiceAccount'] },
  example: 'objects',
  subjects(resource) {
    if (!isServiceAccount(resource)) return [];
    const automount = resource.object['automountServiceAccountToken'];
    return [{ subject: { name: resource.ref.name, automount: typeof automount === 'boolean' ? automount : undefined }, path: [] }];
  },
};

function isServiceAccount({ ref }: Resource): boolean {
  return ref.kind === 'ServiceAccount' && ref.apiVersion === 'v1';
}
