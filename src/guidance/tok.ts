import type { Chapter } from './recommendation.ts';

/** Which Pods hold a token of the API, which one, and for how long. */
export const tok: Chapter = {
  code: 'TOK',
  title: 'Service account tokens',
  section: 'Protecting Pod service account tokens; Authentication',
  recommendations: [
    {
      code: 'TOK-01',
      title: 'Token not mounted unless needed',
      reference: 'v1.0 pp. 11-12; v1.2 "Protecting Pod service account tokens" (wording corrected)',
      origin: 'v1.0',
      asks: 'A Pod holds a token of the API only if its program calls the API. For all others automountServiceAccountToken is false.',
      today:
        'Since 1.22 the token is projected and bound to the Pod instead of being a Secret volume. The field of the Pod takes precedence over that of the service account.',
      remedy:
        'Set the field in the Pod and not in the service account alone. Operators, leader election, meshes and secret injectors need the token, so look for calls of the Pod in the audit log first.',
      evidence: ['manifest', 'cluster', 'events'],
      mappings: { cis: ['5.1.6'], attack: ['T1528', 'T1552.007'] },
    },
    {
      code: 'TOK-02',
      title: 'Dedicated service accounts; default account unused',
      reference: 'v1.0 p. 21; v1.2 "Authentication"',
      origin: 'v1.0',
      asks: 'Workloads that call the API run under a service account of their own, and the default account of a namespace has no permissions.',
      today: '',
      remedy:
        'Create an account and a role for each workload from its observed calls and turn token mounting off for the default account. A permission can be missed, so check every observed call with an access review.',
      evidence: ['manifest', 'cluster'],
      mappings: { cis: ['5.1.5'], attack: ['T1078.001'] },
    },
    {
      code: 'TOK-03',
      title: 'Short-lived bound tokens, no legacy Secret tokens',
      reference: 'v1.0 pp. 11, 19; v1.2 "Protecting Pod service account tokens" and "Authentication" (token text corrected)',
      origin: 'v1.0',
      asks: 'Service account tokens are short-lived and bound to a Pod, because a leaked token works from anywhere. No Secret holds a token that never expires.',
      today:
        'Kubernetes stopped creating such Secrets in 1.24 and removes those unused for a year (beta 1.29, stable 1.30). The API server still extends projected tokens to one year unless service-account-extend-token-expiration is false.',
      remedy:
        'Delete unused token Secrets, request short-lived tokens instead, and turn the extension off once no stale token is in use. External pipelines that rely on such a Secret break, which its last-used label shows.',
      evidence: ['cluster', 'node', 'events'],
      mappings: { cis: ['1.2.30', '5.1.13'], attack: ['T1528', 'T1550.001'] },
    },
    {
      code: 'TOK-04',
      title: 'Access to tokens and their issue restricted',
      reference: 'v1.0 p. 19',
      origin: 'v1.0',
      asks: 'Only subjects with a need for it can obtain the token of a service account, and nobody can obtain one that is more powerful than they are.',
      today:
        'Besides reading Secrets, creating token requests, creating Pods with the account, exec into its Pods, nodes/proxy and access to etcd lead to the token.',
      remedy:
        'Narrow the roles along these paths. A missing permission shows late, so replay the calls of the audit log against the new roles.',
      evidence: ['cluster', 'manifest'],
      mappings: { cis: ['5.1.2', '5.1.13'], attack: ['T1552.007'] },
    },
  ],
};
