import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

export const podProcessLimit: AnyControl = defineControl({
  id: 'network-separation/pod-process-limit',
  decides: ['RES-04'],
  title: 'Kubelets bound how many processes a pod may start',
  why: 'Process ids are shared by all that runs on a node. Without a bound one pod takes them all, and not even the kubelet can start anything any more.',
  severity: 'medium',
  also: { cis: ['4.2.13'], attack: ['T1499'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ podPidsLimit }) {
    if (podPidsLimit === undefined)
      return fail(['kind'], 'the configuration sets no podPidsLimit: a pod may take all process ids of its node', 'low');
    if (typeof podPidsLimit === 'number' && podPidsLimit > 0) return passSoFar(['node']);
    return fail(['podPidsLimit'], 'the configuration bounds no pod: one may take all process ids of its node');
  },

  remedy:
    'Set podPidsLimit to what the busiest pod needs with room to spare, such as 4096: its highest number stands in pids.peak of its cgroup.',

  examples: () => ({
    pass: { bounded: exampleKubelet() },
    fail: { unlimited: exampleKubelet({ podPidsLimit: -1 }), 'nothing said': exampleKubelet({ podPidsLimit: null }) },
  }),
});
