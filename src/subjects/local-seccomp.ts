import { apiGroup, type LocalSubject, type LocalSubjectKind, type Path, type Resource } from '../core/index.ts';
import { recordOf, textOf } from '../kube/untyped.ts';
import type { SeccompProfile } from '../kube/types.ts';
import { containersOf } from './container.ts';

/** A seccomp profile of the Security Profiles Operator, or the use of a file of the node as a profile. */
export type LocalSeccomp =
  | { readonly type: 'profile'; readonly name: string; readonly action: string | undefined }
  | { readonly type: 'use'; readonly whose: string; readonly file: string };

const profileKind = 'SeccompProfile.security-profiles-operator.x-k8s.io';

/** Paths of controls are relative to the profile, or to the security context. */
export const localSeccomps: LocalSubjectKind<LocalSeccomp> = {
  scope: 'local',
  name: 'seccomp profile of nodes',
  reads: { podTemplates: true, kinds: [profileKind] },
  example: 'objects',
  *subjects({ ref, object, podTemplates }: Resource): Generator<LocalSubject<LocalSeccomp>> {
    if (`${ref.kind}.${apiGroup(ref.apiVersion)}` === profileKind) {
      const action = textOf(recordOf(object['spec'])['defaultAction']);
      yield { subject: { type: 'profile', name: ref.name, action }, path: [] };
    }
    for (const { spec, specPath } of podTemplates) {
      yield* useOf(`pods of "${ref.name.slice(0, 40)}"`, recordOf(recordOf(spec['securityContext'])['seccompProfile']), [
        ...specPath,
        'securityContext',
      ]);
      for (const { container, path } of containersOf(spec)) {
        const { seccompProfile = {} } = container.securityContext ?? {};
        yield* useOf(`container "${(container.name ?? '').slice(0, 40)}"`, seccompProfile, [...specPath, ...path, 'securityContext']);
      }
    }
  },
};

function* useOf(whose: string, { type, localhostProfile }: SeccompProfile, path: Path): Generator<LocalSubject<LocalSeccomp>> {
  if (type === 'Localhost' && localhostProfile !== undefined) yield { subject: { type: 'use', whose, file: localhostProfile }, path };
}
