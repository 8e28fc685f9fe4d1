import { expect, test } from 'vitest';
import { nowhere } from '../../core/index.ts';
import type { RbacFact } from '../../kube/rbac/index.ts';
import { dangerousGrants } from './grants.ts';
import { joinRights } from './rights.ts';

const at = { resource: 0, path: [], location: nowhere };

function granted(name: string, verb: string, resource: string, names: readonly string[], kind: string, subject: string): RbacFact[] {
  const namespace = kind === 'ServiceAccount' ? 'shop' : undefined;
  const rule = { verbs: [verb], apiGroups: ['certificates.k8s.io'], resources: [resource], resourceNames: names, nonResourceURLs: [], at };
  return [
    { type: 'role', kind: 'ClusterRole', namespace: undefined, name, labels: {}, aggregates: [], rules: [rule], at },
    {
      type: 'binding',
      kind: 'ClusterRoleBinding',
      namespace: undefined,
      name,
      roleRef: { kind: 'ClusterRole', name },
      subjects: [{ kind, name: subject, namespace, at }],
      at,
    },
  ];
}

function holders(...facts: readonly RbacFact[]): string[] {
  const read = { source: '', version: 35, live: false, files: 0, documents: 0, skipped: [], unread: [], unlisted: [] };
  const { rights } = dangerousGrants(joinRights(facts, [], { ...read, fileOf: () => 'rbac.yaml' }));
  const approvers = rights.find(({ id }) => id === 'approve-certificates')?.holders ?? [];
  return approvers
    .filter(({ chains }) => chains.every(({ bootstrap }) => bootstrap !== true))
    .map(({ subject, chains }) => `${subject.name}: ${chains.map(({ role }) => role.name).join(', ')}`);
}

const approve = (kind: string, subject: string) => granted('approve', 'update', 'certificatesigningrequests/approval', [], kind, subject);
const sign = (kind: string, subject: string) => granted('sign', 'approve', 'signers', ['kubernetes.io/*'], kind, subject);

test('a right in parts is held by whoever has each of them, by whatever roles, with the chains of all', () => {
  expect(holders(...approve('User', 'jo'), ...sign('User', 'jo'))).toEqual(['jo: approve, sign']);
  expect(holders(...approve('User', 'jo'), ...sign('User', 'jim'))).toEqual([]);
  expect(holders(...approve('User', 'jo'), ...sign('Group', 'system:authenticated'))).toEqual(['jo: approve, sign']);
  expect(holders(...approve('Group', 'system:serviceaccounts:shop'), ...sign('ServiceAccount', 'web'))).toEqual(['web: approve, sign']);
});
