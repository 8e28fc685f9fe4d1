import type { Chapter } from './recommendation.ts';

/** What the opening chapters ask for: reviews, responsibilities, the supply chain and the most powerful identities. */
export const gov: Chapter = {
  code: 'GOV',
  title: 'Governance and threat model',
  section: 'Executive summary; Introduction; Architectural overview; Threat model',
  recommendations: [
    {
      code: 'GOV-01',
      title: 'Periodic review of all settings',
      reference: 'v1.0 p. v and p. 32; v1.2 executive summary and "Upgrading and application security practices"',
      origin: 'v1.0',
      asks: 'Every security setting of the cluster is reviewed on a recurring schedule, so that known risks are covered and no review is older than the agreed interval.',
      today:
        'A review counts when it leaves evidence: a dated, complete run for the live cluster and for each merged manifest, and an expiry date on everything a person attests.',
      remedy: 'Schedule the scan in the cluster with a read-only role and in the delivery pipeline. Workloads are not touched.',
      evidence: ['person', 'cluster', 'events'],
    },
    {
      code: 'GOV-02',
      title: 'Shared-responsibility record for managed clusters',
      reference: 'v1.0 p. 4; v1.2 "Architectural overview"',
      origin: 'v1.0',
      asks: 'For each part of a managed cluster it is on record whether the customer, the provider or both are responsible for securing it. A part that the provider runs is trusted on proof or on a stated commitment, never because nothing is known about it.',
      today: 'Much of this record can be read today, because the cloud APIs of managed clusters show many settings of the control plane.',
      remedy: 'Write a responsibility matrix for the cluster and link the statements of the provider. There is no risk to workloads.',
      evidence: ['cloud', 'person'],
    },
    {
      code: 'GOV-03',
      title: 'Trusted supply chain for platform components',
      reference: 'v1.0 p. 5 (supply chain risk) and p. 8; v1.2 "Threat model" (adds the container runtime)',
      origin: 'v1.0',
      asks: 'Third-party software that builds or extends the platform, such as charts, operators, runtimes and images, comes from vetted publishers, and what is deployed is exactly the version that was vetted.',
      today:
        'Signed images, provenance attestations, software bills of materials and pinned charts serve this purpose today; the guide names none of them.',
      remedy:
        'Record an approved source for each component, pin it to a version or digest, and admit only approved sources. An urgent image of another origin is then refused, so replay recent Pod creations against the rule first.',
      evidence: ['manifest', 'cluster', 'image', 'person'],
      mappings: { cis: ['5.5.1'], attack: ['T1525', 'T1195.002'] },
    },
    {
      code: 'GOV-04',
      title: 'Privileged insider: number and custody of all-powerful identities',
      reference: 'v1.0 p. 6 (administrator); v1.2 "Threat model"',
      origin: 'v1.0',
      asks: 'The identities that can take over the whole cluster are few, known by name and kept under control. Any further identity with the same reach is a finding.',
      today:
        'The guide stops at stating that such an account exists. Current practice keeps an emergency credential offline, issues short-lived certificates and moves super-admin.conf (kubeadm 1.29 and later) off the nodes.',
      remedy:
        'List every holder of such power and give all but the approved ones narrower roles. Administrators can lock themselves out, so keep one tested emergency access and check the rest with access reviews.',
      evidence: ['cluster', 'node', 'person'],
      mappings: { cis: ['5.1.1', '5.1.7'], attack: ['T1078'] },
    },
  ],
};
