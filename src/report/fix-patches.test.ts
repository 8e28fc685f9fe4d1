import { expect, test } from 'vitest';
import type { ObjectPatch } from '../core/index.ts';
import { formatJsonPatches } from './fix-patches.ts';

const target = { apiVersion: 'v1', kind: 'Pod', name: 'a\u001b' };

function formatted(...patches: readonly ObjectPatch[]): string {
  return [...formatJsonPatches(patches)].join('');
}

test('patches are one JSON array, a line for each object', () => {
  const patches: ObjectPatch[] = [
    { target, patch: [{ op: 'add', path: '/spec', value: { a: [1, null, true, '\u202e'] } }] },
    { target: { ...target, namespace: 'shop' }, patch: [{ op: 'remove', path: '/spec' }] },
  ];
  const text = formatted(...patches);
  expect(JSON.parse(text)).toEqual(patches);
  expect(text.split('\n')).toHaveLength(5);
  // oxlint-disable-next-line no-control-regex
  expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});

test('no patch is an empty array', () => {
  expect(formatted()).toBe('[]\n');
});

test('large integers are kept', () => {
  expect(formatted({ target, patch: [{ op: 'add', path: '/a', value: 2n ** 63n }] })).toContain('"value":9223372036854775808}');
});
