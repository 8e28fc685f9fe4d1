import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const rights = [
  'escalate',
  'bind',
  'impersonate-users',
  'impersonate-groups',
  'impersonate-accounts',
  'impersonate-within-bounds',
  'write-bindings',
  'write-roles',
];

function rule(verbs: string, resources: string): string {
  return `{ apiGroups: [rbac.authorization.k8s.io], resources: [${resources}], verbs: [${verbs}] }`;
}

export const escalationVerbs: AnyControl = defineControl({
  id: 'authorization/escalation-verbs',
  decides: ['RBAC-04'],
  title: 'Nobody gains rights by escalate, bind, impersonate or by writing roles',
  why: 'Kubernetes lets nobody hand out more than they have, but for these verbs: whoever holds one of them is administrator in one more step. Who merely writes bindings hands on what he has.',
  severity: 'critical',
  also: { cis: ['5.1.8'], attack: ['T1098.006', 'T1078'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may gain and hand out rights') },

  evaluate: (grant, { params }) => judgeRights(grant, rights, params.allowed),

  remedy:
    'Remove the verb, or limit it by resourceNames to the roles and users that are meant: an operator that hands out one role needs bind on that role alone.',

  examples: () => ({
    pass: {
      'reading roles': exampleClusterGrant([rule('get, list, watch', 'clusterroles, rolebindings')]),
      'one role to hand out': exampleClusterGrant([
        '{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [view] }',
      ]),
      'service accounts in another group': exampleClusterGrant([
        '{ apiGroups: [apps.example.com], resources: [users], verbs: [impersonate] }',
      ]),
    },
    fail: {
      'any role to hand out': exampleClusterGrant([rule('bind', 'clusterroles')]),
      'everything to hand out, by its name': exampleClusterGrant([
        '{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind], resourceNames: [cluster-admin] }',
      ]),
      'any right for itself': exampleClusterGrant([rule('get, escalate', 'roles')]),
      'any user': exampleClusterGrant(["{ apiGroups: [''], resources: [users, groups], verbs: [impersonate] }"]),
      'the group that may do everything, with one user': exampleClusterGrant([
        "{ apiGroups: [''], resources: [groups], verbs: [impersonate], resourceNames: ['system:masters'] }",
        "{ apiGroups: [''], resources: [users], verbs: [impersonate], resourceNames: [jane] }",
      ]),
      'any account of a namespace': exampleNamespaceGrant(["{ apiGroups: [''], resources: [serviceaccounts], verbs: [impersonate] }"]),
      'ClusterRoles bound in a namespace': exampleNamespaceGrant([rule('bind', 'clusterroles')]),
      'writing bindings': exampleNamespaceGrant([rule('create, update', 'rolebindings')]),
      'for whoever will be bound': exampleRole({ rules: [rule('bind', 'roles')] }),
    },
  }),
});
