import type { Chapter } from './recommendation.ts';

/** The store that holds the whole state of the cluster. */
export const etcd: Chapter = {
  code: 'ETCD',
  title: 'etcd',
  section: 'Control plane hardening: etcd',
  recommendations: [
    {
      code: 'ETCD-01',
      title: 'etcd clients must present certificates',
      reference: 'v1.0 pp. 15-16; v1.2 "Control plane hardening" (etcd)',
      origin: 'v1.0',
      asks: 'etcd accepts clients only over TLS and only with a certificate that it can verify.',
      today: 'etcd 3.4 reached its end of life in June 2026; 3.5, 3.6 and 3.7 are current.',
      remedy:
        'Configure certificates and client authentication in the static Pod, one member after the other. An error takes the control plane down.',
      evidence: ['node'],
      mappings: { cis: ['2.1', '2.2', '2.3'], attack: ['T1552'] },
    },
    {
      code: 'ETCD-02',
      title: 'etcd members talk TLS to each other',
      reference: 'not in the guide by name; follows from v1.0 p. 17',
      origin: 'derived',
      asks: 'The members of an etcd cluster talk to each other over TLS and verify the certificates of one another.',
      today: '',
      remedy: 'Configure peer certificates and peer authentication, one member after the other. An error takes the control plane down.',
      evidence: ['node'],
      mappings: { cis: ['2.4', '2.5', '2.6'] },
    },
    {
      code: 'ETCD-03',
      title: 'etcd trusts only API server certificates (own CA)',
      reference: 'v1.0 p. 16; v1.2 "Control plane hardening" (adds a separate certificate authority)',
      origin: 'v1.0',
      asks: 'etcd trusts only certificates that were issued to API servers, best by a certificate authority that serves etcd alone.',
      today: 'kubeadm creates an authority for etcd. With the authority of the cluster, the certificate of any kubelet or user opens etcd.',
      remedy:
        'Move etcd to an authority of its own along a written plan. The migration touches all members and API servers, so the risk is high.',
      evidence: ['node'],
      mappings: { cis: ['2.7'], attack: ['T1552.004'] },
    },
    {
      code: 'ETCD-04',
      title: 'Only API servers reach etcd',
      reference: 'v1.0 pp. 2, 16; v1.2 "Control plane hardening" (etcd)',
      origin: 'v1.0',
      asks: 'Firewalls let only API servers and the other members reach etcd.',
      today: '',
      remedy:
        'Limit ports 2379 and 2380 to these addresses. A wrong rule stops the control plane, so simulate with flow logs and apply with an automatic way back.',
      evidence: ['node', 'cloud', 'events'],
      mappings: { attack: ['T1046'] },
    },
    {
      code: 'ETCD-05',
      title: 'etcd on dedicated nodes',
      reference: 'v1.0 p. 16; v1.2 "Control plane hardening" (etcd)',
      origin: 'v1.0',
      asks: 'Where the required protection is high, etcd runs on nodes of its own, apart from the other components of the control plane.',
      today: '',
      remedy:
        'Plan an external etcd for the next cluster. Moving a running one means moving the whole state, so it is seldom worth the risk.',
      evidence: ['cluster', 'node', 'person'],
    },
    {
      code: 'ETCD-06',
      title: 'API server speaks TLS to etcd',
      reference: 'v1.0 p. 16; v1.2 "Control plane hardening" (etcd)',
      origin: 'v1.0',
      asks: 'The API server connects to etcd over TLS only, verifies its certificate and presents its own.',
      today: '',
      remedy: 'Set the certificate flags and https addresses in the static Pod. The API server restarts, and a wrong path keeps it down.',
      evidence: ['node'],
      mappings: { cis: ['1.2.23', '1.2.26'] },
    },
    {
      code: 'ETCD-07',
      title: 'etcd authorises its clients',
      reference: 'v1.0 p. 15; v1.2 "Control plane hardening" (etcd)',
      origin: 'v1.0',
      asks: 'etcd distinguishes its clients and gives each of them only the access it needs.',
      today:
        'Kubernetes hardly ever uses the users and roles of etcd; trust in certificates is the working control. Roles per key prefix matter once several users share one etcd.',
      remedy:
        'Keep etcd for a single API server, or enable its authentication with a role per prefix. Enabling it on a running etcd locks out clients without a user.',
      evidence: ['node', 'person'],
    },
    {
      code: 'ETCD-08',
      title: 'etcd data directory protected',
      reference: 'not in the guide by name; follows from v1.0 p. 16',
      origin: 'derived',
      asks: 'The data directory of etcd and its snapshots are open to the user of etcd alone, and the disk below is encrypted.',
      today: '',
      remedy: 'Set the mode of the directory to 0700 and correct its owner. The risk is low.',
      evidence: ['node'],
      mappings: { cis: ['1.1.11', '1.1.12'], attack: ['T1552.001'] },
    },
  ],
};
