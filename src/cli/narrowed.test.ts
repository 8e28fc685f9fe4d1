import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { baselineOf, formatBaseline } from '../compare/baseline.ts';
import { sampleReport } from '../report/sample-report.ts';
import { findCommand, parseArguments } from './arguments.ts';
import { narrowed } from './narrowed.ts';

let folder: string;
let known: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-narrowed-'));
  known = join(folder, 'known.jsonl');
  writeFileSync(known, [...formatBaseline(baselineOf(sampleReport))].join(''));
});

afterAll(() => rmSync(folder, { recursive: true }));

async function refusal(args: readonly string[], snapshots: readonly string[] = []): Promise<string> {
  const given = parseArguments(findCommand('scan'), args);
  return narrowed(given, { paths: ['.'] }, { failOn: 'high', allowUnreadable: true }, snapshots).then(
    () => 'nothing',
    (error: unknown) => (error as Error).message,
  );
}

describe('what excludes each other', () => {
  test.each([
    ['--changed-since main --cluster', 'plimsoll diff BEFORE.json AFTER.json'],
    ['--baseline known.jsonl --all-contexts', 'that of one cluster'],
    ['--baseline known.jsonl --cluster a --cluster b', 'that of one cluster'],
    ['--write-baseline --watch', '--watch and --write-baseline exclude each other'],
    ['--write-baseline --changed-since main', '--changed-since and --write-baseline exclude each other'],
    ['--baseline a.jsonl --write-baseline b.jsonl', 'name two files'],
  ])('%s', async (args, why) => {
    expect(await refusal(args.split(' '))).toContain(why);
  });

  test('several snapshots', async () => {
    expect(await refusal(['--baseline', known], ['a.plimsoll', 'b.plimsoll'])).toContain('that of one cluster');
    expect(await refusal(['--changed-since', 'main'], ['a.plimsoll'])).toContain('a cluster has no revisions');
  });
});

test('a baseline is written anew with what was new and what is gone, and nothing is new then', async () => {
  const [first, ...rest] = baselineOf(sampleReport).entries;
  const gone = { ...first!, object: 'Pod former', fingerprint: 'gone' };
  writeFileSync(known, [...formatBaseline({ ...baselineOf(sampleReport), entries: [gone, ...rest] })].join(''));
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const given = parseArguments(findCommand('scan'), ['--baseline', known, '--write-baseline', '--profile', sampleReport.target.profile]);
  const report = await (await narrowed(given, {}, { failOn: 'high', allowUnreadable: true }, []))(sampleReport);
  const text = told.mock.calls.map(([line]) => String(line)).join('');
  told.mockRestore();
  expect(text).toMatch(/known findings, 1 of them new; \d are gone\n$/);
  expect(readFileSync(known, 'utf8')).toBe([...formatBaseline(baselineOf(sampleReport))].join(''));
  expect(report.findings.some(({ verdict }) => verdict === 'fail')).toBe(false);
});
