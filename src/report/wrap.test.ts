import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { cells, clipped, padded, wrapped } from './wrap.ts';

test('wide characters and emoji count two cells', () => {
  expect([cells('web'), cells('名前'), cells('🚢')]).toEqual([3, 4, 2]);
  expect(padded('名前', 6)).toBe('名前  ');
});

test('a text is broken at blanks, and a word that is too long keeps a line of its own', () => {
  expect(wrapped('the path deploy/production/web.yaml is long', 12)).toEqual(['the path', 'deploy/production/web.yaml', 'is long']);
});

test('no line with several words is too wide, and no word is lost', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ minLength: 1, unit: fc.constantFrom('a', 'b', '名', '🚢') }), { minLength: 1 }), (words) => {
      const text = words.join(' ');
      const lines = wrapped(text, 10);
      expect(lines.join(' ')).toBe(text);
      for (const line of lines) expect(cells(line) <= 10 || !line.includes(' ')).toBe(true);
    }),
    { seed: 1 },
  );
});

test('a clipped text fits and shows that it was cut', () => {
  expect(clipped('container', 6)).toBe('conta…');
  expect(clipped('名前名前', 6)).toBe('名前…');
  expect(clipped('web', 3)).toBe('web');
});
