import { expect, test } from 'vitest';
import { fitsGlob, fitsPath } from './glob.ts';

test.each([
  ['web', 'web', true],
  ['web', 'webs', false],
  ['web-*', 'web-1', true],
  ['*-web', 'my-web', true],
  ['w*b*1', 'web-b-1', true],
  ['w?b', 'web', true],
  ['w?b', 'wb', false],
  ['*', '', true],
  ['?', '', false],
  ['', 'a', false],
])('%s describes the name %s: %s', (pattern, name, fits) => {
  expect(fitsGlob(pattern, name)).toBe(fits);
});

test.each([
  ['legacy/**', 'legacy/a/b.yaml', true],
  ['legacy/**', 'my/legacy/b.yaml', false],
  ['legacy', 'legacy/a/b.yaml', true],
  ['legacy/', 'my/legacy/b.yaml', true],
  ['/legacy', 'my/legacy/b.yaml', false],
  ['./a/*.yaml', 'a/b.yaml', true],
  ['a/*.yaml', 'a/b/c.yaml', false],
  ['**/test/*.yaml', 'test/c.yaml', true],
  ['**/test/**/x.yaml', 'a/test/b/c/x.yaml', true],
  ['*.yaml', 'a/b.yaml', true],
  ['b.yaml', 'a/b.yaml', true],
  ['a/b', 'a/bc', false],
  ['**', 'a', true],
])('%s describes the file %s: %s', (pattern, file, fits) => {
  expect(fitsPath(pattern, file)).toBe(fits);
});

test('a pattern of many stars costs little', () => {
  expect(fitsGlob(`${'*a'.repeat(200)}b`, 'a'.repeat(5000))).toBe(false);
  expect(fitsPath(`${'**/a/'.repeat(200)}b`, 'a/'.repeat(2000))).toBe(false);
});
