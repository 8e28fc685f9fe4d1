import { describe, expect, test } from 'vitest';
import { binding, clusterRole, factsOf, role, type Manifest } from '../../../test/rbac/facts-of.ts';
import { buildRbac, ruleAllows, userNamed, type Holder, type Question, type Rbac, type RbacSubject } from './index.ts';

const build = (...manifests: readonly Manifest[]): Rbac => buildRbac(factsOf(...manifests));
const jane: RbacSubject = { kind: 'User', name: 'jane' };
const web: RbacSubject = { kind: 'ServiceAccount', namespace: 'shop', name: 'web' };
const group = (name: string): RbacSubject => ({ kind: 'Group', name });
const readPods = { apiGroups: [''], resources: ['pods'], verbs: ['get', 'list'] };
const get = (resource: string, namespace?: string, name?: string): Question => ({
  verb: 'get',
  group: '',
  resource,
  ...(namespace === undefined ? {} : { namespace }),
  ...(name === undefined ? {} : { name }),
});
const names = (holders: readonly Holder[]): string[] => holders.map(({ subject }) => `${subject.kind} ${subject.name}`);

describe('a rule', () => {
  const rule = (fields: object) => ({
    verbs: ['get'],
    apiGroups: [''],
    resources: ['pods'],
    resourceNames: [],
    nonResourceURLs: [],
    ...fields,
  });
  const pods = { verb: 'get', group: '', resource: 'pods' };
  const exec = { verb: 'create', group: '', resource: 'pods', subresource: 'exec' };

  test.each<[string, object, Question, boolean]>([
    ['of the verb', {}, pods, true],
    ['of another verb', {}, { ...pods, verb: 'list' }, false],
    ['of the verb in capitals', { verbs: ['GET'] }, pods, false],
    ['of every verb, for one that nobody knows', { verbs: ['*'] }, { ...pods, verb: 'dance' }, true],
    ['of another group', { apiGroups: ['apps'] }, pods, false],
    ['of every group', { apiGroups: ['*'] }, pods, true],
    ['of a resource, for its subresource', { verbs: ['*'] }, exec, false],
    ['of every resource, for a subresource', { verbs: ['*'], resources: ['*'] }, exec, true],
    ['of the subresource', { verbs: ['*'], resources: ['pods/exec'] }, exec, true],
    ['of the subresource of everything', { verbs: ['*'], resources: ['*/exec'] }, exec, true],
    ['of all subresources, which is no pattern', { verbs: ['*'], resources: ['pods/*'] }, exec, false],
    ['of the subresource, for the resource', { verbs: ['*'], resources: ['pods/exec'] }, pods, false],
    ['of a name', { resourceNames: ['a', 'b'] }, { ...pods, name: 'b' }, true],
    ['of a name, for another', { resourceNames: ['a'] }, { ...pods, name: 'b' }, false],
    ['of a name, for a request without one', { resourceNames: ['a'] }, pods, false],
    ['of no name, for a request without one', { resourceNames: [''] }, pods, true],
    ['of a star as a name', { resourceNames: ['*'] }, { ...pods, name: 'b' }, false],
    ['of resources, for a URL', { verbs: ['*'] }, { verb: 'get', url: 'pods' }, false],
    ['of a URL', { nonResourceURLs: ['/healthz'] }, { verb: 'get', url: '/healthz' }, true],
    ['of a URL, for one below', { nonResourceURLs: ['/healthz'] }, { verb: 'get', url: '/healthz/etcd' }, false],
    ['of a prefix', { nonResourceURLs: ['/healthz*'] }, { verb: 'get', url: '/healthzfoo' }, true],
    ['of a prefix with several stars', { nonResourceURLs: ['/healthz***'] }, { verb: 'get', url: '/healthzfoo' }, true],
    ['of a folder, for itself', { nonResourceURLs: ['/apis/*'] }, { verb: 'get', url: '/apis' }, false],
    ['of a star in the middle', { nonResourceURLs: ['/a*c'] }, { verb: 'get', url: '/abc' }, false],
    ['of every URL', { nonResourceURLs: ['*'] }, { verb: 'get', url: '/' }, true],
  ])('%s', (_, fields, question, expected) => {
    expect(ruleAllows(rule(fields), question)).toBe(expected);
  });
});

