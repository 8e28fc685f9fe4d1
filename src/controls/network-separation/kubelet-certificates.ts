import { defineControl, fail, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import { exampleKubelet, kubeletConfigurations } from '../../subjects/kubelet-configuration.ts';

export const kubeletCertificates: AnyControl = defineControl({
  id: 'network-separation/kubelet-certificates',
  decides: ['TLS-02'],
  title: 'Kubelets renew their certificates before they expire',
  why: 'A client certificate that nobody renews is made to last for years, and a serving certificate that a kubelet signs itself is one that nobody can verify.',
  severity: 'low',
  also: { cis: ['4.2.10', '4.2.11'] },
  subject: kubeletConfigurations,
  inEveryCluster: true,

  evaluate({ rotateCertificates, serverTLSBootstrap, tlsCertFile }) {
    if (rotateCertificates === false)
      return fail(['rotateCertificates'], 'kubelets of this configuration do not renew their client certificate', 'medium');
    const signsItself = serverTLSBootstrap === false || (serverTLSBootstrap === undefined && rotateCertificates === true);
    if (signsItself && (tlsCertFile === undefined || tlsCertFile === ''))
      return fail(
        serverTLSBootstrap === undefined ? ['kind'] : ['serverTLSBootstrap'],
        'kubelets of this configuration serve with a certificate that they sign themselves',
      );
    // kubeadm turns it on where nothing is said.
    if (rotateCertificates !== true)
      return unknown(['kind'], 'the configuration does not say that client certificates are renewed', ['node']);
    return passSoFar(['node']);
  },

  remedy:
    'Set rotateCertificates and serverTLSBootstrap to true, and approve the requests of kubelets for serving certificates by something that looks at their names.',

  examples: () => ({
    pass: {
      both: exampleKubelet(),
      'a certificate of its own': exampleKubelet({ serverTLSBootstrap: null, tlsCertFile: '/var/lib/kubelet/pki/tls.crt' }),
    },
    fail: {
      'not renewed': exampleKubelet({ rotateCertificates: false }),
      'signed by itself': exampleKubelet({ serverTLSBootstrap: null }),
      'signed by itself, and nothing said of the other': exampleKubelet({ rotateCertificates: null, serverTLSBootstrap: false }),
    },
    unknown: { 'nothing said': exampleKubelet({ rotateCertificates: null }) },
  }),
});
