import type { Chapter } from './recommendation.ts';

/** Bounds on compute, storage and processes. */
export const res: Chapter = {
  code: 'RES',
  title: 'Resource policies',
  section: 'Resource policies',
  recommendations: [
    {
      code: 'RES-01',
      title: 'LimitRange in each user namespace',
      reference: 'v1.0 pp. 14-15, appendix F; v1.2 "Resource policies" and the LimitRange appendix',
      origin: 'v1.0',
      asks: 'Every namespace for users has a LimitRange with defaults and upper bounds for containers, Pods and storage claims.',
      today: '',
      remedy:
        'Derive the values from measured use. They affect new Pods only, and a memory default that is too low ends in killed containers.',
      evidence: ['manifest', 'cluster'],
      errata: [5, 15],
      mappings: { attack: ['T1496', 'T1499'] },
    },
    {
      code: 'RES-02',
      title: 'ResourceQuota in each user namespace',
      reference: 'v1.0 pp. 14-15, appendix G; v1.2 "Resource policies" and the ResourceQuota appendix',
      origin: 'v1.0',
      asks: 'Every namespace for users has a ResourceQuota that bounds the sum of CPU, memory, storage and objects in it.',
      today: '',
      remedy:
        'Set the quota to current use plus headroom. It blocks scaling beyond that, so allow for the maxima of the autoscalers, and pair it with default values for Pods that state none.',
      evidence: ['manifest', 'cluster'],
      errata: [16],
      mappings: { attack: ['T1496', 'T1499'] },
    },
    {
      code: 'RES-03',
      title: 'Effective requests and limits on every container',
      reference: 'v1.0 pp. 14-15, appendix G',
      origin: 'v1.0',
      asks: 'Every container ends up with requests and limits, either its own or by default of its namespace.',
      today:
        'Requests and limits of a whole Pod count as well (beta 1.34, stable 1.37). CPU limits are disputed because they throttle; memory limits are not.',
      remedy: 'Set the values from measured use. Limits that are too low throttle or kill the container, so watch a representative period.',
      evidence: ['manifest', 'cluster'],
      mappings: { attack: ['T1496'] },
    },
    {
      code: 'RES-04',
      title: 'PID limit per Pod',
      reference: 'v1.1 "Resource policies"',
      origin: 'v1.1',
      asks: 'The number of processes in a Pod is limited by its kubelet, so that one Pod cannot use up the process ids of the node.',
      today: 'The kubelet setting podPidsLimit is -1 by default, which means no limit of its own. A field per Pod is only alpha in 1.37.',
      remedy: 'Set podPidsLimit on all nodes. Programs with very many threads can fail, so compare with the largest counts in use.',
      evidence: ['node'],
      mappings: { cis: ['4.2.13'], attack: ['T1499'] },
    },
    {
      code: 'RES-05',
      title: 'Node PID and resource reservation',
      reference: 'v1.1 "Resource policies"',
      origin: 'v1.1',
      asks: 'Each node keeps process ids, memory, CPU and storage in reserve for itself. Eviction is not relied on as a limit, since it acts only once resources are short.',
      today:
        'The kubelet reserves resources with systemReserved and kubeReserved, process ids included, and evicts by the signal pid.available.',
      remedy:
        'Set the reservations and enforce them on Pods. The node has less to offer afterwards, and Pods can be evicted at the restart of the kubelet.',
      evidence: ['node'],
      mappings: { attack: ['T1499'] },
    },
    {
      code: 'RES-06',
      title: 'Storage bounded',
      reference: 'v1.0 pp. 13-14',
      origin: 'v1.0',
      asks: 'Storage is bounded in every namespace: claims for volumes as well as the local disk of the nodes.',
      today:
        'Limits for ephemeral storage, size limits of emptyDir volumes, quotas for claims and log rotation by the kubelet are the means.',
      remedy: 'Set quotas for claims and limits or defaults for ephemeral storage. A Pod that exceeds its limit is evicted.',
      evidence: ['manifest', 'cluster'],
      mappings: { attack: ['T1499'] },
    },
  ],
};
