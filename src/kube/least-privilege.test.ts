import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { nowhere, type RightsRequest, type RightsRule } from '../core/index.ts';
import { leastRoles, roleObjects, rulesOf, startObserving, type LeastRole, type NamesPolicy } from './least-privilege.ts';
import { buildRbac, type Rbac, type RbacFact } from './rbac/index.ts';
import { runs } from '../../test/runs.ts';

const subject = { kind: 'ServiceAccount', namespace: 'shop', name: 'web' } as const;
const at = { resource: 0, path: [], location: nowhere };

/** The roles, bound to the subject, as the engine takes them. */
function bound(roles: readonly LeastRole[]): Rbac {
  const facts = roles.flatMap(({ namespace, rules }): RbacFact[] => {
    const kind = namespace === undefined ? 'ClusterRole' : 'Role';
    const named = { namespace, name: 'web', at };
    return [
      { type: 'role', kind, labels: {}, aggregates: [], rules: rules.map((rule) => ({ ...rule, at })), ...named },
      { type: 'binding', kind: `${kind}Binding`, roleRef: { kind, name: 'web' }, subjects: [{ ...subject, at }], ...named },
    ];
  });
  return buildRbac(facts);
}

function rolesFor(requests: readonly RightsRequest[], policy?: NamesPolicy): LeastRole[] {
  const observations = startObserving(policy);
  for (const request of requests) observations.add(request);
  return leastRoles(observations.needs());
}

const lists = ['verbs', 'apiGroups', 'resources', 'resourceNames', 'nonResourceURLs'] as const;

/** The roles with one entry of one list of one rule taken out, in every way; names but one, because none at all are all of them. */
function* withoutOne(roles: readonly LeastRole[]): Generator<readonly LeastRole[], void> {
  for (const [place, role] of roles.entries())
    for (const [index, rule] of role.rules.entries())
      for (const list of lists)
        for (const entry of rule[list]) {
          const rest = rule[list].filter((each) => each !== entry);
          const less: RightsRule[] = list === 'resourceNames' && rest.length === 0 ? [] : [{ ...rule, [list]: rest }];
          yield roles.with(place, { ...role, rules: role.rules.toSpliced(index, 1, ...less) });
        }
}

const names = fc.constantFrom('a', 'b', 'c', '*');
const ofObjects: fc.Arbitrary<RightsRequest> = fc
  .record({
    verb: fc.constantFrom('get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection', 'impersonate'),
    group: fc.constantFrom('', 'apps'),
    resource: fc.constantFrom('pods', 'secrets', 'deployments', 'namespaces'),
    subresource: fc.option(fc.constantFrom('status', 'log'), { nil: undefined }),
    name: fc.option(names, { nil: undefined }),
    namespace: fc.option(fc.constantFrom('shop', 'dev'), { nil: undefined }),
  })
  .map(({ subresource, name, namespace, ...rest }) => ({
    ...rest,
    ...(subresource === undefined ? {} : { subresource }),
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
  }));
const ofUrls: fc.Arbitrary<RightsRequest> = fc.record({
  verb: fc.constantFrom('get', 'post'),
  url: fc.constantFrom('/healthz', '/metrics', '/apis/apps'),
});
const requests = fc.array(fc.oneof({ arbitrary: ofObjects, weight: 5 }, { arbitrary: ofUrls, weight: 1 }), { minLength: 1, maxLength: 25 });

describe('whatever was observed', () => {
  test.each(['auto', 'all', 'none'] as const)('the roles (names: %s) permit it', (policy) => {
    fc.assert(
      fc.property(requests, (observed) => {
        const rbac = bound(rolesFor(observed, policy));
        for (const request of observed) expect(rbac.can(subject, request).allowed, JSON.stringify(request)).toBe(true);
      }),
      { seed: 6, numRuns: runs(20, 600) },
    );
  });

  test.each(['auto', 'all', 'none'] as const)('no entry of a rule (names: %s) can be taken out', (policy) => {
    fc.assert(
      fc.property(requests, (observed) => {
        for (const less of withoutOne(rolesFor(observed, policy))) {
          const rbac = bound(less);
          expect(observed.some((request) => !rbac.can(subject, request).allowed)).toBe(true);
        }
      }),
      { seed: 7, numRuns: runs(15, 300) },
    );
  });

  test('the roles permit nothing else, where names are kept', () => {
    fc.assert(
      fc.property(requests, ofObjects, (observed, other) => {
        const rbac = bound(rolesFor(observed, 'all'));
        const isCovered = observed.some(
          (request) =>
            !('url' in request) &&
            !('url' in other) &&
            request.verb === other.verb &&
            request.group === other.group &&
            request.resource === other.resource &&
            request.subresource === other.subresource &&
            (request.namespace === undefined || request.namespace === other.namespace) &&
            (request.name === undefined || request.name === other.name),
        );
        expect(rbac.can(subject, other).allowed).toBe(isCovered);
      }),
      { seed: 8, numRuns: 200 },
    );
  });

  test('the order of the requests does not matter', () => {
    fc.assert(
      fc.property(requests, (observed) => {
        expect(rolesFor(observed.toReversed())).toEqual(rolesFor(observed));
      }),
      { seed: 9, numRuns: 200 },
    );
  });
});

