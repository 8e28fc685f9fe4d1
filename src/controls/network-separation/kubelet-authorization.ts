import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

export const kubeletAuthorization: AnyControl = defineControl({
  id: 'network-separation/kubelet-authorization',
  decides: ['NODE-05'],
  title: 'Kubelets ask the API server whether a request is allowed',
  why: 'A kubelet that allows everything lets whoever it has authenticated, any service account included, run commands in all pods of the node.',
  severity: 'high',
  also: { cis: ['4.2.2'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ authorization }) {
    const { mode } = authorization ?? {};
    if (mode === undefined || mode === '' || mode === 'Webhook') return passSoFar(['node']);
    const message =
      mode === 'AlwaysAllow'
        ? 'kubelets of this configuration allow every request (AlwaysAllow)'
        : 'the authorization mode of this configuration is none that exists: the kubelet does not start';
    return fail(['authorization', 'mode'], message);
  },

  remedy:
    'Set authorization.mode to Webhook, and grant scrapers the subresources of nodes that they need: from 1.36 on nodes/metrics and the like suffice.',

  examples: () => ({
    pass: { webhook: exampleKubelet(), 'nothing said': exampleKubelet({ authorization: null }) },
    fail: {
      everything: exampleKubelet({ authorization: { mode: 'AlwaysAllow' } }),
      'a mode of the API server': exampleKubelet({ authorization: { mode: 'RBAC' } }),
    },
  }),
});
