import { describe, expect, test } from 'vitest';
import { collectRepairs, judge, read, repaired } from '../../testing/control-proofs.ts';
import { podSecurityAdmission } from './pod-security-admission.ts';
import { serviceAccount } from './service-account.ts';

describe('Pod Security labels of a namespace', () => {
  const restricted =
    'securityContext: { runAsNonRoot: true, seccompProfile: { type: RuntimeDefault } }, containers: [{ name: a, securityContext: { allowPrivilegeEscalation: false, capabilities: { drop: [ALL] } } }]';
  const namespace = (written = ''): string =>
    `apiVersion: v1\nkind: Namespace\nmetadata: { name: shop, labels: { ${written.replaceAll('/', 'pod-security.kubernetes.io/')} } }\n`;
  const pod = (spec: string): string => `---\napiVersion: v1\nkind: Pod\nmetadata: { name: web, namespace: shop }\nspec: { ${spec} }\n`;

  /** What is set, without the long prefix. */
  function labels(yaml: string, partial = false): unknown[] {
    return collectRepairs(podSecurityAdmission, yaml, { partial }).map(({ safety, edits, declined }) =>
      declined === undefined
        ? [
            safety,
            Object.fromEntries(edits.map((edit) => [String(edit.path.at(-1)).split('/')[1], 'value' in edit ? edit.value : undefined])),
          ]
        : declined,
    );
  }

  const watched = '/audit: restricted, /warn: restricted';

  test.each([
    [
      'first what refuses nothing',
      namespace() + pod('containers: [{ name: a }]'),
      ['safe', { audit: 'restricted', 'audit-version': 'v1.35', warn: 'restricted', 'warn-version': 'v1.35' }],
    ],
    [
      'then the level that all meet',
      namespace(watched) + pod(restricted),
      ['review', { enforce: 'restricted', 'enforce-version': 'v1.35' }],
    ],
    [
      'the least level of several',
      namespace(watched) + pod(restricted) + pod('containers: [{ name: a }]'),
      ['review', { enforce: 'baseline', 'enforce-version': 'v1.35' }],
    ],
    ['one step up', namespace('/enforce: baseline') + pod(restricted), ['review', { enforce: 'restricted', 'enforce-version': 'v1.35' }]],
    [
      'no level where not even baseline is met',
      namespace(watched) + pod('hostPID: true'),
      expect.stringContaining('not even meet baseline'),
    ],
    [
      'none where it enforces what is met',
      namespace('/enforce: baseline') + pod('containers: [{ name: a }]'),
      expect.stringContaining('baseline only'),
    ],
    ['a level that exists', namespace('/warn: strict') + pod(restricted), ['review', { warn: 'restricted', 'warn-version': 'v1.35' }]],
    [
      'a level that exists and is met',
      namespace('/enforce: Restricted') + pod('containers: [{ name: a }]'),
      ['review', { enforce: 'baseline', 'enforce-version': 'v1.35' }],
    ],
    [
      'a version that exists, at the level that stands there',
      namespace('/enforce: restricted, /enforce-version: "1.30"') + pod('containers: [{ name: a }]'),
      ['review', { 'enforce-version': 'v1.35' }],
    ],
  ])('%s', (_, yaml, expected) => {
    expect(labels(yaml)).toEqual([expected]);
  });

  test('of a part of the namespace no level is concluded, but warnings cannot harm', () => {
    const warnings = { audit: 'restricted', 'audit-version': 'v1.35', warn: 'restricted', 'warn-version': 'v1.35' };
    expect(labels(namespace() + pod(restricted), true)).toEqual([['safe', warnings]]);
    expect(labels(namespace(watched) + pod(restricted), true)).toEqual([expect.stringContaining('were not read')]);
  });

  test('two steps lead to a namespace that passes', () => {
    const step = (yaml: string): string => repaired(podSecurityAdmission, yaml);
    const severities = (yaml: string): string[] =>
      judge([podSecurityAdmission], yaml).findings.map(({ verdict, severity }) => `${verdict} ${severity}`);
    const yaml = namespace() + pod(restricted);
    expect([yaml, step(yaml), step(step(yaml))].flatMap(severities)).toEqual(['fail high', 'fail medium', 'pass high']);
  });
});

describe('a service account of its own', () => {
  const workload = (spec = '', name = 'web', namespace = 'shop'): string =>
    `---\napiVersion: apps/v1\nkind: Deployment\nmetadata: { name: ${name}, namespace: ${namespace} }\nspec: { template: { spec: { ${spec} } } }\n`;
  const account = (name: string, rest = '', metadata = ''): string =>
    `---\napiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ${name}, namespace: shop${metadata} }\n${rest}\n`;
  const binding = (name: string): string =>
    `---\napiVersion: rbac.authorization.k8s.io/v1\nkind: RoleBinding\nmetadata: { name: a, namespace: shop }\nroleRef: { kind: Role, name: a }\nsubjects: [{ kind: ServiceAccount, name: ${name}, namespace: shop }]\n`;

  test('is written beside the workload, without a token, and takes the place of the old field', () => {
    const after = read(repaired(serviceAccount, workload('serviceAccount: default').slice(4)));
    expect(after.map(({ object }) => object)).toEqual([
      {
        apiVersion: 'apps/v1',
        kind: 'Deployment',
        metadata: { name: 'web', namespace: 'shop' },
        spec: { template: { spec: { serviceAccountName: 'web' } } },
      },
      { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'web', namespace: 'shop' }, automountServiceAccountToken: false },
    ]);
  });

  test('two workloads of one name share it', () => {
    const both = workload().slice(4) + workload().replace('Deployment', 'StatefulSet');
    expect(read(repaired(serviceAccount, both)).map(({ ref }) => ref.kind)).toEqual(['Deployment', 'StatefulSet', 'ServiceAccount']);
  });

  test('names a namespace only where the workload has one', () => {
    const after = read(repaired(serviceAccount, workload().slice(4).replace(', namespace: shop', '')));
    expect(after.at(-1)?.object['metadata']).toEqual({ name: 'web' });
  });

  test.each([
    ['pods that ask for the token', workload('automountServiceAccountToken: true'), 'ask for the token'],
    ['rights of the default', workload() + binding('default'), 'bound to "default"'],
    ['pull secrets of the default', workload() + account('default', 'imagePullSecrets: [{ name: a }]'), 'hands these pods'],
    ['an identity of the default', workload() + account('default', '', ', annotations: { cloud.example.com/role: a }'), 'hands these pods'],
    ['an account of that name', workload() + account('web'), '"web" exists'],
    ['rights of an account of that name', workload() + binding('web'), 'has rights'],
    ['a name that no account may have', workload('', 'default'), '"default" exists'],
    ['shared accounts', workload('serviceAccountName: all', 'a') + workload('serviceAccountName: all', 'b'), 'share "all"'],
  ])('a person settles %s', (_, yaml, reason) => {
    const [repair] = collectRepairs(serviceAccount, yaml.slice(4));
    expect(repair?.declined).toContain(reason);
  });

  test('what kubectl notes on the default account is no identity', () => {
    const noted = account('default', '', ", annotations: { kubectl.kubernetes.io/last-applied-configuration: '{}' }");
    expect(collectRepairs(serviceAccount, workload().slice(4) + noted)[0]?.companions).toHaveLength(1);
  });
});
