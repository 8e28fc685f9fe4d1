import { describe, expect, test } from 'vitest';
import { goQuote, sortedSet } from './wording.ts';

describe('goQuote', () => {
  test.each([
    ['plain text', '"plain text"'],
    ['"\\', String.raw`"\"\\"`],
    ['\u0007\b\f\n\r\t\v', String.raw`"\a\b\f\n\r\t\v"`],
    ['\u0000\u001f\u007f', String.raw`"\x00\x1f\x7f"`],
    ['\u0080\u00a0\u200b\uffff', String.raw`"\u0080\u00a0\u200b\uffff"`],
    ['\u{e0001}\u{10ffff}', String.raw`"\U000e0001\U0010ffff"`],
    ['é€\u{10000}', '"é€\u{10000}"'],
  ])('%j', (text, quoted) => {
    expect(goQuote(text)).toBe(quoted);
  });

  test('prints half a surrogate pair as the replacement character, and its neighbours as themselves', () => {
    expect(goQuote('\ud800 \udfff')).toBe('"\ufffd \ufffd"');
    expect(goQuote('\ud7ff\ue000')).toBe(String.raw`"\ud7ff\ue000"`);
  });
});

describe('sortedSet', () => {
  test('keeps one of each', () => {
    expect(sortedSet(['b', 'a', 'b'])).toEqual(['a', 'b']);
  });

  test('puts a text before those that begin with it', () => {
    expect(sortedSet(['ab', 'a', 'abc', ''])).toEqual(['', 'a', 'ab', 'abc']);
  });

  test('sorts by code points, whatever the order before', () => {
    const sorted = ['\ud7ff', '\ue000', '\uffff', '\u{10000}', '\u{10ffff}'];
    expect(sortedSet(sorted)).toEqual(sorted);
    expect(sortedSet(sorted.toReversed())).toEqual(sorted);
  });
});
