import { describe, expect, test } from 'vitest';
import { collectRepairs, judge, repaired } from '../../testing/control-proofs.ts';
import { podSecurityAdmission } from './pod-security-admission.ts';

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
      'a version that exists, at the level that stands there',
      namespace('/enforce: restricted, /enforce-version: "1.30"') + pod('containers: [{ name: a }]'),
      ['review', { 'enforce-version': 'v1.35' }],
    ],
  ])('%s', (_, yaml, expected) => {
    expect(labels(yaml)).toEqual([expected]);
  });

  test('of a part of the namespace no level is concluded, but warnings cannot harm', () => {
    expect(labels(namespace() + pod(restricted), true)).toEqual([['safe', expect.anything()]]);
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
