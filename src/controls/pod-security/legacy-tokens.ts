import { defineControl, fail, passSoFar, unknown, type AnyControl } from '../../core/index.ts';
import { exampleApiServer } from '../../subjects/api-server.ts';
import { tokenSecrets } from '../../subjects/token-secrets.ts';

/** How long the API server makes projected tokens last, and whether stale ones are in use. */
const restOnNode = passSoFar(['node', 'events']);

export const legacyTokens: AnyControl = defineControl({
  id: 'pod-security/legacy-tokens',
  decides: ['TOK-03'],
  title: 'No Secret holds a token of a service account that never expires',
  why: 'Such a token works from anywhere until the Secret is deleted: whoever may read Secrets in the namespace is the account from then on. Tokens that pods get today last an hour and end with the pod.',
  severity: 'medium',
  also: { cis: ['5.1.13'], attack: ['T1528', 'T1550.001'] },
  subject: tokenSecrets,
  inEveryCluster: true,

  evaluate(subject) {
    if (subject.type === 'cluster') return restOnNode;
    const secret = `Secret "${subject.name}"`;
    if (subject.type === 'look-alike')
      return unknown(['data'], `${secret} has the keys of a token: if it is a copy of one, it may never expire`, ['person']);
    const { account, lastUsed, invalidSince } = subject;
    const holds = `${secret} holds a token of "${account}"`;
    if (invalidSince !== undefined)
      return fail(['type'], `${holds}, refused since ${invalidSince} until somebody removes the label`, 'low');
    return fail(['type'], `${holds} that never expires${lastUsed === undefined ? '' : `, last used ${lastUsed}`}`);
  },

  remedy:
    'Delete the Secret once its label kubernetes.io/legacy-token-last-used shows that nobody uses it; who does gets tokens from kubectl create token, or from the TokenRequest API.',

  alsoFails: ['network-separation/secrets-in-manifests', 'upgrading/unreferenced-objects'],

  examples: () => ({
    pass: { 'a cluster without such Secrets': exampleApiServer({}) },
    fail: {
      'a token that somebody asked for': tokenSecret(),
      'a token that was used': tokenSecret('kubernetes.io/legacy-token-last-used: "2026-06-30"'),
      'a token that nobody used for long': tokenSecret(
        'kubernetes.io/legacy-token-last-used: "2024-01-01", kubernetes.io/legacy-token-invalid-since: "2025-01-02"',
      ),
    },
    unknown: {
      'a copy of a token': `
apiVersion: v1
kind: Secret
metadata: { name: ci, namespace: shop }
type: Opaque
data: { token: eA==, ca.crt: eA==, namespace: eA== }
`,
    },
  }),
});

function tokenSecret(labels = ''): string {
  return `
apiVersion: v1
kind: Secret
metadata: { name: ci-token, namespace: shop, labels: { ${labels} }, annotations: { kubernetes.io/service-account.name: web } }
type: kubernetes.io/service-account-token
`;
}
