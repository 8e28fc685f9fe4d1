import { describe, expect, test } from 'vitest';
import { bootstrapPolicy } from './bootstrap-policy.ts';
import { dangerousRights } from './dangerous-rights.ts';
import type { PolicyRule } from './facts.ts';
import { deadResources, isLiveInNamespace } from './served-resources.ts';

interface Changes {
  readonly kind?: 'Role';
  readonly verbs?: string[];
  readonly names?: string[];
  readonly version?: number;
}

function dead(apiGroups: string[], resources: string[], changes: Changes = {}): string[] {
  const { kind = 'ClusterRole', verbs = ['get'], names = [], version = 35 } = changes;
  const rule: PolicyRule = { verbs, apiGroups, resources, resourceNames: names, nonResourceURLs: [] };
  return deadResources(rule, kind, version).map(({ resource, because }) => resource + because);
}

describe('a resource is dead', () => {
  test('that no group of the rule has', () => {
    expect(dead([''], ['pod', 'pods', 'deployments'])).toEqual([
      'pod, which the API does not have',
      'deployments, which the API does not have',
    ]);
    expect(dead(['', 'apps'], ['pods', 'deployments'])).toEqual([]);
    expect(dead([''], ['rolebindings'])).toEqual(['rolebindings, which the API does not have']);
  });

  test('that no resource has as a subresource', () => {
    expect(dead([''], ['pods/exek', 'services/finalizers', 'nodes/metrics'])).toEqual(['pods/exek, which the API does not have']);
    expect(dead([''], ['constructor'])).toEqual(['constructor, which the API does not have']);
  });

  test('not with a verb of somebody else, who may ask about anything', () => {
    expect(dead([''], ['my-audience'], { verbs: ['request-serviceaccounts-token-audience'] })).toEqual([]);
    expect(dead([''], ['nodes'], { kind: 'Role', verbs: ['get', 'visit'] })).toEqual([]);
  });

  test('that is named where no request carries a name', () => {
    const deletecollection = (names: string[], ...more: string[]) =>
      dead([''], ['pods'], { verbs: ['deletecollection', ...more], names }).length;
    expect([deletecollection(['a']), deletecollection([]), deletecollection(['a', '']), deletecollection(['a'], 'delete')]).toEqual([
      1, 0, 0, 0,
    ]);
  });

  test('in a group that cannot exist', () => {
    expect(dead(['core'], ['pods'])).toEqual(['pods of group "core", which no API has']);
    expect(dead(['apps/v1'], ['deployments'])).toEqual(['deployments of group "apps/v1", which no API has']);
    expect(dead(['example.com'], ['deployments'])).toEqual([]);
    expect(dead(['*'], ['anything'])).toEqual([]);
  });

  test('that is written as a pattern and is none', () => {
    expect(dead([''], ['pods/*', '*/*', '*/exec', '*'])).toEqual([
      'pods/*, where the star is no pattern: only "*" and "*/x" are',
      '*/*, where the star is no pattern: only "*" and "*/x" are',
    ]);
    expect(dead(['authentication.k8s.io'], ['userextras/*'], { verbs: ['impersonate'] })).toEqual([]);
  });

  test('that Kubernetes took away, from then on', () => {
    expect(dead(['policy'], ['podsecuritypolicies'], { version: 24 })).toEqual([]);
    expect(dead(['policy', 'extensions'], ['podsecuritypolicies'])).toEqual(['podsecuritypolicies, which Kubernetes 1.25 took away']);
  });

  test('in a Role that lives in no namespace', () => {
    expect(dead([''], ['nodes', 'pods'], { kind: 'Role' })).toEqual(['nodes, which lives in no namespace, so a Role cannot grant it']);
    expect(dead([''], ['nodes'])).toEqual([]);
  });

  test('in a Role, but for a namespace itself and for binding ClusterRoles', () => {
    const namespaces = (verb: string) => dead([''], ['namespaces'], { kind: 'Role', verbs: [verb] }).length;
    expect([namespaces('get'), namespaces('patch'), namespaces('list'), namespaces('create')]).toEqual([0, 0, 1, 1]);
    const roles = (verb: string) => dead(['rbac.authorization.k8s.io'], ['clusterroles'], { kind: 'Role', verbs: [verb] }).length;
    expect([roles('bind'), roles('*'), roles('escalate')]).toEqual([0, 0, 1]);
  });
});

test('a Role grants what lives in namespaces, and service accounts to impersonate', () => {
  const impersonate = (resource: string, group = '') => isLiveInNamespace({ verb: 'impersonate', group, resource });
  expect([impersonate('serviceaccounts'), impersonate('users'), impersonate('userextras', 'authentication.k8s.io')]).toEqual([
    true,
    false,
    false,
  ]);
});

test('whether a right can be held in one namespace alone is what the resources say', () => {
  const wrong = dangerousRights.filter(
    ({ questions, scope }) => questions.some((question) => isLiveInNamespace(question)) !== (scope === 'namespace'),
  );
  expect(wrong.map(({ id }) => id)).toEqual([]);
});

test('the roles of Kubernetes name nothing that is dead but what it took away', () => {
  const found = bootstrapPolicy(37).roles.flatMap((role) => role.rules.flatMap((rule) => deadResources(rule, role.kind, 37)));
  expect(found.filter(({ because }) => !because.endsWith('took away'))).toEqual([]);
});
