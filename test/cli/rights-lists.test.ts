import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { GrantsReport, PermissionsReport, RightsDiffReport, WhoCanReport } from '../../src/core/index.ts';
import { rightsManifest } from './rights-manifest.ts';
import { plimsoll, type Outcome } from './run.ts';

let folder: string;

/** The same in other words, with one right more and one less. */
const changed = rightsManifest
  .replace('resources: [pods, services], verbs: [get, list, watch]', 'resources: [services], verbs: [watch, list, get]')
  .replace('- {kind: Group, apiGroup: rbac.authorization.k8s.io, name: ops-group}\n', '')
  .replace('resources: [nodes, pods], verbs: [get, list]', 'resources: [nodes, pods, secrets], verbs: [list, get]')
  .replace(
    'metadata: {name: reader, namespace: shop}\nrules:',
    `metadata: {name: reader, namespace: shop}
rules:
- {apiGroups: [""], resources: [pods], verbs: [get]}
- {apiGroups: [""], resources: [pods], verbs: [list, watch]}`,
  );

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-rights-'));
  writeFileSync(join(folder, 'rbac.yaml'), rightsManifest);
  writeFileSync(join(folder, 'changed.yaml'), changed);
  writeFileSync(join(folder, 'empty.yaml'), 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: x}\n');
  writeFileSync(join(folder, 'broken.yaml'), `${rightsManifest}---\nkind: Role\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: [\n`);
});

afterAll(() => rmSync(folder, { recursive: true }));

function run(...args: string[]): Outcome {
  return plimsoll(args, { cwd: folder });
}

function json(...args: string[]): unknown {
  return JSON.parse(run(...args, '-o', 'json').stdout);
}

describe('who-can', () => {
  test('lists those everywhere, then namespace by namespace', () => {
    const { status, stdout } = run('who-can', 'get', 'pods', 'rbac.yaml');
    expect(status).toBe(0);
    expect(stdout).toMatch(/^4 subjects may get pods, in all namespaces or in some\n/);
    expect(stdout.replaceAll(/ ─+/g, '')).toContain(`
Everywhere
  user:ops
    ClusterRoleBinding ops → ClusterRole ops  rbac.yaml:44 → rbac.yaml:40
  group:ops-group
    ClusterRoleBinding ops → ClusterRole ops  rbac.yaml:44 → rbac.yaml:40

Namespace shop
  sa:shop/web
    RoleBinding shop/web → Role shop/reader  rbac.yaml:14 → rbac.yaml:5
  group:dev
    RoleBinding shop/web → Role shop/reader  rbac.yaml:14 → rbac.yaml:5
`);
    expect(stdout).toMatch(/and \d+ subjects to whom Kubernetes itself gives it \(--system\)/);
    expect(stdout).toContain('unknown: what RoleBinding gone gives, because the role was not read');
  });

  test('in one namespace, and by name', () => {
    const { holders } = json('who-can', 'get', 'secrets/db', '-n', 'shop', 'rbac.yaml') as WhoCanReport;
    expect(holders.filter(({ chains }) => chains.every(({ bootstrap }) => bootstrap !== true)).map(({ subject }) => subject.name)).toEqual([
      'web',
      'dev',
    ]);
    expect(run('who-can', 'delete', 'secrets', '-n', 'shop', 'rbac.yaml').stdout).toMatch(/^nobody may delete secrets in namespace shop/);
  });

  test('--system lists whom Kubernetes gives it, --explain the rules', () => {
    const { stdout } = run('who-can', 'list', 'nodes', 'rbac.yaml', '--system', '--explain');
    expect(stdout).toContain('group:system:masters\n');
    expect(stdout).toContain('      of Kubernetes itself\n');
    expect(stdout).toContain('get,list nodes, pods');
  });

  test.each([
    [['who-can', 'get'], 2],
    [['who-can', 'get', 'pods', '-A', '-n', 'x', 'rbac.yaml'], 2],
    [['who-can', 'get', 'pods', 'broken.yaml'], 2],
    [['who-can', 'get', 'pods', 'broken.yaml', '--allow-unreadable'], 0],
    [['who-can', 'get', 'podz', 'rbac.yaml'], 2],
    [['who-can', 'get', 'pods', 'empty.yaml'], 2],
  ])('%j exits with %i', (args, status) => expect(run(...args).status).toBe(status));
});

