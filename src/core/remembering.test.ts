import { expect, test } from 'vitest';
import { knownBy, remembering, word } from './remembering.ts';

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

test('an answer of more than a text is made once for each text', () => {
  const known = knownBy<number>(10, 10);
  expect([known('a', () => 1), known('b', () => 2), known('a', () => 3)]).toEqual([1, 2, 1]);
});

test('words are told apart by what they are and where they end', () => {
  const lists = [['ab'], ['a', 'b'], ['', 'ab'], [undefined, 'ab'], ['2:ab'], [true], ['t'], [false], [undefined], ['-'], []];
  expect(new Set(lists.map((values) => values.map(word).join(''))).size).toBe(lists.length);
});
