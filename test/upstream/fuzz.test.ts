import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import { fix } from '../../src/index.ts';
import { corpora, corpusFiles } from './corpora.ts';

const rounds = process.env['PLIMSOLL_LONG'] === '1' ? 2000 : 120;
const filesPerRound = 12;
const secondsPerRun = 5 * filesPerRound;
const memoryLimit = 512 * 1024;

let folder: string;
let seeds: Buffer[];

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-fuzz-'));
  // Small files mutate into more interesting things for the same time.
  seeds = corpora.flatMap(corpusFiles).flatMap((file, index) => {
    if (index % 7 !== 0) return [];
    const bytes = readFileSync(file);
    return bytes.length < 40_000 ? [bytes] : [];
  });
});

afterAll(() => rmSync(folder, { recursive: true }));

test.skipIf(corpora.length === 0)(
  `${rounds * filesPerRound} damaged files end in exit code 0, 1 or 2, in time and in bounded memory`,
  async () => {
    const random = generator(20_261_121);
    for (let round = 0; round < rounds; round++) {
      const inputs = Array.from({ length: filesPerRound }, () => damaged(random, seeds));
      for (const [index, bytes] of inputs.entries()) writeFileSync(join(folder, `f${index}.${index % 3 === 0 ? 'json' : 'yaml'}`), bytes);
      const outcome = await run(['scan', folder, '-o', 'json', '--all']);
      const context = `round ${round}: ${outcome.stderr.slice(0, 500)}`;
      expect([0, 1, 2], context).toContain(outcome.status);
      expect(outcome.stderr, context).not.toMatch(/\n\s+at |internal error/i);
      expect(outcome.memory, context).toBeLessThan(memoryLimit);
      // Files that were opened, and those that were not and are named.
      const { inputs: counted } = JSON.parse(outcome.stdout) as {
        inputs: { files: number; unread: { file: string }[]; skipped: { file: string }[] };
      };
      const named = new Set([...counted.unread, ...counted.skipped].map(({ file }) => file));
      expect(counted.files + named.size, context).toBeGreaterThanOrEqual(filesPerRound);
    }
  },
);

const fixRounds = Math.ceil(rounds / 3);

test.skipIf(corpora.length === 0)(
  `${fixRounds * filesPerRound} damaged files are fixed as the library says or left as they are`,
  async () => {
    const random = generator(20_261_122);
    const workloads = seeds.filter((bytes) => bytes.includes('containers'));
    let changed = 0;
    for (let round = 0; round < fixRounds; round++) {
      // Sound files with damage behind: what is broken all over is never edited.
      const inputs = new Map<string, Buffer>();
      for (let index = 0; index < filesPerRound; index++) {
        const bytes = damaged(random, workloads);
        const sound = workloads[random(workloads.length)]!;
        if (index % 2 === 0) inputs.set(`f${index}.yaml`, Buffer.concat([sound, Buffer.from('\n---\n'), bytes]));
        else inputs.set(`f${index}.${index % 3 === 0 ? 'json' : 'yaml'}`, bytes);
      }
      for (const name of readdirSync(folder)) rmSync(join(folder, name), { recursive: true });
      for (const [name, bytes] of inputs) writeFileSync(join(folder, name), bytes);
      const { files } = await fix({ cwd: folder, review: true });
      const patch = await run(['fix', '--review', '-o', 'patch', '.']);
      const write = await run(['fix', '--review', '--write', '.']);
      for (const { status, stderr, memory } of [patch, write]) {
        const context = `round ${round}: ${stderr.slice(0, 500)}`;
        expect([0, 1, 2], context).toContain(status);
        expect(stderr, context).not.toMatch(/\n\s+at |internal error/i);
        expect(memory, context).toBeLessThan(memoryLimit);
      }
      expect(patch.stdout === '', `round ${round}`).toBe(files.length === 0);
      const meant = new Map<string, Buffer>([...inputs, ...files.map(({ file, after }) => [file, Buffer.from(after)] as const)]);
      expect(readdirSync(folder).sort(), `round ${round}`).toEqual([...meant.keys()].sort());
      for (const [name, bytes] of meant) expect(readFileSync(join(folder, name)).equals(bytes), `round ${round}: ${name}`).toBe(true);
      changed += files.length;
      const again = await fix({ cwd: folder, review: true });
      expect(
        again.fixes.map(({ control, file, line }) => `${file}:${line} ${control}`),
        `round ${round}`,
      ).toEqual([]);
    }
    expect(changed).toBeGreaterThan(fixRounds);
  },
);

/** Runs the built command line; memory is the peak resident set in KiB, as the kernel saw it. */
function run(args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string; memory: number }> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--max-old-space-size=400', inject('commandLine'), ...args], {
      cwd: folder,
      stdio: ['ignore', 'pipe', 'pipe'],
      timeout: secondsPerRun * 1000,
    });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    let memory = 0;
    const watch = setInterval(() => {
      memory = Math.max(memory, residentPeak(child.pid));
    }, 20);
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', failed);
    child.on('close', (status) => {
      clearInterval(watch);
      done({ status, stdout: Buffer.concat(stdout).toString('utf8'), stderr: Buffer.concat(stderr).toString('utf8'), memory });
    });
  });
}

function residentPeak(pid: number | undefined): number {
  try {
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0);
  } catch {
    return 0; // The process has ended, or this system has no /proc.
  }
}

type Random = (below: number) => number;

/** A small seeded generator (mulberry32), so that a failure can be repeated. */
function generator(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (state + 0x6d2b79f5) | 0;
    let word = Math.imul(state ^ (state >>> 15), 1 | state);
    word = (word + Math.imul(word ^ (word >>> 7), 61 | word)) ^ word;
    return ((word ^ (word >>> 14)) >>> 0) % below;
  };
}

const tokens = [
  '\t',
  '- ',
  ': ',
  '&a ',
  '*a',
  '<<: *a',
  '!!str ',
  '? ',
  '|',
  '>-',
  '{',
  '[',
  '"',
  "'",
  '\0',
  '\u001b[31m',
  '\r',
  '---\n',
  '...\n',
  '{{ .Values.x }}',
  '__proto__: {}',
  'null',
  '9007199254740993',
  'yes',
  '# ',
  '%YAML 1.1\n',
  '\ufeff',
  '\ud800',
];

function damaged(random: Random, from: readonly Buffer[]): Buffer {
  const seed = from[random(from.length)] ?? Buffer.alloc(0);
  switch (random(6)) {
    case 0:
      return Buffer.from(Array.from({ length: random(2000) }, () => random(256)));
    case 1:
      return seed.subarray(0, random(seed.length + 1));
    case 2: {
      const bytes = Buffer.from(seed);
      for (let n = random(20); n >= 0 && bytes.length > 0; n--) bytes[random(bytes.length)] = random(256);
      return bytes;
    }
    case 3: {
      let text = seed.toString('utf8');
      for (let n = random(6); n >= 0; n--) {
        const at = random(text.length + 1);
        text = text.slice(0, at) + (tokens[random(tokens.length)] ?? '') + text.slice(at + random(3));
      }
      return Buffer.from(text);
    }
    case 4: {
      const lines = seed.toString('utf8').split('\n');
      for (let n = random(8); n >= 0; n--) lines.splice(random(lines.length), random(3), lines[random(lines.length)] ?? '');
      return Buffer.from(lines.join('\n'));
    }
    default: {
      const deep = 1 + random(30_000);
      return Buffer.from(`apiVersion: v1\nkind: Pod\nspec: ${(random(2) === 0 ? '[' : '{a: ').repeat(deep)}`);
    }
  }
}
