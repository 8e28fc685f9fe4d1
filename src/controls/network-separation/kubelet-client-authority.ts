import { defineControl, fail, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

export const kubeletClientAuthority: AnyControl = defineControl({
  id: 'network-separation/kubelet-client-authority',
  decides: ['NODE-06'],
  title: 'Kubelets verify the client certificates of those who ask',
  why: 'Without an authority to verify them by, the API server cannot prove itself to the kubelet by its certificate, and anonymous access is the usual way out.',
  severity: 'medium',
  also: { cis: ['4.2.3'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ authentication }) {
    const file = authentication?.x509?.clientCAFile;
    const where = ['authentication', 'x509', 'clientCAFile'];
    if (file === '') return fail(where, 'the configuration names no authority for client certificates');
    // kubeadm completes what it is given, and a drop-in says only what differs.
    if (file === undefined)
      return unknown(where, 'the configuration leaves the authority for client certificates to another one', ['node']);
    return passSoFar(['node']);
  },

  remedy: 'Set authentication.x509.clientCAFile to the authority that signs the client certificate of the API server.',

  examples: () => ({
    pass: { named: exampleKubelet() },
    fail: { empty: exampleKubelet({ authentication: { x509: { clientCAFile: '' } } }) },
    unknown: { 'nothing said': exampleKubelet({ authentication: null }) },
  }),
});
