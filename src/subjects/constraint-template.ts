import { apiGroup, type Anchor, type JoinedSubjectKind, type ResourceRef } from '../core/index.ts';
import { recordOf, textOf } from '../kube/untyped.ts';
import { constraintKinds, isConstraint } from './engine-policy.ts';

/** A ConstraintTemplate of Gatekeeper: rules, which hold where a constraint of the kind that it makes says so. */
export interface ConstraintTemplateSubject {
  readonly name: string;
  /** The kind of its constraints. */
  readonly kind: string;
  readonly used: boolean;
  readonly at: Anchor;
}

type Memory =
  | { readonly type: 'template'; readonly ref: ResourceRef; readonly kind: string; readonly at: Anchor }
  | { readonly type: 'constraint'; readonly kind: string };

const templateGroup = 'templates.gatekeeper.sh';

export const constraintTemplates: JoinedSubjectKind<ConstraintTemplateSubject, Memory> = {
  scope: 'joined',
  name: 'template of constraints',
  reads: { podTemplates: false, kinds: [`ConstraintTemplate.${templateGroup}`, constraintKinds] },
  example: 'objects',

  remember({ ref, object }, anchor) {
    if (isConstraint(ref.apiVersion)) return { type: 'constraint', kind: ref.kind };
    if (ref.kind !== 'ConstraintTemplate' || apiGroup(ref.apiVersion) !== templateGroup) return undefined;
    const kind = textOf(recordOf(recordOf(recordOf(recordOf(object['spec'])['crd'])['spec'])['names'])['kind']);
    return kind === undefined ? undefined : { type: 'template', ref, kind, at: anchor(['spec', 'crd', 'spec', 'names', 'kind']) };
  },

  *subjects(memories) {
    const used = new Set(memories.flatMap((memory) => (memory.type === 'constraint' ? [memory.kind] : [])));
    for (const memory of memories) {
      if (memory.type !== 'template') continue;
      const { ref, kind, at } = memory;
      yield { subject: { name: ref.name, kind, used: used.has(kind), at }, ref, at };
    }
  },
};
