import { array, assert, constantFrom, property } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { readDocument, splitDocuments } from '../../kube/yaml/index.ts';
import { sniff } from './sniff.ts';
import { runs } from '../../../test/runs.ts';

/** Lines of which some change what the first column seems to say. */
const lines = [
  'kind: Pod',
  'kind: "Pod"',
  "kind: 'Secret' # why",
  'kind: CustomResourceDefinition',
  'kind:',
  'kind : Pod',
  '"kind": Pod',
  '? kind',
  ': Pod',
  '!!str kind: Pod',
  '&a kind: Pod',
  '<<: {kind: Pod}',
  'kind: >-',
  'kind: |',
  '  Pod',
  'apiVersion: v1',
  'apiVersion: apps/v1',
  'apiVersion: "v1',
  '"',
  "'",
  'text: "',
  "text: '",
  'text: |',
  'map: {',
  '}',
  '}, kind: Pod',
  'list:',
  '- kind: Pod',
  '- "',
  '-',
  'items: []',
  '  kind: Pod',
  '# kind: Pod',
  ' # x',
  '',
  '\tkind: Pod',
  '...',
  '---',
  '--- # x',
  'x: 1\rkind: Pod',
  'x: 1\u2028kind: Pod',
  'metadata: {name: x}',
  '%YAML 1.1',
  '{kind: Pod}',
  '*a : Pod',
  'kind: Pod\r',
];

describe('what the first column says', () => {
  test('is what a parser finds, whenever it is certain', () => {
    let certain = 0;
    const check = (picked: readonly string[]): void => {
      for (const document of splitDocuments(picked.join('\n'))) {
        if ('error' in document) continue;
        const { header, empty } = sniff(document.text);
        const read = readDocument(document.text, 1);
        if ((header === undefined && !empty) || 'error' in read) continue;
        if (empty) expect(read.value).toBeNull();
        else expect(read.value, document.text).toMatchObject(header!);
        certain++;
      }
    };
    const valid = ['apiVersion: v1', 'kind: CustomResourceDefinition'];
    assert(
      property(array(constantFrom(...lines), { maxLength: 6 }), (more) => check([...valid, ...more])),
      { seed: 1, numRuns: runs(400, 20_000) },
    );
    assert(
      property(array(constantFrom(...lines), { maxLength: 6 }), (more) => check([...more, ...valid])),
      { seed: 2, numRuns: runs(400, 20_000) },
    );
    assert(property(array(constantFrom(...lines), { maxLength: 8 }), check), { seed: 3, numRuns: runs(400, 20_000) });
    expect(certain).toBeGreaterThan(runs(100, 2000));
  });

  test('is found in ordinary manifests', () => {
    expect(sniff('\n# x\n---\napiVersion: apps/v1 # y\nkind: "Deployment"\nmetadata:\n  name: x\nlist:\n- a\n').header).toEqual({
      apiVersion: 'apps/v1',
      kind: 'Deployment',
    });
    expect(sniff('\n# x\n--- # y\n\napiVersion: v1\n')).toEqual({ empty: false, contentAt: 14, linesBefore: 4 });
    expect(sniff('apiVersion: v1\r\nkind: Pod\r\n').header).toEqual({ apiVersion: 'v1', kind: 'Pod' });
  });

  test('is nothing where there is nothing', () => {
    for (const text of ['', '\n', '# x', '---', '---\n  # x\n\t\n', '\r\n']) expect(sniff(text).empty, JSON.stringify(text)).toBe(true);
    for (const text of ['x', '--- x', '---x', 'null', '...']) expect(sniff(text).empty, JSON.stringify(text)).toBe(false);
  });
});
