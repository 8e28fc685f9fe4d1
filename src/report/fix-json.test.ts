import { expect, test } from 'vitest';
import type { FixReport } from '../core/index.ts';
import { formatFixJson } from './fix-json.ts';
import type { WrittenFixReport } from './json-definition.ts';
import { fixReportSchema } from './json-schema.ts';
import { sampleFixReport } from './sample-fix-report.ts';
import { validatorOf } from '../../test/schema.ts';

const validate = validatorOf(fixReportSchema());

function formatted(report: FixReport = sampleFixReport): string {
  return [...formatFixJson(report)].join('');
}

function written(report?: FixReport): WrittenFixReport {
  return JSON.parse(formatted(report)) as WrittenFixReport;
}

test('the JSON says what the report says, of files their edits', () => {
  const { objects: _, credentials: _lines, files, fixes, ...rest } = sampleFixReport;
  expect(written()).toEqual({
    ...rest,
    files: files.map(({ file, before }) => ({ file, isNew: before === undefined, edits: expect.any(Array) })),
    fixes: fixes.map(({ object: __, target: ___, ...fix }) => fix),
  });
});

test('edits have lines and columns; a byte order mark counts for none', () => {
  const [pod, policy, deployment] = written().files;
  const text = '\r\n    securityContext:\r\n      allowPrivilegeEscalation: false';
  expect(pod!.edits).toEqual([{ line: 8, column: 12, endLine: 8, endColumn: 19, text: `cache:3${text}` }]);
  expect(policy!.edits).toMatchObject([{ line: 1, column: 1, endLine: 1, endColumn: 1 }]);
  expect(deployment!.edits.map(({ line, column, endColumn }) => [line, column, endColumn])).toEqual([
    [20, 13, 29],
    [23, 11, 30],
  ]);
  const marked = { file: 'a', before: '\ufeffa: 1\nb: 2\n', after: '', edits: [{ start: 1, end: 7, text: '' }] };
  expect(written({ ...sampleFixReport, files: [marked] }).files[0]!.edits[0]).toMatchObject({
    line: 1,
    column: 1,
    endLine: 2,
    endColumn: 2,
  });
});

test('a report validates against the schema that is published for it', () => {
  validate(written());
  expect(validate.errors).toBeNull();
  validate(written({ ...sampleFixReport, files: [], objects: [], fixes: [], declined: [] }));
  expect(validate.errors).toBeNull();
});

test('the schema refuses what is not a report, and lets a later version add keys', () => {
  expect(validate({ ...written(), schemaVersion: 2 })).toBe(false);
  expect(validate({ ...written(), declined: [{ ...written().declined[0], because: 'mood' }] })).toBe(false);
  expect(validate({ ...written(), later: true })).toBe(true);
});

test('every record stands on a line of its own, and none steers a terminal', () => {
  expect(formatted().match(/^ {4}\{.*\},?$/gm)).toHaveLength(
    sampleFixReport.files.length + sampleFixReport.fixes.length + sampleFixReport.declined.length,
  );
  // oxlint-disable-next-line no-control-regex
  expect(formatted()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('integers of any size survive', () => {
  const [first] = sampleFixReport.fixes;
  const fixes = [{ ...first!, edits: [{ op: 'set', path: ['a'], value: 2n ** 63n }] as const }];
  expect(formatted({ ...sampleFixReport, fixes })).toContain('"value":9223372036854775808}');
});
