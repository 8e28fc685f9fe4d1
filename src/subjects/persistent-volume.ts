import type { LocalSubjectKind, Resource } from '../core/index.ts';

/** The fields of a PersistentVolume that say where its data lie and whose they are (k8s.io/api, core/v1). */
export interface PersistentVolumeSpec {
  readonly hostPath?: { readonly path?: string };
  readonly local?: { readonly path?: string };
  readonly claimRef?: { readonly namespace?: string; readonly name?: string };
}

export interface PersistentVolumeSubject {
  readonly name: string;
  readonly spec: PersistentVolumeSpec;
}

/** Paths of controls are relative to the spec of the volume. */
export const persistentVolumes: LocalSubjectKind<PersistentVolumeSubject> = {
  scope: 'local',
  name: 'persistent volume',
  reads: { podTemplates: false, kinds: ['PersistentVolume'] },
  example: 'objects',
  subjects(resource) {
    if (!isPersistentVolume(resource)) return [];
    const spec: PersistentVolumeSpec = resource.object['spec'] ?? {};
    return [{ subject: { name: resource.ref.name, spec }, path: ['spec'] }];
  },
};

function isPersistentVolume({ ref }: Resource): boolean {
  return ref.kind === 'PersistentVolume' && ref.apiVersion === 'v1';
}
