import { describe, expect, test } from 'vitest';
import { formatPath } from '../../core/index.ts';
import { mayRepeatKeys, readDocument, readJson, repeatedKeys } from './index.ts';

function repeated(text: string): string[] {
  const document = readDocument(text, 10);
  if ('error' in document) throw new Error(document.error);
  return repeatedKeys(document, text, 10).map(({ path, lines }) => `${formatPath(path)} ${lines.join(' ')}`);
}

describe('keys that stand twice', () => {
  test.each([
    ['in a map of a list', 'a:\n  - b: 1\n    c: 2\n    b: 3\n', ['a[0].b 11 13']],
    ['three times, in brackets', 'a: {b: 1,\n"b": 2, b: 3}\n', ['a.b 10 11 11']],
    ['in JSON', '{"a": {"b": 1,\n "\\u0062": {"c": 1, "c": "\\""}}}', ['a.b 10 11', 'a.b.c 11 11']],
    ['read as one string', 'on: 1\n"true": 2\n1: x\n"1": y\n', ['true 10 11', '["1"] 12 13']],
    ['not in what does not count', 'a: {b: 1, b: 2}\na: {c: 1}\n', ['a 10 11']],
    ['once for all aliases', 'a: &a {b: 1, b: 2}\nc: *a\n', ['a.b 10 10']],
    ['not by a merge', 'a: &a {b: 1}\nc:\n  <<: *a\n  b: 2\n', []],
    ['not where maps have equal keys', 'a: {b: 1}\nb: {b: 2}\n', []],
  ])('%s', (_, text, expected) => {
    expect(repeated(text)).toEqual(expected);
  });

  test('are told up to a hundred', () => {
    expect(repeated(Array.from({ length: 300 }, (_, index) => `k${index % 150}: 1\n`).join(''))).toHaveLength(100);
  });

  test.each([
    ['{"a":{"b":"\\"x\\"","c":[1,2.50,null]}}', false],
    ['{"a":{"b":1,"b":2}}', true],
    ['{"a":"x","a":"x"}', true],
    ['{"a":9007199254740993}', true],
  ])('may be in %s: %s', (text, expected) => {
    const read = readJson(text, 1);
    expect('value' in read && mayRepeatKeys(text, read.value)).toBe(expected);
  });
});
