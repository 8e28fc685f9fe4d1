import type { LocalSubjectKind, Path } from '../core/index.ts';
import type { PodSpec } from '../kube/types.ts';
import { podTemplates } from './pod.ts';

/** A pod template whose annotations matter: places and edits reach both its metadata and its spec. */
export interface AnnotatedPodSubject {
  readonly annotations: Readonly<Record<string, string>>;
  readonly annotationsPath: Path;
  readonly spec: PodSpec;
  readonly specPath: Path;
}

const none: Readonly<Record<string, string>> = {};

/** Paths of controls are relative to the object. */
export const podAnnotations: LocalSubjectKind<AnnotatedPodSubject> = {
  scope: 'local',
  name: 'annotations of a pod template',
  reads: podTemplates,
  example: 'pod',
  subjects: ({ podTemplates: templates }) =>
    templates.map(({ metadata: { annotations = none }, metadataPath, spec, specPath }) => ({
      subject: { annotations, annotationsPath: [...metadataPath, 'annotations'], spec, specPath },
      path: [],
    })),
};
