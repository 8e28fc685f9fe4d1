import { rmSync, statSync } from 'node:fs';
import { afterEach, expect, test, vi } from 'vitest';
import { temporaryFolder } from './temporary-folder.ts';

afterEach(() => vi.unstubAllEnvs());

test('a temporary folder is for this user alone', () => {
  const folder = temporaryFolder();
  if (typeof folder !== 'string') throw new Error(folder.refused);
  expect(statSync(folder).mode & 0o777).toBe(0o700);
  rmSync(folder, { recursive: true });
});

test('where none can be made, the reason says what to do', () => {
  vi.stubEnv('TMPDIR', '/nowhere/at/all');
  expect(temporaryFolder()).toEqual({
    refused: 'no temporary folder can be made in /nowhere/at/all (ENOENT): name another with TMPDIR',
  });
});
