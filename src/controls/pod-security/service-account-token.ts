import { decline, defineControl, fail, failAt, set, unknown, type AnyControl } from '../../core/index.ts';
import { mountsToken, podsWithServiceAccount } from '../../subjects/pod-with-service-account.ts';

export const serviceAccountToken: AnyControl = defineControl({
  id: 'pod-security/service-account-token',
  decides: ['TOK-01'],
  title: 'Pods mount no token for the API unless they need it',
  why: 'Most applications never talk to the Kubernetes API. The token that is mounted all the same lets whoever breaks into one act as its service account.',
  severity: 'medium',
  also: { cis: ['5.1.6'], attack: ['T1528', 'T1552.007'] },
  subject: podsWithServiceAccount,

  evaluate(pod, { partial }) {
    const { name, automount, serviceAccount, tokens, at } = pod;
    if (!mountsToken(pod))
      return failAt(
        tokens
          .filter(({ audience }) => isApiAudience(audience))
          .map((token) => ({
            where: token.at,
            message: `volume "${token.volume}" of pods of "${name}" holds a token for the API itself`,
            severity: 'low' as const,
          })),
      );
    // Most accounts bear the name of their workload: no need to say it twice.
    const account = serviceAccount.name === name ? 'their account' : `account "${serviceAccount.name}"`;
    // A role is granted to be used: whether it is, and by these pods, shows the log of the API.
    if (serviceAccount.granted && serviceAccount.name !== 'default')
      return unknown(at.automount, `pods of "${name}" mount the token of ${account}, which has rights`, ['events', 'image']);
    if (automount === true) return fail(at.automount, `pods of "${name}" mount the token of ${account} by their own setting`);
    if (partial && !serviceAccount.read)
      return unknown(at.automount, `account "${serviceAccount.name}" was not read: pods of "${name}" may mount its token`, [
        'manifest',
        'cluster',
      ]);
    return fail(at.automount, `pods of "${name}" mount the token of ${account} by default`);
  },

  passesAlone: ({ automount, tokens = [] }) => automount === false && !tokens.some(({ audience }) => isApiAudience(audience)),

  fix: {
    safety: 'review',
    risk: 'operators, leader election, service meshes and injectors of secrets need the token; show from the audit log that the account makes no request from these pods',
    edits: (pod) =>
      // On the pod: the account may be shared, and the pod's field wins anyway.
      mountsToken(pod)
        ? [set(['automountServiceAccountToken'], false)]
        : decline('the volume asks for the token by name: a person knows what reads it'),
  },

  examples: () => ({
    pass: {
      'switched off by the pod': `
kind: ServiceAccount
metadata: { name: web }
automountServiceAccountToken: true
`,
      'switched off by its account': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { automountServiceAccountToken: null } } }
`,
      'a token for somebody else': `
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: 64Mi }
        - name: vault
          projected: { sources: [{ serviceAccountToken: { audience: vault, path: token } }] }
`,
    },
    unknown: {
      'an account with rights': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { automountServiceAccountToken: true } } }
---
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: web, namespace: shop }
roleRef: { kind: Role, name: reader }
subjects: [{ kind: ServiceAccount, name: web, namespace: shop }]
`,
    },
    fail: {
      'left to the default': `
kind: ServiceAccount
metadata: { name: web }
automountServiceAccountToken: null
---
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { automountServiceAccountToken: null } } }
`,
      'switched on by the pod': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { automountServiceAccountToken: true } } }
`,
      'an account that was not read': `
kind: ServiceAccount
metadata: { name: web }
$patch: delete
---
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { automountServiceAccountToken: null } } }
`,
      'by a volume': `
kind: Deployment
metadata: { name: web }
spec:
  template:
    spec:
      volumes:
        - name: tmp
          emptyDir: { sizeLimit: 64Mi }
        - name: token
          projected: { sources: [{ serviceAccountToken: { path: token } }] }
`,
    },
  }),
});

/** No audience means that of the API server; its usual names are the others. */
function isApiAudience(audience: string | undefined): boolean {
  return audience === undefined || audience === 'api' || /^(?:https:\/\/)?kubernetes\.default\.svc(?:\.cluster\.local)?$/.test(audience);
}
