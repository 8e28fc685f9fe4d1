import { defineControl, failAt, type AnyControl, type Place } from '../../core/index.ts';
import { allowedSubjects, fitted, isAllowed, short, subjectText } from '../../subjects/dangerous-grants.ts';
import { exampleAccount, exampleBinding, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { boundRoles, roleKinds } from '../../subjects/rbac.ts';

/** By these somebody is a service account of the namespace, or of any: its token, or requests in its name. */
const ways: ReadonlySet<string> = new Set([
  'everything',
  'impersonate-accounts',
  'proxy-to-nodes',
  'mint-tokens',
  'run-pods',
  'exec',
  'debug-containers',
]);

export const tokenAccess: AnyControl = defineControl({
  id: 'pod-security/token-access',
  decides: ['TOK-04'],
  title: 'Nobody gets at the token of an account that may do more',
  why: 'The right to run pods, to get into them or to issue tokens is the right to be any service account of the namespace. Where one of them may do more, its rights are those of all who can be it.',
  severity: 'medium',
  also: { cis: ['5.1.13'], attack: ['T1528', 'T1552.007'] },
  subject: boundRoles,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may get at the tokens of others') },

  evaluate({ binding, rights, subjects, permissions }, { params }) {
    const way = rights.find(({ right, inNamespaces }) => ways.has(right.id) && (binding.namespace === undefined || inNamespaces));
    if (way === undefined) return failAt([]);
    return failAt(
      subjects.flatMap((subject): Place[] => {
        const stronger = isAllowed(subject, params.allowed) ? undefined : permissions.strongerAccount(subject, binding.namespace);
        if (stronger === undefined) return [];
        const text = (longest: number): string => {
          const [who, other] = [subject, stronger.account].map((each) => subjectText({ ...each, name: short(each.name, longest) }));
          return `${who} may ${way.right.title}, and so be ${other}, which may`;
        };
        const message = fitted(
          (longest) => `${text(longest)} ${stronger.right.title}`,
          (longest) => `${text(longest)} do more`,
        );
        const takesOver = stronger.right.takesOver && stronger.namespace === undefined;
        return [{ where: subject.at, message, severity: takesOver ? 'high' : 'medium' }];
      }),
    );
  },

  remedy:
    'Run what holds more rights in a namespace of its own, where few may create pods or get into them, or take the way to the token from the role.',

  alsoFails: [
    'authorization/commands-in-containers',
    'authorization/escalation-verbs',
    'authorization/token-issue',
    'authorization/workload-creation',
  ],

  examples: () => ({
    pass: {
      'nobody who can': exampleNamespaceGrant(["{ apiGroups: [''], resources: [pods], verbs: [get] }"]),
      'accounts that may do no more': exampleBinding({ role: 'ClusterRole/view', subjects: [exampleAccount] }),
    },
    fail: {
      'by running pods': world('{ apiGroups: [apps], resources: [deployments], verbs: [create] }'),
      'by issuing tokens': world("{ apiGroups: [''], resources: [serviceaccounts/token], verbs: [create] }"),
      'by getting into pods': world("{ apiGroups: [''], resources: [pods/exec], verbs: [create] }"),
    },
  }),
});

/** Jane has the rule in a namespace where an account lives that may bind ClusterRoles. */
function world(rule: string): string {
  return [
    exampleRole({ namespace: 'shop', rules: [rule] }),
    exampleBinding({ role: 'Role/helper', namespace: 'shop' }),
    exampleRole({ name: 'binder', rules: ['{ apiGroups: [rbac.authorization.k8s.io], resources: [clusterroles], verbs: [bind] }'] }),
    exampleBinding({ role: 'ClusterRole/binder', name: 'binders', subjects: [exampleAccount] }),
  ].join('---');
}
