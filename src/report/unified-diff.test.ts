import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import * as fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import type { FileRepair, TextEdit } from '../core/index.ts';
import { sampleFixReport } from './sample-fix-report.ts';
import { unifiedDiff } from './unified-diff.ts';

const scratch = mkdtempSync(join(tmpdir(), 'plimsoll-diff-'));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

function repair(file: string, before: string | undefined, edits: readonly TextEdit[]): FileRepair {
  let after = '';
  let at = 0;
  for (const { start, end, text } of edits) {
    after += (before ?? '').slice(at, start) + text;
    at = end;
  }
  return { file, before, after: after + (before ?? '').slice(at), edits };
}

function diff(...files: readonly FileRepair[]): string {
  return [...unifiedDiff(files)].join('');
}

const numbered = Array.from({ length: 30 }, (_, index) => `line ${index + 1}\n`).join('');

/** Behind the text of a line of `numbered`. */
function behind(line: number): number {
  return numbered.indexOf(`line ${line}\n`) + `line ${line}`.length;
}

function insertion(at: number, text: string): TextEdit {
  return { start: at, end: at, text };
}

test('what is added at the end of a line is a line of its own', () => {
  expect(diff(repair('a.yaml', numbered, [insertion(behind(5), '\nnew')]))).toBe(
    'diff --git a/a.yaml b/a.yaml\n--- a/a.yaml\n+++ b/a.yaml\n@@ -3,6 +3,7 @@\n line 3\n line 4\n line 5\n+new\n line 6\n line 7\n line 8\n',
  );
});

test('hunks that are near share their context, others have their own', () => {
  const near = diff(repair('a', numbered, [insertion(behind(5), '!'), insertion(behind(12), '!')]));
  expect(near.match(/^@@.*/gm)).toEqual(['@@ -2,14 +2,14 @@']);
  const far = diff(repair('a', numbered, [insertion(behind(5), '\nx\ny'), insertion(behind(13), '!')]));
  expect(far.match(/^@@.*/gm)).toEqual(['@@ -3,6 +3,8 @@', '@@ -10,7 +12,7 @@']);
});

test('a hunk may say which object it is in, by its first changed line', () => {
  const files = [repair('a', numbered, [insertion(behind(5), '\nx')])];
  const [text] = unifiedDiff(files, (file, line) => `${file} ${line}`);
  expect(text).toContain('@@ -3,6 +3,7 @@ a 4\n');
});

test('a new file comes from nowhere, and a missing line break at the end is said', () => {
  expect(diff(repair('policy.yaml', undefined, [insertion(0, 'kind: NetworkPolicy')]))).toBe(
    'diff --git a/policy.yaml b/policy.yaml\nnew file mode 100644\n--- /dev/null\n+++ b/policy.yaml\n@@ -0,0 +1 @@\n+kind: NetworkPolicy\n\\ No newline at end of file\n',
  );
});

test('names are quoted as git does, and steer no terminal', () => {
  const names = ['a b.yaml', '\u001b[31mred.yaml', 'say "hi"\\.yaml', 'n\nl.yaml', 'ü.yaml', '\u202e.yaml', '/srv/a.yaml'];
  expect(names.map((name) => diff(repair(name, 'a\n', [insertion(0, 'b\n')])).split('\n')[1])).toEqual([
    '--- a/a b.yaml\t',
    '--- "a/\\033[31mred.yaml"',
    '--- "a/say \\"hi\\"\\\\.yaml"\t',
    '--- "a/n\\nl.yaml"',
    '--- "a/\\303\\274.yaml"',
    '--- "a/\\342\\200\\256.yaml"',
    '--- a/srv/a.yaml',
  ]);
});

test('the files of a report are a patch, in their order', () => {
  const text = diff(...sampleFixReport.files);
  expect(text.match(/^\+\+\+ .*/gm)).toEqual(['+++ b/cache.yaml', '+++ b/deploy/shop-default-deny.yaml', '+++ b/deploy/web.yaml']);
  expect(text.match(/^@@.*/gm)).toEqual(['@@ -5,4 +5,6 @@', '@@ -0,0 +1,8 @@', '@@ -17,8 +17,9 @@']);
});

