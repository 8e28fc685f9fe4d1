import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const rights = [
  'approve-certificates',
  'sign-certificates',
  'serve-apis',
  'define-resources',
  'create-persistent-volumes',
  'change-nodes',
  'change-system-configuration',
];

const approval = '{ apiGroups: [certificates.k8s.io], resources: [certificatesigningrequests/approval], verbs: [update] }';

function signer(name: string): string {
  return `{ apiGroups: [certificates.k8s.io], resources: [signers], verbs: [approve], resourceNames: ['${name}'] }`;
}

export const takeoverRights: AnyControl = defineControl({
  id: 'authorization/takeover-rights',
  decides: ['RBAC-07'],
  title: 'Nobody holds rights that lead to the cluster by a detour who is not meant to',
  why: 'Some rights read harmlessly and give the cluster away: approving a certificate for anybody, volumes that are folders of nodes, the configuration that says who is who.',
  severity: 'high',
  also: { cis: ['5.1.9', '5.1.11'], attack: ['T1098.006', 'T1611'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may hold such rights') },

  evaluate: (grant, { params }) => judgeRights(grant, rights, params.allowed),

  remedy:
    'Name the objects or the signer in the rule, or take the right away where the audit log shows no use of it. Add-ons that need it get a service account of their own.',

  examples: () => ({
    pass: {
      'certificates for something else': exampleClusterGrant([approval, signer('example.com/mesh')]),
      'reading volumes': exampleClusterGrant(["{ apiGroups: [''], resources: [persistentvolumes], verbs: [get, list] }"]),
      'configuration of its own': exampleNamespaceGrant(["{ apiGroups: [''], resources: [configmaps], verbs: [update] }"]),
    },
    fail: {
      'certificates for anybody': exampleClusterGrant([approval, signer('kubernetes.io/*')]),
      'folders of nodes as volumes': exampleClusterGrant(["{ apiGroups: [''], resources: [persistentvolumes], verbs: [create] }"]),
      'groups of the API': exampleClusterGrant(['{ apiGroups: [apiregistration.k8s.io], resources: [apiservices], verbs: [patch] }']),
      'configuration of the system': exampleNamespaceGrant(
        ["{ apiGroups: [''], resources: [configmaps], verbs: [update] }"],
        'kube-system',
      ),
      'for whoever will be bound': exampleRole({ rules: [approval, signer('kubernetes.io/kube-apiserver-client')] }),
    },
  }),
});
