import { defineControl, fail, pass, remove, type AnyControl } from '../../core/index.ts';
import { pods, withoutLinuxFields } from '../../subjects/pod.ts';

export const hostPid: AnyControl = defineControl({
  id: 'pod-security/host-pid',
  decides: ['POD-07'],
  title: 'Pods have a process namespace of their own',
  why: 'In the process namespace of the node a container sees every process on it, reads the environment and open files of those with its user id, and as root can signal or trace them.',
  severity: 'high',
  also: { pss: 'baseline', cis: ['5.2.3'], attack: ['T1611', 'T1057'] },
  subject: pods,

  evaluate({ spec }) {
    if (spec.hostPID !== true) return pass;
    return fail(['hostPID'], 'the pod shares the process namespace of the node, so it sees and can reach every process there');
  },

  fix: {
    safety: 'review',
    risk: 'breaks node agents and debuggers; show that no process opens /proc entries of processes outside the pod',
    edits: (pod) => withoutLinuxFields(pod, [remove(['hostPID'])]),
  },

  examples: () => ({
    pass: { 'not set': 'hostPID: null', 'switched off': 'hostPID: false' },
    fail: { 'switched on': 'hostPID: true' },
  }),
});
