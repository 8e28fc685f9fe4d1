import { defineControl, fail, passSoFar, type AnyControl } from '../../core/index.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

export const kubeletAnonymous: AnyControl = defineControl({
  id: 'network-separation/kubelet-anonymous',
  decides: ['NODE-04'],
  title: 'Kubelets refuse requests without credentials',
  why: 'Whoever reaches port 10250 of a kubelet that answers anybody lists the pods of the node and, as it authorises, runs commands in them. Every pod can reach it.',
  severity: 'high',
  also: { cis: ['4.2.1'], attack: ['T1552.007', 'T1609'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ authentication }) {
    // The default of the file is false; that of the flag, true, is for kubelets without one.
    if (authentication?.anonymous?.enabled === true)
      return fail(['authentication', 'anonymous', 'enabled'], 'kubelets of this configuration answer requests without credentials');
    return passSoFar(['node']);
  },

  remedy: 'Set authentication.anonymous.enabled to false, and give probes and scrapers that ask without credentials a service account.',

  examples: () => ({
    pass: {
      off: exampleKubelet(),
      'nothing said': exampleKubelet({ authentication: { x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' } } }),
    },
    fail: {
      on: exampleKubelet({ authentication: { anonymous: { enabled: true }, x509: { clientCAFile: '/etc/kubernetes/pki/ca.crt' } } }),
    },
  }),
});
