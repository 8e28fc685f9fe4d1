import type { Chapter } from './recommendation.ts';

/** Traffic between components and the certificates it rests on. */
export const tls: Chapter = {
  code: 'TLS',
  title: 'Encryption in transit',
  section: 'Encryption',
  recommendations: [
    {
      code: 'TLS-01',
      title: 'TLS 1.2 or 1.3 with strong suites everywhere',
      reference: 'v1.0 p. 17; v1.2 "Encryption"',
      origin: 'v1.0',
      asks: 'All traffic between components is encrypted with TLS 1.2 or 1.3 and strong cipher suites.',
      today: 'Current components accept nothing below TLS 1.2 by default.',
      remedy: 'Set the minimum version and the suites of each component. Old clients fail, which handshake metrics show beforehand.',
      evidence: ['node', 'events'],
      mappings: { cis: ['1.2.29', '4.2.12'] },
    },
    {
      code: 'TLS-02',
      title: 'TLS bootstrapping and certificate rotation for nodes',
      reference: 'v1.0 p. 17; v1.2 "Encryption"',
      origin: 'v1.0',
      asks: 'Nodes obtain their certificates by TLS bootstrapping and renew them before they expire. Bootstrap tokens are short-lived.',
      today: '',
      remedy:
        'Enable rotation for client and serving certificates, with an approver for the latter. Logs and exec fail until the requests are approved.',
      evidence: ['node', 'cluster'],
      mappings: { cis: ['1.3.6', '4.2.9', '4.2.10', '4.2.11', '3.1.3'] },
    },
    {
      code: 'TLS-03',
      title: 'API server verifies kubelets and authenticates to them',
      reference: 'v1.0 p. 17; v1.2 "Encryption"',
      origin: 'v1.0',
      asks: 'The API server verifies the certificate of a kubelet before it talks to it, and presents a client certificate.',
      today: 'Connections to kubelets always use https since 1.19, and the flag kubelet-https went with 1.22.',
      remedy:
        'Issue serving certificates to the kubelets first, then set the certificate flags of the API server. Exec and logs break in the wrong order.',
      evidence: ['node'],
      mappings: { cis: ['1.2.4', '1.2.5'] },
    },
    {
      code: 'TLS-04',
      title: 'Certificate inventory and expiry',
      reference: 'v1.0 p. 17',
      origin: 'v1.0',
      asks: 'All certificates of the cluster are known with issuer, names and expiry, and each node has those it needs.',
      today: '',
      remedy: 'Renew what is about to expire and watch the expiry dates. A renewal restarts the component.',
      evidence: ['node', 'cluster', 'events'],
    },
  ],
};
