import { describe, expect, test } from 'vitest';
import { observedRequests, type AuditEvent } from './audit-event.ts';

const jo = { kind: 'User', name: 'jo' } as const;
const user = { name: 'jo', groups: ['dev', 'system:authenticated'], extra: [] };
const pods = { group: '', resource: 'pods', subresource: '', namespace: 'shop', name: '' };

function event(changes: Partial<AuditEvent>): AuditEvent {
  return { stage: 'ResponseComplete', verb: 'get', requestURI: '/api/v1/namespaces/shop/pods', user, object: pods, code: 200, ...changes };
}

function requests(changes: Partial<AuditEvent>) {
  return observedRequests(event(changes), jo).map(({ request }) => request);
}

describe('the request as it was authorized', () => {
  test.each([
    ['a list', { verb: 'list' }, { verb: 'list', group: '', resource: 'pods', namespace: 'shop' }],
    [
      'a list of one name',
      { verb: 'list', requestURI: '/api/v1/namespaces/shop/pods?fieldSelector=metadata.name%3Dweb', object: { ...pods, name: 'web' } },
      { verb: 'list', group: '', resource: 'pods', namespace: 'shop', name: 'web' },
    ],
    [
      'a creation, whose name the log takes from the object',
      { verb: 'create', object: { ...pods, name: 'web' }, code: 201 },
      { verb: 'create', group: '', resource: 'pods', namespace: 'shop' },
    ],
    [
      'a creation below an object',
      {
        verb: 'create',
        requestURI: '/api/v1/namespaces/shop/pods/web/exec?command=ls',
        object: { ...pods, name: 'web', subresource: 'exec' },
      },
      { verb: 'create', group: '', resource: 'pods', subresource: 'exec', namespace: 'shop', name: 'web' },
    ],
    [
      'a creation of a group',
      {
        verb: 'create',
        requestURI: '/apis/apps/v1/namespaces/shop/deployments/web/scale',
        object: { group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'shop', name: 'web' },
      },
      { verb: 'create', group: 'apps', resource: 'deployments', subresource: 'scale', namespace: 'shop', name: 'web' },
    ],
    [
      'a creation of a namespace',
      { verb: 'create', requestURI: '/api/v1/namespaces', object: { ...pods, resource: 'namespaces', namespace: '', name: 'new' } },
      { verb: 'create', group: '', resource: 'namespaces' },
    ],
    [
      'a namespace, which is asked about in itself',
      { requestURI: '/api/v1/namespaces/shop', object: { ...pods, resource: 'namespaces', name: 'shop' } },
      { verb: 'get', group: '', resource: 'namespaces', namespace: 'shop', name: 'shop' },
    ],
    ['no object', { requestURI: '/healthz?verbose', object: undefined }, { verb: 'get', url: '/healthz' }],
    ['a whole URL', { requestURI: 'https://api.example/metrics', object: undefined }, { verb: 'get', url: '/metrics' }],
    ['a path that is no URL', { requestURI: '/%zz', object: undefined }, { verb: 'get', url: '/%zz' }],
  ])('%s', (_, changes, request) => {
    const { object, ...rest } = changes as Partial<AuditEvent>;
    const whole = 'object' in changes && object === undefined ? without(rest) : event(changes as Partial<AuditEvent>);
    expect(observedRequests(whole, jo)).toEqual([{ request, allowed: true }]);
  });

  function without(changes: Partial<AuditEvent>): AuditEvent {
    const { object: _, ...rest } = event(changes);
    return rest;
  }
});

describe('whose it is', () => {
  test.each([
    ['another user', { kind: 'User', name: 'bo' }, 0],
    ['a group of the user', { kind: 'Group', name: 'dev' }, 1],
    ['another group', { kind: 'Group', name: 'ops' }, 0],
    ['an account of that name', { kind: 'ServiceAccount', namespace: 'shop', name: 'jo' }, 0],
  ] as const)('%s', (_, subject, count) => expect(observedRequests(event({}), subject)).toHaveLength(count));

  test('an account goes by its user name', () => {
    const account = { ...user, name: 'system:serviceaccount:shop:web' };
    expect(observedRequests(event({ user: account }), { kind: 'ServiceAccount', namespace: 'shop', name: 'web' })).toHaveLength(1);
  });
});

