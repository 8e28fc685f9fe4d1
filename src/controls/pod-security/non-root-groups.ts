import { decline, defineControl, fail, notApplicable, pass, set, unknown, type AnyControl } from '../../core/index.ts';
import { imageUser, nonRootId } from '../../kube/process-identity.ts';
import { containers } from '../../subjects/container.ts';
import { changeShared, inherited } from '../../subjects/security-context.ts';

const onWindows = notApplicable('Windows has no numeric groups and rejects the field');

/** No level of the Pod Security Standards asks for it. Images made for arbitrary user ids (OpenShift) expect group 0. */
export const nonRootGroups: AnyControl = defineControl({
  id: 'pod-security/non-root-groups',
  decides: ['POD-02'],
  title: 'Containers run with a primary group other than root',
  why: 'Files of group root, on the root filesystem and on volumes, are often open to that group. A process with group 0 reads and changes them although its user is not root.',
  severity: 'medium',
  also: { cis: ['5.6.3'] },
  subject: containers,

  evaluate(subject) {
    const { name, container, pod } = subject;
    if (pod.os.name === 'windows') return onWindows;
    const group = inherited(subject, 'runAsGroup');
    if (group === 0)
      return fail(
        ['securityContext', 'runAsGroup'],
        container.securityContext?.runAsGroup === 0
          ? `container "${name}" runs with the root group: its runAsGroup is 0`
          : `container "${name}" runs with the root group: its pod's runAsGroup is 0`,
      );
    if (group !== undefined) return pass;
    return unknown(['securityContext', 'runAsGroup'], `container "${name}" does not set runAsGroup, so the image decides, often for root`, [
      'image',
    ]);
  },

  fix: {
    safety: 'review',
    risk: 'files that only the root group may read or write are out of reach; list what belongs to group 0 in the image and on its volumes',
    values: { group: { about: 'The group that owns the files of the image and of its volumes', example: '10001' } },
    edits: (subject, { values, given }) => {
      const reference = subject.container.image;
      const facts = reference === undefined ? undefined : given.imageOf(reference);
      if (values.group !== undefined && nonRootId(values.group) === undefined)
        return decline(`"${values.group}" is no group id from 1 to 2147483647`, ['group']);
      const user = imageUser(facts?.user ?? '');
      const group = values.group === undefined ? (user.kind === 'numeric' ? user.group : undefined) : nonRootId(values.group);
      if (group === undefined)
        return decline('only a person knows which group the files of the image and its volumes belong to', ['group']);
      // What one image says holds for its container only; a value holds wherever the pod says 0.
      return values.group === undefined ? [set(['securityContext', 'runAsGroup'], group)] : changeShared(subject, 'runAsGroup', group);
    },
  },

  examples: () => ({
    said: { values: { group: '10001' } },
    pass: {
      'a group of its own': 'securityContext: { runAsGroup: 10001 }',
      'inherited from the pod': '$pod: { securityContext: { runAsGroup: 10001 } }',
    },
    fail: {
      'group 0': 'securityContext: { runAsGroup: 0 }',
      'group 0 by the pod': '$pod: { securityContext: { runAsGroup: 0 } }',
    },
    unknown: { 'left to the image': '$pod: { securityContext: { runAsGroup: null } }' },
    notApplicable: {
      'a Windows pod':
        '$pod: { os: { name: windows }, securityContext: { runAsUser: null, runAsGroup: null, fsGroup: null } }\nsecurityContext: { allowPrivilegeEscalation: null }',
    },
  }),
});