test('what changes nothing is no hunk', () => {
  expect(diff(repair('a', numbered, [{ start: 0, end: 6, text: 'line 1' }]))).toBe('');
});

test('5 MB with an edit on every second line take no longer than their length', () => {
  const line = `${'x'.repeat(98)}\n`;
  const before = line.repeat(50_000);
  const edits = Array.from({ length: 25_000 }, (_, index) => insertion(index * 2 * line.length, 'y'));
  expect(diff(repair('a', before, edits)).length).toBeGreaterThan(before.length);
  const apart = Array.from({ length: 2_500 }, (_, index) => insertion(index * 20 * line.length, 'y'));
  expect(diff(repair('a', before, apart)).match(/^@@/gm)).toHaveLength(2_500);
});

const lineBreaks = fc.constantFrom('\n', '\n', '\n', '\r\n');
const words = fc.constantFrom(
  'a: 1',
  'a: 1',
  '  b:',
  '- c',
  '',
  '# ü',
  '\\ No newline',
  '+x',
  '-y',
  '@@ -1 +1 @@',
  '--- a',
  '\u001b[31m',
  '\ufeff',
  '\r',
);
const text = fc
  .tuple(fc.boolean(), fc.array(fc.tuple(words, lineBreaks), { maxLength: 40 }), fc.constantFrom('', 'end'))
  .map(([mark, lines, end]) => (mark ? '\ufeff' : '') + lines.map((pair) => pair.join('')).join('') + end);

/** A text and edits of it that change something. */
const repairs = fc
  .tuple(
    text,
    fc.array(fc.tuple(fc.nat(), fc.nat(), text), { minLength: 1, maxLength: 5 }),
    fc.constantFrom('a.yaml', 'deploy/a b.yaml', 'ü/"q" x.yaml', 'tab\t.yaml'),
    fc.boolean(),
  )
  .map(([before, wishes, file, atLines]) => {
    const edits: TextEdit[] = [];
    let at = 0;
    const snap = (offset: number): number => (atLines ? before.lastIndexOf('\n', offset) + 1 : offset);
    const starts = wishes.map(([start, length, added]) => ({ start: snap(start % (before.length + 1)), length: length % 30, added }));
    for (const { start, length, added } of starts.sort((a, b) => a.start - b.start)) {
      if (start < at || (start === at && edits.length > 0)) continue;
      at = Math.min(before.length, start + length);
      edits.push({ start, end: at, text: added });
    }
    return repair(file, before, edits);
  })
  .filter(({ before, after }) => before !== after && after !== '');

describe('the tools of the trade make of the text before the text after, byte for byte', () => {
  const cases = fc.sample(repairs, { numRuns: 150, seed: 4 });
  cases.push(...fc.sample(repairs, { numRuns: 20, seed: 5 }).map(({ file, after }) => repair(file, undefined, [insertion(0, after)])));

  /** Applies the cases, each in a folder of its own so that one run does them all, and answers with those that went wrong. */
  function misapplied(command: string, args: readonly string[]): unknown[] {
    const folder = join(scratch, command);
    const files = cases.map((each, index): FileRepair => ({ ...each, file: `${index}/${each.file}` }));
    for (const { file, before } of files) {
      mkdirSync(dirname(join(folder, file)), { recursive: true });
      if (before !== undefined) writeFileSync(join(folder, file), before);
    }
    const run = spawnSync(command, args, { cwd: folder, input: diff(...files), encoding: 'utf8' });
    if (run.status !== 0) return [run.stdout, run.stderr];
    return files.filter(({ file, after }) => readFileSync(join(folder, file), 'utf8') !== after);
  }

  test.each([
    ['git', 'apply', '--whitespace=nowarn', '-'],
    ['patch', '-p1', '--binary', '--fuzz=0'],
  ])('%s %s', (command, ...args) => {
    if (spawnSync(command, ['--version']).error !== undefined) return;
    expect(misapplied(command, args)).toEqual([]);
  });
});
