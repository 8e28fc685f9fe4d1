import { describe, expect, test } from 'vitest';
import { binding, clusterRole, factsOf, role, type Manifest, type Rule } from '../../../test/rbac/facts-of.ts';
import { buildRbac, covers, mayWriteBinding, mayWriteRole, type NewBinding, type NewRole, type PolicyRule, type Write } from './index.ts';

const rule = (fields: Rule): PolicyRule => ({ verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [], ...fields });
const rules = (...list: readonly Rule[]): PolicyRule[] => list.map(rule);

describe('covers', () => {
  const of = (groups: string, verbs: string, resources: string, names = ''): Rule => ({
    apiGroups: groups.split(' '),
    verbs: verbs.split(' '),
    resources: resources.split(' '),
    ...(names === '' ? {} : { resourceNames: names.split(' ') }),
  });
  const url = (verbs: string, urls: string): Rule => ({ verbs: verbs.split(' '), nonResourceURLs: urls.split(' ') });
  const everyPair = (...groups: string[]) =>
    groups.flatMap((group) => [of(group, 'delete', 'pods'), of(group, 'delete', 'jobs'), of(group, 'update', 'jobs pods')]);

  test.each<[string, Rule[], Rule[], Rule[]]>([
    ['itself', [of('a', 'get', 'jobs')], [of('a', 'get', 'jobs')], []],
    ['a subresource by that of everything', [of('a', 'get', '*/scale')], [of('a', 'get', 'jobs/scale')], []],
    ['not another subresource', [of('a', 'get', '*/scale')], [of('a', 'get', 'jobs/log')], [of('a', 'get', 'jobs/log')]],
    ['not the resource by its subresources', [of('a', 'get', '*/jobs')], [of('a', 'get', 'jobs')], [of('a', 'get', 'jobs')]],
    ['one rule by several', everyPair('a'), [of('a', 'delete update', 'jobs pods')], []],
    ['several groups by several rules', everyPair('a', 'b'), [of('a b', 'delete update', 'jobs pods')], []],
    ['several rules by one', [of('a b', 'delete update', 'jobs pods')], everyPair('a', 'b'), []],
    [
      'all but one pair',
      [of('a', 'delete update', 'jobs'), of('a', 'delete', 'pods')],
      [of('a', 'delete update', 'jobs pods')],
      [of('a', 'update', 'pods')],
    ],
    ['groups by a star', [of('*', 'get', 'jobs')], [of('a b', 'get', 'jobs')], []],
    ['a star by a star', [of('*', '*', '*')], [of('*', '*', '*')], []],
    ['no star of groups by groups', [of('a', 'get', 'jobs')], [of('*', 'get', 'jobs')], [of('*', 'get', 'jobs')]],
    ['verbs by a star', [of('a', '*', 'jobs')], [of('a', 'list watch', 'jobs')], []],
    ['no star of verbs by verbs', [of('a', 'get list watch create', 'jobs')], [of('a', '*', 'jobs')], [of('a', '*', 'jobs')]],
    ['resources by a star', [of('a', 'get', '*')], [of('a', 'get', 'jobs jobs/log')], []],
    ['no star of resources by resources', [of('a', 'get', 'jobs')], [of('a', 'get', '*')], [of('a', 'get', '*')]],
    ['names by no names', [of('a', 'get', 'jobs')], [of('a', 'get', 'jobs', 'x y')], []],
    ['no names not by names', [of('a', 'get', 'jobs', 'x y')], [of('a', 'get', 'jobs')], [of('a', 'get', 'jobs')]],
    ['names by two rules', [of('a', 'get', 'jobs', 'x'), of('a', 'get', 'jobs', 'y')], [of('a', 'get', 'jobs', 'x y')], []],
    [
      'no verb and group of two rules mixed',
      [of('a', 'get', 'jobs'), of('b', 'list', 'jobs')],
      [of('b', 'get', 'jobs')],
      [of('b', 'get', 'jobs')],
    ],
    ['a URL', [url('*', '/apis')], [url('*', '/apis')], []],
    ['URLs by a star', [url('*', '*')], [url('*', '/apis /apis/v1 /')], []],
    ['a URL not by what is below', [url('*', '/apis/*')], [url('get', '/apis /apis/v1')], [url('get', '/apis')]],
    ['URLs by a prefix', [url('*', '/apis/*')], [url('get', '/apis/v1/foo /apis/v1')], []],
    ['a shorter URL not by a longer one', [url('*', '/api/v1')], [url('get', '/api')], [url('get', '/api')]],
    ['no prefix with a star inside', [url('*', '/api/*/*')], [url('get', '/api/v1')], [url('get', '/api/v1')]],
    [
      'URL and resource of one rule',
      [{ ...of('a', 'get', 'jobs'), ...url('get', '/apis') }],
      [{ ...of('a', 'get', 'jobs'), ...url('get', '/apis') }],
      [],
    ],
    ['the resource alone', [of('a', 'get', 'jobs')], [{ ...of('a', 'get', 'jobs'), ...url('get', '/apis') }], [url('get', '/apis')]],
    ['nothing', [], [], []],
  ])('%s', (_, owner, wanted, uncovered) => {
    expect(covers(rules(...owner), rules(...wanted))).toEqual(rules(...uncovered));
  });

  test.each([
    ['*', '', true],
    ['*', '/api', true],
    ['/*', '', false],
    ['/*', '/', true],
    ['/apis', '/api', false],
    ['/api/v1', '/api/v1', true],
    ['/api/*', '/api/v1', true],
    ['/api/*', '/api', false],
    ['/api/**', '/api/*', true],
    ['/*/v1/*', '/api/v1', false],
  ])('of the URL %s %s: %s', (owner, wanted, expected) => {
    expect(covers(rules(url('get', owner)), rules(url('get', wanted))).length === 0).toBe(expected);
  });

  test('a rule of too many parts is compared as a whole', () => {
    const many = Array.from({ length: 1000 }, (_, index) => `r${index}`);
    const vast = rule({ verbs: many, apiGroups: many, resources: many });
    expect(covers([vast], [vast])).toEqual([]);
    expect(covers([rule({ ...vast, verbs: ['r0'] })], [vast])).toEqual([vast]);
  });
});

