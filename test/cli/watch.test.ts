import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Report } from '../../src/core/index.ts';
import { patience, startPlimsoll } from './run.ts';
import { writeAtOnce } from '../write-at-once.ts';

/** What is about to happen. */
const soon = { timeout: patience, interval: 20 };

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-watch-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

function pod(name: string, allowed: boolean): string {
  const container = { name: 'web', image: 'registry.example.com/web:1', securityContext: { privileged: allowed } };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec: { containers: [container] } });
}

function write(file: string, text: string): void {
  writeAtOnce(folder, file, text);
}

test('the command prints what changes by file and line, and does not follow what it writes itself', async () => {
  write('web.yaml', pod('web', false));
  const running = startPlimsoll(
    ['scan', '--watch', '.', '--only', 'pod-security/privileged', '-q', '-o', 'text', '-o', 'json=report.json'],
    folder,
  );
  const report = join(folder, 'report.json');
  const files = (): number => (existsSync(report) ? (JSON.parse(readFileSync(report, 'utf8')) as Report).inputs.files : 0);
  // It counts itself once it is there, and then stays as it is.
  await expect.poll(files, soon).toBe(2);
  const { ino } = statSync(report);
  await setTimeout(500);
  expect(statSync(report).ino).toBe(ino);
  write('web.yaml', pod('web', true));
  await running.until(/^\+ web\.yaml:1:\d+: critical: container "web" is privileged/m);
  write('web.yaml', pod('web', false));
  await running.until(/^- web\.yaml:1:\d+: critical: container "web" is privileged/m);
  expect(running.stderr()).toBe('');
  write('plimsoll.yaml', 'severities: { POD-06: medium }\nfailOn: medium\n');
  // Else the settings could be read before, and the pod behind it.
  await expect.poll(files, soon).toBe(3);
  write('web.yaml', pod('web', true));
  await running.until(/^\+ web\.yaml:1:\d+: medium: container "web" is privileged/m);
  // A settings file is wrong while it is typed, and what it said before holds on.
  for (const name of ['one', 'two']) {
    write('plimsoll.yaml', 'severitys: { POD-06: low }\n');
    write(`${name}.yaml`, pod(name, true));
    await running.until(new RegExp(`^\\+ ${name}\\.yaml:1:\\d+: medium`, 'm'));
  }
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(1);
  expect(running.stderr().split('\n')).toEqual([
    'plimsoll: unknown key severitys; plimsoll.yaml:1:1; did you mean severities?; the settings before hold on',
    '',
  ]);
});
