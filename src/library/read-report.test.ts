import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { OptionError } from '../options/option-error.ts';
import { formatJson } from '../report/json.ts';
import { reportSchema } from '../report/json-schema.ts';
import { sampleReport, sampleWaivedReport } from '../report/sample-report.ts';
import { checkedReport, readReport } from './read-report.ts';
import { validatorOf } from '../../test/schema.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-'));
afterAll(() => rmSync(folder, { recursive: true }));

function read(text: string): ReturnType<typeof readReport> {
  writeFileSync(join(folder, 'report.json'), text);
  return readReport('report.json', folder);
}

function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof OptionError) return error.lines.join('|');
    throw error;
  }
  return 'none';
}

test('what was written is read again, with a byte order mark too', () => {
  const text = [...formatJson(sampleReport)].join('');
  expect(read(text)).toEqual(sampleReport);
  expect(read(`\ufeff${text}`)).toEqual(sampleReport);
});

test('what cannot be read says what, where and what to do', () => {
  expect(complaint(() => readReport('absent.json', folder))).toMatch(
    /^the report cannot be read: .*\|absent.json\|write one: plimsoll scan/,
  );
  expect(complaint(() => readReport('.', folder))).toContain('it is a folder|.|');
  expect(complaint(() => read('{"schemaVersion": 1,'))).toContain('not JSON, or not whole|report.json|');
});

test('what is another thing is told apart from what is damaged', () => {
  expect(complaint(() => read('[]'))).toContain('it is no report of plimsoll scan|');
  expect(complaint(() => read('null'))).toContain('it is no report of plimsoll scan|');
  expect(complaint(() => read('{"version": "2.1.0", "runs": []}'))).toContain('but SARIF');
  expect(complaint(() => read('{"kind": "Pod"}'))).toContain('but a Kubernetes object');
  const { schemaVersion, tool } = sampleReport;
  expect(complaint(() => read(JSON.stringify({ schemaVersion, tool, clusters: [] })))).toContain('of several clusters');
  expect(complaint(() => read(JSON.stringify({ schemaVersion, tool, fixes: [] })))).toContain('of plimsoll fix');
});

test('a report for another schemaVersion says which', () => {
  const newer = { ...sampleReport, schemaVersion: 2, tool: { name: 'plimsoll', version: '9.1.0' } };
  expect(complaint(() => checkedReport(newer, 'r.json'))).toMatch(/newer plimsoll 9\.1\.0: its schemaVersion is 2.*npx plimsoll@latest/);
  expect(complaint(() => checkedReport({ ...sampleReport, schemaVersion: 0 }, 'r.json'))).toMatch(/older plimsoll .*scan again/);
});

test('what prototypes hold is no key of a report', () => {
  expect(complaint(() => read('{"__proto__": {"schemaVersion": 1, "tool": {"name": "plimsoll"}}}'))).toContain('it is no report');
  const hidden = [...formatJson(sampleReport)].join('').replace('"ledger":', '"__proto__":');
  expect(complaint(() => read(hidden))).toContain('ledger is no list');
});

test('no word of the tool steers a terminal', () => {
  const target = { ...sampleReport.target, kubernetesVersion: '1.35\u001b[2J' };
  expect(complaint(() => checkedReport({ ...sampleReport, target }, 'r.json'))).toContain(
    'target.kubernetesVersion holds control characters',
  );
});

test('a damaged place is named', () => {
  const [first, second] = sampleReport.findings;
  const damaged = { ...sampleReport, findings: [first, { ...second, resource: { ...second!.resource, kind: 3 } }] };
  expect(complaint(() => checkedReport(damaged, 'r.json'))).toBe(
    'the report is damaged: findings[1].resource.kind is no text|r.json|write one: plimsoll scan --output json=FILE',
  );
});

test('every value that the published schema refuses is refused, and no other', () => {
  const validate = validatorOf(reportSchema());
  const { findings, ledger } = sampleWaivedReport;
  const copy = JSON.parse(
    JSON.stringify({ ...sampleWaivedReport, findings: findings.slice(7, 10), ledger: [ledger[0], ledger[4]] }),
  ) as object;
  const tryAll = (parent: Record<string, unknown>, path: string): void => {
    for (const [key, right] of Object.entries(parent)) {
      for (const wrong of [null, 'x', -1, 1.5, 0, true, [], {}]) {
        parent[key] = wrong;
        expect([path, key, wrong, complaint(() => checkedReport(copy, 'r.json')) === 'none']).toEqual([path, key, wrong, validate(copy)]);
      }
      if (!Array.isArray(parent)) {
        delete parent[key];
        expect([path, key, complaint(() => checkedReport(copy, 'r.json')) === 'none']).toEqual([path, key, validate(copy)]);
      }
      parent[key] = right;
      if (typeof right === 'object' && right !== null) tryAll(right as Record<string, unknown>, `${path}.${key}`);
    }
  };
  tryAll(copy as Record<string, unknown>, '');
});
