import { expect, test } from 'vitest';
import { nowhere } from '../../core/index.ts';
import type { RbacFact } from '../../kube/rbac/index.ts';
import { dangerousGrants } from './grants.ts';
import { joinRights } from './rights.ts';

const at = { resource: 0, path: [], location: nowhere };

function granted(
  name: string,
  verb: string,
  [group, resource]: readonly [group: string, resource: string],
  names: readonly string[],
  kind: string,
  subject: string,
): RbacFact[] {
  const namespace = kind === 'ServiceAccount' ? 'shop' : undefined;
  const rule = { verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: names, nonResourceURLs: [], at };
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

function holders(id: string, ...facts: readonly RbacFact[]): string[] {
  const read = { source: '', version: 35, live: false, files: 0, documents: 0, skipped: [], unread: [], unlisted: [] };
  const { rights } = dangerousGrants(joinRights(facts, [], { ...read, fileOf: () => 'rbac.yaml' }));
  const found = rights.find((right) => right.id === id)?.holders ?? [];
  return found
    .filter(({ chains }) => chains.every(({ bootstrap }) => bootstrap !== true))
    .map(({ subject, chains }) => `${subject.name}: ${chains.map(({ role }) => role.name).join(', ')}`);
}

const certificates = (resource: string) => ['certificates.k8s.io', resource] as const;
const approve = (kind: string, subject: string) =>
  granted('approve', 'update', certificates('certificatesigningrequests/approval'), [], kind, subject);
const sign = (kind: string, subject: string) => granted('sign', 'approve', certificates('signers'), ['kubernetes.io/*'], kind, subject);

test('a right in parts is held by whoever has each of them, by whatever roles, with the chains of all', () => {
  expect(holders('approve-certificates', ...approve('User', 'jo'), ...sign('User', 'jo'))).toEqual(['jo: approve, sign']);
  expect(holders('approve-certificates', ...approve('User', 'jo'), ...sign('User', 'jim'))).toEqual([]);
  expect(holders('approve-certificates', ...approve('User', 'jo'), ...sign('Group', 'system:authenticated'))).toEqual([
    'jo: approve, sign',
  ]);
  expect(holders('approve-certificates', ...approve('Group', 'system:serviceaccounts:shop'), ...sign('ServiceAccount', 'web'))).toEqual([
    'web: approve, sign',
  ]);
});

test('a group is acted for with any one user, and of names only those that are as good as none count', () => {
  const act = (resource: string, ...names: readonly string[]) => granted(resource, 'impersonate', ['', resource], names, 'User', 'jo');
  expect(holders('impersonate-groups', ...act('groups'), ...act('users', 'jim'))).toEqual(['jo: groups, users']);
  expect(holders('impersonate-groups', ...act('groups', 'system:masters'), ...act('users', 'jim'))).toEqual(['jo: groups, users']);
  expect(holders('impersonate-groups', ...act('groups', 'dev'), ...act('users', 'jim'))).toEqual([]);
  expect(holders('impersonate-groups', ...act('groups'))).toEqual([]);
  const bind = (role: string) => granted('bind', 'bind', ['rbac.authorization.k8s.io', 'clusterroles'], [role], 'User', 'jo');
  expect(holders('bind', ...bind('cluster-admin'))).toEqual(['jo: bind']);
  expect(holders('bind', ...bind('view'))).toEqual([]);
});
