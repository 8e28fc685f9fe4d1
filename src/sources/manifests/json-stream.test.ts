import { array, assert, boolean, constantFrom, dictionary, integer, json, jsonValue, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRoom, newWindow, type ByteWindow } from './byte-window.ts';
import { jsonStream, type JsonSlices } from './json-stream.ts';

interface Cut {
  readonly values: unknown[];
  readonly places: { readonly text: string; readonly line: number; readonly column: number }[];
  readonly end: string;
}

/** Cuts a text as it would come in from a file in chunks. */
function cut(text: string, chunk: number): Cut {
  const bytes = Buffer.from(text);
  const values: unknown[] = [];
  const places: Cut['places'] = [];
  const slices: JsonSlices = {
    wanted: () => true,
    object(slice) {
      places.push(slice);
      values.push(JSON.parse(slice.text));
      return true;
    },
    item(slice) {
      places.push(slice);
      values.push(JSON.parse(slice.text));
    },
    list(header, count) {
      values.push([header.kind, count]);
    },
    unread(line, reason) {
      values.push(`${line} ${reason}`);
    },
  };
  const limits = { chunk, document: 1 << 20 };
  const window: ByteWindow = newWindow(limits);
  const reader = jsonStream(1, slices);
  for (let from = 0; ;) {
    const taken = bytes.copy(window.bytes, window.end, from);
    from += taken;
    window.end += taken;
    const final = from >= bytes.length && window.end < window.bytes.length;
    const step = reader.take(window, final);
    if (typeof step === 'object') return { values, places, end: `yaml from ${step.yamlFrom}` };
    if (final || step === 'stop') return { values, places, end: step };
    expect(makeRoom(window, limits)).toBe(true);
  }
}

const nasty = constantFrom('"', '\\', '{', '}', '[', ']', ',', ':', '\n', 'é', '😀', 'items', 'kind', 'status', '\\"', '\u2028', '\\u0022');
const text = string({ unit: nasty });
const key = constantFrom('items', 'kind', 'apiVersion', 'metadata', 'spec', 'managedFields', 'x', '"', '\\', '{"items":[');
const item = dictionary(
  key.filter((name) => name !== 'items'),
  jsonValue({ maxDepth: 3 }),
);
const indent = constantFrom<number | string | undefined>(undefined, 1, 4, '\t');
const chunk = integer({ min: 1, max: 64 });

describe('slices of a dump', () => {
  test('are the items that JSON.parse finds, in their places', () => {
    const list = record({
      before: dictionary(
        text.filter((name) => name !== 'items'),
        jsonValue(),
      ),
      items: array(item, { maxLength: 5 }),
      behind: boolean(),
    });
    assert(
      property(list, indent, chunk, ({ before, items, behind }, space, size) => {
        const whole = behind ? { ...before, items, kind: 'List' } : { kind: 'List', ...before, items };
        const source = JSON.stringify(whole, undefined, space);
        const found = cut(source, size);
        const kind = typeof whole.kind === 'string' ? whole.kind : undefined;
        const items2 = items.map((value) => JSON.parse(JSON.stringify(value)) as unknown);
        expect(found.end).toBe('more');
        expect(found.values.slice(0, -1)).toEqual(items2);
        expect((found.values.at(-1) as unknown[])[1]).toBe(items.length);
        if (behind) expect((found.values.at(-1) as unknown[])[0]).toBe(kind);
        const rows = source.split('\n');
        for (const place of found.places) {
          expect(rows[place.line - 1]!.slice(place.column - 1).startsWith(place.text.split('\n')[0]!)).toBe(true);
        }
      }),
      { seed: 11, numRuns: 300 },
    );
  });

  test('objects one after the other are themselves', () => {
    assert(
      property(array(item, { maxLength: 5 }), constantFrom('', ' ', '\n', '\r\n\t'), indent, chunk, (objects, between, space, size) => {
        const found = cut(objects.map((value) => JSON.stringify(value, undefined, space)).join(between), size);
        expect(found.end).toBe('more');
        expect(found.values).toEqual(objects.map((value) => JSON.parse(JSON.stringify(value)) as unknown));
      }),
      { seed: 12, numRuns: 200 },
    );
  });

  test('the chunks make no difference, also to what is no JSON', () => {
    const broken = constantFrom('{', '}', '[', ']', '"', ',', ':', '\\', 'items', '"items":[', '{"kind":"x"}', ' ', '\n', '1', 'null');
    const texts = array(broken, { maxLength: 12 }).map((parts) => `{${parts.join('')}`);
    const outcome = (source: string, size: number): unknown => {
      try {
        return cut(source, size);
      } catch (error) {
        // The parser of this test refuses the slice, as the product's would.
        return (error as Error).name;
      }
    };
    assert(
      property(texts, chunk, (source, size) => {
        expect(outcome(source, size)).toEqual(outcome(source, 4096));
      }),
      { seed: 13, numRuns: 3000 },
    );
  });

  test('long values that no rule reads are emptied in place', () => {
    const managedFields = [{ manager: 'm'.repeat(300), text: '}{][\\"' }];
    const status = { text: 's'.repeat(300), list: ['a', '\n'] };
    assert(
      property(json(), indent, (value, space) => {
        const object = { kind: 'Pod', metadata: { managedFields, name: 'n' }, status, spec: value };
        const source = JSON.stringify(object, undefined, space);
        const { values, places } = cut(source, 64);
        expect(values).toEqual([{ kind: 'Pod', metadata: { managedFields: [], name: 'n' }, status: {}, spec: value }]);
        expect(places[0]!.text.length).toBe(source.length);
        expect(places[0]!.text.split('\n').length).toBe(source.split('\n').length);
        expect(places[0]!.text.indexOf('"spec"')).toBe(source.indexOf('"spec"'));
      }),
      { seed: 14, numRuns: 100 },
    );
  });
});
