import type { PermissionsReport, RightsSubject } from '../../core/index.ts';
import { groupsOf, mastersGroup, subjectKey, subjectOf } from '../../kube/rbac/index.ts';
import { heldBy, type Rights } from './rights.ts';

/** Everything that somebody may do, by itself and by every group that it is in. */
export function permissions(rights: Rights, subject: RightsSubject, more: readonly string[]): PermissionsReport {
  const { rbac, input, chainOf, objectOf } = rights;
  const groups = groupsOf(subject, more);
  const keys = new Set([subject, ...groups.map((name) => ({ kind: 'Group' as const, name }))].map(subjectKey));
  return {
    ...input,
    command: 'permissions',
    subject,
    groups: groups.filter((name) => subject.kind !== 'Group' || name !== subject.name),
    privileged: groups.includes(mastersGroup),
    chains: heldBy(rights, subject, more).map(chainOf),
    unknown: rbac.missingRoles
      .filter(({ subjects }) =>
        subjects.some((each) => {
          const identity = subjectOf(each);
          return identity !== undefined && keys.has(subjectKey(identity));
        }),
      )
      .map(objectOf),
  };
}
