import type { LocalSubjectKind, Resource } from '../core/index.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { podTemplates } from './pod.ts';

/** An object with at least one pod template, as a whole: what is scheduled into a namespace. */
export interface WorkloadSubject {
  readonly resource: Resource;
  /** Where the object will be applied, as far as that is known. */
  readonly namespace: string | undefined;
}

/** Templates that other objects use, in namespaces of their own, are left out. Paths of controls are relative to the object. */
export const workloads: LocalSubjectKind<WorkloadSubject> = {
  scope: 'local',
  name: 'workload',
  reads: podTemplates,
  example: 'objects',
  subjects(resource, context) {
    if (resource.podTemplates.length === 0 || isClusterScoped(resource.ref)) return [];
    return [{ subject: { resource, namespace: context.namespaceOf(resource) }, path: [] }];
  },
};
