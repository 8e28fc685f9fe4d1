import type { Chapter } from './recommendation.ts';

/** Mechanisms that refuse bad Pods, and the proof that they do. Pod Security Policy in v1.0, its successors since. */
export const enf: Chapter = {
  code: 'ENF',
  title: 'Pod security enforcement',
  section: 'Pod security enforcement',
  recommendations: [
    {
      code: 'ENF-01',
      title: 'An admission mechanism enforces a minimum on every user namespace',
      reference: 'v1.0 pp. 2, 10-11 (PSP); v1.2 "Pod security enforcement"',
      origin: 'v1.0',
      asks: 'In every namespace for users an admission mechanism refuses Pods that fall short of a minimum, so that the settings of a Pod do not depend on its author.',
      today:
        'PSP was deprecated in 1.21 and removed in 1.25. Pod Security Admission (beta and on 1.23, stable 1.25) and ValidatingAdmissionPolicy (stable 1.30) took its place; on 1.25 and later a demand for PSP keeps the API server from starting.',
      remedy:
        'Label the namespaces with a level and a pinned version, first to warn and audit, then to enforce. Existing workloads are refused at their next rollout, so use a server-side dry run of the label to list the Pods concerned.',
      evidence: ['cluster', 'node', 'manifest'],
      errata: [12],
      mappings: { cis: ['5.2.1'], attack: ['T1610'] },
    },
    {
      code: 'ENF-02',
      title: 'No dependency on Pod Security Policy left',
      reference: 'v1.0 pp. 10-11, appendix C; v1.2 "Pod security enforcement" and the PSP appendices',
      origin: 'v1.0',
      asks: 'Nothing relies on Pod Security Policy any more. Where a cluster still has it, it is known which policy each service account can use, since the most permissive one decides.',
      today: 'PSP was removed in 1.25. With the upgrade the objects vanish, and their protection vanishes without a message.',
      remedy:
        'Translate each policy into a level of the Pod Security Standards plus rules for the remainder, then clean up the roles. The translation can widen or narrow what is allowed, so judge all running Pods under both.',
      evidence: ['manifest', 'cluster', 'node'],
      errata: [12],
      mappings: { cis: ['5.2.1'] },
    },
    {
      code: 'ENF-03',
      title: 'Enforced policy version pinned and rolled out in stages',
      reference: 'not in v1.0 as a setting (p. 10 notes that policies act at creation only); follows from v1.2 "Pod security enforcement"',
      origin: 'derived',
      asks: 'The enforced level names the policy version it was tested with, and a stricter level or version passes through warning and audit before it is enforced.',
      today:
        'The version latest changes its meaning at upgrades, for instance in 1.31 (SELinux types), 1.34 (probes) and 1.35 (user namespaces).',
      remedy: 'Pin the version and raise it at upgrades together with a list of changed verdicts. Workloads are not at risk.',
      evidence: ['cluster', 'manifest'],
    },
    {
      code: 'ENF-04',
      title: 'No way around the enforcement',
      reference: 'v1.0 p. 11',
      origin: 'v1.0',
      asks: 'Nobody without approval can get around the enforcement: the mechanism is switched on, using or changing it takes a granted permission, and no second, weaker rule opens what the first one closes.',
      today:
        'Today the ways around it are exemptions, write access to namespace labels, webhooks that fail open, opt-out labels, static Pods, exec through nodes/proxy and exempted namespaces. From 1.37 (beta) policies can be loaded from files that the API cannot delete.',
      remedy:
        'Protect the namespace labels with a policy, narrow the roles and let webhooks fail closed within a safe scope. Failing closed can block the cluster during an outage of the webhook, so keep kube-system out of it.',
      evidence: ['cluster', 'node', 'events'],
      mappings: { cis: ['5.1.12'], attack: ['T1562.001'] },
    },
    {
      code: 'ENF-05',
      title: 'Running Pods evaluated again',
      reference: 'v1.0 p. 10',
      origin: 'v1.0',
      asks: 'Pods that were running before a rule came into force meet it too, since admission never looks at running Pods again.',
      today: '',
      remedy:
        'Restart the owners of the Pods concerned in order of risk. A Pod that breaks the rule is refused at its restart, so try its template in a dry run first.',
      evidence: ['cluster'],
    },
    {
      code: 'ENF-06',
      title: 'Rules beyond the Pod Security Standards enforced',
      reference: 'v1.0 table I and appendix C',
      origin: 'v1.0',
      asks: 'Admission also enforces the recommendations for Pods that the Pod Security Standards leave out.',
      today:
        'Level restricted does not contain the read-only root file system, non-zero groups, a mandatory AppArmor or SELinux profile, token mounting, image sources or resource limits.',
      remedy:
        'Add a ValidatingAdmissionPolicy with a binding for each missing rule, first to audit, then to deny. The risk is that of the rule itself, so replay the existing objects through it.',
      evidence: ['cluster', 'manifest'],
      mappings: { cis: ['5.6.3'] },
    },
    {
      code: 'ENF-07',
      title: 'Safe defaults injected at admission',
      reference: 'v1.0 p. 10 and appendix C (default profiles)',
      origin: 'v1.0',
      asks: 'Pods whose authors leave security fields empty receive safe defaults at admission, and no mutation makes a Pod weaker.',
      today:
        'MutatingAdmissionPolicy (alpha 1.32, beta but off 1.34, stable and on 1.36) does this without a webhook. The kubelet option seccompDefault covers one of the defaults on the node.',
      remedy:
        'Prefer to correct the sources; inject defaults with a mutating policy only where that is not possible. Mutation makes the live object differ from its source.',
      evidence: ['cluster', 'node'],
      mappings: { attack: ['T1610'] },
    },
    {
      code: 'ENF-08',
      title: 'Enforcement verified from each role',
      reference: 'v1.0 p. 11',
      origin: 'v1.0',
      asks: 'It is verified for each role that can create workloads that a Pod in breach of the rules is refused.',
      today: 'The proof can be automated with impersonated dry runs; constrained impersonation is beta and on from 1.36.',
      remedy:
        'Submit a fixed set of forbidden Pods as each subject and namespace in a server-side dry run. It leaves nothing behind except audit entries and calls to webhooks without side effects.',
      evidence: ['cluster', 'events'],
    },
  ],
};
