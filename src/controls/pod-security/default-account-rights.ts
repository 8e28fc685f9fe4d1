import { defineControl, failAt, type AnyControl, type Place } from '../../core/index.ts';
import { boundAccount, roleBindings } from '../../subjects/role-bindings.ts';

export const defaultAccountRights: AnyControl = defineControl({
  id: 'pod-security/default-account-rights',
  decides: ['TOK-02'],
  title: 'The service account "default" has no rights',
  why: 'Every pod that names no account runs as "default". What is granted to it is granted to all of them, present and future, and so to whoever breaks into the least of them.',
  severity: 'high',
  also: { cis: ['5.1.5'], attack: ['T1078.001'] },
  subject: roleBindings,

  evaluate({ name, roleRef, subjects }) {
    const severity = roleRef.name === 'cluster-admin' ? 'critical' : 'high';
    const role = `role "${roleRef.name ?? ''}"`;
    const places: Place[] = [];
    for (const [index, subject] of subjects.entries()) {
      const bound = boundAccount(subject);
      if (bound?.name !== 'default') continue;
      const account = bound.namespace === undefined ? bound.name : `${bound.namespace}/${bound.name}`;
      places.push({ where: ['subjects', index, 'name'], message: `binding "${name}" gives ${role} to account "${account}"`, severity });
    }
    return failAt(places);
  },

  remedy: 'Create a ServiceAccount for the workload that needs the rights, run it as that one, and bind the role to that one.',

  examples: () => ({
    pass: {
      'an account of its own': binding('{ kind: Role, name: reader }', '{ kind: ServiceAccount, name: web, namespace: shop }'),
    },
    fail: {
      'the default account': binding('{ kind: ClusterRole, name: view }', '{ kind: ServiceAccount, name: default, namespace: shop }'),
      'the default account, as a user': binding(
        '{ kind: ClusterRole, name: view }',
        "{ kind: User, name: 'system:serviceaccount:shop:default' }",
      ),
    },
  }),
});

function binding(roleRef: string, subject: string): string {
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: RoleBinding
metadata: { name: readers, namespace: shop }
roleRef: ${roleRef}
subjects: [${subject}]
`;
}
