import { isDeepStrictEqual } from 'node:util';
import { assert, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Path } from '../../core/index.ts';
import { anyDocuments, manifests } from '../../../test/yaml/documents.ts';
import { unfolded } from '../../../test/yaml/unfolded.ts';
import { readFast } from './fast.ts';
import { readFully } from './fallback.ts';
import { runs } from '../../../test/runs.ts';

/** Every path of a value, and some that name nothing. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const absent = [
    [...path, 'absent'],
    [...path, 0, 'absent'],
    [...path, 99],
  ];
  if (Array.isArray(value)) return [path, ...absent, ...value.flatMap((item, i) => pathsOf(item, [...path, i]))];
  if (typeof value !== 'object' || value === null) return [path, ...absent];
  return [path, ...absent, ...Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, key]))];
}

/** What both readers say of a text, or nothing where the fast one gives it up. */
function compare(text: string): { readonly fast: unknown; readonly full: unknown } | undefined {
  const fast = readFast(text, 1);
  if (fast === undefined) return undefined;
  const full = readFully(text, 1);
  if ('error' in full) return { fast: fast.value, full };
  const paths = pathsOf(full.value);
  return {
    fast: [fast.value, fast.locate(paths), unfolded(fast.layout())],
    full: [full.value, full.locate(paths), unfolded(full.layout()), ...(full.duplicates ?? [])],
  };
}

describe('the fast reader', () => {
  test('reads what it takes as the other reader does, with the same places and layout', () => {
    assert(
      property(anyDocuments, (text) => {
        const result = compare(text);
        // Not toStrictEqual: it calls maps different that have a key `constructor`.
        if (result !== undefined) expect(isDeepStrictEqual(result.fast, result.full)).toBe(true);
      }),
      { seed: 20261121, numRuns: runs(400, 20_000) },
    );
  });

  test('takes most manifests', () => {
    let taken = 0;
    let all = 0;
    assert(
      property(manifests, (text) => {
        all++;
        if (readFast(text, 1) !== undefined) taken++;
      }),
      { seed: 1, numRuns: runs(300, 4000) },
    );
    expect(taken / all).toBeGreaterThan(0.3);
  });
});
