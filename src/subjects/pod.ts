import type { Edit, LocalSubjectKind, Metadata, PodTemplate, Reads, Repair, Resource, SubjectContext } from '../core/index.ts';
import { operatingSystem, type OperatingSystem } from '../kube/operating-system.ts';
import type { PodSpec } from '../kube/types.ts';

/** A pod template of any kind of object, or a Pod. */
export interface PodSubject {
  readonly spec: PodSpec;
  /** Of the template (labels, annotations), not of the object around it. */
  readonly metadata: Metadata;
  readonly os: OperatingSystem;
  /** Where the object will be applied, as far as that is known. */
  readonly namespace: string | undefined;
  readonly resource: Resource;
}

export const podTemplates: Reads = { podTemplates: true, kinds: [] };

export function podSubject(resource: Resource, template: PodTemplate, context: SubjectContext): PodSubject {
  const spec = template.spec as PodSpec;
  return { spec, metadata: template.metadata, os: operatingSystem(spec), namespace: context.namespaceOf(resource), resource };
}

/** Paths of controls are relative to the PodSpec. */
export const pods: LocalSubjectKind<PodSubject> = {
  scope: 'local',
  name: 'pod template',
  reads: podTemplates,
  example: 'pod',
  subjects: (resource, context) =>
    resource.podTemplates.map((template) => ({
      subject: podSubject(resource, template, context),
      path: template.specPath,
    })),
};

/**
 * What takes fields of Linux away. Beside `spec.os` windows the API server refuses every one of them (pkg/apis/core/validation,
 * validateWindows, since 1.25), so no pod can run otherwise without them.
 */
export function withoutLinuxFields({ os }: PodSubject, edits: readonly Edit[]): Repair {
  return os.name === 'windows' && os.by === 'spec.os' ? { edits, safety: 'safe' } : { edits };
}
