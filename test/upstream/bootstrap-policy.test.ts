import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';

test('roles, bindings and resources are those of the sources of Kubernetes', () => {
  const root = join(import.meta.dirname, '../..');
  const tool = ['tools/run.mjs', 'tools/bootstrap-policy.ts', '--check'];
  const { status, stdout, stderr } = spawnSync(process.execPath, tool, { cwd: root, encoding: 'utf8' });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: '', stderr: '' });
});