describe('permissions', () => {
  test('lists rules below their binding, everywhere and by namespace', () => {
    const { status, stdout } = run('permissions', 'user:ops', '--group', 'dev', 'rbac.yaml');
    expect(status).toBe(0);
    expect(stdout.replaceAll(/ ─+/g, '')).toContain(`user:ops
  also as group:dev, group:system:authenticated

Everywhere
  ClusterRoleBinding ops → ClusterRole ops
    rbac.yaml:44
    get,list nodes, pods
      rbac.yaml:40
    get /metrics/*
      rbac.yaml:41
    * widgets.shop.example
      rbac.yaml:42

Namespace shop
  RoleBinding shop/web → Role shop/reader as group:dev
`);
  });

  test('names the groups of a service account, and the binding whose role was not read', () => {
    const { groups } = json('permissions', 'sa:shop/web', 'rbac.yaml') as PermissionsReport;
    expect(groups).toEqual(['system:serviceaccounts', 'system:serviceaccounts:shop', 'system:authenticated']);
    expect((json('permissions', 'bob', 'rbac.yaml') as PermissionsReport).unknown).toMatchObject([{ kind: 'RoleBinding', name: 'gone' }]);
  });

  test('somebody without bindings has what everybody has', () => {
    expect(run('permissions', 'nobody', 'rbac.yaml').stdout).toContain('no binding gives it more than Kubernetes gives everybody');
    expect(run('permissions', 'group:system:masters', 'rbac.yaml').stdout).toContain('may do everything');
  });
});

describe('grants --dangerous', () => {
  test('lists who holds what, with the chain', () => {
    const { status, stdout } = run('grants', '--dangerous', 'rbac.yaml');
    expect(status).toBe(0);
    expect(stdout).toContain('May run commands in containers: 1');
    expect(stdout).toContain('group:dev in namespace shop\n    RoleBinding shop/debug → Role shop/debugger  rbac.yaml:22 → rbac.yaml:12');
    expect(stdout).not.toContain('system:masters');
  });

  test('who may do everything is listed once', () => {
    const manifest = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: {name: root}
roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin}
subjects: [{kind: User, name: root, apiGroup: rbac.authorization.k8s.io}]
`;
    const { stdout } = plimsoll(['grants', '--dangerous', '-'], { cwd: folder, input: manifest });
    expect(stdout.match(/user:root/g)).toHaveLength(1);
    const report = JSON.parse(
      plimsoll(['grants', '--dangerous', '-', '-o', 'json'], { cwd: folder, input: manifest }).stdout,
    ) as GrantsReport;
    expect(report.rights.filter(({ holders }) => holders.some(({ subject }) => subject.name === 'root')).length).toBeGreaterThan(10);
  });

  test('fails where it is asked to', () => {
    expect(run('grants', '--dangerous', 'rbac.yaml', '--fail-on', 'high').status).toBe(1);
    expect(run('grants', '--dangerous', 'rbac.yaml', '--fail-on', 'critical').status).toBe(0);
  });

  test('needs to be told which', () =>
    expect(run('grants', 'rbac.yaml')).toMatchObject({ status: 2, stderr: expect.stringContaining('--dangerous') as string }));
});

describe('rbac --diff', () => {
  test('says who gains and loses what, whatever the words', () => {
    const { status, stdout } = run('rbac', '--diff', 'rbac.yaml', 'changed.yaml');
    expect(status).toBe(0);
    expect(stdout).toContain('+ get,list secrets');
    expect(stdout).toContain('- get,list nodes, pods');
    expect(stdout).not.toContain('sa:shop/web');
    expect(stdout).toContain('1 subject gains rights, 1 subject loses rights');
    const { changes } = json('rbac', '--diff', 'rbac.yaml', 'changed.yaml') as RightsDiffReport;
    expect(changes.map(({ subject, gained, lost }) => [subject.name, gained.length, lost.length])).toEqual([
      ['ops', 1, 0],
      ['ops-group', 0, 3],
    ]);
  });

  test.each([
    [['rbac.yaml', 'rbac.yaml', '--fail-on-gain'], 0],
    [['rbac.yaml', 'changed.yaml'], 0],
    [['rbac.yaml', 'changed.yaml', '--fail-on-gain'], 1],
    [['rbac.yaml', 'empty.yaml', '--fail-on-gain'], 0],
    [['empty.yaml', 'rbac.yaml', '--fail-on-gain'], 1],
    [['rbac.yaml', 'broken.yaml', '--fail-on-gain'], 2],
    [['rbac.yaml'], 2],
    [['rbac.yaml', 'nowhere.yaml'], 2],
  ])('%j exits with %i', (args, status) => expect(run('rbac', '--diff', ...args).status).toBe(status));

  test('nothing is said where nothing changes', () => {
    expect(run('rbac', '--diff', 'rbac.yaml', 'rbac.yaml').stdout).toBe('nobody gains or loses anything\n');
  });
});
