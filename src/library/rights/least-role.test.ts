import { describe, expect, test } from 'vitest';
import { nowhere, type LeastRoleReport, type RightsSubject } from '../../core/index.ts';
import type { AuditEvent } from '../../kube/audit-event.ts';
import type { PolicyRule, RbacFact } from '../../kube/rbac/index.ts';
import { startLeastRole, type LeastRoleOptions } from './least-role.ts';
import { joinRights } from './rights.ts';

const subject: RightsSubject = { kind: 'User', name: 'jo' };
const at = { resource: 0, path: [], location: nowhere };

function event(
  verb: string,
  resource: string,
  changes: Partial<AuditEvent> & { readonly name?: string; readonly namespace?: string } = {},
): AuditEvent {
  const { name = '', namespace = 'shop', ...rest } = changes;
  const [parent = '', subresource = ''] = resource.split('/');
  return {
    stage: 'ResponseComplete',
    verb,
    requestURI: `/api/v1/namespaces/${namespace}/${parent}`,
    user: { name: 'jo', groups: ['dev', 'system:authenticated'], extra: [] },
    object: { group: '', resource: parent, subresource, namespace, name },
    code: 200,
    ...rest,
  };
}

function reportOn(events: readonly AuditEvent[], options: Partial<LeastRoleOptions> = {}, facts?: readonly RbacFact[]): LeastRoleReport {
  const reading = startLeastRole({ subject, names: 'auto', everybody: false, version: 35, ...options });
  for (const each of events) reading.visit(each);
  const inventory = {
    source: '',
    version: 35,
    live: false,
    files: 0,
    documents: 0,
    skipped: [],
    unread: [],
    unlisted: [],
    fileOf: () => 'rbac.yaml',
  };
  return reading.finish(
    { files: 1, events: events.length, unread: [] },
    facts === undefined ? undefined : joinRights(facts, [], inventory),
  );
}

function granted(rules: readonly Partial<PolicyRule>[], namespace: string | undefined = 'shop', group?: string): RbacFact[] {
  const kind = namespace === undefined ? 'ClusterRole' : 'Role';
  const none = { verbs: [], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };
  const who = group === undefined ? { kind: 'User', name: 'jo' } : { kind: 'Group', name: group };
  return [
    { type: 'role', kind, namespace, name: 'r', labels: {}, aggregates: [], rules: rules.map((rule) => ({ ...none, ...rule, at })), at },
    {
      type: 'binding',
      kind: `${kind}Binding`,
      namespace,
      name: 'b',
      roleRef: { kind, name: 'r' },
      subjects: [{ ...who, namespace: undefined, at }],
      at,
    },
  ];
}

describe('what is observed', () => {
  test('a watch that has not ended counts, and once where it has', () => {
    const open = event('watch', 'pods', { stage: 'ResponseStarted' });
    expect(reportOn([open]).needs).toMatchObject([{ verb: 'watch', count: 0 }]);
    expect(reportOn([open, event('watch', 'pods')]).needs).toMatchObject([{ verb: 'watch', count: 1 }]);
    expect(reportOn([event('get', 'pods', { stage: 'RequestReceived' })]).needs).toEqual([]);
  });

  test('what was refused is told and not granted', () => {
    const { needs, denied, requests } = reportOn([event('get', 'secrets', { name: 'a', code: 403 }), event('get', 'pods', { name: 'b' })]);
    expect([needs.length, denied, requests]).toMatchObject([
      1,
      [{ verb: 'get', resource: 'secrets', count: 1 }],
      { allowed: 1, denied: 1 },
    ]);
  });

  test('what everybody may do is granted only where that is asked for', () => {
    const { object: _, ...version } = event('get', 'x', { requestURI: '/version' });
    expect(reportOn([version])).toMatchObject({ objects: [], forEverybody: [{ url: '/version', count: 1 }] });
    expect(reportOn([version], { everybody: true }).objects).toHaveLength(2);
  });

  test('the window is that of all requests, whoever made them', () => {
    const other = { name: 'bo', groups: [], extra: [] };
    const { log } = reportOn([
      event('get', 'pods', { time: 2000 }),
      event('get', 'pods', { time: 1000, user: other }),
      event('get', 'pods'),
    ]);
    expect(log).toMatchObject({ from: '1970-01-01T00:00:01.000Z', to: '1970-01-01T00:00:02.000Z' });
    expect(reportOn([event('get', 'pods')]).log).not.toHaveProperty('from');
  });

  test('second checks that no log tells are named', () => {
    const group = 'rbac.authorization.k8s.io';
    const object = { group, resource: 'rolebindings', subresource: '', namespace: 'shop', name: '' };
    expect(reportOn([event('create', 'rolebindings', { object })]).remarks).toEqual([
      'it writes bindings: the API server also asks that it has every right of their roles, or the verb bind',
    ]);
  });
});

describe('what can be removed', () => {
  const list = event('list', 'pods');

  test('is what no request used, rule by rule', () => {
    const rules = [
      { verbs: ['get', 'list'], apiGroups: [''], resources: ['pods', 'services'] },
      { verbs: ['get'], apiGroups: [''], resources: ['secrets'] },
    ];
    expect(reportOn([list], {}, granted(rules)).removable).toMatchObject([
      {
        unused: [
          { verbs: ['get'], resources: ['pods'] },
          { verbs: ['get', 'list'], resources: ['services'] },
        ],
      },
      { unused: [{ verbs: ['get'], resources: ['secrets'] }] },
    ]);
  });

  test('is nothing where all is used', () => {
    expect(reportOn([list], {}, granted([{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }])).removable).toEqual([]);
  });

  test('is all of it where it was used in another namespace alone', () => {
    const rules = [{ verbs: ['list'], apiGroups: [''], resources: ['pods'] }];
    expect(reportOn([list], {}, granted(rules, 'dev')).removable).toMatchObject([{ unused: [{ verbs: ['list'] }] }]);
    expect(reportOn([list], {}, granted(rules, undefined)).removable).toEqual([]);
  });

  test('is not what some name of many used, which is not kept', () => {
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: ['web-0'] }];
    expect(reportOn([event('get', 'pods', { name: 'web-0' })], {}, granted(rules)).removable).toEqual([]);
    // A list carries no name: a rule with names does not serve it.
    expect(reportOn([event('list', 'pods')], {}, granted([{ ...rules[0], verbs: ['list'] }])).removable).toHaveLength(1);
  });

  test('names that nobody asked for stand together', () => {
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b', 'c'] }];
    expect(reportOn([event('get', 'secrets', { name: 'b' })], {}, granted(rules)).removable).toMatchObject([
      { unused: [{ resourceNames: ['a', 'c'] }] },
    ]);
  });

  test('of a star is told what was used of it', () => {
    const star = { verbs: ['*'], apiGroups: [''], resources: ['*'] };
    expect(reportOn([list], {}, granted([star])).removable).toMatchObject([
      { unused: [], wider: [{ granted: star, used: [{ verbs: ['list'], resources: ['pods'] }] }] },
    ]);
  });

  test('names the group by which the subject has it, and leaves out what Kubernetes gives everybody', () => {
    const rules = [{ verbs: ['get'], apiGroups: [''], resources: ['nodes'] }];
    const through = (group: string): unknown[] | undefined =>
      reportOn([list], {}, granted(rules, undefined, group)).removable?.map(({ chain }) => chain.subject);
    expect(through('dev')).toEqual([{ kind: 'Group', name: 'dev' }]);
    expect(through('system:authenticated')).toEqual([{ kind: 'Group', name: 'system:authenticated' }]);
    expect(through('ops')).toEqual([]);
  });
});
