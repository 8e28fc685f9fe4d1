import { array, assert, boolean, constantFrom, dictionary, letrec, oneof, property, stringMatching } from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Path } from '../../core/index.ts';
import { unfolded } from '../../../test/yaml/unfolded.ts';
import { readFully } from './fallback.ts';
import { readJson } from './json.ts';

function read(text: string) {
  const document = readJson(text, 1);
  if ('error' in document) throw new Error(document.error);
  return document;
}

function textAt(text: string, path: Path): string {
  const { line, column, endColumn } = read(text).locate([path])[0]!;
  return text.split('\n')[line - 1]!.slice(column - 1, endColumn - 1);
}

/** Every path of a value, each also with a step that leads nowhere. */
function pathsOf(value: unknown, path: Path = []): Path[] {
  const inside =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, item]) => pathsOf(item, [...path, Array.isArray(value) ? Number(key) : key]))
      : [];
  return [path, [...path, 'absent', 7], ...inside];
}

describe('places in JSON', () => {
  test('are found in one pass as they are found one by one', () => {
    const text = '{"a": [{"b": 1}, {"b": "x\\"]}"}], "c": {"d": null}}';
    const paths: Path[] = [['c', 'd'], ['a', 1, 'b'], ['a', 5], ['a', 0], ['nothing'], [], ['c', 'd', 'e'], ['a', 1, 'b']];
    expect(read(text).locate(paths)).toEqual(paths.map((path) => read(text).locate([path])[0]));
    expect(paths.map((path) => textAt(text, path))).toEqual([
      '"d": null',
      '"b": "x\\"]}"',
      '"a"',
      '{"b": 1}',
      '"a"',
      '"a"',
      '"d"',
      '"b": "x\\"]}"',
    ]);
  });

  test('are those of the last of two entries with one key, and of what stands in it', () => {
    const text = '{"a": {"b": 1, "c": 2}, "a": {"b": 3}}';
    expect(textAt(text, ['a', 'b'])).toBe('"b": 3');
    expect(textAt(text, ['a', 'c'])).toBe('"a"');
  });

  test('know keys that are written with escapes', () => {
    expect(textAt('{"\\u0061b": 1}', ['ab'])).toBe('"\\u0061b": 1');
  });

  test('are those that the reader of YAML finds', () => {
    const keys = stringMatching(/^[a-z]{1,3}$/);
    const values = letrec((tie) => ({
      value: oneof({ depthSize: 'small' }, stringMatching(/^[a-z ,:{}[\]"\\]*$/), boolean(), tie('list'), tie('map')),
      list: array(tie('value'), { maxLength: 3 }),
      map: dictionary(keys, tie('value'), { maxKeys: 4 }),
    })).map;
    assert(
      property(values, constantFrom(undefined, 2), (value, indent) => {
        const text = JSON.stringify(value, null, indent);
        const paths = pathsOf(value);
        const full = readFully(text, 1);
        if ('error' in full) return;
        expect(read(text).locate(paths)).toEqual(full.locate(paths));
        expect(unfolded(read(text).layout())).toEqual(unfolded(full.layout()));
      }),
      { seed: 7, numRuns: 500 },
    );
  });
});
