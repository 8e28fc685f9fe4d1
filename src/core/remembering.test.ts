import { expect, test } from 'vitest';
import { remembering } from './remembering.ts';

test('answers as the function does, and asks it once for a text', () => {
  const asked: string[] = [];
  const length = remembering((text) => asked.push(text) && text.length);
  expect(['ab', 'abc', 'ab', ''].map(length)).toEqual([2, 3, 2, 0]);
  expect(asked).toEqual(['ab', 'abc', '']);
});

test('forgets when it knows too much', () => {
  const asked: string[] = [];
  const same = remembering((text) => (asked.push(text), text), 2);
  for (const text of ['a', 'b', 'a', 'c', 'a']) same(text);
  expect(asked).toEqual(['a', 'b', 'c', 'a']);
});

test('does not keep long texts', () => {
  let asked = 0;
  const count = remembering(() => ++asked);
  expect([count('x'.repeat(1000)), count('x'.repeat(1000))]).toEqual([1, 2]);
});
