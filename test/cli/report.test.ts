import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/index.ts';
import { formats } from '../../src/report/formats/index.ts';
import { plimsoll, type Outcome } from './run.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-report-'));
afterAll(() => rmSync(folder, { recursive: true }));
const env = { SOURCE_DATE_EPOCH: '1700000000' };

function run(args: readonly string[], input = ''): Outcome {
  return plimsoll(args, { cwd: folder, env, input });
}

function written(file: string): string {
  return readFileSync(join(folder, file), 'utf8');
}

const pod = (name: string): string =>
  `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, namespace: shop}\nspec: {containers: [{name: a, image: a, securityContext: {privileged: true}}]}\n`;

/** Into a file each: `-o junit=scan.junit …`. */
function everyFormat(stem: string): string[] {
  return formats.flatMap(({ name }) => ['-o', `${name}=${stem}.${name}`]);
}

let scanned: Outcome;
beforeAll(() => {
  writeFileSync(join(folder, 'web.yaml'), pod('web'));
  writeFileSync(join(folder, 'torn.yaml'), 'apiVersion: v1\nkind: Pod\nspec: {\n');
  writeFileSync(join(folder, 'bank.yaml'), pod('bank'));
  scanned = run(['scan', 'web.yaml', 'torn.yaml', ...everyFormat('scan'), '-o', 'text']);
});

describe('one scan', () => {
  test('is written in every format at once', () => {
    expect(scanned.status).toBe(2);
    expect(scanned.stderr).toBe('');
    for (const { name } of formats) expect([name, written(`scan.${name}`).length > 0]).toEqual([name, true]);
    expect(written('scan.junit')).toContain('<testsuites name="plimsoll"');
    expect(written('scan.github')).toContain('::error file=web.yaml,line=4');
    expect(written('scan.gitlab-sast')).toContain('"start_time":"2023-11-14T22:13:20"');
  });
});

describe('plimsoll report', () => {
  test('writes in every format what the scan did, without scanning again', () => {
    rmSync(join(folder, 'torn.yaml'), { force: true });
    const { status, stderr } = run(['report', 'scan.json', ...everyFormat('report')]);
    expect([status, stderr]).toEqual([0, '']);
    for (const { name } of formats) expect([name, written(`report.${name}`)]).toEqual([name, written(`scan.${name}`)]);
  });

  test('reads standard input, and is the gate that --fail-on makes it', () => {
    const { status, stdout } = run(['report', '-', '-o', 'csv', '--fail-on', 'critical', '--allow-unreadable'], written('scan.json'));
    expect(status).toBe(1);
    expect(stdout).toContain('critical,fail,pod-security/privileged');
    expect(run(['report', 'scan.json', '--fail-on', 'high', '--quiet']).status).toBe(2);
  });

  test.each([
    [['report'], 'which report?'],
    [['report', 'scan.json', 'scan.json'], 'takes one report'],
    [['report', 'web.yaml'], 'not JSON'],
    [['report', 'scan.json', '-o', 'juint'], 'did you mean junit?'],
  ])('%j is told what is wrong', (args, message) => {
    const { status, stdout, stderr } = run(args);
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain(message);
  });
});

describe('plimsoll merge', () => {
  let merged: Outcome;
  beforeAll(() => {
    run(['scan', 'bank.yaml', '-o', 'json=bank.json']);
    merged = run(['merge', 'scan.json', 'bank.json']);
  });

  test('makes one report of several, as JSON where no format is asked for', () => {
    const { status, stdout } = merged;
    expect(status).toBe(0);
    const report = JSON.parse(stdout) as Report;
    expect(report.merged?.map(({ file, objects, unread }) => [file, objects, unread])).toEqual([
      ['scan.json', 1, 1],
      ['bank.json', 1, 0],
    ]);
    expect(new Set(report.findings.map(({ resource }) => resource.name))).toEqual(new Set(['web', 'bank', 'shop']));
  });

  test('of a merged report the text says what it was made of', () => {
    const { stdout } = run(['report', '-'], merged.stdout);
    expect(stdout).toContain('Merged        2 reports · scan.json: 1 object (1 unread), Kubernetes 1.35');
  });

  test('what has no target in common is refused', () => {
    run(['scan', 'bank.yaml', '--profile', 'baseline', '-o', 'json=other.json']);
    const { status, stderr } = run(['merge', 'scan.json', 'other.json']);
    expect(status).toBe(2);
    expect(stderr).toContain('they were judged by the profiles nsa and baseline');
    expect(run(['merge', 'scan.json', 'scan.json']).stderr).toContain('named twice');
  });
});
