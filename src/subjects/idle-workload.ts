import type { LocalSubjectKind, Path } from '../core/index.ts';
import { recordOf } from '../kube/untyped.ts';

/** A workload that is told to run no pods. */
export interface IdleWorkload {
  /** `Deployment "web"` */
  readonly title: string;
  readonly at: Path;
}

/** Paths of controls are relative to the object. */
export const idleWorkloads: LocalSubjectKind<IdleWorkload> = {
  scope: 'local',
  name: 'workload without pods',
  reads: { podTemplates: true, kinds: [] },
  example: 'objects',
  subjects({ ref, object, podTemplates }) {
    if (podTemplates.length === 0) return [];
    const { replicas, suspend } = recordOf(object['spec']);
    const at = replicas === 0 ? 'replicas' : suspend === true ? 'suspend' : undefined;
    return at === undefined ? [] : [{ subject: { title: `${ref.kind} "${ref.name}"`, at: ['spec', at] }, path: [] }];
  },
};
