import { expect, test } from 'vitest';
import { nearest } from './spelling.ts';

test.each([
  ['outptu', 'output'],
  ['fial-on', 'fail-on'],
  ['sarfi', 'sarif'],
  ['HIGH', 'high'],
  ['kube', 'kubernetes-version'],
])('%s means %s', (word, meant) => {
  expect(nearest(word, ['output', 'fail-on', 'sarif', 'high', 'kubernetes-version'])).toBe(meant);
});

test('a word that is near nothing means nothing', () => {
  expect(nearest('zebra', ['output', 'fail-on', 'sarif'])).toBeUndefined();
  expect(nearest('', ['output'])).toBeUndefined();
  expect(nearest('x', ['o', 'q'])).toBeUndefined();
});

test('a very long word is not compared', () => {
  expect(nearest('o'.repeat(1_000_000), ['output'])).toBeUndefined();
});
