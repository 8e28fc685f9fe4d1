import { apiGroup, type LocalSubjectKind } from '../core/index.ts';
import { isObject } from '../kube/shape-reader.ts';

/** A rewrite of all Secrets, so that they are stored as they would be today. */
export interface SecretMigrationSubject {
  readonly name: string;
  readonly state: 'succeeded' | 'failed' | 'under way';
  /** The day on which it ended, where somebody wrote it down. */
  readonly ended: string | undefined;
}

const group = 'storagemigration.k8s.io';

/**
 * One for each StorageVersionMigration of Secrets: alpha since Kubernetes 1.30, beta since 1.35, stable and on since 1.37 (k8s.io/api
 * v0.37, storagemigration). Paths of controls are relative to the object.
 */
export const secretMigrations: LocalSubjectKind<SecretMigrationSubject> = {
  scope: 'local',
  name: 'migration of Secrets',
  reads: { podTemplates: false, kinds: [`StorageVersionMigration.${group}`] },
  example: 'objects',
  subjects({ ref, object }) {
    if (ref.kind !== 'StorageVersionMigration' || apiGroup(ref.apiVersion) !== group) return [];
    // No decoder has seen the fields of this kind.
    const resource = fieldOf(fieldOf(object, 'spec'), 'resource');
    if (fieldOf(resource, 'resource') !== 'secrets' || (fieldOf(resource, 'group') ?? '') !== '') return [];
    const conditions = fieldOf(fieldOf(object, 'status'), 'conditions');
    const met = (type: string): unknown =>
      Array.isArray(conditions)
        ? conditions.find((each) => fieldOf(each, 'type') === type && fieldOf(each, 'status') === 'True')
        : undefined;
    const [succeeded, failed] = [met('Succeeded'), met('Failed')];
    const state = succeeded !== undefined ? 'succeeded' : failed !== undefined ? 'failed' : 'under way';
    const ended = dayOf(fieldOf(succeeded ?? failed, 'lastTransitionTime'));
    return [{ subject: { name: ref.name, state, ended }, path: [] }];
  },
};

function fieldOf(value: unknown, name: string): unknown {
  return isObject(value) && Object.hasOwn(value, name) ? value[name] : undefined;
}

function dayOf(time: unknown): string | undefined {
  return typeof time === 'string' ? /^\d{4}-\d\d-\d\d/.exec(time)?.[0] : undefined;
}
