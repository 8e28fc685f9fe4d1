import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const rights = ['change-webhooks', 'change-admission-policies', 'label-namespaces'];

const label = "{ apiGroups: [''], resources: [namespaces], verbs: [get, patch] }";

function rule(resource: string, verb: string): string {
  return `{ apiGroups: [admissionregistration.k8s.io], resources: [${resource}], verbs: [${verb}] }`;
}

export const admissionWriters: AnyControl = defineControl({
  id: 'pod-security/admission-writers',
  decides: ['ENF-04', 'RBAC-07'],
  title: 'Nobody switches off what admission enforces who is not meant to',
  why: 'What is refused stands in labels of namespaces, in webhooks and in policies. Whoever changes them lets in what he likes; whoever writes a webhook sees and changes what everybody else writes.',
  severity: 'high',
  also: { cis: ['5.1.12'], attack: ['T1562.001'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may change what admission enforces') },

  evaluate: (grant, { params }) => judgeRights(grant, rights, params.allowed),

  remedy:
    'Name the configurations in the rule by resourceNames, and protect the labels pod-security.kubernetes.io/* by a ValidatingAdmissionPolicy where namespaces have to be changed.',

  examples: () => ({
    pass: {
      'its own webhook': exampleClusterGrant([
        '{ apiGroups: [admissionregistration.k8s.io], resources: [validatingwebhookconfigurations], verbs: [update], resourceNames: [shop] }',
      ]),
      reading: exampleClusterGrant([
        rule('validatingadmissionpolicies', 'list'),
        "{ apiGroups: [''], resources: [namespaces], verbs: [list] }",
      ]),
    },
    fail: {
      webhooks: exampleClusterGrant([rule('mutatingwebhookconfigurations', 'create')]),
      'taking policies away': exampleClusterGrant([rule('validatingadmissionpolicybindings', 'delete')]),
      'labels of all namespaces': exampleClusterGrant([label]),
      'labels of its own namespace': exampleNamespaceGrant([label]),
      'for whoever will be bound': exampleRole({ rules: [rule('validatingwebhookconfigurations', 'patch')] }),
    },
  }),
});
