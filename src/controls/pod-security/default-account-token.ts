import { defineControl, fail, notApplicable, pass, set, type AnyControl } from '../../core/index.ts';
import { serviceAccountObjects } from '../../subjects/service-account-objects.ts';

const ownAccount = notApplicable('an account of its own: its pods are judged by pod-security/service-account-token');

/** Only where the object is read: Kubernetes makes the account in every namespace, and with the default it mounts its token. */
export const defaultAccountToken: AnyControl = defineControl({
  id: 'pod-security/default-account-token',
  decides: ['TOK-02'],
  title: 'The service account "default" lets no pod mount its token',
  why: 'Pods that name no account get this one. Switched off at the account, a pod that forgets to say anything holds no token at all.',
  severity: 'low',
  also: { cis: ['5.1.5', '5.1.6'], attack: ['T1528'] },
  subject: serviceAccountObjects,

  evaluate({ name, automount }) {
    if (name !== 'default') return ownAccount;
    if (automount === false) return pass;
    return fail(['metadata', 'name'], 'account "default" lets every pod that names no account mount its token');
  },

  fix: {
    safety: 'review',
    risk: 'pods that talk to the API as "default" lose their token at the next rollout; show from the audit log that none does',
    edits: () => [set(['automountServiceAccountToken'], false)],
  },

  examples: () => ({
    pass: { 'switched off': account('automountServiceAccountToken: false') },
    fail: { 'left to the default': account(''), 'switched on': account('automountServiceAccountToken: true') },
  }),
});

function account(field: string): string {
  return `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: default, namespace: shop }\n${field}`;
}
