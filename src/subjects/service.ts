import type { LocalSubjectKind, Resource } from '../core/index.ts';
import type { ServiceSpec } from '../kube/types.ts';

export interface ServiceSubject {
  readonly name: string;
  readonly namespace: string | undefined;
  readonly spec: ServiceSpec;
}

/** Paths of controls are relative to the object. */
export const services: LocalSubjectKind<ServiceSubject> = {
  scope: 'local',
  name: 'service',
  reads: { podTemplates: false, kinds: ['Service'] },
  example: 'objects',
  subjects(resource, context) {
    if (!isService(resource)) return [];
    return [
      { subject: { name: resource.ref.name, namespace: context.namespaceOf(resource), spec: resource.object['spec'] ?? {} }, path: [] },
    ];
  },
};

/** The core group's kind: Knative has another. */
export function isService({ ref }: Resource): boolean {
  return ref.kind === 'Service' && ref.apiVersion === 'v1';
}
