import { array, assert, boolean, constantFrom, dictionary, integer, jsonValue, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { makeRoom, newWindow, type ByteWindow } from './byte-window.ts';
import { readJson } from '../../kube/yaml/index.ts';
import { placesInFile } from './json-places.ts';
import { jsonStream, type JsonSlice, type JsonSlices } from './json-stream.ts';
import { runs } from '../../../test/runs.ts';

interface Cut {
  readonly values: unknown[];
  readonly slices: JsonSlice[];
  readonly end: string;
}

/** Cuts a text as it would come in from a file in chunks. */
function cut(text: string, chunk: number): Cut {
  const bytes = Buffer.from(text);
  const values: unknown[] = [];
  const found: JsonSlice[] = [];
  const slices: JsonSlices = {
    wanted: () => true,
    object(slice) {
      found.push(slice);
      values.push(JSON.parse(slice.text));
      return true;
    },
    item(slice) {
      found.push(slice);
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
    if (typeof step === 'object') return { values, slices: found, end: `yaml from ${step.yamlFrom}` };
    if (final || step === 'stop') return { values, slices: found, end: step };
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
        for (const place of found.slices) {
          expect(rows[place.line - 1]!.slice(place.column - 1).startsWith(place.text.split('\n')[0]!)).toBe(true);
        }
      }),
      { seed: 11, numRuns: runs(40, 600) },
    );
  });

  test('objects one after the other are themselves', () => {
    assert(
      property(array(item, { maxLength: 5 }), constantFrom('', ' ', '\n', '\r\n\t'), indent, chunk, (objects, between, space, size) => {
        const found = cut(objects.map((value) => JSON.stringify(value, undefined, space)).join(between), size);
        expect(found.end).toBe('more');
        expect(found.values).toEqual(objects.map((value) => JSON.parse(JSON.stringify(value)) as unknown));
      }),
      { seed: 12, numRuns: runs(30, 400) },
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
      { seed: 13, numRuns: runs(500, 10_000) },
    );
  });

  test('long values that no rule reads are left out, and what is behind them keeps its place', () => {
    const managers = array(text, { minLength: 1, maxLength: 4 }).map((names) =>
      names.map((name) => ({ manager: name, fieldsV1: { 'f:metadata': { [`k:{"name":"${name}"}`]: {} }, x: 'x'.repeat(300) } })),
    );
    const more = dictionary(constantFrom('nam', 'zone'), text);
    const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';
    assert(
      property(
        jsonValue({ maxDepth: 2 }),
        indent,
        managers,
        more,
        chunk,
        constantFrom('in order', 'last', 'in between'),
        (value, space, managedFields, before, size, order) => {
          const annotations = { a: 'é', [lastApplied]: JSON.stringify(managedFields), z: '' };
          const metadata = {
            'in order': { annotations, ...before, managedFields, name: 'n' },
            last: { name: 'n', ...before, annotations, managedFields },
            'in between': { name: 'n', managedFields, ...before, annotations },
          }[order];
          const status = { text: 's'.repeat(300), list: ['a', 'é😀'], value };
          const object = { before: 'é', kind: 'Pod', metadata, status, spec: { marker: value } };
          const source = JSON.stringify({ items: [object, object] }, undefined, space);
          const { values, slices } = cut(source, size);
          const left = {
            before: 'é',
            kind: 'Pod',
            metadata: { ...metadata, managedFields: [], annotations: { ...annotations, [lastApplied]: '' } },
            status: {},
            spec: { marker: value },
          };
          expect(values).toEqual(
            JSON.parse(JSON.stringify([left, left, [null, 2]])).map((one: unknown) => (Array.isArray(one) ? [undefined, 2] : one)),
          );
          const rows = source.split('\n');
          for (const slice of slices) {
            const read = readJson(slice.text, slice.line);
            if ('error' in read) throw new Error(read.error);
            const [name, marker, all] = placesInFile(slice, read.locate([['metadata', 'name'], ['spec', 'marker'], ['spec']]));
            expect(rows[name!.line - 1]!.slice(name!.column - 1)).toMatch(/^"name":/);
            expect(rows[marker!.line - 1]!.slice(marker!.column - 1)).toMatch(/^"marker":/);
            expect(rows[all!.endLine - 1]!.slice(all!.endColumn - 2)).toMatch(/^}/);
          }
        },
      ),
      { seed: 14, numRuns: runs(40, 600) },
    );
  });

  test('keeps the status of kinds of which rules read it, however their list tells the kind', () => {
    const status = { numberReady: 3, text: 's'.repeat(300) };
    const of = (kind: object): object => ({ apiVersion: 'apps/v1', ...kind, metadata: { name: 'n' }, status });
    const [daemonSet, other] = [of({ kind: 'DaemonSet' }), of({ kind: 'Deployment' })];
    const statuses = (source: unknown): unknown[] =>
      cut(JSON.stringify(source), 64).values.flatMap((value) => (Array.isArray(value) ? [] : [(value as { status: unknown }).status]));
    expect(statuses(daemonSet)).toEqual([status]);
    expect(statuses({ items: [daemonSet, other], kind: 'List' })).toEqual([status, {}]);
    expect(statuses({ kind: 'DaemonSetList', apiVersion: 'apps/v1', items: [of({})] })).toEqual([status]);
    expect(statuses({ kind: 'DeploymentList', apiVersion: 'apps/v1', items: [of({})] })).toEqual([{}]);
  });
});