describe('names', () => {
  const get = (resource: string, name: string, verb = 'get'): RightsRequest => ({ verb, group: '', resource, name, namespace: 'shop' });
  const many = Array.from({ length: 11 }, (_, index) => `n${index}`);

  test('are kept where they are few', () => {
    const [role] = rolesFor([get('configmaps', 'a'), get('configmaps', 'b')]);
    expect(role?.rules).toEqual([
      { apiGroups: [''], resources: ['configmaps'], resourceNames: ['a', 'b'], verbs: ['get'], nonResourceURLs: [] },
    ]);
  });

  test('are left out where controllers make them up, or they are too many, and that is told', () => {
    expect(rolesFor([get('pods', 'web-7d4b9c-x2x8z')])[0]?.rules[0]?.resourceNames).toEqual([]);
    const observations = startObserving();
    for (const name of many) observations.add(get('configmaps', name));
    expect(observations.needs()).toMatchObject([{ names: [], widened: true, count: 11 }]);
  });

  test('are kept longer where all objects would be all power', () => {
    expect(rolesFor(many.map((name) => get('secrets', name)))[0]?.rules[0]?.resourceNames).toHaveLength(11);
    expect(rolesFor(many.map((name) => get('users', name, 'impersonate')))[0]?.rules[0]?.resourceNames).toHaveLength(11);
  });

  test('do not fill the memory, however many there are', () => {
    const observations = startObserving('all');
    for (let index = 0; index < 5000; index++) observations.add(get('pods', `p${index}`));
    expect(observations.needs()).toMatchObject([{ names: [], widened: true, count: 5000 }]);
  });
});

test('what a ClusterRole grants is not granted again in a namespace', () => {
  const list: RightsRequest = { verb: 'list', group: '', resource: 'pods' };
  expect(rolesFor([list, { ...list, namespace: 'shop' }])).toMatchObject([{ namespace: undefined, rules: [{ verbs: ['list'] }] }]);
});

test('a star in a request is no star in a rule', () => {
  const observations = startObserving();
  const stars: RightsRequest[] = [
    { verb: 'get', url: '/*' },
    { verb: 'get', group: '', resource: '*', namespace: 'shop' },
    { verb: 'get', group: '*', resource: 'pods' },
    { verb: '*', group: '', resource: 'pods' },
  ];
  for (const request of stars) observations.add(request);
  expect([observations.needs(), observations.starred, observations.count]).toEqual([[], 4, 4]);
});

test('verbs and resources that go together stand together', () => {
  const rules = rulesOf(
    ['pods', 'services'].flatMap((resource) => ['watch', 'get', 'list'].map((verb) => ({ verb, group: '', resource, names: [] }))),
  );
  expect(rules).toEqual([
    { apiGroups: [''], resources: ['pods', 'services'], resourceNames: [], verbs: ['get', 'list', 'watch'], nonResourceURLs: [] },
  ]);
});

test('the objects are complete', () => {
  const roles = rolesFor([
    { verb: 'get', url: '/metrics' },
    { verb: 'list', group: 'apps', resource: 'deployments', namespace: 'shop' },
  ]);
  const rbac = 'rbac.authorization.k8s.io';
  expect(roleObjects(roles, { kind: 'User', name: 'jo' }, 'jo-observed')).toEqual([
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRole',
      metadata: { name: 'jo-observed' },
      rules: [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'jo-observed' },
      roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'jo-observed' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'jo' }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'Role',
      metadata: { name: 'jo-observed', namespace: 'shop' },
      rules: [{ apiGroups: ['apps'], resources: ['deployments'], verbs: ['list'] }],
    },
    {
      apiVersion: `${rbac}/v1`,
      kind: 'RoleBinding',
      metadata: { name: 'jo-observed', namespace: 'shop' },
      roleRef: { apiGroup: rbac, kind: 'Role', name: 'jo-observed' },
      subjects: [{ apiGroup: rbac, kind: 'User', name: 'jo' }],
    },
  ]);
});
