import { appendFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Report } from '../../src/core/index.ts';
import { hardenedObjects } from '../../src/testing/hardened.ts';
import { plimsoll, type Outcome } from './run.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-baseline-'));
  writeFileSync(
    join(folder, 'web.yaml'),
    hardenedObjects.replace('readOnlyRootFilesystem: true', 'readOnlyRootFilesystem: true\n            privileged: true'),
  );
});

afterAll(() => rmSync(folder, { recursive: true }));

function scan(...args: string[]): Outcome {
  return plimsoll(['scan', 'web.yaml', ...args], { cwd: folder });
}

describe('scan --baseline', () => {
  test('accepts what fails now, and reports what is new from then on', () => {
    const first = scan('--write-baseline', '-q');
    expect(first).toMatchObject({ status: 0, stdout: '', stderr: 'plimsoll: wrote plimsoll-baseline.jsonl: 2 known findings\n' });
    const written = readFileSync(join(folder, 'plimsoll-baseline.jsonl'), 'utf8');
    expect(written).toContain('"control":"pod-security/privileged"');

    appendFileSync(
      join(folder, 'web.yaml'),
      '---\napiVersion: v1\nkind: Pod\nmetadata: {name: new}\nspec: {containers: [{name: a, image: a}]}\n',
    );
    const { status, stdout } = scan('--baseline', 'plimsoll-baseline.jsonl', '-o', 'json');
    const { findings, baseline, ledger } = JSON.parse(stdout) as Report;
    expect(status).toBe(1);
    expect(baseline).toEqual({ file: 'plimsoll-baseline.jsonl', known: 2, gone: 0 });
    expect(new Set(findings.filter(({ verdict }) => verdict === 'fail').map(({ resource }) => resource.name))).toEqual(new Set(['new']));
    expect(ledger.find(({ code }) => code === 'POD-06')?.state).toBe('fail');
  });

  test('never writes over what is no baseline', () => {
    const { status, stdout, stderr } = scan('--write-baseline', 'web.yaml');
    expect([status, stdout]).toEqual([2, '']);
    expect(stderr).toContain('plimsoll scan web.yaml --write-baseline');
    expect(readFileSync(join(folder, 'web.yaml'), 'utf8')).toContain('privileged: true');
  });
});
