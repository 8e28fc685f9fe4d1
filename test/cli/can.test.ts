import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CanReport } from '../../src/core/index.ts';
import { plimsoll, type Outcome } from './run.ts';
import { rightsManifest } from './rights-manifest.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-can-'));
  writeFileSync(join(folder, 'rbac.yaml'), rightsManifest);
  writeFileSync(join(folder, 'broken.yaml'), `${rightsManifest}---\nkind: Role\napiVersion: rbac.authorization.k8s.io/v1\nmetadata: [\n`);
  writeFileSync(join(folder, 'pod.yaml'), 'apiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: []}\n');
});

afterAll(() => rmSync(folder, { recursive: true }));

function can(...args: string[]): Outcome {
  return plimsoll(['can', ...args], { cwd: folder });
}

describe('the exit code answers', () => {
  test.each([
    [0, 'sa:shop/web get pods -n shop rbac.yaml'],
    [0, 'system:serviceaccount:shop:web list po -n shop rbac.yaml'],
    [0, 'group:dev watch Pod -n shop rbac.yaml'],
    [0, 'alice create pods/exec -n shop --group dev rbac.yaml'],
    [0, 'sa:shop/web get secrets/db -n shop rbac.yaml'],
    [0, 'group:system:masters delete nodes rbac.yaml'],
    [0, 'ops get nodes rbac.yaml'],
    [0, 'ops get /metrics/cadvisor rbac.yaml'],
    [0, 'ops get widgets -n shop rbac.yaml'],
    [1, 'sa:shop/web get pods rbac.yaml'],
    [1, 'sa:shop/web get secrets -n shop rbac.yaml'],
    [1, 'alice create pods/exec -n shop rbac.yaml'],
    [1, 'ops get nodes/metrics rbac.yaml'],
    [0, 'nobody get /healthz rbac.yaml'],
    [0, 'nobody create selfsubjectaccessreviews rbac.yaml'],
    [1, 'nobody get pods -n shop rbac.yaml'],
    [2, 'bob get pods -n dev rbac.yaml'],
    [2, 'sa:shop/web delete pods -n shop broken.yaml'],
    [0, 'sa:shop/web get pods -n shop broken.yaml'],
    [1, 'sa:shop/web delete pods -n shop broken.yaml --allow-unreadable'],
    [2, 'sa:shop/web get pods -n shop pod.yaml'],
    [2, 'sa:shop/web get podz rbac.yaml'],
    [2, 'sa:shop/web gett pods rbac.yaml'],
    [2, 'sa:web get pods rbac.yaml'],
    [2, 'system:masters get pods rbac.yaml'],
    [2, 'alice get'],
    [2, 'alice get pods -n Shop rbac.yaml'],
  ])('%i: can %s', (status, line) => expect(can(...line.split(' ')).status).toBe(status));
});

test('a yes names binding, role and rule, and where they stand', () => {
  expect(can('sa:shop/web', 'get', 'pods', '-n', 'shop', 'rbac.yaml').stdout).toBe(
    [
      'yes, sa:shop/web may get pods in namespace shop',
      '  RoleBinding shop/web → Role shop/reader',
      '    get,list,watch pods, services',
      '    rbac.yaml:14 → rbac.yaml:5',
      '',
    ].join('\n'),
  );
});

test('a no says what comes near, and where it would be a yes', () => {
  expect(can('sa:shop/web', 'delete', 'pods', '-n', 'shop', 'rbac.yaml').stdout).toContain('it permits get, list, watch, not delete');
  expect(can('sa:shop/web', 'get', 'pods', 'rbac.yaml').stdout).toContain('but it may in namespace shop');
  expect(can('nobody', 'get', 'pods', 'rbac.yaml').stdout).toContain('no binding gives it more than Kubernetes gives everybody');
  expect(can('group:dev', 'get', 'pods/log', '-n', 'shop', 'rbac.yaml').stdout).toContain('it is about pods, not pods/log');
});

test('what cannot be told says why', () => {
  const { stdout } = can('bob', 'get', 'pods', '-n', 'dev', 'rbac.yaml');
  expect(stdout).toMatch(/^unknown whether user:bob may get pods/);
  expect(stdout).toContain('RoleBinding gone grants Role missing, which was not read');
});

test('--explain lists every way', () => {
  const { stdout } = can('alice', 'get', 'pods', '-n', 'shop', '--group', 'dev', '--group', 'ops-group', '--explain', 'rbac.yaml');
  expect(stdout).toContain('RoleBinding shop/web → Role shop/reader as group:dev');
  expect(stdout).toContain('ClusterRoleBinding ops → ClusterRole ops as group:ops-group');
});

test('a narrow terminal breaks no line longer than it, but for places', () => {
  const { stdout } = plimsoll(['can', 'sa:shop/web', 'delete', 'pods', '-n', 'shop', '--explain', 'rbac.yaml'], {
    cwd: folder,
    env: { COLUMNS: '40' },
  });
  expect(stdout.split('\n').filter((line) => line.length > 40 && !line.includes('rbac.yaml:'))).toEqual([]);
});

test('names that would steer a terminal are escaped', () => {
  const { stdout } = can('\u001b[31mred', 'get', 'pods', 'rbac.yaml');
  expect(stdout).toContain(String.raw`user:\x1b[31mred`);
});

test('JSON has the whole chain', () => {
  const report = JSON.parse(can('sa:shop/web', 'get', 'pods', '-n', 'shop', '-o', 'json', 'rbac.yaml').stdout) as CanReport;
  expect(report).toMatchObject({
    command: 'can',
    answer: 'yes',
    request: { verb: 'get', group: '', resource: 'pods', namespace: 'shop' },
    chains: [{ namespace: 'shop', binding: { kind: 'RoleBinding', name: 'web', file: 'rbac.yaml', line: 14 }, rule: { line: 5 } }],
  });
});

test('--quiet answers by the exit code alone', () => {
  expect(can('sa:shop/web', 'get', 'pods', '-n', 'shop', 'rbac.yaml', '-q').stdout).toBe('');
});
