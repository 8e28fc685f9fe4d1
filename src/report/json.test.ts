import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatJson, quoted } from './json.ts';
import { reportSchema } from './json-schema.ts';
import { sampleReport, sampleWaivedReport } from './sample-report.ts';
import { validatorOf } from '../../test/schema.ts';

const validate = validatorOf(reportSchema());

function formatted(report = sampleReport): string {
  return [...formatJson(report)].join('');
}

test('the JSON says what the report says, no more and no less', () => {
  expect(JSON.parse(formatted())).toEqual(sampleReport);
});

test('what decides a field of a chart is told', () => {
  const setBy = { key: 'web."a b"', file: 'chart/values.yaml', line: 3 };
  const [first, ...others] = sampleReport.findings;
  const report = { ...sampleReport, findings: [{ ...first!, setBy }, ...others] };
  expect(JSON.parse(formatted(report))).toEqual(report);
  validate(JSON.parse(formatted(report)));
  expect(validate.errors).toBeNull();
});

test('a report validates against the schema that is published for it', () => {
  validate(JSON.parse(formatted()));
  expect(validate.errors).toBeNull();
});

test('waived findings and their waivers are in the JSON and in its schema', () => {
  const written = JSON.parse(formatted(sampleWaivedReport));
  expect(written).toEqual(sampleWaivedReport);
  validate(written);
  expect(validate.errors).toBeNull();
  expect(validate({ ...written, waivers: [{ ...written.waivers[0], state: 'forever' }] })).toBe(false);
});

test('the schema refuses what is not a report', () => {
  expect(validate({ ...sampleReport, schemaVersion: 2 })).toBe(false);
  expect(validate({ ...sampleReport, findings: [{ ...sampleReport.findings[0], severity: 'urgent' }] })).toBe(false);
  expect(validate({ ...sampleReport, ledger: undefined })).toBe(false);
});

test('the schema lets a later version add keys', () => {
  expect(validate({ ...sampleReport, later: true })).toBe(true);
});

test('a report without entries is JSON too', () => {
  const { inputs } = sampleReport;
  const empty = {
    ...sampleReport,
    inputs: { ...inputs, skipped: [], unread: [], excepted: [], drifted: [], staticPods: [] },
    findings: [],
    workloads: [],
    ledger: [],
  };
  expect(JSON.parse(formatted(empty))).toEqual(empty);
});

test('keys stand in the order of the contract', () => {
  const parsed = JSON.parse(formatted());
  expect(Object.keys(parsed)).toEqual(['schemaVersion', 'tool', 'target', 'inputs', 'findings', 'workloads', 'ledger', 'summary']);
  expect(Object.keys(parsed.findings[0])).toEqual(
    'control codes severity verdict resource container path file line column endLine endColumn message fix fingerprint'.split(' '),
  );
});

test('every finding stands on a line of its own', () => {
  const lines = formatted()
    .split('\n')
    .filter((line) => line.includes('"control":'));
  expect(lines.map((line) => JSON.parse(line.replace(/,$/, '')))).toStrictEqual(JSON.parse(formatted()).findings);
});

test('however many findings there are, they come in small pieces', () => {
  const findings = Array.from({ length: 2_000 }, () => sampleReport.findings[0]!);
  const pieces = [...formatJson({ ...sampleReport, findings })];
  expect(JSON.parse(pieces.join('')).findings).toHaveLength(2_000);
  expect(Math.max(...pieces.map(({ length }) => length))).toBeLessThan(20_000);
});

test('any string survives, and nothing that steers a terminal or ends a line is written raw', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code)) }), (text) => {
      expect(JSON.parse(quoted(text))).toBe(text);
      expect(quoted(text)).not.toMatch(/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u);
    }),
    { seed: 1 },
  );
  expect(quoted('\u007f\u009b\u2028\u2029\u202e')).toBe('"\\u007f\\u009b\\u2028\\u2029\\u202e"');
});