const rbacGroup = ['rbac.authorization.k8s.io'];
const write = {
  apiGroups: rbacGroup,
  resources: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'],
  verbs: ['create', 'update', 'patch'],
};
const readPods = { apiGroups: [''], resources: ['pods'], verbs: ['get'] };
const readSecrets = { ...readPods, resources: ['secrets'] };

/** Jane may write roles and bindings, and what the rules say. */
function world(namespace: string | undefined, ...own: readonly Rule[]): ReturnType<typeof buildRbac> {
  const all: Manifest[] = [
    clusterRole('jane', write, ...own),
    binding(namespace, 'jane', 'ClusterRole jane', 'User jane'),
    clusterRole('pods', readPods),
    role('shop', 'secrets', readPods, readSecrets),
  ];
  return buildRbac(factsOf(...all));
}
const jane = { subject: { kind: 'User', name: 'jane' } } as const;

describe('writing a role', () => {
  const newRole = (fields: Partial<NewRole> = {}): NewRole => ({
    kind: 'Role',
    namespace: 'shop',
    name: 'new',
    rules: rules(readPods, readSecrets),
    aggregates: [],
    ...fields,
  });
  const may = (rbac: ReturnType<typeof world>, how: Write, fields?: Partial<NewRole>, groups: readonly string[] = []) =>
    mayWriteRole(rbac, { ...jane, groups }, how, newRole(fields)).because;

  test('needs every right that it gives', () => {
    const rbac = world(undefined, readPods);
    expect(mayWriteRole(rbac, jane, 'create', newRole())).toMatchObject({ allowed: false, missing: rules(readSecrets) });
    expect(may(world(undefined, readPods, readSecrets), 'create')).toBe('covered');
    expect(may(world('shop', readPods, readSecrets), 'update')).toBe('covered');
  });

  test('or the verb "escalate", which a name gives only to requests that carry it', () => {
    const escalate = { apiGroups: rbacGroup, resources: ['roles'], verbs: ['escalate'] };
    expect(may(world('shop', escalate), 'create')).toBe('verb');
    const named = world('shop', { ...escalate, resourceNames: ['new'] });
    expect(['create', 'update', 'patch', 'apply'].map((how) => may(named, how as Write))).toEqual(['not-covered', 'verb', 'verb', 'verb']);
    expect(may(named, 'update', { name: 'other' })).toBe('not-covered');
    expect(may(world(undefined, escalate), 'create', { kind: 'ClusterRole', namespace: undefined })).toBe('not-covered');
  });

  test('and the right to write at all', () => {
    expect(may(world('bank', readPods, readSecrets), 'create')).toBe('may-not-write');
    expect(may(world('shop', readPods, readSecrets), 'create', { kind: 'ClusterRole', namespace: undefined })).toBe('may-not-write');
    expect(may(world('bank'), 'create', {}, ['system:masters'])).toBe('privileged');
  });

  test('by server-side apply asks for the right to create it last', () => {
    const patching = { apiGroups: rbacGroup, resources: ['roles'], verbs: ['patch'] };
    const rbac = (...own: readonly Rule[]) =>
      buildRbac(factsOf(clusterRole('jane', patching, ...own), binding('shop', 'jane', 'ClusterRole jane', 'User jane')));
    expect(may(rbac(readPods), 'apply')).toBe('not-covered');
    expect(may(rbac(readPods, readSecrets), 'apply')).toBe('may-not-write');
    expect(may(rbac(readPods, readSecrets), 'patch')).toBe('covered');
    expect(may(rbac(readPods, readSecrets, { ...patching, verbs: ['create'], resourceNames: ['new'] }), 'apply')).toBe('covered');
  });

  test('that aggregates needs everything', () => {
    const aggregating: Partial<NewRole> = { kind: 'ClusterRole', namespace: undefined, rules: [], aggregates: [{}] };
    expect(may(world(undefined, readPods), 'create', aggregating)).toBe('not-covered');
    const all = [
      { apiGroups: ['*'], resources: ['*'], verbs: ['*'] },
      { nonResourceURLs: ['*'], verbs: ['*'] },
    ];
    expect(may(world(undefined, ...all.slice(1)), 'create', aggregating)).toBe('not-covered');
    expect(may(world(undefined, readPods), 'update', { ...aggregating, aggregates: [], aggregatedBefore: true })).toBe('not-covered');
    expect(may(world(undefined, readPods), 'update', { ...aggregating, aggregates: [] })).toBe('covered');
  });
});

