import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

export const kubeletReadOnlyPort: AnyControl = defineControl({
  id: 'network-separation/kubelet-read-only-port',
  decides: ['NODE-07'],
  title: 'The port of kubelets that answers everybody is closed',
  why: 'The read-only port tells whoever reaches it, without credentials and in plaintext, what runs on the node, with names, images and environment.',
  severity: 'medium',
  also: { cis: ['4.2.4'], attack: ['T1613'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ readOnlyPort = 0 }) {
    if (readOnlyPort === 0) return passSoFar(['node']);
    return fail(['readOnlyPort'], 'kubelets of this configuration tell everybody what runs on the node, in plaintext');
  },

  remedy: 'Set readOnlyPort to 0, or leave it out, and move collectors of metrics to port 10250.',

  examples: () => ({
    pass: { closed: exampleKubelet({ readOnlyPort: 0 }), 'nothing said': exampleKubelet() },
    fail: { open: exampleKubelet({ readOnlyPort: 10255 }) },
  }),
});
