import { defineControl, fail, notApplicable, pass, set, type AnyControl } from '../../core/index.ts';
import { containers } from '../../subjects/container.ts';
import { writableMounts } from '../../subjects/writable-mounts.ts';

const onWindows = notApplicable('Windows cannot mount the root filesystem read-only and rejects the field');

/** No level of the Pod Security Standards asks for it, so Pod Security admission never enforces it. */
export const readOnlyRootFilesystem: AnyControl = defineControl({
  id: 'pod-security/read-only-root-filesystem',
  decides: ['POD-04'],
  title: 'Containers cannot change their root filesystem',
  why: 'On a writable root filesystem an intruder replaces programs and configuration, and stores tools that the next command runs. Mounted read-only, all that remains are the few paths that the workload declares.',
  severity: 'medium',
  also: { attack: ['T1105', 'T1543'] },
  subject: containers,

  evaluate({ container, pod, name, class: containerClass }) {
    if (pod.os.name === 'windows') return onWindows;
    const readOnly = container.securityContext?.readOnlyRootFilesystem;
    if (readOnly === true) return pass;
    return fail(
      ['securityContext', 'readOnlyRootFilesystem'],
      readOnly === undefined
        ? `container "${name}" does not set readOnlyRootFilesystem, so its programs can be replaced`
        : `container "${name}" has a writable root filesystem, so its programs can be replaced`,
      // A debugging container lives for one session and is not the workload.
      containerClass === 'ephemeral container' ? 'low' : undefined,
    );
  },

  fix: {
    safety: 'review',
    risk: 'the process stops at its first write to temporary, run or cache folders; list the files it changed and name their folders as writablePaths',
    values: {
      writablePaths: {
        about: 'Folders that the process writes to, each with the most that it may hold',
        example: '/tmp=64Mi,/var/run=1Mi',
      },
    },
    edits(subject, { values: { writablePaths } }) {
      const readOnly = set(['securityContext', 'readOnlyRootFilesystem'], true);
      if (writablePaths === undefined) return [readOnly];
      const mounts = writableMounts(subject, writablePaths, 'writablePaths');
      return 'declined' in mounts ? mounts : { ...mounts, edits: [readOnly, ...mounts.edits] };
    },
  },

  examples: () => ({
    said: { values: { writablePaths: '/tmp=64Mi,/var/cache=1Gi' } },
    pass: { 'read-only': 'securityContext: { readOnlyRootFilesystem: true }' },
    fail: {
      'left to the default': 'securityContext: { readOnlyRootFilesystem: null }',
      'switched off': 'securityContext: { readOnlyRootFilesystem: false }',
    },
  }),
});
