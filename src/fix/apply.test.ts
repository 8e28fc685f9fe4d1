import { assert, constantFrom, property, shuffledSubarray } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, remove, set, type Edit } from '../core/index.ts';
import { applyEdits, mergeEdits, same } from './apply.ts';
import { applyJsonPatch, toJsonPatch } from './json-patch.ts';

const object = { a: { b: 1 }, list: ['x', { y: 1 }, 'z'], none: null };

describe('edits of an object', () => {
  test.each<[string, Edit[], unknown]>([
    ['a value is set, missing maps on the way too', [set(['a', 'c', 'd'], 2)], { ...object, a: { b: 1, c: { d: 2 } } }],
    ['null counts as missing', [set(['none', 'd'], 2)], { ...object, none: { d: 2 } }],
    [
      'an item is appended once',
      [append(['list'], 'w'), append(['list'], 'w'), append(['list'], 'x')],
      { ...object, list: [...object.list, 'w'] },
    ],
    ['what is absent is removed in silence', [remove(['a', 'x', 'y']), remove(['list', 7])], object],
    [
      'items are counted as they were',
      [remove(['list', 0]), set(['list', 1, 'y'], 2), remove(['list', 2])],
      { ...object, list: [{ y: 2 }] },
    ],
    [
      'what is set further out is completed further in',
      [set(['a', 'c', 'e'], 1), set(['a', 'c'], { d: 2 })],
      { ...object, a: { b: 1, c: { d: 2, e: 1 } } },
    ],
    ['a key may be called anything', [set(['a', '__proto__'], 1)], { ...object, a: JSON.parse('{"b":1,"__proto__":1}') }],
    ['a path through a scalar leads nowhere', [set(['a', 'b', 'c'], 1), set(['list', 'x'], 1)], object],
  ])('%s', (_, edits, expected) => {
    expect(same(applyEdits(object, edits), expected)).toBe(true);
    expect(same(applyEdits(object, edits.toReversed()), expected)).toBe(true);
    expect(mergeEdits(object, edits)).not.toHaveProperty('contradiction');
  });

  test('leave what they do not change the same object', () => {
    const edited = applyEdits(object, [set(['a', 'b'], 2)]) as typeof object;
    expect(edited.list).toBe(object.list);
    expect(applyEdits(object, [set(['a'], { b: 1 })])).toBe(object);
  });

  test.each<[string, Edit[], string]>([
    ['two values for one field', [set(['a', 'b'], 2), set(['a', 'b'], 3)], 'a.b'],
    ['to set and to remove', [set(['a', 'b'], 2), remove(['a', 'b'])], 'a.b'],
    ['to remove and to set inside', [remove(['a']), set(['a', 'c'], 2)], 'a'],
    ['to set a map and something else in it', [set(['a', 'c', 'd'], 1), set(['a', 'c'], { d: 2 })], 'a.c.d'],
    ['a list and a map', [append(['none'], 1), set(['none', 'x'], 1)], 'none'],
  ])('contradict each other where one wants %s', (_, edits, path) => {
    const contradiction = `two edits want something different of ${path}`;
    expect(mergeEdits(object, edits)).toHaveProperty('contradiction', contradiction);
    expect(mergeEdits(object, edits.toReversed())).toHaveProperty('contradiction', contradiction);
  });
});

test('as a JSON patch, edits mean what they mean together', () => {
  const edits = [
    set(['a', 'c'], { d: [] }),
    set(['a', 'c', 'e'], 3),
    append(['a', 'c', 'd'], 'two'),
    append(['a', 'c', 'd'], 'one'),
    remove(['list', 0]),
    remove(['list', 2]),
    set(['list', 1, 'n'], 1),
    remove(['list', 1, 'y']),
    remove(['a', 'b']),
    set(['none', 'x', 'y'], true),
  ];
  assert(
    property(shuffledSubarray(edits), constantFrom(object, { list: object.list }), (some, start) => {
      const together = applyEdits(start, some);
      expect(same(applyJsonPatch(start, toJsonPatch(start, some)), together)).toBe(true);
    }),
    { seed: 5, numRuns: 500 },
  );
});
