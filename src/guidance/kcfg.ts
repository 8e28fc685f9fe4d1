import type { Chapter } from './recommendation.ts';

/** Files with credentials for the API. */
export const kcfg: Chapter = {
  code: 'KCFG',
  title: 'Kubeconfig files',
  section: 'Control plane hardening: kubeconfig files',
  recommendations: [
    {
      code: 'KCFG-01',
      title: 'Kubeconfig files readable by their owner only',
      reference: 'v1.0 pp. 15, 16; v1.2 "Control plane hardening" (kubeconfig files)',
      origin: 'v1.0',
      asks: 'Kubeconfig files can be read and written by their owners alone, on nodes and on the machines of administrators.',
      today:
        'This includes admin.conf, super-admin.conf (from 1.29), the files of scheduler, controller manager, kubelet and kube-proxy, and the files in home directories.',
      remedy: 'Set the mode to 0600 and the expected owner, and close the directory. The risk is low.',
      evidence: ['node', 'person'],
      mappings: {
        cis: ['1.1.13', '1.1.14', '1.1.15', '1.1.16', '1.1.17', '1.1.18', '4.1.3', '4.1.4', '4.1.5', '4.1.6'],
        attack: ['T1552.001'],
      },
    },
    {
      code: 'KCFG-02',
      title: 'Changes to kubeconfig files detected',
      reference: 'v1.0 p. 16; v1.2 "Control plane hardening" (kubeconfig files)',
      origin: 'v1.0',
      asks: 'Unintended changes to kubeconfig files are prevented, and a change that happens is noticed.',
      today: '',
      remedy: 'Watch the files with the audit system of the node or a runtime sensor. There is no risk to workloads.',
      evidence: ['events', 'node'],
      mappings: { attack: ['T1098'] },
    },
    {
      code: 'KCFG-03',
      title: 'Kubeconfig contents are safe',
      reference: 'not in the guide as a setting (v1.0 p. 16 says that these files hold credentials)',
      origin: 'derived',
      asks: 'Kubeconfig files contain nothing that makes a leak worse: verification of the server is on, and there is no password, no long-lived token and no certificate of the group system:masters.',
      today: '',
      remedy: 'Replace the credentials by a login plugin or an identity provider. The way people log in changes.',
      evidence: ['node', 'person'],
      mappings: { cis: ['3.1.1'], attack: ['T1552.001'] },
    },
  ],
};
