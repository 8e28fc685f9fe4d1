import { describe, expect, test } from 'vitest';
import { letsMakePods, podMakers, type MakerBinding } from './pod-makers.ts';

describe('a role lets its subjects make pods', () => {
  test.each([
    [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }, true],
    [{ apiGroups: ['apps'], resources: ['deployments', 'services'], verbs: ['get', 'create'] }, true],
    [{ apiGroups: ['*'], resources: ['*'], verbs: ['*'] }, true],
    [{ apiGroups: ['batch'], resources: ['cronjobs'], verbs: ['*'] }, true],
    [{ apiGroups: [''], resources: ['deployments'], verbs: ['create'] }, false],
    [{ apiGroups: [''], resources: ['pods'], verbs: ['get', 'list', 'patch'] }, false],
    [{ apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] }, false],
    // A name is not known before there is an object.
    [{ apiGroups: [''], resources: ['pods'], verbs: ['create'], resourceNames: ['web'] }, false],
  ])('by %j: %s', (rule, makes) => {
    expect(letsMakePods([{}, rule])).toBe(makes);
  });

  test('never without rules', () => {
    expect([letsMakePods(undefined), letsMakePods([])]).toEqual([false, false]);
  });
});

describe('makers of pods', () => {
  const roles = [
    { kind: 'ClusterRole', namespace: undefined, name: 'edit' },
    { kind: 'Role', namespace: 'shop', name: 'deploy' },
  ];
  const to = (kind: string, name: string): MakerBinding['roleRef'] => ({ kind, name });
  const makers = (...bindings: MakerBinding[]): Record<string, readonly string[]> =>
    Object.fromEntries(podMakers(['shop', 'bank'], roles, bindings));

  test('of a ClusterRoleBinding are makers everywhere, of a RoleBinding in its namespace', () => {
    expect(
      makers(
        { namespace: undefined, roleRef: to('ClusterRole', 'edit'), subjects: [{ kind: 'User', name: 'owner' }] },
        { namespace: 'shop', roleRef: to('ClusterRole', 'edit'), subjects: [{ kind: 'Group', name: 'developers' }] },
        { namespace: 'shop', roleRef: to('Role', 'deploy'), subjects: [{ kind: 'ServiceAccount', name: 'ci' }] },
      ),
    ).toEqual({ shop: ['group:developers', 'owner', 'system:serviceaccount:shop:ci'], bank: ['owner'] });
  });

  test('are nobody by a role of another namespace, by one that is not there, or without a name', () => {
    expect(
      makers(
        { namespace: 'bank', roleRef: to('Role', 'deploy'), subjects: [{ kind: 'User', name: 'jane' }] },
        { namespace: 'bank', roleRef: to('ClusterRole', 'gone'), subjects: [{ kind: 'User', name: 'jane' }] },
        {
          namespace: 'bank',
          roleRef: to('ClusterRole', 'edit'),
          subjects: [
            { kind: 'User', name: '' },
            { kind: 'Robot', name: 'r2' },
          ],
        },
        { namespace: 'elsewhere', roleRef: to('ClusterRole', 'edit'), subjects: [{ kind: 'User', name: 'jane' }] },
        { namespace: undefined, roleRef: {}, subjects: [{ kind: 'ServiceAccount', name: 'homeless' }] },
      ),
    ).toEqual({ shop: [], bank: [] });
  });

  test('are never those of whom nobody asks for a role', () => {
    const subjects = [
      { kind: 'Group', name: 'system:masters' },
      { kind: 'ServiceAccount', name: 'ci', namespace: 'ops' },
    ];
    expect(makers({ namespace: undefined, roleRef: to('ClusterRole', 'edit'), subjects })['bank']).toEqual([
      'system:serviceaccount:ops:ci',
    ]);
  });
});
