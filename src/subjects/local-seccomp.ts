import { apiGroup, kindName, type LocalSubject, type LocalSubjectKind, type Resource } from '../core/index.ts';
import { recordOf, textOf } from '../kube/untyped.ts';
import type { PodSpec, SharedSecurityContext } from '../kube/types.ts';
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
  subjects({ ref, object, podTemplates }: Resource): readonly LocalSubject<LocalSeccomp>[] {
    if (kindName(apiGroup(ref.apiVersion), ref.kind) === profileKind) {
      const action = textOf(recordOf(object['spec'])['defaultAction']);
      return [{ subject: { type: 'profile', name: ref.name, action }, path: [] }];
    }
    const found: LocalSubject<LocalSeccomp>[] = [];
    for (const { spec, specPath } of podTemplates) {
      const { securityContext } = spec as PodSpec;
      const file = fileOf(securityContext);
      if (file !== undefined) {
        const subject = { type: 'use', whose: `pods of "${ref.name.slice(0, 40)}"`, file } as const;
        found.push({ subject, path: [...specPath, 'securityContext'] });
      }
      for (const { container, path } of containersOf(spec)) {
        const own = fileOf(container.securityContext);
        if (own === undefined) continue;
        const subject = { type: 'use', whose: `container "${(container.name ?? '').slice(0, 40)}"`, file: own } as const;
        found.push({ subject, path: [...specPath, ...path, 'securityContext'] });
      }
    }
    return found;
  },
};

function fileOf(context: SharedSecurityContext | undefined): string | undefined {
  const profile = context?.seccompProfile;
  return profile?.type === 'Localhost' ? profile.localhostProfile : undefined;
}
