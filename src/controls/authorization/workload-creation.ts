import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleBinding, exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const deploy = '{ apiGroups: [apps], resources: [deployments], verbs: [get, create, update] }';

export const workloadCreation: AnyControl = defineControl({
  id: 'authorization/workload-creation',
  decides: ['RBAC-05'],
  title: 'Only who is meant to runs pods',
  why: 'Whoever makes pods in a namespace, or the workloads that make them, uses every service account, Secret and volume claim there: the right to deploy is the sum of all rights in the namespace.',
  severity: 'high',
  also: { cis: ['5.1.4'], attack: ['T1610', 'T1053.007'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may run pods, such as the pipeline') },

  evaluate: (grant, { params }) => judgeRights(grant, ['run-pods'], params.allowed),

  remedy:
    'Leave deploying to the pipeline, in the namespaces that are its own, and take the verbs create, update and patch from all others.',

  examples: () => ({
    pass: {
      'looking at them': exampleClusterGrant([
        "{ apiGroups: ['', apps], resources: [nodes, pods, deployments], verbs: [get, list, watch] }",
      ]),
      'more or fewer of them': exampleNamespaceGrant(['{ apiGroups: [apps], resources: [deployments/scale], verbs: [update] }']),
      'a role of Kubernetes that only looks': exampleBinding({ role: 'ClusterRole/view' }),
    },
    fail: {
      'Deployments everywhere': exampleClusterGrant([deploy]),
      'Jobs in a namespace': exampleNamespaceGrant(['{ apiGroups: [batch], resources: [jobs], verbs: [create] }']),
      'for whoever will be bound': exampleRole({ rules: [deploy] }),
    },
  }),
});