describe('can', () => {
  const both = build(clusterRole('read', readPods), binding('shop', 'b', 'ClusterRole read', 'User jane', 'ServiceAccount web'));

  test('a RoleBinding grants in its namespace only', () => {
    expect(both.can(jane, get('pods', 'shop')).allowed).toBe(true);
    expect(both.can(jane, get('pods', 'bank')).allowed).toBe(false);
    expect(both.can(jane, get('pods')).allowed).toBe(false);
  });

  test('an account without a namespace is one of the binding', () => {
    expect(both.can(web, get('pods', 'shop')).allowed).toBe(true);
    expect(both.can({ ...web, namespace: 'bank' }, get('pods', 'shop')).allowed).toBe(false);
    expect(both.can(userNamed('system:serviceaccount:shop:web'), get('pods', 'shop')).allowed).toBe(true);
    expect(both.can({ kind: 'User', name: 'system:serviceaccount:shop:web' }, get('pods', 'shop')).allowed).toBe(true);
  });

  test('a ClusterRoleBinding grants everywhere, with every way named', () => {
    const rbac = build(
      binding('shop', 'here', 'Role read', 'Group dev', 'User jane'),
      binding(undefined, 'all', 'ClusterRole read', 'User jane'),
      clusterRole('read', { ...readPods, verbs: ['watch'] }, readPods),
      role('shop', 'read', readPods),
    );
    const { grants } = rbac.can(jane, get('pods', 'shop'));
    expect(grants.map(({ binding: { name }, subject, rule }) => [name, subject.at.path, rule.at.resource, rule.at.path])).toEqual([
      ['all', ['subjects', 0], 2, ['rules', 1]],
      ['here', ['subjects', 1], 3, ['rules', 0]],
    ]);
    expect(rbac.can(jane, get('pods')).allowed).toBe(true);
    expect(rbac.can(jane, get('pods', 'bank'), ['dev']).grants).toHaveLength(1);
  });

  test('a ClusterRoleBinding cannot grant a Role, nor an account that is nowhere', () => {
    const rbac = build(
      role('', 'read', readPods),
      binding(undefined, 'a', 'Role read', 'User jane'),
      clusterRole('read', readPods),
      binding(undefined, 'b', 'ClusterRole read', 'ServiceAccount web'),
    );
    expect(rbac.can(jane, get('pods')).allowed).toBe(false);
    expect(rbac.can({ ...web, namespace: '' }, get('pods')).allowed).toBe(false);
  });

  test('a URL is only granted for the whole cluster', () => {
    const url = { nonResourceURLs: ['/metrics'], verbs: ['get'] };
    const rbac = build(clusterRole('read', url), binding('shop', 'b', 'ClusterRole read', 'User jane'));
    expect(rbac.can(jane, { verb: 'get', url: '/metrics' }).allowed).toBe(false);
  });

  test.each<[RbacSubject, string, boolean]>([
    [jane, 'system:authenticated', true],
    [jane, 'system:unauthenticated', false],
    [web, 'system:authenticated', true],
    [web, 'system:serviceaccounts', true],
    [web, 'system:serviceaccounts:shop', true],
    [web, 'system:serviceaccounts:bank', false],
    [group('dev'), 'dev', true],
    [group('dev'), 'system:authenticated', true],
    [group('system:serviceaccounts:shop'), 'system:serviceaccounts', true],
    [{ kind: 'User', name: 'system:anonymous' }, 'system:unauthenticated', true],
    [{ kind: 'User', name: 'system:anonymous' }, 'system:authenticated', false],
    [group('system:unauthenticated'), 'system:authenticated', false],
  ])('%j is in %s: %s', (subject, name, expected) => {
    const rbac = build(clusterRole('read', readPods), binding(undefined, 'b', 'ClusterRole read', `Group ${name}`));
    expect(rbac.can(subject, get('pods')).allowed).toBe(expected);
  });

  test('no role gives more reasons than anybody reads', () => {
    const many = Array.from({ length: 200 }, (_, index) => ({ ...readPods, resources: ['pods', `r${index}`] }));
    const rbac = build(clusterRole('read', ...many), binding(undefined, 'b', 'ClusterRole read', 'User jane'));
    expect(rbac.can(jane, get('pods')).grants).toHaveLength(50);
    expect(rbac.effective(jane)).toHaveLength(200);
  });

  test('system:masters may do everything', () => {
    expect(build().can(jane, get('pods'), ['system:masters'])).toEqual({ allowed: true, grants: [], privileged: true });
    expect(build().can(group('system:masters'), { verb: 'get', url: '/' }).allowed).toBe(true);
  });
});

