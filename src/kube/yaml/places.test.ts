import { array, assert, constantFrom, property } from 'fast-check';
import { expect, test } from 'vitest';
import type { Location, Path } from '../../core/index.ts';
import { readDocument, type ReadDocument } from './index.ts';

const items = Array.from({ length: 60 }, (_, index) => index);
const texts: Readonly<Record<string, string>> = {
  plain: `other: [1]\nitems:\n${items.map((index) => `- name: n${index}\n  list:\n${'  - x\n'.repeat(index % 40)}  - z: 1\n`).join('')}`,
  anchored: `items:\n${items.map((index) => `- name: &a${index} n\n  list: [x, y]\n`).join('')}`,
  json: JSON.stringify({ items: items.map((index) => ({ name: `n${index}`, list: ['x', { y: index }] })) }, undefined, 2),
};

test('places do not depend on what was asked for before', () => {
  const read = (text: string): ReadDocument => {
    const document = readDocument(text, 3);
    if ('error' in document) throw new Error(document.error);
    return document;
  };
  for (const text of Object.values(texts)) {
    const used = read(text);
    const known = new Map<string, Location[]>();
    const fresh = (path: Path): Location[] => {
      const key = JSON.stringify(path);
      if (!known.has(key)) known.set(key, read(text).locate([path]));
      return known.get(key)!;
    };
    const anyPath = constantFrom(0, 5, 33, 36, 38, 39, 40, 59, 61).chain((index) =>
      constantFrom<Path[]>(
        ['items', index],
        ['items', index, 'name'],
        ['items', index, 'list', index % 40],
        ['items', index, 'list', 35],
        ['items'],
        [],
        ['other', 0],
      ),
    );
    assert(
      property(array(anyPath, { maxLength: 4 }), (paths) => {
        expect(used.locate(paths)).toEqual(paths.flatMap(fresh));
      }),
      { seed: 5, numRuns: 300 },
    );
  }
});
