import { describe, expect, test } from 'vitest';
import { labelMatcher, matches } from './label-selector.ts';
import type { LabelSelector } from './types.ts';

const labels = { app: 'web', tier: 'front' };

test('an absent selector selects nothing, an empty one everything', () => {
  expect(matches(undefined, labels)).toBe(false);
  expect(matches({}, labels)).toBe(true);
  expect(matches({ matchLabels: {}, matchExpressions: [] }, undefined)).toBe(true);
});

test.each<[boolean, LabelSelector]>([
  [true, { matchLabels: { app: 'web' } }],
  [false, { matchLabels: { app: 'web', tier: 'back' } }],
  [false, { matchLabels: { missing: '' } }],
  [true, { matchExpressions: [{ key: 'app', operator: 'In', values: ['db', 'web'] }] }],
  [false, { matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }],
  [true, { matchExpressions: [{ key: 'missing', operator: 'NotIn', values: ['web'] }] }],
  [false, { matchExpressions: [{ key: 'missing', operator: 'In', values: [''] }] }],
  [true, { matchExpressions: [{ key: 'app', operator: 'Exists' }] }],
  [false, { matchExpressions: [{ key: 'app', operator: 'DoesNotExist' }] }],
  [true, { matchExpressions: [{ key: 'missing', operator: 'DoesNotExist', values: [] }] }],
  [false, { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }],
])('%s for %j', (expected, selector) => {
  expect(matches(selector, labels)).toBe(expected);
});

test('no labels are an empty set', () => {
  expect(matches({ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, undefined)).toBe(true);
  expect(matches({ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, undefined)).toBe(false);
});

test('what every object inherits is no label', () => {
  expect(matches({ matchExpressions: [{ key: 'constructor', operator: 'Exists' }] }, {})).toBe(false);
  expect(matches({ matchExpressions: [{ key: 'toString', operator: 'DoesNotExist' }] }, {})).toBe(true);
});

describe('what the API server refuses is an error', () => {
  test.each<[string, LabelSelector]>([
    ['operator', { matchExpressions: [{ key: 'app', operator: 'in', values: ['web'] }] }],
    ['operator', { matchExpressions: [{ key: 'app' }] }],
    ['needs values', { matchExpressions: [{ key: 'app', operator: 'In', values: [] }] }],
    ['takes no values', { matchExpressions: [{ key: 'app', operator: 'Exists', values: ['web'] }] }],
    ['label key', { matchLabels: { '': 'web' } }],
    ['label key', { matchLabels: { 'A.example.com/app': 'web' } }],
    ['label key', { matchLabels: { 'a/b/c': 'web' } }],
    ['label value', { matchLabels: { app: 'a b' } }],
    ['label value', { matchLabels: { app: 'x'.repeat(64) } }],
  ])('%s', (word, selector) => {
    expect(labelMatcher(selector)).toEqual({ error: expect.stringContaining(word) });
  });
});
