import type { CanReport, RightsChain, RightsInput } from '../core/index.ts';

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
