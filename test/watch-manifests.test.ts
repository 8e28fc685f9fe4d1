import { mkdirSync, mkdtempSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { readPolicyFile, watchManifests, type Report } from '../src/index.ts';
import { policyFilePlaces } from '../src/library/policy-file.ts';
import { fakeProgram } from './fake-program.ts';
import { writeAtOnce } from './write-at-once.ts';

/** Soon after a change, and never without one. */
const rhythm = { quiet: 20, latest: 200, share: 1, soonest: 60_000, rarest: 60_000 };

let folder: string;
let ending: AbortController;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-watch-'));
  ending = new AbortController();
});

afterEach(() => {
  ending.abort();
  rmSync(folder, { recursive: true });
});

function pod(name: string, allowed: boolean): string {
  const container = { name: 'web', image: 'registry.example.com/web:1', securityContext: { privileged: allowed } };
  return JSON.stringify({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'shop' }, spec: { containers: [container] } });
}

function write(file: string, text: string): void {
  writeAtOnce(folder, file, text);
}

function follow(...paths: readonly string[]): AsyncGenerator<Report, void> {
  return watchManifests({ paths, cwd: folder, rhythm, signal: ending.signal });
}

/** The names of the pods that are privileged in the next report. */
async function next(reports: AsyncGenerator<Report, void>): Promise<string[]> {
  const { value } = await reports.next();
  if (value === undefined) throw new Error('it has ended');
  return value.findings.filter(({ control }) => control === 'pod-security/privileged').map(({ resource }) => resource.name);
}

/** A busy machine may have seen a state between two changes: one of the next reports has these names. */
const soon = { interval: 0, timeout: 20_000 };

test('a folder is followed with what is below it', async () => {
  mkdirSync(join(folder, 'deploy'));
  write('deploy/web.yaml', pod('web', false));
  const reports = follow('.');
  expect(await next(reports)).toEqual([]);
  write('deploy/bad.yaml', pod('bad', true));
  expect(await next(reports)).toEqual(['bad']);
  rmSync(join(folder, 'deploy/bad.yaml'));
  expect(await next(reports)).toEqual([]);
  ending.abort();
  expect((await reports.next()).done).toBe(true);
});

test('a file in a folder is followed however often editors replace it', async () => {
  write('web.yaml', pod('web', false));
  const reports = follow('.');
  await expect.poll(() => next(reports), soon).toEqual([]);
  for (const privileged of [true, false, true]) {
    write('web.yaml', pod('web', privileged));
    await expect.poll(() => next(reports), soon).toEqual(privileged ? ['web'] : []);
  }
});

test('a folder that comes, goes and comes again is followed', async () => {
  const reports = follow('.');
  await expect.poll(() => next(reports), soon).toEqual([]);
  for (const name of ['one', 'two']) {
    mkdirSync(join(folder, 'new/deploy'), { recursive: true });
    write('new/deploy/web.yaml', pod('web', false));
    await expect.poll(() => next(reports), soon).toEqual([]);
    write('new/deploy/web.yaml', pod(name, true));
    await expect.poll(() => next(reports), soon).toEqual([name]);
    rmSync(join(folder, 'new'), { recursive: true });
    await expect.poll(() => next(reports), soon).toEqual([]);
  }
});

test('a file is followed although editors replace it, and what stands beside it is not', async () => {
  write('web.yaml', pod('web', false));
  const reports = follow('web.yaml');
  expect(await next(reports)).toEqual([]);
  const later = next(reports);
  write('beside.yaml', pod('beside', true));
  expect(await Promise.race([later, setTimeout(300, 'silence')])).toBe('silence');
  write('web.yaml.new', pod('web', true));
  renameSync(join(folder, 'web.yaml.new'), join(folder, 'web.yaml'));
  expect(await later).toEqual(['web']);
});

test('what a pattern may match is followed', async () => {
  mkdirSync(join(folder, 'deploy'));
  write('deploy/web.yaml', pod('web', false));
  const reports = follow('deploy/*.yaml');
  expect(await next(reports)).toEqual([]);
  write('deploy/bad.yaml', pod('bad', true));
  expect(await next(reports)).toEqual(['bad']);
});

