import { defineControl, fail, pass, remove, type AnyControl } from '../../core/index.ts';
import { pods, withoutLinuxFields } from '../../subjects/pod.ts';

/** The Pod Security Standards allow it at every level; the guide's reason against shared process namespaces holds all the same. */
export const sharedProcessNamespace: AnyControl = defineControl({
  id: 'pod-security/shared-process-namespace',
  decides: ['POD-07'],
  title: 'Containers of a pod do not see the processes of each other',
  why: 'With a shared process namespace one container reads the environment, the arguments and through /proc/PID/root the files of the others, so the weakest of them gives away the secrets of all.',
  severity: 'low',
  also: { attack: ['T1057'] },
  subject: pods,

  evaluate({ spec }) {
    if (spec.shareProcessNamespace !== true) return pass;
    return fail(['shareProcessNamespace'], 'the containers of the pod share processes, so each can read the environment and files of all');
  },

  fix: {
    safety: 'review',
    risk: 'breaks sidecars that signal or inspect the main process (reload helpers, profilers); show that none reads /proc entries of the others',
    edits: (pod) => withoutLinuxFields(pod, [remove(['shareProcessNamespace'])]),
  },

  examples: () => ({
    pass: { 'not set': 'shareProcessNamespace: null', 'switched off': 'shareProcessNamespace: false' },
    fail: { 'switched on': 'shareProcessNamespace: true' },
  }),
});
