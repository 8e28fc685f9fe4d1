import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { printable } from './printable.ts';

test('what steers a terminal becomes an escape that can be read', () => {
  expect(printable('a\u001b[31mb\u0007\u009bc\u007f')).toBe('a\\x1b[31mb\\x07\\x9bc\\x7f');
  expect(printable('one\ntwo\r\tthree')).toBe('one\\ntwo\\r\\tthree');
});

test('characters that make a text look like another one become escapes', () => {
  expect(printable('web\u202egnp\u2028\u200b\u{e0041}')).toBe('web\\u202egnp\\u2028\\u200b\\u{e0041}');
});

test('letters of every script, wide characters and emoji stay', () => {
  expect(printable('名前 Größe 🚢')).toBe('名前 Größe 🚢');
});

test('no control or format character survives', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.integer({ min: 0, max: 0x10_ff_ff }).map((code) => String.fromCodePoint(code)) }), (text) => {
      expect(printable(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
    }),
    { seed: 1 },
  );
});