describe('writing a binding', () => {
  const newBinding = (roleRef: string, namespace: string | undefined = 'shop'): NewBinding => {
    const [kind = '', name = ''] = roleRef.split(' ');
    return { kind: namespace === undefined ? 'ClusterRoleBinding' : 'RoleBinding', namespace, name: 'new', roleRef: { kind, name } };
  };
  const may = (rbac: ReturnType<typeof world>, ...args: Parameters<typeof newBinding>) =>
    mayWriteBinding(rbac, jane, 'create', newBinding(...args));

  test('needs every right of the role', () => {
    expect(may(world('shop', readPods), 'ClusterRole pods').because).toBe('covered');
    expect(may(world('shop', readPods), 'Role secrets')).toMatchObject({ because: 'not-covered', missing: rules(readSecrets) });
    expect(may(world('bank', readPods), 'ClusterRole pods').because).toBe('may-not-write');
  });

  test('or the verb "bind" on the role in the namespace of the binding', () => {
    const bind = { apiGroups: rbacGroup, resources: ['clusterroles'], resourceNames: ['pods'], verbs: ['bind'] };
    expect(may(world('shop', bind), 'ClusterRole pods').because).toBe('verb');
    expect(may(world(undefined, bind), 'ClusterRole pods').because).toBe('verb');
    expect(may(world('shop', bind), 'Role secrets').because).toBe('not-covered');
  });

  test('to a role that is not there needs "bind"', () => {
    expect(may(world(undefined), 'ClusterRole gone').because).toBe('no-role');
    expect(may(world(undefined, { apiGroups: ['*'], resources: ['*'], verbs: ['bind'] }), 'ClusterRole gone').because).toBe('verb');
  });

  test('for the whole cluster needs rights there', () => {
    const clusterWide = binding(undefined, 'writer', 'ClusterRole writer', 'User jane');
    const rbac = buildRbac(
      factsOf(
        clusterRole('writer', write),
        clusterWide,
        clusterRole('pods', readPods),
        binding('shop', 'b', 'ClusterRole pods', 'User jane'),
      ),
    );
    expect(
      mayWriteBinding(rbac, jane, 'create', { ...newBinding('ClusterRole pods'), kind: 'ClusterRoleBinding', namespace: undefined })
        .because,
    ).toBe('not-covered');
    expect(mayWriteBinding(rbac, jane, 'update', newBinding('ClusterRole pods')).because).toBe('covered');
  });
});
