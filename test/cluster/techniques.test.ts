import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ApiClient, ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, asUser, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';

/* What the techniques of attack paths take, the API server takes, and nothing less. */

let plane: ControlPlane;
let admin: ApiClient;
const rbac = 'rbac.authorization.k8s.io';
const apiVersion = `${rbac}/v1`;
const authentication = 'authentication.k8s.io';

type Rule = Readonly<Record<string, readonly string[]>>;

function clusterRole(name: string, ...rules: readonly Rule[]): ApiObject {
  return { apiVersion, kind: 'ClusterRole', metadata: { name }, rules };
}

function rule(verbs: readonly string[], group: string, resource: string, ...resourceNames: readonly string[]): Rule {
  return { verbs, apiGroups: [group], resources: [resource], ...(resourceNames.length === 0 ? {} : { resourceNames }) };
}

function binding(name: string, role: string, user: string): ApiObject {
  const subjects = [{ apiGroup: rbac, kind: 'User', name: user }];
  return {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: role },
    subjects,
  };
}

async function grant(user: string, name: string, ...rules: readonly Rule[]): Promise<void> {
  await make(admin, clusterRole(name, ...rules));
  await make(admin, binding(name, name, user));
  await seenByAuthorizer(admin);
}

beforeAll(async () => {
  plane = await startControlPlane();
  admin = asAdmin(plane.address);
});
afterAll(() => plane?.stop());

describe('a role that is changed by its name', () => {
  const everything = rule(['*'], '*', '*');

  test.each<[string, readonly Rule[], number]>([
    ['escalate-and-update', [rule(['escalate', 'update'], rbac, 'clusterroles', 'of-escalate-and-update')], 200],
    ['escalate-for-all', [rule(['escalate'], rbac, 'clusterroles'), rule(['update'], rbac, 'clusterroles', 'of-escalate-for-all')], 200],
    ['update-alone', [rule(['update'], rbac, 'clusterroles', 'of-update-alone')], 403],
    ['escalate-alone', [rule(['escalate'], rbac, 'clusterroles', 'of-escalate-alone')], 403],
    [
      'escalate-another',
      [rule(['escalate'], rbac, 'clusterroles', 'other'), rule(['update'], rbac, 'clusterroles', 'of-escalate-another')],
      403,
    ],
  ])('%s', async (user, rules, expected) => {
    const role = `of-${user}`;
    await grant(user, role, rule(['get'], '', 'configmaps'));
    await grant(user, `${role}-more`, ...rules);
    const { status } = await asUser(plane.address, user).update(clusterRole(role, everything));
    expect(status).toBe(expected);
    // Whoever has the role has what is added to it.
    await seenByAuthorizer(admin);
    const { status: reads } = await asUser(plane.address, user).request('GET', '/api/v1/secrets');
    expect(reads).toBe(expected);
  });
});

test('a group is acted for with any one user, and with none it is not', async () => {
  await grant('of-groups', 'of-groups', rule(['impersonate'], '', 'groups'), rule(['impersonate'], '', 'users', 'bob'));
  await grant('of-masters', 'of-masters', rule(['impersonate'], '', 'groups', 'system:masters'), rule(['impersonate'], '', 'users', 'bob'));
  await grant('of-no-user', 'of-no-user', rule(['impersonate'], '', 'groups'));
  const status = async (user: string): Promise<number> =>
    (await asUser(plane.address, user).as('bob', ['system:masters']).request('GET', '/api/v1/secrets')).status;
  expect(await Promise.all(['of-groups', 'of-masters', 'of-no-user'].map(status))).toEqual([200, 200, 403]);
});

describe('somebody else for single verbs', () => {
  const list = '/api/v1/configmaps';

  test('takes the identity, the verb, and that the other may', async () => {
    await grant('bob', 'bob', rule(['list'], '', 'configmaps'), rule(['list'], '', 'services'));
    await grant(
      'both',
      'both',
      rule(['impersonate:user-info'], authentication, 'users', 'bob', 'nobody'),
      rule(['impersonate-on:user-info:list'], '', 'configmaps'),
    );
    await grant('identity', 'identity', rule(['impersonate:user-info'], authentication, 'users'));
    await grant('verb', 'verb', rule(['impersonate-on:user-info:list'], '', 'configmaps'));
    const status = async (user: string, as: string, path: string): Promise<number> =>
      (await asUser(plane.address, user).as(as).request('GET', path)).status;
    expect(await status('both', 'bob', list)).toBe(200);
    expect(await status('both', 'bob', '/api/v1/services')).toBe(403);
    expect(await status('both', 'nobody', list)).toBe(403);
    expect(await status('both', 'joe', list)).toBe(403);
    expect(await status('identity', 'bob', list)).toBe(403);
    expect(await status('verb', 'bob', list)).toBe(403);
  });

  test('is him where the server asks for bind', async () => {
    await grant('binder', 'binder', rule(['bind'], rbac, 'clusterroles'), rule(['create'], rbac, 'clusterrolebindings'));
    await grant(
      'actor',
      'actor',
      rule(['impersonate:user-info'], authentication, 'users', 'binder'),
      rule(['impersonate-on:user-info:create'], rbac, 'clusterrolebindings'),
    );
    const actor = asUser(plane.address, 'actor').as('binder');
    const { status } = await actor.request('POST', `/apis/${apiVersion}/clusterrolebindings`, binding('taken', 'cluster-admin', 'actor'));
    expect(status).toBe(201);
  });
});
