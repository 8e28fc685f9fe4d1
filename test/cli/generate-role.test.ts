import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { loadAll } from 'js-yaml';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { rightsManifest } from './rights-manifest.ts';
import { plimsoll, type Outcome } from './run.ts';

let folder: string;

const web = { username: 'system:serviceaccount:shop:web', groups: ['system:serviceaccounts', 'system:authenticated'] };

function event(verb: string, path: string, objectRef: object | undefined, more: object = {}): string {
  return JSON.stringify({
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    auditID: 'a',
    stage: 'ResponseComplete',
    verb,
    requestURI: path,
    user: web,
    objectRef,
    responseStatus: { code: 200 },
    requestReceivedTimestamp: '2026-03-01T10:00:00.000000Z',
    ...more,
  });
}

const pods = '/api/v1/namespaces/shop/pods';
const lines = [
  event('list', pods, { resource: 'pods', namespace: 'shop' }),
  event('get', `${pods}/web-1`, { resource: 'pods', namespace: 'shop', name: 'web-1' }),
  event('create', pods, { resource: 'pods', namespace: 'shop', name: 'new' }, { responseStatus: { code: 201 } }),
  event('get', '/api/v1/nodes/n1', { resource: 'nodes', name: 'n1' }),
  event(
    'get',
    '/api/v1/namespaces/shop/secrets/db',
    { resource: 'secrets', namespace: 'shop', name: 'db' },
    { responseStatus: { code: 403 } },
  ),
  event('get', '/version', undefined, { requestReceivedTimestamp: '2026-03-03T10:00:00.000000Z' }),
];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-role-'));
  writeFileSync(join(folder, 'audit.log'), `${lines.join('\n')}\n`);
  writeFileSync(join(folder, 'broken.log'), `${lines.join('\n')}\n{"kind":\n`);
  writeFileSync(join(folder, 'rbac.yaml'), rightsManifest);
});

afterAll(() => rmSync(folder, { recursive: true }));

function role(...args: string[]): Outcome {
  return plimsoll(['generate', 'role', ...args], { cwd: folder });
}

test('prints the least roles as YAML', () => {
  const { status, stdout } = role('--for', 'sa:shop/web', '--from', 'audit.log');
  expect(status).toBe(0);
  const subject = { kind: 'ServiceAccount', name: 'web', namespace: 'shop' };
  expect(loadAll(stdout)).toMatchObject([
    { kind: 'ClusterRole', rules: [{ resources: ['nodes'], resourceNames: ['n1'], verbs: ['get'] }] },
    { kind: 'ClusterRoleBinding', subjects: [subject] },
    {
      kind: 'Role',
      metadata: { name: 'web-observed', namespace: 'shop' },
      rules: [{ resources: ['pods'], verbs: ['get', 'list', 'create'] }],
    },
    { kind: 'RoleBinding', metadata: { namespace: 'shop' }, roleRef: { kind: 'Role', name: 'web-observed' }, subjects: [subject] },
  ]);
  expect(stdout).toContain('# What sa:shop/web was seen to use: 5 requests in 2 days, from 2026-03-01 10:00 UTC');
  expect(stdout).toContain('  # 3 requests\n');
});

test('lists what is granted and not used, where roles and bindings are given', () => {
  const { status, stderr, stdout } = role('--for', 'sa:shop/web', '--from', 'audit.log', 'rbac.yaml');
  expect([status, stderr]).toEqual([0, expect.stringContaining('Granted, and not used in 2 days')]);
  expect(stderr).toContain('removable  get,list,watch services');
  expect(stderr).toContain('get secrets named db');
  expect(stdout).toBe(role('--for', 'sa:shop/web', '--from', 'audit.log').stdout);
});

test('writes a file, and the review goes to standard output then', () => {
  const { status, stdout } = role('--for', 'sa:shop/web', '--from', 'audit.log', '-o', 'role.yaml', '--name', 'web-least');
  expect([status, stdout]).toEqual([0, expect.stringContaining('1 Role and a ClusterRole')]);
  expect(readFileSync(join(folder, 'role.yaml'), 'utf8')).toContain('name: web-least');
});

test('lines that are no events are counted, and fail the run unless that is accepted', () => {
  const broken = role('--for', 'sa:shop/web', '--from', 'broken.log');
  expect([broken.status, broken.stderr]).toEqual([2, expect.stringContaining('1  not JSON, broken.log:7')]);
  expect(role('--for', 'sa:shop/web', '--from', 'broken.log', '--allow-unreadable').status).toBe(0);
});

test('logs come from standard input too', () => {
  const args = ['generate', 'role', '--for', 'sa:shop/web', '--from', '-', '-q'];
  const { status, stdout, stderr } = plimsoll(args, { cwd: folder, input: lines.join('\n') });
  expect([status, stderr]).toEqual([0, '']);
  expect(stdout).toContain('kind: Role\n');
});

test.each([
  ['nobody was named', ['--from', 'audit.log'], 'for whom?'],
  ['no log was named', ['--for', 'jo'], 'from which audit log?'],
  ['the subject is misspelt', ['--for', 'sa:shop/wbe', '--from', 'audit.log'], 'did you mean sa:shop/web?'],
  ['the log is not there', ['--for', 'jo', '--from', 'nowhere.log'], 'nowhere.log:1: no such file or folder'],
  ['the name can be none', ['--for', 'sa:shop/web', '--from', 'audit.log', '--name', 'A B'], 'cannot be the name of a role'],
])('2 where %s', (_, args, message) => {
  const { status, stdout, stderr } = role(...args);
  expect([status, stdout, stderr]).toEqual([2, '', expect.stringContaining(message)]);
});

test('--json prints the whole report', () => {
  const { stdout } = role('--for', 'sa:shop/web', '--from', 'audit.log', '--json', 'rbac.yaml');
  expect(JSON.parse(stdout)).toMatchObject({ command: 'generate role', requests: { allowed: 5, denied: 1 }, removable: [{}, {}] });
});
