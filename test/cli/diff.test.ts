import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { DiffReport } from '../../src/core/index.ts';
import { newRepository, type TestRepository } from '../git/repository.ts';
import { plimsoll, type Outcome } from './run.ts';

const pod = (host: boolean): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: web, namespace: shop}\nspec: {hostNetwork: ${host}, containers: [{name: web, image: web}]}\n`;

let repository: TestRepository;

beforeAll(() => {
  repository = newRepository();
  repository.commit({ 'deploy/web.yaml': pod(false) });
  repository.write({ 'deploy/web.yaml': pod(true) });
});

afterAll(() => repository.remove());

function run(...args: string[]): Outcome {
  return plimsoll(args, { cwd: repository.top });
}

test('plimsoll diff says what is new in every format, and fails for it where that is asked for', () => {
  const { status, stdout } = run(
    'diff',
    'main',
    'deploy',
    '--fail-on',
    'high',
    '-o',
    'text',
    '-o',
    'json=diff.json',
    '-o',
    'markdown=diff.md',
  );
  expect(status).toBe(1);
  expect(stdout).toContain('deploy/web.yaml:4:8  pod-security/host-network');
  const report = JSON.parse(readFileSync(join(repository.top, 'diff.json'), 'utf8')) as DiffReport;
  expect(report.new.map(({ finding }) => finding.control)).toContain('pod-security/host-network');
  expect(readFileSync(join(repository.top, 'diff.md'), 'utf8')).toContain('### Plimsoll: ');
});

test('plimsoll diff fails for what the policy file of the later side says', () => {
  repository.write({ 'deploy/plimsoll.yaml': 'failOn: medium\n' });
  const failing = run('diff', 'main', 'deploy', '-q').status;
  rmSync(join(repository.top, 'deploy/plimsoll.yaml'));
  expect([failing, run('diff', 'main', 'deploy', '-q').status]).toEqual([1, 0]);
});

test('plimsoll diff needs two sides, and tells a name that is neither', () => {
  expect(run('diff', 'main')).toMatchObject({ status: 2, stdout: '', stderr: expect.stringContaining('BEFORE AFTER') as string });
});

test('plimsoll scan --changed-since fails for what changed alone', () => {
  const { status, stdout } = run('scan', 'deploy', '--changed-since', 'main', '-q', '--only', 'pod-security/host-network');
  expect([status, stdout.trimEnd().split('\n').length]).toEqual([1, 1]);
  expect(run('scan', 'deploy', '--changed-since', 'nope')).toMatchObject({
    status: 2,
    stdout: '',
    stderr: expect.stringContaining('no revision nope') as string,
  });
});
