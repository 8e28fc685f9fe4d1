import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleClusterGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const proxy = "{ apiGroups: [''], resources: [nodes/proxy], verbs: [get] }";

export const nodeProxy: AnyControl = defineControl({
  id: 'authorization/node-proxy',
  decides: ['RBAC-06', 'RBAC-07'],
  title: 'Nobody reaches the API of kubelets who is not meant to',
  why: 'Through nodes/proxy a kubelet runs commands in every container of its node. The verb get is enough, admission is not asked, and the audit log shows nothing of what the kubelet did.',
  severity: 'critical',
  also: { cis: ['5.1.10'], attack: ['T1609', 'T1611'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may reach the API of kubelets') },

  evaluate: (grant, { params }) => judgeRights(grant, ['proxy-to-nodes'], params.allowed),

  remedy:
    'Grant nodes/metrics, nodes/stats or nodes/log instead, which is what collectors need; from 1.33 (beta, on) also nodes/pods and nodes/healthz.',

  examples: () => ({
    pass: {
      metrics: exampleClusterGrant(["{ apiGroups: [''], resources: [nodes/metrics, nodes/stats], verbs: [get] }"]),
    },
    fail: {
      reading: exampleClusterGrant([proxy]),
      'every subresource of that name': exampleClusterGrant(["{ apiGroups: ['*'], resources: ['*/proxy'], verbs: ['create'] }"]),
      'for whoever will be bound': exampleRole({ rules: [proxy] }),
    },
  }),
  alsoFails: ['authorization/commands-in-containers', 'authorization/wildcards'],
});
