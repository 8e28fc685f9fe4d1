import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { readDocument, splitDocuments } from '../kube/yaml/index.ts';
import { appendDocuments, objectKey, withCompanions, type PlainObject } from './companions.ts';
import { runs } from '../../test/runs.ts';

const policy: PlainObject = {
  apiVersion: 'networking.k8s.io/v1',
  kind: 'NetworkPolicy',
  metadata: { name: 'deny', namespace: 'shop' },
  spec: {
    podSelector: {},
    policyTypes: ['Egress'],
    egress: [{ to: [{ podSelector: { matchLabels: { app: 'dns' } } }], ports: [{ port: 53 }] }],
  },
};

function append(text: string, ...objects: readonly PlainObject[]): string {
  const placed = appendDocuments(
    text,
    objects.map((object) => ({ object })),
  );
  if ('newFile' in placed) throw new Error('a new file');
  const [edit, ...others] = placed.edits;
  expect(others).toEqual([]);
  expect(text.slice(0, edit!.start) + edit!.text + text.slice(edit!.end)).toBe(placed.text);
  return placed.text;
}

function newFile(text: string, ...objects: readonly PlainObject[]): { suffix: string; text: string } {
  const placed = appendDocuments(
    text,
    objects.map((object) => ({ object })),
  );
  if (!('newFile' in placed)) throw new Error('no new file');
  return placed.newFile;
}

function values(text: string): unknown[] {
  return splitDocuments(text.replace(/^\ufeff/, '')).map((part) => {
    const read = 'error' in part ? part : readDocument(part.text, part.line);
    return 'error' in read ? read.error : read.value;
  });
}

const namespace = 'kind: Namespace\nmetadata:\n  name: shop\n';

describe('a document behind the others', () => {
  test('in block style, with the keys in the order of the object', () => {
    expect(append(namespace, policy)).toBe(`${namespace}---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: deny
  namespace: shop
spec:
  podSelector: {}
  policyTypes:
  - Egress
  egress:
  - to:
    - podSelector:
        matchLabels:
          app: dns
    ports:
    - port: 53
`);
  });

  test('under a comment that says why', () => {
    const placed = appendDocuments(namespace, [{ object: policy, comment: 'denies what no policy\nallows (NET-03)' }]);
    expect('text' in placed && placed.text).toContain('---\n# denies what no policy allows (NET-03)\napiVersion: networking');
  });

  test.each([
    ['four spaces', 'metadata:\n    name: a\n', 'metadata:\n    name: deny\n'],
    ['lists in the column of their key', 'args:\n- a\n', '\n  policyTypes:\n  - Egress\n'],
    ['lists further right', 'args:\n    - a\n', '\n        - Egress\n'],
    ['the longest document', 'a:\n   b: 1\n---\nc:\n  d: 1\n  f: 1\n---\ne: 1\n', 'metadata:\n  name: deny\n'],
    [
      'text in a block scalar is no style',
      'metadata:\n   name: a\ndata:\n   x: |\n     a:\n           b:\n           - c\n',
      'metadata:\n   name: deny\n',
    ],
    [
      'the longest document, but none that is very long',
      `a:\n   b: 1\n---\nc:\n  d: ${'x'.repeat(70_000)}\n`,
      'metadata:\n   name: deny\n',
    ],
    ['CRLF', 'a:\r\n  b: 1\r\n', '---\r\napiVersion: networking.k8s.io/v1\r\nkind:'],
  ])('follows %s', (_, text, expected) => {
    expect(append(text, policy)).toContain(expected);
  });

  test.each([
    ['no line break at the end', 'a: 1', 'a: 1\n---\napiVersion'],
    ['no line break after CRLF', 'a: 1\r\nb: 2', 'b: 2\r\n---\r\napiVersion'],
    ['blank lines at the end', 'a: 1\n\n\n', 'a: 1\n\n\n---\napiVersion'],
    ['a separator at the end', 'a: 1\n---\n', 'a: 1\n---\napiVersion'],
    ['a separator without a line break', 'a: 1\n---', 'a: 1\n---\napiVersion'],
    ['a separator with a comment and blank lines', 'a: 1\n--- # next\n\n', '--- # next\n\napiVersion'],
    ['a comment behind the last separator', 'a: 1\n---\n# nothing yet\n', '# nothing yet\n---\napiVersion'],
    ['an end of document', 'a: 1\n...\n', 'a: 1\n...\n---\napiVersion'],
    ['a comment at the end', 'a: 1\n# b', '# b\n---\napiVersion'],
    ['a block scalar that keeps its line breaks', 'a: |+\n  b\n\n', 'b\n\n---\napiVersion'],
    ['a byte order mark', '\ufeffa: 1\n', '\ufeffa: 1\n---\napiVersion'],
    ['one document of several that cannot be read', 'a: [\n---\nb: 1\n', 'b: 1\n---\napiVersion'],
    ['a flow map', '{ a: 1 }\n', '{ a: 1 }\n---\napiVersion'],
  ])('stands right behind %s', (_, text, expected) => {
    const after = append(text, policy);
    expect(after.startsWith(text)).toBe(true);
    expect(after).toContain(expected);
    const filled = (all: unknown[]): unknown[] => all.filter((value) => value !== null);
    expect(filled(values(after)).slice(0, -1)).toEqual(filled(values(text)));
  });

  test('goes beside a file whose end cannot be read', () => {
    expect(newFile('a: [', policy)).toMatchObject({ suffix: '-companions.yaml', text: expect.stringMatching(/^apiVersion/) });
  });

  test('several are separated', () => {
    expect(values(append(namespace, policy, { a: 1 }))).toEqual([...values(namespace), policy, { a: 1 }]);
    expect(newFile('a: [', { a: 1 }, { b: 1 }).text).toBe('a: 1\n---\nb: 1\n');
  });
});

