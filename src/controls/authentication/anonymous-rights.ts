import { defineControl, failAt, type AnyControl, type Place, type Severity } from '../../core/index.ts';
import { isAnonymous, isPublic } from '../../kube/anonymous-subjects.ts';
import { roleBindings } from '../../subjects/role-bindings.ts';

export const anonymousRights: AnyControl = defineControl({
  id: 'authentication/anonymous-rights',
  decides: ['AUTH-02'],
  title: 'Requests without credentials have no rights but those that Kubernetes gives',
  why: 'Whoever reaches the API server has these rights, without an account and without a name in the audit log.',
  severity: 'high',
  also: { attack: ['T1078.001'] },
  subject: roleBindings,

  evaluate({ name, namespace, roleRef, subjects }) {
    const severity: Severity = roleRef.name === 'cluster-admin' ? 'critical' : 'high';
    const role = `role "${roleRef.name ?? ''}"`;
    const places: Place[] = [];
    for (const [index, subject] of subjects.entries()) {
      if (!isAnonymous(subject) || isPublic(roleRef, namespace)) continue;
      const where = ['subjects', index, 'name'];
      places.push({ where, message: `binding "${name}" gives ${role} to everybody without credentials`, severity });
    }
    return failAt(places);
  },

  remedy: 'Delete the binding, and see in the audit log whether a node that joins (kubeadm join) or a probe of a load balancer needs it.',

  alsoFails: ['authorization/cluster-admin'],

  examples: {
    pass: {
      'somebody with a name': binding('{ kind: ClusterRole, name: view }', '{ kind: User, name: jane }'),
      'what everybody may know': binding(
        '{ kind: ClusterRole, name: "system:public-info-viewer" }',
        '{ kind: Group, name: "system:unauthenticated" }',
      ),
      'how a node finds the cluster': binding(
        '{ kind: Role, name: "kubeadm:bootstrap-signer-clusterinfo" }',
        '{ kind: User, name: "system:anonymous" }',
        'kube-public',
      ),
    },
    fail: {
      'the anonymous user': binding('{ kind: ClusterRole, name: view }', '{ kind: User, name: "system:anonymous" }'),
      'all requests without credentials': binding(
        '{ kind: ClusterRole, name: cluster-admin }',
        '{ kind: Group, name: "system:unauthenticated" }',
      ),
      'a role that is only named like a public one': binding(
        '{ kind: Role, name: "system:public-info-viewer" }',
        '{ kind: Group, name: "system:unauthenticated" }',
      ),
    },
  },
});

function binding(roleRef: string, subject: string, namespace = ''): string {
  return `
apiVersion: rbac.authorization.k8s.io/v1
kind: ${namespace === '' ? 'ClusterRoleBinding' : 'RoleBinding'}
metadata: { name: everybody, ${namespace === '' ? '' : `namespace: ${namespace}`} }
roleRef: ${roleRef}
subjects: [${subject}]
`;
}
