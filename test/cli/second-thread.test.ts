import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { node, plimsoll } from './run.ts';

let folder: string;
let expected: string;

const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n  containers:\n  - name: app\n    image: nginx\n`;

/** Large enough to be shared, and quickly read: most of it is of a kind that nobody reads. */
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-threads-'));
  const filler = `---\napiVersion: example.com/v1\nkind: Filler\nspec:\n${`  text: ${'x'.repeat(1000)}\n`.repeat(600)}`;
  const documents = Array.from({ length: 52 }, (_, index) => `${filler}---\n${pod(`p${index}`)}`);
  writeFileSync(join(folder, 'large.yaml'), `${documents.join('')}---\nkind: [\napiVersion\n`);
  // Standard input is never shared.
  const input = readFileSync(join(folder, 'large.yaml'));
  expected = plimsoll(['scan', '-', '-o', 'json', '--fail-on', 'none'], { input }).stdout.replaceAll('<stdin>', 'large.yaml');
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command line with something else as its second thread. */
function scanWith(thread: string): { readonly status: number | null; readonly stdout: string; readonly stderr: string } {
  const copy = mkdtempSync(join(folder, 'command-line-'));
  cpSync(dirname(inject('commandLine')), copy, { recursive: true });
  const start = join(copy, 'plimsoll.cjs');
  const text = readFileSync(start, 'utf8').replace('\n', () => `\nif (process.argv[2] === '--second-thread') { ${thread}; return; }\n`);
  writeFileSync(start, text);
  const { PATH = '' } = process.env;
  const command = [start, 'scan', 'large.yaml', '-o', 'json'];
  return spawnSync(node, command, { cwd: folder, env: { PATH }, encoding: 'utf8', maxBuffer: 1 << 28 });
}

test('a large file has the report that one thread makes, with the exit code of what cannot be read', () => {
  const { status, stdout } = plimsoll(['scan', 'large.yaml', '-o', 'json'], { cwd: folder });
  expect(status).toBe(2);
  expect(stdout).toBe(expected);
  expect(JSON.parse(stdout)).toMatchObject({ inputs: { resources: 52, documents: 105 } });
});

const answering = (code: string): string => `require('node:worker_threads').parentPort.on('message', ([number]) => { ${code} })`;

test.each([
  ['cannot start', `require('./nowhere.cjs')`],
  ['ends before it answers', `process.exit(0)`],
  ['fails at what it is sent', answering(`throw new Error('lost')`)],
])('nothing is missing where the second thread %s', (_, thread) => {
  const { status, stdout, stderr } = scanWith(thread);
  expect(stderr).not.toContain('lost');
  expect(stdout).toBe(expected);
  expect(status).toBe(2);
});

test.runIf(availableParallelism() > 1)('the second thread is asked', () => {
  const { stderr } = scanWith(answering(`require('node:fs').writeSync(2, 'asked ' + number); process.exit(0)`));
  expect(stderr).toContain('asked 0');
});

test('nobody starts a thread by its argument', () => {
  expect(plimsoll(['--second-thread'])).toMatchObject({ status: 2, stdout: '' });
});
