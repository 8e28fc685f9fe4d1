import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startPlimsoll } from './run.ts';
import { writeAtOnce } from '../write-at-once.ts';

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
  for (let attempt = 0; attempt < 200; attempt++) {
    try {
      if (readFileSync(join(folder, 'report.json'), 'utf8').endsWith('}\n')) break;
    } catch {
      // It has not been written yet.
    }
    await setTimeout(50);
  }
  await setTimeout(500);
  const settled = readFileSync(join(folder, 'report.json'), 'utf8');
  write('web.yaml', pod('web', true));
  await running.until(/^\+ web\.yaml:1:\d+: critical: container "web" is privileged/m);
  write('web.yaml', pod('web', false));
  await running.until(/^- web\.yaml:1:\d+: critical: container "web" is privileged/m);
  expect(running.stderr()).toBe('');
  // A settings file is wrong while it is typed, and what it said before holds on.
  write('plimsoll.yaml', 'severities: { POD-06: medium }\nfailOn: medium\n');
  write('web.yaml', pod('web', true));
  await running.until(/^\+ web\.yaml:1:\d+: medium: container "web" is privileged/m);
  for (const name of ['one', 'two']) {
    write('plimsoll.yaml', 'severitys: { POD-06: low }\n');
    write(`${name}.yaml`, pod(name, true));
    await running.until(new RegExp(`^\\+ ${name}\\.yaml:1:\\d+: medium`, 'm'));
  }
  expect(running.stderr().split('\n')).toEqual([
    'plimsoll: unknown key severitys; plimsoll.yaml:1:1; did you mean severities?; the settings before hold on',
    '',
  ]);
  running.child.kill('SIGINT');
  expect(await running.ended).toBe(1);
  expect(JSON.parse(settled)).toMatchObject({ inputs: { files: expect.any(Number) } });
});
