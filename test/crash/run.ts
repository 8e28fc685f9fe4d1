/**
 * `npm run test:crash [-- --kills=200 --seed=1]`: kills `plimsoll fix --write` at random moments, with SIGKILL, while it
 * writes many files. After each kill every file has exactly its old or its new content and its permissions; with --atomic,
 * once the next run has put back what was half done, all of them have the old content or all have the new one.
 */
import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, watch, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { parseArgs } from 'node:util';

const { values } = parseArgs({ options: { kills: { type: 'string' }, seed: { type: 'string' } } });
const kills = Number(values.kills ?? 200);
const seed = Number(values.seed ?? 1);

const outside = mkdtempSync(join(tmpdir(), 'plimsoll-crash-'));
// By its address, or it would become a part of this program and look for the repository from here.
const { href } = new URL('../../tools/build-command-line.mjs', import.meta.url);
const { buildCommandLine } = (await import(href)) as typeof import('../../tools/build-command-line.mjs');
const commandLine = await buildCommandLine(join(outside, 'cli'));
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
    '      securityContext:',
    '        runAsUser: 10001',
    '',
  ];
  return `${pod.join('\n')}${'# a comment that stays where it is\n'.repeat(index % 10 === 0 ? 6_000 : 5)}`;
}

const old = names.map((_, index) => manifest(index));
const fixed = old.map((text) => text.replace('runAsUser: 10001\n', '$&        runAsNonRoot: true\n'));

function mode(index: number): number {
  return index % 3 === 0 ? 0o640 : 0o644;
}

function restore(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  for (const [index, name] of names.entries()) {
    const path = join(folder, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, old[index]!);
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

/** Runs the command on a folder, and kills it so many milliseconds after the files have appeared whose names have the sign. */
async function run(folder: string, { atomic, sign, signs }: Series, killAfter: number): Promise<Run> {
  restore(folder);
  const watcher = watch(folder, { recursive: true });
  const child = spawn(process.execPath, command(folder, 'POD-01', atomic), { stdio: ['ignore', 'ignore', 'inherit'] });
  const end = ended(child);
  const signed = new Promise<void>((resolve) => {
    const seen = new Set<string>();
    watcher.on('change', (_, name) => {
      if (String(name).endsWith(sign) && seen.add(String(name)).size === signs) resolve();
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

function command(folder: string, control: string, atomic: boolean): string[] {
  return [commandLine, 'fix', '--write', '--quiet', '--only', control, ...(atomic ? ['--atomic'] : []), folder];
}

function contents(folder: string): string[] {
  return names.map((name) => readFileSync(join(folder, name), 'utf8'));
}

/** What is wrong after a kill; undefined: nothing. */
function defect(folder: string, atomic: boolean): string | undefined {
  const broken = names.filter((name, index) => {
    const content = readFileSync(join(folder, name), 'utf8');
    const whole = content === old[index] || content === fixed[index];
    return !whole || (statSync(join(folder, name)).mode & 0o777) !== mode(index);
  });
  if (broken.length > 0) return `neither old nor new: ${broken.join(', ')}`;
  if (!atomic) return undefined;
  if (existsSync(join(folder, '.plimsoll-undo.json'))) {
    // It has nothing to fix, but puts back.
    const { status, stderr } = spawnSync(process.execPath, command(folder, 'POD-07', false), { encoding: 'utf8' });
    if (status !== 0) return `not put back: ${stderr}`;
  }
  const changed = contents(folder).filter((content, index) => content !== old[index]).length;
  return changed === 0 || changed === names.length ? undefined : `${changed} of ${names.length} files are new`;
}

/** How the command is run, and the files, so many, that show that it is about to do what is to be interrupted. */
interface Series {
  readonly name: string;
  readonly atomic: boolean;
  readonly sign: string;
  readonly signs: number;
  readonly kills: number;
}

let passed = 0;
const failures: string[] = [];

async function crash(series: Series, folder: string): Promise<void> {
  const { name, atomic, kills: count } = series;
  const random = chance(seed);
  let { milliseconds: shortest } = await run(folder, series, Infinity);
  if (contents(folder).some((content, index) => content !== fixed[index]))
    failures.push(`${name}: a run that nobody kills does not write what is expected`);
  let between = 0;
  let killed = 0;
  let runs = 0;
  // A run that ends before its kill counts for nothing, and lets the next kills come sooner.
  for (; killed < count && runs < 10 * count; runs++) {
    const done = await run(folder, series, random.next().value * shortest);
    if (!done.killed) {
      shortest = Math.min(shortest, done.milliseconds);
      continue;
    }
    killed++;
    const written = contents(folder).filter((content, index) => content !== old[index]).length;
    if (written > 0 && written < names.length) between++;
    const wrong = defect(folder, atomic);
    if (wrong === undefined) passed++;
    else failures.push(`${name}, kill ${killed}: ${wrong}`);
  }
  console.log(`${name}: ${killed} kills in ${runs} runs, ${between} of them between two files`);
  if (killed < count) failures.push(`${name}: ${killed} of ${count} kills came before the end of their run`);
}

async function atomically(): Promise<void> {
  const folder = join(outside, 'all-or-none');
  await crash({ name: '--atomic', atomic: true, sign: '.tmp', signs: 1, kills: Math.ceil(kills / 4) }, folder);
  // The renames take a small part of the time; before them every file has got its backup.
  const renaming = { name: '--atomic, from the last backup on', atomic: true, sign: '.old', signs: names.length };
  await crash({ ...renaming, kills: Math.floor(kills / 4) }, folder);
}

// Two at a time: most of each run is the start of the program.
await Promise.all([
  crash({ name: 'each file by itself', atomic: false, sign: '.tmp', signs: 1, kills: Math.ceil(kills / 2) }, join(outside, 'each')),
  atomically(),
]);
rmSync(outside, { recursive: true });
for (const failure of failures) console.log(`failed: test/crash/run.ts: ${failure}`);
console.log(`${passed} passed, ${failures.length} failed`);
process.exitCode = failures.length === 0 ? 0 : 1;
