import type {
  CanReport,
  GrantsReport,
  LeastRoleReport,
  PermissionsReport,
  RightsChain,
  RightsDiffReport,
  RightsHolder,
  RightsInput,
  WhoCanReport,
} from '../core/index.ts';

// Small reports about rights for the tests of formats.

const input: RightsInput = {
  schemaVersion: 1,
  tool: { name: 'plimsoll', version: '0.1.0' },
  source: '1 file',
  kubernetesVersion: '1.35',
  inputs: { files: 1, documents: 3, skipped: [{ file: 'values.yaml', line: 1, reason: 'no object', count: 1 }], unread: [], unlisted: [] },
};

const chain: RightsChain = {
  namespace: 'shop',
  subject: { kind: 'Group', name: 'dev' },
  binding: { kind: 'RoleBinding', namespace: 'shop', name: 'web', file: 'rbac.yaml', line: 9 },
  role: { kind: 'ClusterRole', name: 'edit' },
  source: { kind: 'ClusterRole', name: 'edit-more', file: 'rbac.yaml', line: 1 },
  rule: {
    verbs: ['get'],
    apiGroups: [''],
    resources: ['pods', 'pods/log'],
    resourceNames: ['a'],
    nonResourceURLs: [],
    file: 'rbac.yaml',
    line: 5,
  },
};

export const sampleCan: CanReport = {
  ...input,
  command: 'can',
  subject: { kind: 'ServiceAccount', namespace: 'shop', name: 'web' },
  groups: ['dev'],
  request: { verb: 'get', group: '', resource: 'pods', subresource: 'log', name: 'b', namespace: 'shop' },
  everywhere: false,
  answer: 'no',
  chains: [chain],
  namespaces: [],
  misses: [{ chain, differs: 'name', because: 'it is limited to a' }],
};

export const sampleLeastRole: LeastRoleReport = {
  schemaVersion: 1,
  tool: input.tool,
  command: 'generate role',
  subject: { kind: 'User', name: 'jo' },
  log: {
    files: 1,
    events: 7,
    from: '2026-03-01T10:00:00.000Z',
    to: '2026-03-04T14:30:00.000Z',
    unread: [{ file: 'audit.log', line: 3, reason: 'not JSON', count: 2 }],
  },
  requests: { allowed: 5, denied: 2, starred: 1 },
  objects: [{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name: 'jo-observed', namespace: 'shop' } }],
  needs: [{ verb: 'get', namespace: 'shop', group: '', resource: 'pods/log', names: [], count: 4 }],
  forEverybody: [{ verb: 'get', url: '/version', names: [], count: 1 }],
  denied: [{ verb: 'get', namespace: 'shop', group: '', resource: 'secrets', names: ['db'], count: 2 }],
  remarks: ['it writes roles: the API server also asks for more'],
  removable: [
    {
      chain,
      unused: [{ verbs: ['list'], apiGroups: [''], resources: ['pods'], resourceNames: [], nonResourceURLs: [] }],
      wider: [
        {
          granted: { verbs: ['*'], apiGroups: [''], resources: ['pods'], resourceNames: [], nonResourceURLs: [] },
          used: [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [], nonResourceURLs: [] }],
        },
      ],
    },
  ],
  inputs: input.inputs,
};

const holder: RightsHolder = { subject: { kind: 'ServiceAccount', namespace: 'shop', name: 'web' }, namespace: 'shop', chains: [chain] };
const ofKubernetes: RightsHolder = {
  subject: { kind: 'Group', name: 'system:masters' },
  chains: [{ ...chain, binding: { kind: 'ClusterRoleBinding', name: 'cluster-admin' }, bootstrap: true }],
};

export const sampleWhoCan: WhoCanReport = {
  ...input,
  command: 'who-can',
  request: { verb: 'get', group: '', resource: 'pods' },
  everywhere: true,
  holders: [ofKubernetes, holder],
  unknown: [{ kind: 'RoleBinding', namespace: '', name: 'gone', file: 'rbac.yaml', line: 20 }],
};

export const samplePermissions: PermissionsReport = {
  ...input,
  command: 'permissions',
  subject: holder.subject,
  groups: ['dev', 'system:authenticated'],
  privileged: false,
  chains: [chain],
  unknown: [],
};

export const sampleGrants: GrantsReport = {
  ...input,
  command: 'grants',
  rights: [
    {
      id: 'exec',
      title: 'run commands in containers',
      why: 'A command has it all.',
      severity: 'high',
      codes: ['RBAC-06'],
      holders: [holder],
    },
  ],
  unknown: [],
};

export const sampleDifference: RightsDiffReport = {
  schemaVersion: 1,
  tool: input.tool,
  command: 'rbac --diff',
  before: { source: '1 file', kubernetesVersion: '1.35', inputs: input.inputs },
  after: { source: '2 files', kubernetesVersion: '1.35', inputs: input.inputs },
  changes: [
    {
      subject: { kind: 'Group', name: 'dev' },
      namespace: 'shop',
      gained: [{ rule: { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: [], nonResourceURLs: [] }, chain }],
      lost: [],
    },
  ],
};