test('standard input does not change', async () => {
  await expect(follow('-').next()).rejects.toMatchObject({ lines: ['standard input does not change', expect.any(String)] });
});

test('settings are followed where they stand above what is judged, or begin to', async () => {
  mkdirSync(join(folder, 'deploy/.git'), { recursive: true });
  mkdirSync(join(folder, 'deploy/shop'));
  write('deploy/shop/web.yaml', pod('web', true));
  const options = { paths: ['deploy/shop'], cwd: folder };
  const settings = { files: policyFilePlaces(options), changed: () => readPolicyFile(options) };
  const reports = watchManifests({ ...options, rhythm, signal: ending.signal, settings });
  expect(await next(reports)).toEqual(['web']);
  write('deploy/plimsoll.yaml', 'skip: [pod-security/privileged]\n');
  expect(await next(reports)).toEqual([]);
  write('deploy/shop/plimsoll.yaml', '');
  expect(await next(reports)).toEqual(['web']);
});

test('charts and overlays are followed with all that they are rendered from', async () => {
  const renders = join(folder, 'renders');
  const tool = `echo x >> ${renders}; cat "$(dirname "$0")/printed"`;
  vi.stubEnv('PATH', fakeProgram(join(folder, 'bin'), 'helm', tool));
  fakeProgram(join(folder, 'bin'), 'kustomize', tool);
  const print = (name: string): void => write('bin/printed', `---\n# Source: chart/templates/a.yaml\n${pod(name, true)}\n`);
  mkdirSync(join(folder, 'chart/templates'), { recursive: true });
  write('chart/Chart.yaml', 'name: chart\n');
  write('chart/templates/a.yaml', '{{ x }}');
  write('values.yaml', 'a: 1\n');
  mkdirSync(join(folder, 'base'));
  write('base/kustomization.yaml', 'resources: []\n');
  mkdirSync(join(folder, 'prod'));
  write('prod/kustomization.yaml', 'resources: [../base]\n');
  print('one');
  const reports = watchManifests({
    paths: ['chart', 'prod'],
    cwd: folder,
    rhythm,
    signal: ending.signal,
    charts: { values: ['values.yaml'] },
  });
  expect(await next(reports)).toEqual(['one', 'one']);
  for (const [file, name] of [
    ['chart/templates/_a.tpl', 'two'],
    ['values.yaml', 'three'],
  ] as const) {
    print(name);
    write(file, 'b: 1\n');
    expect(await next(reports)).toEqual([name, expect.any(String)]);
  }
  print('four');
  write('base/kustomization.yaml', 'resources: [a.yaml]\n');
  expect(await next(reports)).toEqual([expect.any(String), 'four']);
  vi.unstubAllEnvs();
});

test('what kustomizations below a folder are built from is followed wherever it stands, also what comes later', async () => {
  vi.stubEnv('PATH', fakeProgram(join(folder, 'bin'), 'kustomize', 'cat "$(dirname "$0")/printed"'));
  const print = (name: string): void => write('bin/printed', `---\n${pod(name, true)}\n`);
  for (const below of ['apps/prod', 'base', 'patches', 'later']) mkdirSync(join(folder, below), { recursive: true });
  write('base/kustomization.yaml', 'resources: []\n');
  write('later/kustomization.yaml', 'resources: []\n');
  write('patches/a.yaml', 'a: 1\n');
  write('apps/prod/kustomization.yaml', 'resources: [../../base]\npatches: [{path: ../../patches/a.yaml}]\n');
  print('one');
  const reports = watchManifests({ paths: ['apps'], cwd: folder, rhythm, signal: ending.signal, charts: { buildsAll: true } });
  expect(await next(reports)).toEqual(['one']);
  for (const [file, text] of [
    ['base/kustomization.yaml', 'resources: [a.yaml]\n'],
    ['patches/a.yaml', 'a: 2\n'],
    ['apps/prod/kustomization.yaml', 'resources: [../../later]\n'],
    ['later/kustomization.yaml', 'resources: [b.yaml]\n'],
  ] as const) {
    print(file.replaceAll(/[^a-z]/g, ''));
    write(file, text);
    expect(await next(reports)).toEqual([file.replaceAll(/[^a-z]/g, '')]);
  }
  vi.unstubAllEnvs();
});
