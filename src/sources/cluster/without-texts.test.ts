import { array, assert, constantFrom, dictionary, integer, jsonValue, letrec, oneof, property, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { withoutTexts } from './without-texts.ts';

/** What is left of a text where only what `path` names is read. */
function left(text: string, ...read: string[]): string {
  const body = Buffer.from(text);
  withoutTexts(body, (path) => read.includes(path.join('.')));
  return body.toString();
}

describe('overwrites texts', () => {
  test.each<[string, string, string[], string]>([
    ['but those that are read', '{"a":"one","b":"two"}', ['b'], '{"a":"xxx","b":"two"}'],
    ['in lists', '{"a":[{"b":"one","c":"two"},{"b":"three"}]}', ['a.*.b'], '{"a":[{"b":"one","c":"xxx"},{"b":"three"}]}'],
    ['under a name that is read elsewhere', '{"a":{"b":"one"},"b":"two"}', ['b'], '{"a":{"b":"xxx"},"b":"two"}'],
    ['that are list items', '{"a":["one"]}', ['a'], '{"a":["xxx"]}'],
    [
      'with quotes and brackets in them',
      String.raw`{"a":"\"}],{","b":"\\","c":"two"}`,
      ['c'],
      String.raw`{"a":"xxxxxx","b":"xx","c":"two"}`,
    ],
    ['and no names, numbers or words', '{"a":1,"b":true,"c":null,"d":{}}', [], '{"a":1,"b":true,"c":null,"d":{}}'],
    ['with a name in escapes', String.raw`{"\u0061":"one"}`, ['a'], String.raw`{"\u0061":"xxx"}`],
    ['after an object in a list', '{"a":[{},"one"],"b":"two"}', ['b'], '{"a":[{},"xxx"],"b":"two"}'],
    ['alone', '"one"', ['a'], '"xxx"'],
  ])('%s', (_, text, read, expected) => {
    expect(left(text, ...read)).toBe(expected);
  });

  test.each([
    ['a text without an end', '{"a":"one'],
    ['an object without an end', '{"a":"one"'],
    ['a list that ends as an object', '{"a":["one"}}'],
    ['an end without a beginning', '{"a":"one"}}'],
    ['a comma outside', '{"a":"one"},{"a":"two"}'],
    ['more levels than there are', `${'['.repeat(40)}"one"${']'.repeat(40)}`],
  ])('all of %s', (_, text) => {
    expect(left(text, 'a')).toBe(' '.repeat(text.length));
  });

  test('so that none is left, whatever the rest looks like', () => {
    const text = string({ unit: constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', 'é', '😀', 'data'), minLength: 1 });
    const { value } = letrec((tie) => ({
      value: oneof({ depthSize: 'small' }, text, jsonValue({ maxDepth: 2 }), array(tie('value')), dictionary(text, tie('value'))),
    }));
    assert(
      property(value, integer({ min: 0, max: 2 }), (each, space) => {
        const kept = JSON.parse(left(JSON.stringify({ each, name: 'kept' }, undefined, space), 'name')) as Record<string, unknown>;
        expect(kept['name']).toBe('kept');
        expect(textsOf(kept['each']).filter((found) => !/^x*$/.test(found))).toEqual([]);
        // And nothing else has changed.
        expect(shapeOf(kept['each'])).toEqual(shapeOf(JSON.parse(JSON.stringify(each))));
      }),
      { seed: 5, numRuns: 300 },
    );
  });
});

function textsOf(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsOf) : [];
}

function shapeOf(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value ?? null, (_, each: unknown) => (typeof each === 'string' ? '' : each)));
}