describe('aggregation', () => {
  const aggregate = (name: string, label: string, labels: object = {}, ...rules: readonly object[]): Manifest => ({
    ...clusterRole(name),
    metadata: { name, labels },
    aggregationRule: { clusterRoleSelectors: [{ matchLabels: { to: 'nothing' } }, { matchLabels: { to: label } }] },
    rules,
  });
  const part = (name: string, label: string, rule: object): Manifest => ({
    ...clusterRole(name),
    metadata: { name, labels: { to: label } },
    rules: [rule],
  });
  const bound = binding(undefined, 'b', 'ClusterRole top', 'User jane');

  test('is followed through several roles, and names where a rule stands', () => {
    const rbac = build(
      aggregate('top', 'a'),
      aggregate('middle', 'b', { to: 'a' }),
      part('leaf', 'b', readPods),
      part('twin', 'b', readPods),
      bound,
    );
    const { grants } = rbac.can(jane, get('pods'));
    expect(grants.map(({ role: { name }, source }) => [name, source.name])).toEqual([['top', 'leaf']]);
  });

  test('overwrites the rules of the role, unless nothing that it selects was read', () => {
    const own = { ...readPods, resources: ['secrets'] };
    const can = (...more: readonly Manifest[]) => build(aggregate('top', 'a', {}, own), bound, ...more).can(jane, get('secrets')).allowed;
    expect(can(part('leaf', 'a', readPods))).toBe(false);
    expect(can()).toBe(true);
  });

  test('in a circle gives what stands in none of it', () => {
    const rbac = build(aggregate('top', 'a', { to: 'b' }), aggregate('other', 'b', { to: 'a' }), part('leaf', 'b', readPods), bound);
    expect(rbac.can(jane, get('pods')).allowed).toBe(true);
  });

  test('that would take for ever is not followed, and the roles count as not read', () => {
    const many = Array.from({ length: 300 }, (_, index) => aggregate(`all-${index}`, 'all', { to: 'all' }, readPods));
    const rbac = build(...many, clusterRole('read', readPods), binding(undefined, 'b', 'ClusterRole all-7', 'User jane'));
    expect([rbac.untold.length, rbac.roles.map(({ name }) => name)]).toEqual([300, ['read']]);
    expect(rbac.missingRoles.map(({ roleRef }) => roleRef.name)).toEqual(['all-7']);
    expect(build(...many.slice(0, 30)).untold).toEqual([]);
  });
});

describe('whoCan', () => {
  const rbac = build(
    clusterRole('read', readPods),
    binding('shop', 'a', 'ClusterRole read', 'User jane', 'ServiceAccount web', 'User jane', 'Robot r2'),
    binding(undefined, 'b', 'ClusterRole read', 'Group dev', 'User system:serviceaccount:shop:web'),
    binding('bank', 'c', 'ClusterRole read', 'User joe'),
  );

  test('in a namespace', () => {
    const holders = rbac.whoCan(get('pods', 'shop'));
    expect(names(holders)).toEqual(['Group dev', 'ServiceAccount web', 'User jane']);
    expect(holders.map(({ grants }) => grants.map((grant) => grant.binding.name))).toEqual([['b'], ['b', 'a'], ['a']]);
  });

  test('everywhere, and besides in each namespace', () => {
    const { everywhere, namespaces } = rbac.whoCanWhere({ verb: 'get', group: '', resource: 'pods' });
    expect(names(everywhere)).toEqual(['Group dev', 'ServiceAccount web']);
    expect([...namespaces].map(([namespace, holders]) => [namespace, ...names(holders)])).toEqual([
      ['bank', 'User joe'],
      ['shop', 'User jane', 'ServiceAccount web'],
    ]);
  });
});

test('effective: everything, those for the whole cluster first', () => {
  const rbac = build(
    clusterRole('read', readPods, { ...readPods, resources: ['secrets'] }),
    binding('shop', 'a', 'ClusterRole read', 'User jane'),
    binding('bank', 'b', 'ClusterRole read', 'Group system:authenticated'),
    binding(undefined, 'c', 'ClusterRole read', 'User jane'),
    binding(undefined, 'd', 'ClusterRole read', 'User joe'),
  );
  const grants = rbac.effective(jane).map((grant) => `${grant.binding.namespace ?? '*'} ${grant.rule.resources.join()}`);
  expect(grants).toEqual(['* pods', '* secrets', 'bank pods', 'bank secrets', 'shop pods', 'shop secrets']);
});

describe('what is not joined', () => {
  const account = (namespace: string, name: string): Manifest => ({
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { namespace, name },
  });
  const rbac = build(
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
    account('shop', 'web'),
    account('lost', 'web'),
    role('shop', 'a', readPods),
    role('shop', 'unused', readPods),
    role('bank', 'a', readPods),
    binding('shop', 'a', 'Role a', 'ServiceAccount web', 'ServiceAccount gone', 'ServiceAccount default'),
    binding('shop', 'b', 'Role b', 'ServiceAccount lost/web', 'ServiceAccount lost/gone', 'Robot r2', 'User jane'),
  );

  test('roles', () => {
    expect(rbac.missingRoles.map(({ name }) => name)).toEqual(['b']);
    expect(rbac.unboundRoles.map(({ namespace, name }) => `${namespace}/${name}`)).toEqual(['shop/unused', 'bank/a']);
    expect(rbac.roles.map((each) => rbac.bindingsOf(each).length)).toEqual([1, 0, 0]);
  });

  test('subjects', () => {
    expect(rbac.missingSubjects.map(({ subject, missing }) => `${subject.name} ${missing}`)).toEqual([
      'gone account',
      'gone namespace',
      'r2 nobody',
    ]);
  });
});
