import { defineControl, fail, pass, remove, type AnyControl } from '../../core/index.ts';
import { pods, withoutLinuxFields } from '../../subjects/pod.ts';

export const hostIpc: AnyControl = defineControl({
  id: 'pod-security/host-ipc',
  decides: ['POD-08'],
  title: 'Pods have an IPC namespace of their own',
  why: 'In the IPC namespace of the node a container reads and writes the shared memory, semaphores and message queues of processes of the node and of every other pod that shares it.',
  severity: 'high',
  also: { pss: 'baseline', cis: ['5.2.4'], attack: ['T1611'] },
  subject: pods,

  evaluate({ spec }) {
    if (spec.hostIPC !== true) return pass;
    return fail(['hostIPC'], 'the pod shares the IPC namespace of the node, so it can read shared memory of other processes');
  },

  fix: {
    safety: 'review',
    risk: 'breaks drivers of accelerators and databases that share memory across pods; show that ipcs and /dev/shm list nothing foreign in use',
    edits: (pod) => withoutLinuxFields(pod, [remove(['hostIPC'])]),
  },

  examples: () => ({
    pass: { 'not set': 'hostIPC: null', 'switched off': 'hostIPC: false' },
    fail: { 'switched on': 'hostIPC: true' },
  }),
});
