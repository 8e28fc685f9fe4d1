import { defineControl, fail, pass, unknown, type AnyControl } from '../../core/index.ts';
import { mountsToken, podsWithServiceAccount } from '../../subjects/pod-with-service-account.ts';

export const serviceAccount: AnyControl = defineControl({
  id: 'pod-security/service-account',
  decides: ['TOK-02'],
  title: 'Workloads with a token run as an account of their own',
  why: 'What is granted to the account "default" is granted to every pod that forgets to name one, and the log of the API cannot tell them apart. A shared account gives each of its workloads the rights of all.',
  severity: 'medium',
  also: { cis: ['5.1.5'], attack: ['T1078.001'] },
  subject: podsWithServiceAccount,

  evaluate(pod, { partial }) {
    const { name, automount, serviceAccount: account, at } = pod;
    if (!mountsToken(pod)) return pass;
    if (account.name === 'default') {
      if (partial && automount === undefined && !account.read)
        return unknown(at.serviceAccountName, `account "default" was not read: pods of "${name}" may mount its token`, [
          'manifest',
          'cluster',
        ]);
      return fail(
        at.serviceAccountName,
        account.implied
          ? `pods of "${name}" name no service account and mount the token of "default"`
          : `pods of "${name}" run as the service account "default" and mount its token`,
      );
    }
    if (account.unrelatedUsers > 1)
      return fail(
        at.serviceAccountName,
        `pods of "${name}" share account "${account.name}" with ${others(account.unrelatedUsers - 1)}`,
        'low',
      );
    return pass;
  },

  remedy:
    'Create a ServiceAccount for the workload, bind the rights that it uses to that one, and set automountServiceAccountToken to false on "default".',
  alsoFails: ['pod-security/service-account-token'],

  examples: {
    pass: {
      'an account of its own': 'kind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { serviceAccountName: web } } }',
      'no token': 'kind: Deployment\nmetadata: { name: web }\nspec: { template: { spec: { serviceAccountName: null } } }',
    },
    fail: {
      'no account named': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { serviceAccountName: null, automountServiceAccountToken: true } } }
`,
      'the default by name': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { serviceAccountName: default, automountServiceAccountToken: null } } }
`,
    },
  },
});

function others(count: number): string {
  return count === 1 ? 'another workload' : `${count} other workloads`;
}
