import { defineControl, type AnyControl } from '../../core/index.ts';
import { allowedSubjects, judgeRights } from '../../subjects/dangerous-grants.ts';
import { exampleClusterGrant, exampleNamespaceGrant, exampleRole } from '../../subjects/example-permissions.ts';
import { grants, roleKinds } from '../../subjects/rbac.ts';

const rights = ['exec', 'attach', 'debug-containers', 'forward-ports', 'proxy-to-pods'];

function rule(resource: string, verb: string): string {
  return `{ apiGroups: [''], resources: ['${resource}'], verbs: [${verb}] }`;
}

export const commandsInContainers: AnyControl = defineControl({
  id: 'authorization/commands-in-containers',
  decides: ['RBAC-06'],
  title: 'Only who is meant to gets into running pods',
  why: 'Exec, attach, containers for debugging and forwarded ports lead into a pod that was reviewed and started long ago: past the image, past network policies, and with the token of its service account.',
  severity: 'high',
  also: { attack: ['T1609', 'T1611'] },
  subject: grants,
  decidedBy: roleKinds,
  params: { allowed: allowedSubjects('Subjects that may get into running pods') },

  evaluate: (grant, { params }) => judgeRights(grant, rights, params.allowed),

  remedy:
    'Take the subresources out of the role, and keep them in one that is bound for an incident. The audit log shows who used them and for what.',

  alsoFails: ['authorization/wildcards'],

  examples: () => ({
    pass: {
      logs: exampleNamespaceGrant([rule('pods/log', 'get')]),
      'getting exec, which takes more since 1.35': exampleNamespaceGrant([rule('pods/exec', 'get')]),
      'the metrics of one Service': exampleNamespaceGrant([
        "{ apiGroups: [''], resources: [services/proxy], verbs: [get], resourceNames: ['https:metrics:443'] }",
      ]),
    },
    fail: {
      'commands everywhere': exampleClusterGrant([rule('pods/exec', 'create')]),
      'of every kind': exampleClusterGrant([rule('*/exec', 'create')]),
      'containers for debugging': exampleNamespaceGrant([rule('pods/ephemeralcontainers', 'patch')]),
      'requests by way of the API server': exampleNamespaceGrant([rule('services/proxy', 'get')]),
      'for whoever will be bound': exampleRole({ rules: [rule('pods/portforward', 'create')] }),
    },
  }),
});
