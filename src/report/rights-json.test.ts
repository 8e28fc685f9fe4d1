import { expect, test } from 'vitest';
import { rightsSchema } from './json-schema.ts';
import { formatRightsJson } from './rights-json.ts';
import { sampleCan, sampleDifference, sampleGrants, sampleLeastRole, samplePermissions, sampleWhoCan } from './sample-rights.ts';
import { validatorOf } from '../../test/schema.ts';

const validate = validatorOf(rightsSchema());

test.each([sampleCan, sampleWhoCan, samplePermissions, sampleGrants, sampleDifference, sampleLeastRole])(
  'the report of $command keeps the contract',
  (report) => {
    const text = [...formatRightsJson(report)].join('');
    const value: unknown = JSON.parse(text);
    expect(value).toEqual(report);
    expect(validate(value), JSON.stringify(validate.errors)).toBe(true);
  },
);

test('a field a line, and an item of a list a line', () => {
  const lines = [...formatRightsJson(sampleCan)].join('').split('\n');
  expect(lines.filter((line) => line.startsWith('    {"namespace":"shop"'))).toHaveLength(1);
  expect(lines[0]).toBe('{');
});

test('names that would steer a terminal are escaped', () => {
  const text = [...formatRightsJson({ ...sampleCan, source: 'a\u202eb' })].join('');
  expect(text).toContain(String.raw`a\u202eb`);
});
