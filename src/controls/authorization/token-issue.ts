import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const issue = "{ apiGroups: [''], resources: [serviceaccounts/token], verbs: [create] }";

export const tokenIssue: AnyControl = defineControl({
  id: 'authorization/token-issue',
  decides: ['RBAC-07', 'TOK-04'],
  title: 'Nobody issues tokens of service accounts who is not meant to',
  why: 'A token that somebody issues is as good as the account: it works from anywhere, lasts as long as was asked for, and no pod has to run for it.',
  severity: 'high',
  also: { cis: ['5.1.13'], attack: ['T1528'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may issue tokens') },

  evaluate: (grant, { params }) => judgeRights(grant, ['mint-tokens'], params.allowed),

  remedy: 'Name the accounts in the rule by resourceNames; what tells tokens apart (create on tokenreviews) is another right.',

  examples: () => ({
    pass: {
      'of one account': exampleNamespaceGrant([
        "{ apiGroups: [''], resources: [serviceaccounts/token], verbs: [create], resourceNames: [web] }",
      ]),
      'accounts themselves': exampleNamespaceGrant(["{ apiGroups: [''], resources: [serviceaccounts], verbs: [get, list] }"]),
    },
    fail: {
      'of every account': exampleClusterGrant([issue]),
      'of all accounts of a namespace': exampleNamespaceGrant([issue]),
      'for whoever will be bound': exampleRole({ rules: [issue] }),
    },
  }),
});
