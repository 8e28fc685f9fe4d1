import type { Chapter } from './recommendation.ts';

/** Partitions of the cluster and what belongs into each of them. */
export const ns: Chapter = {
  code: 'NS',
  title: 'Namespaces',
  section: 'Namespaces',
  recommendations: [
    {
      code: 'NS-01',
      title: 'Namespaces partition teams and applications',
      reference: 'v1.0 p. 13, appendix D; v1.2 "Namespaces" and the namespace appendix',
      origin: 'v1.0',
      asks: 'Teams and applications are separated by namespaces, each with a known owner.',
      today:
        'Rules can select a namespace safely by the label kubernetes.io/metadata.name (stable 1.22), which always carries its name; labels that users set can be changed by them.',
      remedy:
        'Create a namespace per team or application together with its policies, quotas and roles. Moving a workload means creating it anew with its data, names and secrets, so never move it automatically.',
      evidence: ['cluster', 'manifest'],
      errata: [13],
      mappings: { cis: ['5.6.1'] },
    },
    {
      code: 'NS-02',
      title: 'No user workloads in reserved namespaces',
      reference: 'v1.0 p. 13; v1.2 "Namespaces"',
      origin: 'v1.0',
      asks: 'The namespaces that Kubernetes reserves for itself hold no workloads of users.',
      today:
        'The guide lists three namespaces; kube-node-lease has been the fourth since 1.14. Managed clusters and add-ons reserve further names.',
      remedy:
        'Move the workload to a namespace of its own and refuse new ones by policy. Add-ons that administrators installed there on purpose need an exception, so warn before refusing.',
      evidence: ['manifest', 'cluster', 'events'],
      errata: [4],
      mappings: { attack: ['T1036.005'] },
    },
    {
      code: 'NS-03',
      title: 'Default namespace not used for workloads',
      reference: 'not in the guide (v1.0 p. 13 gives the default namespace to users); follows from the CIS benchmark',
      origin: 'derived',
      asks: 'The namespace default holds no workloads, so that a forgotten namespace in a command or a manifest has no effect on anything that matters.',
      today: '',
      remedy: 'Create a namespace for the workload and deploy it there anew. Data, DNS names and secrets have to move with it.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.6.4'] },
    },
    {
      code: 'NS-04',
      title: 'No user namespace with kube- prefix',
      reference: 'v1.0 appendix D; v1.2 namespace appendix',
      origin: 'v1.0',
      asks: 'No namespace of a user has a name with the prefix kube-, which is reserved for Kubernetes.',
      today: '',
      remedy: 'Refuse such names by policy and move what exists. The risk is low.',
      evidence: ['manifest', 'cluster'],
      mappings: { attack: ['T1036.005'] },
    },
    {
      code: 'NS-05',
      title: 'Namespaces isolated by several means together',
      reference: 'v1.0 pp. 2, 13',
      origin: 'v1.0',
      asks: 'A namespace counts as isolated only if it also has network policies for both directions, a Pod security level, resource limits and roles of its own, since a namespace alone separates nothing.',
      today: '',
      remedy: 'Add the missing parts together. Each part carries the risk of its own recommendation.',
      evidence: ['cluster', 'manifest'],
      mappings: { cis: ['5.6.1'] },
    },
  ],
};
