import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import {
  exampleAccount,
  exampleBinding,
  exampleClusterGrant,
  exampleNamespaceGrant,
  exampleRole,
} from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const everything = "{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }";

/** What includes everything is told here alone, and decides all entries about a part of it. */
export const clusterAdmin: AnyControl = defineControl({
  id: 'authorization/cluster-admin',
  decides: ['RBAC-02', 'RBAC-03', 'RBAC-04', 'RBAC-05', 'RBAC-06', 'RBAC-07', 'SEC-09', 'ENF-04'],
  title: 'Nobody may do everything who is not meant to',
  why: 'A role of stars is cluster-admin, whatever its name: it reads all Secrets, runs anything on every node, and grants itself and others what is added later. Bound in one namespace it still owns all that runs there.',
  severity: 'critical',
  also: { cis: ['5.1.1', '5.1.3'], attack: ['T1078', 'T1098.006'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may do everything') },

  evaluate: (grant, { params }) => judgeRights(grant, ['everything'], params.allowed),

  remedy:
    'Bind a role that names what the subject does; the audit log shows what that is. Keep one tested way in for emergencies before you take rights away.',

  examples: () => ({
    pass: {
      'administrators as Kubernetes has them': exampleBinding({
        role: 'ClusterRole/cluster-admin',
        name: 'cluster-admin',
        subjects: ["{ kind: Group, name: 'system:masters', apiGroup: rbac.authorization.k8s.io }"],
      }),
      'administrators as kubeadm has them': exampleBinding({
        role: 'ClusterRole/cluster-admin',
        name: 'kubeadm:cluster-admins',
        subjects: ["{ kind: Group, name: 'kubeadm:cluster-admins', apiGroup: rbac.authorization.k8s.io }"],
      }),
      'everything of one kind of object': exampleClusterGrant([
        '{ apiGroups: [shop.example.com], resources: [orders], verbs: [get, list] }',
      ]),
    },
    fail: {
      'an account as administrator': exampleBinding({ role: 'ClusterRole/cluster-admin', subjects: [exampleAccount] }),
      'an administrator by another name': exampleClusterGrant([everything]),
      'everything in a namespace': exampleNamespaceGrant([everything]),
      'an administrator of a namespace': exampleBinding({ role: 'ClusterRole/cluster-admin', namespace: 'shop' }),
      'for whoever will be bound': exampleRole({ rules: [everything] }),
    },
  }),
});
