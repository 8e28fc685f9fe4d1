import { expect, test } from 'vitest';
import { formatFleetJson } from './fleet-json.ts';
import { fleetReportSchema } from './json-schema.ts';
import { sampleFleet } from './sample-fleet.ts';
import { validatorOf } from '../../test/schema.ts';

const validate = validatorOf(fleetReportSchema());
const text = [...formatFleetJson(sampleFleet)].join('');

test('the JSON says what the report says, no more and no less', () => {
  expect(JSON.parse(text)).toEqual(sampleFleet);
});

test('a report validates against the schema that is published for it', () => {
  validate(JSON.parse(text));
  expect(validate.errors).toBeNull();
});

test('the schema refuses what is not a report of several clusters', () => {
  expect(validate({ ...sampleFleet, clusters: [{ name: 'a' }] })).toBe(false);
  expect(validate({ ...sampleFleet, recommendations: [{ ...sampleFleet.recommendations[0], states: ['good'] }] })).toBe(false);
});

test('a fleet without clusters or rows is JSON too', () => {
  const empty = { ...sampleFleet, clusters: [], recommendations: [], controls: [] };
  expect(JSON.parse([...formatFleetJson(empty)].join(''))).toEqual(empty);
});

test('nothing that steers a terminal is written raw', () => {
  expect(text).not.toMatch(/[\u2028-\u202e\u2066-\u2069]/u);
});
