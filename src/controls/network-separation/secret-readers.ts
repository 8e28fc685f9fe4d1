import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleBinding, exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const read = "{ apiGroups: [''], resources: [secrets], verbs: [get, list] }";

export const secretReaders: AnyControl = defineControl({
  id: 'network-separation/secret-readers',
  decides: ['SEC-09'],
  title: 'Only who is meant to reads Secrets, and only those that are named',
  why: 'Secrets hold what opens other doors: passwords, keys, tokens. Whoever may list or watch them reads them all, and encryption at rest does not help against that.',
  severity: 'high',
  also: { cis: ['5.1.2'], attack: ['T1552.007'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may read Secrets') },

  evaluate: (grant, { params }) => judgeRights(grant, ['read-secrets'], params.allowed),

  remedy:
    'Name the Secrets in the rule by resourceNames, with the verb get alone, and grant it in the namespaces where they are. The audit log shows which ones are read.',

  examples: () => ({
    pass: {
      'one of them': exampleNamespaceGrant(["{ apiGroups: [''], resources: [secrets], verbs: [get], resourceNames: [web-tls] }"]),
      'the names of their versions, and nothing of them': exampleNamespaceGrant([
        "{ apiGroups: [''], resources: [configmaps], verbs: [list] }",
      ]),
      'a role of Kubernetes that leaves them out': exampleBinding({ role: 'ClusterRole/view' }),
    },
    fail: {
      'all of them': exampleClusterGrant([read]),
      'of a namespace': exampleNamespaceGrant([read]),
      'by watching': exampleNamespaceGrant(["{ apiGroups: [''], resources: [secrets], verbs: [watch] }"]),
      'for whoever will be bound': exampleRole({ rules: [read] }),
    },
  }),
});
