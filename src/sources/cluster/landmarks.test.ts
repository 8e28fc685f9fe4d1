import { array, assert, constantFrom, dictionary, option, property, record, string } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runs } from '../../../test/runs.ts';
import { cutByLandmarks } from './landmarks.ts';
import type { ServedKind } from './served-kinds.ts';

type Json = Readonly<Record<string, unknown>>;

const lastApplied = 'kubectl.kubernetes.io/last-applied-configuration';

const served = (group: string, kind: string): ServedKind => ({ group, version: 'v1', kind, plural: '', namespaced: true });
const pods = served('', 'Pod');

const listOf = (items: readonly unknown[], kind = 'PodList', metadata: object = { resourceVersion: '7', continue: 'next' }): string =>
  JSON.stringify({ kind, apiVersion: 'v1', metadata, items });

interface Cut {
  readonly texts: readonly string[];
  readonly statuses: readonly (string | undefined)[];
  readonly header: unknown;
}

function cut(text: string | Buffer, kind = pods): Cut | undefined {
  const texts: string[] = [];
  const statuses: (string | undefined)[] = [];
  const header = cutByLandmarks(Buffer.from(text), kind, (slice, index, status) => {
    expect(index).toBe(texts.length);
    texts.push(slice.text);
    statuses.push(status());
  });
  if (header === undefined) expect(texts).toEqual([]);
  return header === undefined ? undefined : { texts, statuses, header };
}

/** An object without what nobody reads. */
function read(object: Json): Json {
  const metadata = { ...(object['metadata'] as Json), managedFields: undefined };
  const annotations = { ...((metadata as Json)['annotations'] as Json | undefined), [lastApplied]: undefined };
  return { ...object, metadata: { ...metadata, annotations }, status: undefined };
}

const managedFields = [{ manager: 'm', operation: 'Update', fieldsV1: { 'f:metadata': { 'k:{"name":"a"}': { '.': {} } } } }];
const pod = (name: string, metadata: object = {}, more: object = {}): Json => ({
  metadata: { name, namespace: 'shop', ...metadata, managedFields },
  spec: { containers: [{ name: 'web' }] },
  status: { phase: 'Running' },
  ...more,
});

/** Texts that look like what stands between texts. */
const hostile = constantFrom(
  '"',
  '\\',
  ',',
  '},',
  '{',
  '}]},"',
  '","',
  '"},"',
  '},{"metadata":{"name":"',
  ',"managedFields":[{',
  '},"status":{',
  '},"spec":{',
  `"${lastApplied}":"`,
  'Fields":[{',
  'ü',
  'x'.repeat(300),
);
const text = array(hostile, { maxLength: 4 }).map((parts) => parts.join(''));
const texts = dictionary(string({ minLength: 1, maxLength: 3 }), text, { maxKeys: 2 });
const objects = record({
  name: text,
  labels: option(texts, { nil: undefined }),
  annotations: option(texts, { nil: undefined }),
  applied: option(text, { nil: undefined }),
  manager: option(text, { nil: undefined }),
  value: text,
  status: option(text, { nil: undefined }),
}).map(({ name, labels, annotations, applied, manager, value, status }): Json => {
  const noted = applied === undefined ? annotations : { ...annotations, [lastApplied]: applied };
  return {
    metadata: {
      name,
      namespace: 'shop',
      labels,
      annotations: noted,
      managedFields: manager === undefined ? undefined : [{ manager, fieldsV1: { [`v:${value}`]: {} }, subresource: value }],
    },
    spec: { template: { metadata: { annotations: noted } }, env: [{ name: value, value }] },
    status: status === undefined ? undefined : { phase: status },
  };
});

