import { defineControl, failAt, notApplicable, type AnyControl, type Place, type Severity } from '../../core/index.ts';
import type { RuleFact } from '../../kube/rbac/index.ts';
import { deadResources } from '../../kube/rbac/served-resources.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { exampleBinding, exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const star = "{ apiGroups: [apps.example.com], resources: ['*'], verbs: [get, list] }";

export const wildcards: AnyControl = defineControl({
  id: 'authorization/wildcards',
  decides: ['RBAC-03'],
  title: 'Roles name what they grant, without a star',
  why: 'A star grants what nobody thought of, and what comes with the next version: verbs such as escalate and bind, subresources such as exec, custom resources of tomorrow.',
  severity: 'medium',
  also: { cis: ['5.1.3'] },
  subject: grants,
  decidedBy: roleKinds,

  evaluate({ type, role, rules, rights, bound }, { version }) {
    if (type === 'binding') return notApplicable('the role is as Kubernetes makes it');
    const severity: Severity = bound ? 'medium' : 'low';
    // A rule of nothing but stars is told by authorization/cluster-admin.
    const told = new Set(rights.flatMap(({ right, rule }) => (right.id === 'everything' ? [rule] : [])));
    return failAt(
      rules.flatMap((rule): Place[] => {
        // What grants nothing is told by authorization/dead-rules.
        const dead = new Set(deadResources(rule, role.kind, version).map(({ resource }) => resource));
        const text = told.has(rule) ? undefined : starsOf({ ...rule, resources: rule.resources.filter((each) => !dead.has(each)) });
        if (text === undefined) return [];
        const message = fitted((longest) => `role "${short(role.name, longest)}" grants ${text(longest)}`);
        return [{ where: rule.at, severity, message }];
      }),
    );
  },

  remedy: 'Write down what is used: kubectl api-resources tells the resources of a group, and the audit log what is asked for.',

  alsoFails: [
    'authorization/commands-in-containers',
    'authorization/node-proxy',
    'authorization/workload-creation',
    'network-separation/secret-readers',
  ],

  examples: () => ({
    pass: {
      'what is named': exampleClusterGrant(["{ apiGroups: [''], resources: [nodes, pods], verbs: [get, list, watch] }"]),
      'a URL, which is no resource': exampleClusterGrant(["{ nonResourceURLs: ['/metrics/*'], verbs: [get] }"]),
    },
    fail: {
      'all resources of a group': exampleClusterGrant([star]),
      'all verbs': exampleNamespaceGrant(["{ apiGroups: [''], resources: [configmaps], verbs: ['*'] }"]),
      'a subresource of all': exampleClusterGrant(["{ apiGroups: [apps], resources: ['*/scale'], verbs: [get] }"]),
      'a resource of all groups': exampleClusterGrant(["{ apiGroups: ['*'], resources: [ingresses], verbs: [get] }"]),
      'reading everything': exampleNamespaceGrant(["{ apiGroups: ['*'], resources: ['*'], verbs: [get] }"]),
      'for whoever will be bound': exampleRole({ rules: [star] }),
    },
    notApplicable: { 'a role of Kubernetes': exampleBinding({ role: 'ClusterRole/view' }) },
  }),
});

function starsOf({ verbs, apiGroups, resources }: RuleFact): ((longest: number) => string) | undefined {
  if (resources.length === 0) return undefined;
  const partial = resources.find((each) => each === '*' || each.startsWith('*/'));
  const allVerbs = verbs.includes('*');
  const allGroups = apiGroups.includes('*');
  if (partial === undefined && !allVerbs && !allGroups) return undefined;
  return (longest) => {
    const what = partial === undefined ? `"${short(resources[0]!, longest)}"` : partial === '*' ? 'all resources' : `all "${partial}"`;
    const more = partial === undefined && resources.length > 1 ? ` and ${resources.length - 1} more` : '';
    const [group = ''] = apiGroups;
    const others = apiGroups.length > 1 ? ` and ${apiGroups.length - 1} more` : '';
    const where = allGroups ? 'all groups' : group === '' ? `the core group${others}` : `group "${short(group, longest)}"${others}`;
    return `${allVerbs ? 'all verbs' : verbs.length === 1 ? `"${verbs[0]}"` : `${verbs.length} verbs`} on ${what}${more} of ${where}`;
  };
}
