import { defineControl, failAt, notApplicable, type AnyControl, type Place } from '../../core/index.ts';
import { deadResources } from '../../kube/rbac/served-resources.ts';
import { fitted, short } from '../../subjects/dangerous-grants.ts';
import { exampleBinding, exampleClusterGrant, exampleNamespaceGrant } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

export const deadRules: AnyControl = defineControl({
  id: 'authorization/dead-rules',
  decides: ['RBAC-11'],
  title: 'Rules of roles grant something',
  why: 'A rule that grants nothing misleads whoever reviews the role. It hides a mistake, and takes effect on the day that somebody corrects a word of it, or an API of that name appears.',
  severity: 'low',
  also: {},
  subject: grants,
  decidedBy: roleKinds,

  evaluate({ type, role, rules }, { version }) {
    if (type === 'binding') return notApplicable('the role is as Kubernetes makes it');
    return failAt(
      rules.flatMap((rule): Place[] => {
        const dead = deadResources(rule, role.kind, version);
        const [first] = dead;
        if (first === undefined) return [];
        const more = dead.length === 1 ? '' : ` (and ${dead.length - 1} more)`;
        const text = (longest: number): string => `rule names "${short(first.resource, longest)}"${first.because}`;
        const message = fitted(
          (longest) => `${text(longest)}${more}: nothing is granted`,
          (longest) => text(longest) + more,
        );
        return [{ where: rule.at, message }];
      }),
    );
  },

  alsoFails: ['pod-security/pod-security-policies'],

  remedy:
    'Correct the name (kubectl api-resources shows group and plural), or remove the resource from the rule; check with plimsoll can that the subject still may what it needs.',

  examples: () => ({
    pass: {
      'what there is': exampleNamespaceGrant(["{ apiGroups: ['', apps], resources: [pods, deployments/status], verbs: [get] }"]),
      'custom resources': exampleClusterGrant(['{ apiGroups: [shop.example.com], resources: [orders], verbs: [get] }']),
      'its own namespace': exampleNamespaceGrant(["{ apiGroups: [''], resources: [namespaces], verbs: [get] }"]),
    },
    fail: {
      'the singular': exampleClusterGrant(["{ apiGroups: [''], resources: [pod], verbs: [get] }"]),
      'the wrong group': exampleClusterGrant(["{ apiGroups: [''], resources: [deployments], verbs: [get] }"]),
      'a version for a group': exampleClusterGrant(['{ apiGroups: [apps/v1], resources: [deployments], verbs: [get] }']),
      'a pattern that is none': exampleClusterGrant(["{ apiGroups: [''], resources: ['pods/*'], verbs: [get] }"]),
      'nodes in a Role': exampleNamespaceGrant(["{ apiGroups: [''], resources: [nodes], verbs: [get] }"]),
      'what Kubernetes took away': exampleClusterGrant(['{ apiGroups: [policy], resources: [podsecuritypolicies], verbs: [use] }']),
    },
    notApplicable: { 'a role of Kubernetes': exampleBinding({ role: 'ClusterRole/view' }) },
  }),
});
