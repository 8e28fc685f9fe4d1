import { expect, test } from 'vitest';
import { readAnnotation, readComment } from './inline-waivers.ts';

const terms = { reason: 'old', owner: 'team', until: '2027-01-31' };

test('an annotation holds a waiver for each control that it names', () => {
  const text = JSON.stringify({ 'POD-04': terms, 'NET-*': { ...terms, ticket: 'SEC-1' } });
  expect(readAnnotation(text)).toEqual([
    { control: 'POD-04', ...terms },
    { control: 'NET-*', ...terms, ticket: 'SEC-1' },
  ]);
});

test.each([
  ['{', 'the annotation is no JSON'],
  ['[]', 'the annotation is no JSON object of controls'],
  ['null', 'the annotation is no JSON object of controls'],
  ['{}', 'the annotation names no control'],
  ['{"POD-04": "because"}', 'it is no JSON object with reason, owner and until'],
  [JSON.stringify({ 'POD-04': { ...terms, untill: 'x' } }), 'it has an unknown key "untill"'],
  [JSON.stringify({ 'POD-04': { ...terms, owner: ' ' } }), 'its owner is empty'],
  [JSON.stringify({ 'POD-04': { ...terms, reason: undefined } }), 'it has no reason'],
  [JSON.stringify({ 'POD-04': { ...terms, until: 20270131 } }), 'its until is no text'],
  [JSON.stringify({ 'POD-04': { ...terms, until: '2027-02-29' } }), 'its until is no day such as 2027-01-31'],
  [JSON.stringify({ 'POD-04': { ...terms, reason: 'x'.repeat(501) } }), 'its reason is longer than 500 characters'],
  [`{"POD-04": "${'x'.repeat(70_000)}"}`, 'the annotation is longer than 64 KiB'],
  [
    JSON.stringify(Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`A-${index}`, terms]))),
    'the annotation has more than 100 waivers',
  ],
  ['{"POD-04": {"__proto__": {"reason": "a", "owner": "b", "until": "2027-01-31"}}}', 'it has an unknown key "__proto__"'],
])('the annotation %.60s is at fault', (text, fault) => {
  expect(readAnnotation(text)).toMatchObject([{ fault }]);
});

test('a control that is called as a prototype is a name like others', () => {
  expect(readAnnotation('{"__proto__": {"reason": "a", "owner": "b", "until": "2027-01-31"}}')).toMatchObject([{ control: '__proto__' }]);
});

test.each([
  ['waive POD-04 until 2027-01-31, old (team)', ['POD-04']],
  ['waive POD-04,NET-*  until 2027-01-31 old (team)', ['POD-04', 'NET-*']],
  ['waive pod-security/privileged, POD-05 until 2027-01-31, old (team) ', ['pod-security/privileged', 'POD-05']],
])('the comment "%s" waives', (text, controls) => {
  expect(readComment(text.trim())).toEqual(controls.map((control) => ({ control, ...terms })));
});

test('a reason may hold brackets', () => {
  expect(readComment('waive POD-04 until 2027-01-31, old (very) thing (team)')).toEqual([
    { control: 'POD-04', ...terms, reason: 'old (very) thing' },
  ]);
});

test.each([
  ['ignore POD-04', /does not read/],
  ['waive POD-04', /does not read/],
  ['waive POD-04 until 2027-01-31', /does not read/],
  ['waive POD-04 until 2027-01-31, old', /does not read/],
  ['waive POD-04 until 2027-01-31, (team)', /its reason is empty/],
  ['waive POD-04 until 2027-01-31, old ()', /its owner is empty/],
  ['waive POD-04 until tomorrow, old (team)', /no day/],
  [`waive ${'a,'.repeat(1000)}`, /longer than 1000/],
])('the comment "%.60s" is at fault', (text, fault) => {
  for (const waiver of readComment(text)) expect(waiver).toMatchObject({ fault: expect.stringMatching(fault) });
});