test.each([
  [{ code: 403 }, false],
  [{ code: 401 }, false],
  [{ code: 403, decision: 'allow' }, false],
  [{ code: 200, decision: 'forbid' }, false],
  [{ code: 404 }, true],
  [{ code: 500, decision: 'allow' }, true],
  [{ code: 409 }, true],
])('%j is permitted: %s', (changes, allowed) => expect(observedRequests(event(changes), jo)[0]?.allowed).toBe(allowed));

test('who makes an object by PUT or by apply is asked for its creation too, by name', () => {
  const named = { ...pods, name: 'web' };
  expect(requests({ verb: 'update', object: named, code: 201 }).map(({ verb }) => verb)).toEqual(['update', 'create']);
  expect(requests({ verb: 'patch', object: named, code: 201 })[1]).toEqual({
    verb: 'create',
    group: '',
    resource: 'pods',
    namespace: 'shop',
    name: 'web',
  });
  expect(requests({ verb: 'patch', object: named, code: 200 })).toHaveLength(1);
});

describe('impersonation', () => {
  const bo = { name: 'bo', groups: ['ops', 'system:authenticated'], extra: [] };

  test('the request is that of whom is impersonated', () => {
    expect(observedRequests(event({ impersonatedUser: bo }), { kind: 'User', name: 'bo' })).toMatchObject([{ request: { verb: 'get' } }]);
  });

  test('whoever impersonates uses the right to do so, whatever becomes of the request', () => {
    const impersonatedUser = { ...bo, uid: '7', extra: [['scopes', ['view']] as const] };
    expect(observedRequests(event({ impersonatedUser, code: 403 }), jo)).toEqual(
      [
        { verb: 'impersonate', group: '', resource: 'users', name: 'bo' },
        { verb: 'impersonate', group: '', resource: 'groups', name: 'ops' },
        { verb: 'impersonate', group: 'authentication.k8s.io', resource: 'uids', name: '7' },
        { verb: 'impersonate', group: 'authentication.k8s.io', resource: 'userextras', subresource: 'scopes', name: 'view' },
      ].map((request) => ({ request, allowed: true })),
    );
  });

  test('an account is impersonated in its namespace, without the groups that are always its own', () => {
    const groups = ['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated'];
    expect(requests({ impersonatedUser: { name: 'system:serviceaccount:shop:web', groups, extra: [] } })).toEqual([
      { verb: 'impersonate', group: '', resource: 'serviceaccounts', name: 'web', namespace: 'shop' },
    ]);
  });

  test('within bounds the verbs name the mode, and the request is asked for too', () => {
    expect(requests({ impersonatedUser: bo, impersonationConstraint: 'impersonate:user-info', verb: 'list' })).toEqual([
      { verb: 'impersonate-on:user-info:list', group: '', resource: 'pods', namespace: 'shop' },
      { verb: 'impersonate:user-info', group: 'authentication.k8s.io', resource: 'users', name: 'bo' },
      { verb: 'impersonate:user-info', group: 'authentication.k8s.io', resource: 'groups', name: 'ops' },
    ]);
    const node = { name: 'system:node:worker', groups: ['system:nodes', 'system:authenticated'], extra: [] };
    expect(requests({ impersonatedUser: node, impersonationConstraint: 'impersonate:associated-node' })[1]).toMatchObject({
      resource: 'nodes',
      name: '*',
    });
    expect(requests({ impersonatedUser: node, impersonationConstraint: 'impersonate:arbitrary-node' })[1]).toMatchObject({
      name: 'worker',
    });
  });
});
