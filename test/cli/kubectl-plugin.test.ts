import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { afterAll, expect, inject, test } from 'vitest';
import { node, patience } from './run.ts';

/* Called as kubectl calls its plugins: by a name, through whatever link leads there. */

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-plugin-'));
afterAll(() => rmSync(folder, { recursive: true }));

function plugin(name: string, args: readonly string[], linked = true): { status: number | null; stdout: string; stderr: string } {
  const file = join(dirname(inject('commandLine')), `${name}.cjs`);
  const link = join(folder, name);
  if (linked && statSync(link, { throwIfNoEntry: false }) === undefined) symlinkSync(file, link);
  const { status, stdout, stderr } = spawnSync(node, [linked ? link : file, ...args], {
    cwd: folder,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder },
    encoding: 'utf8',
    timeout: patience,
  });
  return { status, stdout, stderr };
}

test.each([true, false])('its help names the commands as they are called (through a link: %s)', (linked) => {
  const { status, stdout } = plugin('kubectl-plimsoll', ['help', 'scan'], linked);
  expect(status).toBe(0);
  expect(stdout).toContain('Usage: kubectl plimsoll scan');
  expect(stdout).not.toMatch(/(?<!kubectl )plimsoll scan/);
});

test('a scan without a path is one of the cluster', () => {
  const { status, stderr } = plugin('kubectl-plimsoll', ['scan', '-n', 'shop']);
  expect(status).toBe(2);
  expect(stderr).toContain('there is no kubeconfig');
});

test('a scan of a path is one of files', () => {
  const { status, stdout } = plugin('kubectl-plimsoll', ['scan', resolve(import.meta.dirname, '../../examples'), '--fail-on', 'none']);
  expect(status).toBe(0);
  expect(stdout).toMatch(/^next: kubectl plimsoll explain /m);
});

test('its complaints name the commands as they are called', () => {
  expect(plugin('kubectl-plimsoll', ['snapshot']).stderr).toContain('write kubectl plimsoll snapshot --cluster -o FILE');
});

test('completion answers in the way of kubectl', () => {
  expect(plugin('kubectl_complete-plimsoll', ['sna'])).toEqual({
    status: 0,
    stdout: 'snapshot\tRecord a cluster, to judge it elsewhere\n:4\n',
    stderr: '',
  });
  expect(plugin('kubectl_complete-plimsoll', ['scan', '']).stdout).toBe(':0\n');
  expect(plugin('kubectl_complete-plimsoll', ['scan', '--']).stdout).toMatch(/^--cluster\t/m);
});

test('the package has both names', () => {
  const { bin } = JSON.parse(readFileSync(resolve(import.meta.dirname, '../../package.json'), 'utf8')) as {
    readonly bin: Readonly<Record<string, string>>;
  };
  expect(Object.keys(bin)).toEqual(['plimsoll', 'kubectl-plimsoll', 'kubectl_complete-plimsoll']);
  for (const [name, file] of Object.entries(bin)) expect(file).toBe(`dist/cli/${name}.cjs`);
});
