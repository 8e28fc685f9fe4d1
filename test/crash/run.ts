/**
 * `npm run test:crash [-- --kills=200 --seed=1]`: kills the writing of many files at random moments, with SIGKILL. After
 * each kill every file has exactly its old or its new content and its permissions; with --atomic, once the next run has
 * undone what was half done, all of them have the old content or all have the new one.
 */
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { undoInterrupted } from '../../src/files/index.ts';
import { buildWriter } from './build-writer.ts';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const kills = Number(values.kills ?? 200);
const seed = Number(values.seed ?? 1);

const outside = mkdtempSync(join(tmpdir(), 'plimsoll-crash-'));
const folder = join(outside, 'manifests');
const names = Array.from({ length: 24 }, (_, index) => `${index % 4 === 0 ? '' : `team-${index % 4}/`}${index}.yaml`);

/** A manifest with something to fix; some are larger than a system writes at once. */
function manifest(index: number): string {
  const pod = [
    'apiVersion: v1',
    'kind: Pod',
    'metadata:',
    `  name: pod-${index}`,
    'spec:',
    '  containers:',
    '    - name: app',
    '      image: registry.example/app:1.0',
    '',
  ];
  return `${pod.join('\n')}${'# a comment that stays where it is\n'.repeat(index % 10 === 0 ? 6_000 : 5)}`;
}

function mode(index: number): number {
  return index % 3 === 0 ? 0o640 : 0o644;
}

function restore(): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [index, name] of names.entries()) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, manifest(index));
    chmodSync(path, mode(index));
  }
}

/** Numbers from 0 to 1 that are the same in each run with this seed. */
function* chance(state: number): Generator<number, never> {
  for (;;) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    yield state / 2 ** 32;
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await new Promise((resolve) => child.once('exit', resolve));
}

interface Run {
  /** Between the sign and the end. */
  readonly milliseconds: number;
  readonly killed: boolean;
}

/** Runs the command, and kills it so many milliseconds after a file appears whose name has the sign. */
async function run(given: readonly string[], sign: string, killAfter: number): Promise<Run> {
  restore();
  const watcher = watch(folder, { recursive: true });
  const child = spawn(process.execPath, given, { stdio: ['ignore', 'ignore', 'inherit'] });
  const end = ended(child);
  const signed = new Promise<void>((resolve) => {
    watcher.on('change', (_, name) => {
      if (String(name).endsWith(sign)) resolve();
    });
  });
  await Promise.race([end, signed]);
  const from = performance.now();
  watcher.close();
  if (killAfter < Infinity) {
    await Promise.race([end, setTimeout(killAfter)]);
    child.kill('SIGKILL');
  }
  await end;
  return { milliseconds: performance.now() - from, killed: child.signalCode === 'SIGKILL' };
}

function contents(): string[] {
  return names.map((name) => readFileSync(join(folder, name), 'utf8'));
}

const old = names.map((_, index) => manifest(index));

/** What is wrong after a kill; undefined: nothing. */
function defect(fixed: readonly string[], atomic: boolean): string | undefined {
  const broken = names.filter((name, index) => {
    const content = readFileSync(join(folder, name), 'utf8');
    const whole = content === old[index] || content === fixed[index];
    return !whole || (statSync(join(folder, name)).mode & 0o777) !== mode(index);
  });
  if (broken.length > 0) return `neither old nor new: ${broken.join(', ')}`;
  if (!atomic) return undefined;
  const { refused } = undoInterrupted([folder]);
  if (refused.length > 0) return `not undone: ${refused.map(({ path, reason }) => `${path}: ${reason}`).join(', ')}`;
  const after = contents();
  const changed = after.filter((content, index) => content !== old[index]).length;
  return changed === 0 || changed === names.length ? undefined : `${changed} of ${names.length} files are new`;
}

/** How the command is run, and the file that shows that it is about to do what is to be interrupted. */
interface Series {
  readonly name: string;
  readonly atomic: boolean;
  readonly sign: string;
  readonly kills: number;
}

const series: readonly Series[] = [
  { name: 'each file by itself', atomic: false, sign: '.tmp', kills: Math.ceil(kills / 2) },
  { name: '--atomic', atomic: true, sign: '.tmp', kills: Math.ceil(kills / 4) },
  // The renames take a small part of the time.
  { name: '--atomic, from the first backup on', atomic: true, sign: '.old', kills: Math.floor(kills / 4) },
];

let passed = 0;
const failures: string[] = [];
// The command that writes, and is killed.
const base = [await buildWriter(outside), folder];
const random = chance(seed);
for (const { name, atomic, sign, kills: count } of series) {
  const given = atomic ? [...base, '--atomic'] : base;
  const whole = [await run(given, sign, Infinity), await run(given, sign, Infinity)].map(({ milliseconds }) => milliseconds);
  const fixed = contents();
  if (fixed.some((content, index) => content === old[index])) failures.push(`${name}: a run that nobody kills leaves files unwritten`);
  let between = 0;
  let killed = 0;
  for (let kill = 1; kill <= count; kill++) {
    const done = await run(given, sign, random.next().value * Math.min(...whole));
    if (done.killed) killed++;
    const written = contents().filter((content, index) => content !== old[index]).length;
    if (written > 0 && written < names.length) between++;
    const wrong = defect(fixed, atomic);
    if (wrong === undefined) passed++;
    else failures.push(`${name}, kill ${kill}: ${wrong}`);
  }
  console.log(`${name}: ${killed} of ${count} runs killed, ${between} of them between two files`);
  // Of a slow machine's clock nothing more is asked than that the kills come at all.
  if (killed === 0) failures.push(`${name}: every run ended before its kill`);
}
rmSync(outside, { recursive: true });
for (const failure of failures) console.log(failure);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
