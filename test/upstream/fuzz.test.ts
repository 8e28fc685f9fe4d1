import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, inject, test } from 'vitest';
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
      const inputs = Array.from({ length: filesPerRound }, () => damaged(random));
      for (const [index, bytes] of inputs.entries()) writeFileSync(join(folder, `f${index}.${index % 3 === 0 ? 'json' : 'yaml'}`), bytes);
      const outcome = await scan(['scan', folder, '-o', 'json', '--all']);
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

/** Runs the built command line; memory is the peak resident set in KiB, as the kernel saw it. */
function scan(args: readonly string[]): Promise<{ status: number | null; stdout: string; stderr: string; memory: number }> {
  return new Promise((done, failed) => {
    const child = spawn(process.execPath, ['--max-old-space-size=400', inject('commandLine'), ...args], {
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

function damaged(random: Random): Buffer {
  const seed = seeds[random(seeds.length)] ?? Buffer.alloc(0);
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
