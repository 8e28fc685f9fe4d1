import { decline, defineControl, fail, pass, remove, set, unknown, type AnyControl } from '../../core/index.ts';
import { mountsToken, podsWithServiceAccount } from '../../subjects/pod-with-service-account.ts';

export const serviceAccount: AnyControl = defineControl({
  id: 'pod-security/service-account',
  decides: ['TOK-02'],
  title: 'Workloads with a token run as an account of their own',
  why: 'What is granted to the account "default" is granted to every pod that forgets to name one, and the log of the API cannot tell them apart. A shared account gives each of its workloads the rights of all.',
  severity: 'medium',
  also: { cis: ['5.1.5'], attack: ['T1078.001'] },
  subject: podsWithServiceAccount,
  decidedBy: ['ServiceAccount'],

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

  passesAlone: ({ automount }) => automount === false,

  fix: {
    safety: 'review',
    // Pods without a token need no account of their own.
    waitsFor: ['pod-security/service-account-token'],
    risk: 'the pods lose the token, and what "default" has in the cluster: pull secrets, roles, an identity of the cloud; show from the audit log that they make no request, and that the nodes can pull their images',
    edits({ name, namespace, automount, serviceAccount: account }) {
      if (account.name !== 'default')
        return decline(`the workloads that share "${account.name}" need one each, with the rights that each one uses`);
      if (automount === true) return decline('the pods ask for the token: a person knows which rights an account of their own needs');
      if (account.granted) return decline('a role is bound to "default": a person knows which of its rights these pods use');
      if (account.carries)
        return decline('"default" hands these pods pull secrets or an identity of the cloud: an account of their own needs them too');
      if (account.hasNamesake || !isAccountName(name))
        return decline(`the account "${name}" exists or has rights: name it, if it is meant for these pods`);
      const metadata = namespace === undefined ? { name } : { name, namespace };
      return {
        edits: [remove(['serviceAccount']), set(['serviceAccountName'], name)],
        companions: [{ apiVersion: 'v1', kind: 'ServiceAccount', metadata, automountServiceAccountToken: false }],
      };
    },
  },
  alsoFails: ['pod-security/service-account-token', 'upgrading/unreferenced-objects'],

  examples: () => ({
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
      'no account of its own': `
kind: ServiceAccount
metadata: { name: web }
$patch: delete
---
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { serviceAccountName: null, automountServiceAccountToken: null } } }
`,
      'the default by name': `
kind: Deployment
metadata: { name: web }
spec: { template: { spec: { serviceAccountName: default, automountServiceAccountToken: null } } }
`,
    },
  }),
});

function others(count: number): string {
  return count === 1 ? 'another workload' : `${count} other workloads`;
}

/** A DNS subdomain; "default" is everybody's, and a name that is generated is known to nobody yet. */
function isAccountName(name: string): boolean {
  return name !== 'default' && /^[a-z0-9](?:[-a-z0-9.]{0,251}[a-z0-9])?$/.test(name);
}
