import { describe, expect, test } from 'vitest';
import { deadResources, isAskedInNamespaces, isDead, type BoundFor, type PolicyRule } from './index.ts';

const rule = (groups: string, resources: string, verbs = 'get', fields: Partial<PolicyRule> = {}): PolicyRule => ({
  apiGroups: groups.split(' ').map((group) => (group === 'core' ? '' : group)),
  resources: resources.split(' '),
  verbs: verbs.split(' '),
  resourceNames: [],
  nonResourceURLs: [],
  ...fields,
});

describe('a resource of a rule', () => {
  test.each<[string, PolicyRule, BoundFor, string[]]>([
    ['that exists', rule('core', 'pods pods/exec'), 'namespace', []],
    ['in the singular', rule('core', 'pod pods'), 'cluster', ['pod unknown']],
    ['of another group', rule('core', 'deployments'), 'cluster', ['deployments unknown']],
    ['of one of the groups', rule('core apps', 'pods deployments'), 'cluster', []],
    [
      'of a group that is not served any more',
      rule('extensions', 'deployments ingresses'),
      'cluster',
      ['deployments unknown', 'ingresses unknown'],
    ],
    ["of somebody else's group", rule('example.com', 'pod'), 'namespace', []],
    ["of somebody else's group too", rule('core example.com', 'pod'), 'namespace', []],
    ['of every group', rule('*', 'pod'), 'namespace', []],
    ['with stars', rule('core', '* */exec'), 'namespace', []],
    ['with a star for subresources', rule('core', 'pods/*'), 'cluster', ['pods/* unknown']],
    ['with an unknown subresource', rule('core', 'pods/exek services/finalizers nodes/metrics'), 'cluster', ['pods/exek unknown']],
    ['named as every object has it', rule('core', 'constructor'), 'cluster', ['constructor unknown']],
    ['with a verb of somebody else', rule('core', 'my-audience', 'request-serviceaccounts-token-audience'), 'cluster', []],
    ['for the whole cluster', rule('core', 'nodes'), 'cluster', []],
    ['that is in no namespace', rule('core', 'nodes users', '*'), 'namespace', ['nodes cluster-scoped', 'users cluster-scoped']],
    ['a namespace itself', rule('core', 'namespaces'), 'namespace', []],
    ['a list of namespaces', rule('core', 'namespaces', 'list create'), 'namespace', ['namespaces cluster-scoped']],
    ['to be bound', rule('rbac.authorization.k8s.io', 'clusterroles', 'bind'), 'namespace', []],
    ['to be escalated', rule('rbac.authorization.k8s.io', 'clusterroles', 'escalate'), 'namespace', ['clusterroles cluster-scoped']],
    ['a named collection', rule('core', 'pods', 'deletecollection', { resourceNames: ['a'] }), 'cluster', ['pods nameless']],
    ['a named collection with more verbs', rule('core', 'pods', 'delete deletecollection', { resourceNames: ['a'] }), 'cluster', []],
    [
      'a URL in a namespace',
      rule('', '', 'get', { apiGroups: [], resources: [], nonResourceURLs: ['/a', '/b'] }),
      'namespace',
      ['/a url', '/b url'],
    ],
  ])('%s', (_, each, boundFor, expected) => {
    expect(deadResources(each, boundFor).map(({ resource, because }) => `${resource} ${because}`)).toEqual(expected);
  });

  test('depends on the version where it was removed', () => {
    const policies = rule('policy', 'podsecuritypolicies', 'get');
    expect([24, 25].map((minor) => isDead(policies, 'cluster', minor))).toEqual([false, true]);
  });
});

test('a rule is dead if all of it is', () => {
  expect(isDead(rule('core', 'pod pods'), 'cluster')).toBe(false);
  expect(isDead(rule('core', 'pod secret'), 'cluster')).toBe(true);
  expect(isDead(rule('core', 'pod', 'get', { nonResourceURLs: ['/'] }), 'cluster')).toBe(false);
  expect(isDead(rule('core', 'pod', 'get', { nonResourceURLs: ['/'] }), 'namespace')).toBe(true);
  expect(isDead(rule('core', 'pods', 'get', { verbs: [] }), 'cluster')).toBe(true);
});

test.each<[string, string, string, boolean]>([
  ['get', '', 'pods', true],
  ['get', '', 'nodes', false],
  ['get', '', 'namespaces', true],
  ['list', '', 'namespaces', false],
  ['*', '', 'namespaces', true],
  ['bind', 'rbac.authorization.k8s.io', 'clusterroles', true],
  ['escalate', 'rbac.authorization.k8s.io', 'clusterroles', false],
  ['impersonate', '', 'users', false],
  ['impersonate', '', 'serviceaccounts', true],
  ['get', '', 'pod', true],
  ['get', 'example.com', 'nodes', true],
  ['use', 'node.k8s.io', 'runtimeclasses', true],
])('%s %s %s is asked in namespaces: %s', (verb, group, resource, expected) => {
  expect(isAskedInNamespaces({ verb, group, resource })).toBe(expected);
});