describe('a page as API servers write it', () => {
  test('is cut into its items, without what nobody reads', () => {
    const annotations = { [lastApplied]: `{"spec":"${'x'.repeat(300)}"}\n`, note: 'kept' };
    const items = [pod('a'), pod('b', { annotations }), pod('c', { labels: { app: 'ü' } })];
    const found = cut(listOf(items));
    expect(found?.header).toEqual({ kind: 'PodList', apiVersion: 'v1', resourceVersion: '7', continue: 'next' });
    expect(found?.texts.map((each) => read(JSON.parse(each)))).toEqual(items.map((each) => read(each)));
    expect(found?.texts.join('')).not.toMatch(/xxx|Running|f:metadata/);
    expect(found?.statuses).toEqual(items.map(() => '{"phase":"Running"}'));
  });

  test('keeps the status of kinds whose status is read', () => {
    const sets = served('apps', 'DaemonSet');
    expect(cut(listOf([pod('a')], 'DaemonSetList'), sets)?.texts[0]).toContain('"phase":"Running"');
  });

  test('keeps short texts that are called like what was applied', () => {
    expect(cut(listOf([pod('a', { labels: { [lastApplied]: 'short' } })]))?.texts[0]).toContain('short');
  });

  test('may end with a line feed', () => {
    expect(cut(`${listOf([pod('a')])}\n`)?.texts).toHaveLength(1);
  });

  test('is never cut elsewhere, whatever its texts say', () => {
    assert(
      property(array(objects, { minLength: 1, maxLength: 4 }), (items) => {
        const whole = listOf(items);
        const found = cut(whole);
        if (found === undefined) return;
        const parsed = (JSON.parse(whole) as { readonly items: readonly Json[] }).items;
        expect(found.texts.map((each) => read(JSON.parse(each)))).toEqual(parsed.map((each) => read(each)));
        expect(found.statuses.map((each) => (each === undefined ? undefined : JSON.parse(each)))).toEqual(
          parsed.map(({ status }) => status),
        );
      }),
      { numRuns: runs(300, 20_000) },
    );
  });

  test('is cut whatever its texts say, where those of managers and of what was applied are usual', () => {
    assert(
      property(text, text, text, (label, value, note) => {
        const items = [label, value].map((each) =>
          pod('a', { labels: { each }, annotations: { note } }, { spec: { containers: [{ value: each }] } }),
        );
        expect(cut(listOf(items))?.texts).toHaveLength(2);
      }),
      { numRuns: runs(100, 5000) },
    );
  });
});

describe('nothing is taken from a page', () => {
  const template = { template: { metadata: { labels: {}, managedFields }, spec: {} } };
  const { managedFields: _, ...bare } = pod('a')['metadata'] as Record<string, unknown>;
  test.each<[string, string | Buffer, ServedKind?]>([
    ['with spaces', JSON.stringify(JSON.parse(listOf([pod('a')])), undefined, 1)],
    ['without items', listOf([])],
    ['of another kind', listOf([pod('a')], 'SecretList')],
    ['that is no list', JSON.stringify(pod('a'))],
    ['that breaks off', listOf([pod('a'), pod('b')]).slice(0, -20)],
    ['with more behind its items', listOf([pod('a')]).replace(/\}$/, ',"more":[{}]}')],
    ['of a kind that lists objects in objects', listOf([pod('a')], 'StatefulSetList'), served('apps', 'StatefulSet')],
    ['of a kind of other makers', listOf([pod('a')]), served('example.com', 'Pod')],
    ['with the fields of a template alone', listOf([{ metadata: bare, spec: template }])],
    [
      'with more metadata behind the fields',
      listOf([{ metadata: { ...bare, managedFields, ownerReferences: [{ kind: 'Node' }] }, spec: {} }]),
    ],
    ['where a manager is called like the end of its list', listOf([{ metadata: { name: 'a', managedFields: [{ manager: '}]},' }] } }])],
    ['where what was applied ends like an annotation', listOf([pod('a', { annotations: { [lastApplied]: `${'x'.repeat(300)}",` } })])],
    ['that is not UTF-8', Buffer.from(listOf([pod('\u00ff')]), 'latin1')],
  ])('%s', (_name, page, kind) => {
    expect(cut(page, kind)).toBeUndefined();
  });
});
