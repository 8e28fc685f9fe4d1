import { defineControl, failAt, passSoFar, severities, type AnyControl, type Place, type Severity } from '../../core/index.ts';
import { isCommonRole } from '../../kube/rbac/public-rights.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { exampleBinding, exampleRole } from '../../subjects/example-permissions.ts';
import { boundRoles, roleKinds } from '../../subjects/rbac.ts';

/** Every user who is signed in, every account of the cluster, every account of one namespace. */
const broad = /^system:(?:authenticated|serviceaccounts(?::.*)?)$/;
const masters = 'system:masters';

export const broadGroups: AnyControl = defineControl({
  id: 'authorization/broad-groups',
  decides: ['RBAC-12', 'TOK-02'],
  title: 'Nothing is granted to all users, to all service accounts or to system:masters',
  why: 'What such a group may do, everybody in it may, present and future: each pod that runs, each user who signs in. And whoever is in system:masters may do everything for as long as his certificate lasts.',
  severity: 'medium',
  also: { cis: ['5.1.5', '5.1.7'], attack: ['T1078'] },
  subject: boundRoles,
  decidedBy: roleKinds,

  evaluate({ binding, rules, rights, subjects }) {
    const places = subjects.flatMap(({ kind, name, at }): Place[] => {
      if (kind !== 'Group') return [];
      if (name === masters)
        return [{ where: at, message: `group "${masters}" is bound, whose members may do everything without`, severity: 'low' }];
      if (!broad.test(name) || (rules !== undefined && isCommonRole(rules))) return [];
      const worst = rights.map(({ right }) => severities.indexOf(right.severity)).sort((a, b) => a - b)[0];
      const base: Severity = worst === undefined ? 'medium' : severities[Math.min(worst, 1)]!;
      const severity = binding.namespace === undefined ? base : severities[severities.indexOf(base) + 1]!;
      const message = fitted((longest) => {
        const role = `role "${short(binding.roleRef.name, longest)}"`;
        return `binding "${short(binding.name, longest)}" gives ${role} to all of "${short(name, longest)}"`;
      });
      return [{ where: at, message, severity }];
    });
    // Who is a member of system:masters stands in certificates.
    return places.length > 0 ? failAt(places) : passSoFar(['node', 'events']);
  },

  remedy:
    'Bind the role to those who need it. Administrators get certificates for a group that a ClusterRoleBinding names, as kubeadm:cluster-admins (from 1.29), which can be taken away again.',

  alsoFails: ['authorization/cluster-admin'],

  examples: () => ({
    pass: {
      'a team': exampleBinding({ role: 'ClusterRole/view', subjects: ['{ kind: Group, name: shop-developers }'] }),
      'discovery for all accounts': exampleBinding({
        role: 'ClusterRole/system:service-account-issuer-discovery',
        subjects: ["{ kind: Group, name: 'system:serviceaccounts' }"],
      }),
      'administrators as Kubernetes has them': exampleBinding({
        role: 'ClusterRole/cluster-admin',
        name: 'cluster-admin',
        subjects: ["{ kind: Group, name: 'system:masters' }"],
      }),
    },
    fail: {
      'all users': exampleBinding({ role: 'ClusterRole/view', subjects: ["{ kind: Group, name: 'system:authenticated' }"] }),
      'all accounts': `${exampleRole({
        rules: ["{ apiGroups: [''], resources: [configmaps], verbs: [get] }"],
      })}---${exampleBinding({ role: 'ClusterRole/helper', subjects: ["{ kind: Group, name: 'system:serviceaccounts' }"] })}`,
      'all accounts of a namespace': exampleBinding({
        role: 'ClusterRole/view',
        namespace: 'shop',
        subjects: ["{ kind: Group, name: 'system:serviceaccounts:shop' }"],
      }),
      'the masters once more': exampleBinding({ role: 'ClusterRole/view', subjects: ["{ kind: Group, name: 'system:masters' }"] }),
    },
  }),
});
