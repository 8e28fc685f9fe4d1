import type { Chapter } from './recommendation.ts';

/** Cloud credentials and virtual machines under the cluster. */
export const cld: Chapter = {
  code: 'CLD',
  title: 'Cloud infrastructure',
  section: 'Protecting sensitive cloud infrastructure',
  recommendations: [
    {
      code: 'CLD-01',
      title: 'Pods cannot reach cloud metadata credentials',
      reference: 'v1.0 p. 18; v1.2 "Protecting sensitive cloud infrastructure"',
      origin: 'v1.0',
      asks: 'Pods cannot reach the metadata service of the cloud and the credentials of the node in it.',
      today:
        'AWS has sessions with a hop limit, Google and others give each workload an identity. Besides 169.254.169.254 there are other addresses to deny, for instance 169.254.170.23, 168.63.129.16, 100.100.100.200 and fd00:ec2::254.',
      remedy:
        'Deny the addresses for all Pods, require the protected form of the service and give workloads identities of their own. Programs that use the role of the node lose access.',
      evidence: ['manifest', 'cluster', 'cloud', 'events'],
      mappings: { attack: ['T1552.005'] },
    },
    {
      code: 'CLD-02',
      title: 'Node virtual machines hardened by vendor guidance',
      reference: 'v1.0 p. 18; v1.2 "Protecting sensitive cloud infrastructure"',
      origin: 'v1.0',
      asks: 'The virtual machines below the cluster follow the hardening guidance of their provider.',
      today: '',
      remedy: 'Harden the machine templates and replace the nodes. Pods move while nodes are replaced.',
      evidence: ['cloud', 'person'],
    },
    {
      code: 'CLD-03',
      title: 'Cloud identity mapping reviewed',
      reference: 'not in the guide as a setting (v1.0 p. 18 warns of escalation by cloud credentials)',
      origin: 'derived',
      asks: 'Service accounts map to cloud roles with the least permissions, and no cloud identity becomes administrator of the cluster unintended.',
      today: '',
      remedy: 'Narrow the cloud roles and their trust conditions. A program can lose a permission it needs rarely.',
      evidence: ['cluster', 'cloud'],
      mappings: { attack: ['T1078.004'] },
    },
  ],
};