describe('the namespace', () => {
  const pod = (metadata: string): string => `kind: Pod\nmetadata: ${metadata}\n`;
  const unnamed = { ...policy, metadata: { name: 'deny' } };

  test.each([
    ['is written in a file that holds it', namespace, policy],
    ['is written where others are in it', pod('{ name: a, namespace: shop }'), policy],
    ['is written where items of a list are in it', 'kind: List\nitems:\n  - metadata: { namespace: shop }\n', policy],
    ['is left to whoever applies a file that names none', pod('{ name: a }'), unnamed],
    ['is left out where it is but a word', pod('{ name: shop, labels: { namespace: shop } }'), unnamed],
  ])('%s', (_, text, expected) => {
    expect(values(append(text, policy)).at(-1)).toEqual(expected);
  });
});

describe('JSON', () => {
  const list = (items: unknown[], indent?: number): string => JSON.stringify({ apiVersion: 'v1', kind: 'List', items }, undefined, indent);

  test.each([
    ['with lines', list([{ a: 1 }], 4), list([{ a: 1 }, { b: { c: 2 } }, { d: 3 }], 4)],
    ['without items', list([], 2), list([{ b: { c: 2 } }, { d: 3 }], 2)],
    ['on one line', list([{ a: 1 }]), list([{ a: 1 }, { b: { c: 2 } }, { d: 3 }])],
    ['on one line without items', list([]), list([{ b: { c: 2 } }, { d: 3 }])],
    ['with CRLF', list([{ a: 1 }], 2).replaceAll('\n', '\r\n'), list([{ a: 1 }, { b: { c: 2 } }, { d: 3 }], 2).replaceAll('\n', '\r\n')],
  ])('a list %s gets items', (_, text, expected) => {
    expect(append(text, { b: { c: 2 } }, { d: 3 })).toBe(expected);
    expect(append(`\ufeff${text}\n`, { b: { c: 2 } }, { d: 3 })).toBe(`\ufeff${expected}\n`);
  });

  test('an object by itself gets a file beside it', () => {
    const text = JSON.stringify({ kind: 'Pod', metadata: { name: 'a', namespace: 'shop' } }, undefined, '\t');
    expect(newFile(text, policy)).toEqual({ suffix: '-companions.json', text: `${JSON.stringify(policy, undefined, '\t')}\n` });
    const two = JSON.parse(newFile(text, policy, { a: 1 }).text) as unknown;
    expect(two).toEqual({ apiVersion: 'v1', kind: 'List', items: [policy, { a: 1 }] });
  });

  test('a stream of lists gets a file beside it', () => {
    expect(newFile(list([]) + list([]), policy).suffix).toBe('-companions.json');
  });

  test('a list of one kind takes no other', () => {
    expect(newFile('{"kind":"PodList","items":[]}', policy).suffix).toBe('-companions.json');
  });
});

describe('what exists already', () => {
  test('is told by group, kind, namespace and name, whatever the version', () => {
    expect(objectKey({ ...policy, apiVersion: 'networking.k8s.io/v1beta1', spec: 1 })).toBe(objectKey(policy));
    for (const other of [
      { apiVersion: 'crd.example.com/v1' },
      { kind: 'Other' },
      { metadata: { name: 'deny' } },
      { metadata: { name: 'a', namespace: 'shop' } },
    ])
      expect(objectKey({ ...policy, ...other })).not.toBe(objectKey(policy));
  });

  test('is not added again, and of two companions the first is', () => {
    const existing = { ...policy, spec: 1 };
    expect(withCompanions([existing], [policy])).toEqual([existing]);
    expect(withCompanions([{ a: 1 }], [policy, existing])).toEqual([{ a: 1 }, policy]);
  });
});

/** Whole texts in many styles: the writer of the `yaml` package is not ours. */
const texts = fc
  .record({
    documents: fc.array(fc.dictionary(fc.stringMatching(/^[a-z]{1,5}$/), fc.jsonValue({ maxDepth: 3 }), { minKeys: 1 }), {
      minLength: 1,
      maxLength: 3,
    }),
    indent: fc.constantFrom(2, 3, 4, 8),
    indentSeq: fc.boolean(),
    collectionStyle: fc.constantFrom('any' as const, 'block' as const, 'flow' as const),
    newline: fc.constantFrom('\n', '\r\n'),
    end: fc.constantFrom('', '\n', '\n\n', '\n---\n', '\n# end', '\n...\n'),
    mark: fc.constantFrom('', '\ufeff'),
  })
  .map(({ documents, newline, end, mark, ...style }) => {
    const text = documents.map((document) => stringify(document, style).trimEnd()).join('\n---\n');
    return { text: mark + (text + end).replaceAll('\n', newline), newline };
  });

test('in every style the old bytes stay and both read back', () => {
  let appended = 0;
  const property = fc.property(texts, ({ text, newline }) => {
    const placed = appendDocuments(text, [{ object: policy }, { object: { kind: 'A', list: [[1], 'x: y', ' z', ''] } }]);
    if ('newFile' in placed) return;
    appended++;
    expect(placed.text.startsWith(text)).toBe(true);
    const unnamed = { ...policy, metadata: { name: 'deny' } };
    expect(values(placed.text)).toEqual([...values(text), unnamed, { kind: 'A', list: [[1], 'x: y', ' z', ''] }]);
    expect(placed.text.slice(text.length).replaceAll(newline, '')).not.toMatch(/[\r\n]/);
  });
  fc.assert(property, { seed: 4, numRuns: runs(30, 600) });
  expect(appended).toBeGreaterThan(runs(20, 100));
});
