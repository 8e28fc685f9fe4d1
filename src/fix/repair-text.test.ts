import { array, assert, boolean, constantFrom, integer, property, record } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { append, remove, set, type Edit, type Path, type Proposal } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { objectKey, type PlainObject } from './companions.ts';
import { textRepairer, type Accepted, type Claims, type RepairedText } from './repair-text.ts';
import { applyTextEdits } from './splice.ts';
import { openText } from './text-file.ts';

interface Wanted {
  readonly document?: number;
  readonly path?: Path;
  readonly round?: number;
  readonly companions?: readonly PlainObject[];
  readonly codes?: readonly string[];
  readonly file?: string;
}

function fixOf(
  control: string,
  edits: readonly Edit[],
  { document = 0, path = [], round = 0, companions = [], codes = ['POD-01'], file = 'a/b.yaml' }: Wanted = {},
): Accepted {
  const proposal = { control, codes, file, edits, companions } as unknown as Proposal;
  return { proposal, target: { document, path }, round };
}

function repair(text: string, accepted: readonly Accepted[], claims?: Claims): RepairedText {
  const repaired = textRepairer(openText(text))(accepted, claims);
  expect(applyTextEdits(text, repaired.edits)).toBe(repaired.text);
  return repaired;
}

function refusals({ refused }: RepairedText): unknown[] {
  return [...refused].map(([{ proposal }, reason]) => [proposal.control, reason]);
}

const three = 'a: 1 # a\n---\n# none\n---\nb: 1 # b\n---\nc: { d: 1 } # c\n';

describe('the edits of all documents', () => {
  test('are in the order of the text, whatever the order of the fixes', () => {
    const all = [
      fixOf('c', [set(['c', 'e'], 2)], { document: 3 }),
      fixOf('a', [set(['a'], 2)]),
      fixOf('b', [set(['b'], 2)], { document: 2 }),
    ];
    for (const accepted of [all, all.toReversed()])
      expect(repair(`\ufeff${three}`, accepted).text).toBe('\ufeffa: 2 # a\n---\n# none\n---\nb: 2 # b\n---\nc: { d: 1, e: 2 } # c\n');
  });

  test('count from the object in a list', () => {
    const list = 'items:\n  - x: 1\n  - x: 1\n';
    expect(repair(list, [fixOf('a', [set(['x'], 2)], { path: ['items', 1] })]).text).toBe('items:\n  - x: 1\n  - x: 2\n');
  });

  test('are tried again with others', () => {
    const [a, b] = [fixOf('a', [set(['a'], 2)]), fixOf('b', [set(['b'], 2)], { document: 2 })];
    const repairer = textRepairer(openText(three));
    const both = repairer([a, b]).text;
    expect(repairer([a]).text).toBe(three.replace('a: 1', 'a: 2'));
    expect(repairer([fixOf('other', [set(['a'], 3)])]).text).toBe(three.replace('a: 1', 'a: 3'));
    expect(repairer([a, fixOf('more', [set(['e'], 3)])]).text).toBe(three.replace('a: 1 # a\n', 'a: 2 # a\ne: 3\n'));
    expect(repairer([]).text).toBe(three);
    expect(repairer([a, b]).text).toBe(both);
  });

  test('of a later round count in the text as the round before has left it', () => {
    const list = 'x: [a, b, c]\n';
    const accepted = [fixOf('late', [set(['x', 0], 'd')], { round: 1 }), fixOf('early', [remove(['x', 0])])];
    expect(repair(list, accepted).text).toBe('x: [d, c]\n');
    expect(repair(list, accepted.toReversed()).text).toBe('x: [d, c]\n');
  });

  test('have no place in a document that the text does not hold', () => {
    const repaired = repair('a: 1\n', [fixOf('a', [set(['a'], 2)]), fixOf('b', [set(['a'], 2)], { document: 1 })]);
    expect(repaired.text).toBe('a: 2\n');
    expect(refusals(repaired)).toEqual([['b', 'stands in an object that another fix adds: run again when that one is there']]);
  });
});

describe('of two fixes that contradict each other the later is refused', () => {
  const text = 'a:\n  b: 1\n  l: [x]\n';
  const reason = 'contradicts the fix of first: fix that one first, then run again';

  test.each<[string, Edit, Edit]>([
    ['another value', set(['a', 'b'], 2), set(['a', 'b'], 3)],
    ['a value and its removal', set(['a', 'b'], 2), remove(['a', 'b'])],
    ['a removal and a value', remove(['a', 'b']), set(['a', 'b'], 2)],
    ['a value in what is replaced', set(['a'], { c: 1 }), set(['a', 'b'], 2)],
    ['the replacement of what got a value', set(['a', 'b'], 2), set(['a'], { c: 1 })],
    ['a value in what is removed', remove(['a']), set(['a', 'b'], 2)],
    ['an item in a list that is replaced', set(['a', 'l'], ['y']), append(['a', 'l'], 'z')],
    ['an item in a list that is removed', remove(['a', 'l']), append(['a', 'l'], 'z')],
  ])('%s', (_, first, second) => {
    const alone = repair(text, [fixOf('first', [first])]).text;
    const repaired = repair(text, [fixOf('first', [first]), fixOf('second', [second, set(['a', 'more'], 1)])]);
    expect(repaired.text).toBe(alone);
    expect(refusals(repaired)).toEqual([['second', reason]]);
  });

  test.each<[string, Edit, Edit, string]>([
    ['the same value', set(['a', 'b'], [2]), set(['a', 'b'], [2]), 'a:\n  b:\n  - 2\n  l: [x]\n'],
    ['two removals', remove(['a', 'b']), remove(['a', 'b']), 'a:\n  l: [x]\n'],
    ['two items', append(['a', 'l'], 'z'), append(['a', 'l'], 'w'), 'a:\n  b: 1\n  l: [x, w, z]\n'],
    ['values beside each other', set(['a', 'b'], 2), set(['a', 'c'], 3), 'a:\n  b: 2\n  l: [x]\n  c: 3\n'],
    ['an item more and a change of another', append(['a', 'l'], 'z'), set(['a', 'l', 0], 'w'), 'a:\n  b: 1\n  l: [w, z]\n'],
  ])('but not %s', (_, first, second, expected) => {
    for (const both of [
      [first, second],
      [second, first],
    ]) {
      const repaired = repair(
        text,
        both.map((edit, index) => fixOf(`${index}`, [edit])),
      );
      expect(repaired.text).toBe(expected);
      expect(refusals(repaired)).toEqual([]);
    }
  });

  test('nor fixes of other objects or other rounds', () => {
    const list = 'items: [{ a: 1 }, { a: 1 }]\n';
    const at = (index: number, value: number, round = 0): Accepted =>
      fixOf('first', [set(['a'], value)], { path: ['items', index], round });
    const repaired = repair(list, [at(0, 2), at(1, 3), at(1, 4, 1)]);
    expect(repaired.text).toBe('items: [{ a: 2 }, { a: 4 }]\n');
    expect(refusals(repaired)).toEqual([]);
  });
});

test('what has no place in the text is refused, and the others find theirs', () => {
  const text = 'a: &x { b: 1 }\nc: *x\nd: 1\n';
  const repaired = repair(text, [fixOf('d', [set(['d'], 2)]), fixOf('shared', [set(['a', 'b'], 2)]), fixOf('e', [set(['e'], 1)])]);
  expect(repaired.text).toBe('a: &x { b: 1 }\nc: *x\nd: 2\ne: 1\n');
  expect(refusals(repaired)).toEqual([['shared', expect.stringContaining('"*x" is used in 1 place')]]);
});

test('what one control wants of all who share an anchor is tried as one', () => {
  const text = 'a: &x { b: 1 }\nc: *x\n';
  const shared = [fixOf('shared', [set(['a', 'b'], 2)]), fixOf('shared', [set(['c', 'b'], 2)])];
  const repaired = repair(text, [fixOf('alone', [set(['c', 'd'], 1)]), ...shared]);
  expect(repaired.text).toBe('a: &x { b: 2 }\nc: *x\n');
  expect(refusals(repaired)).toEqual([['alone', expect.stringContaining('"*x" is used in 1 place')]]);
});

describe('new objects', () => {
  const shelf = (name = 'shelf', more: PlainObject = {}): PlainObject => ({ apiVersion: 'v1', kind: 'Shelf', metadata: { name }, ...more });

  test('stand once for all that want them, under a comment with all their codes', () => {
    const repaired = repair('a: 1\n', [
      fixOf('a', [set(['a'], 2)], { companions: [shelf()], codes: ['NET-01', 'NET-02'] }),
      fixOf('b', [], { companions: [shelf(), shelf('other')], codes: ['NET-02', 'NET-03'] }),
    ]);
    expect(repaired.text).toBe(`a: 2
---
# Kubernetes Hardening Guidance: NET-01, NET-02, NET-03
apiVersion: v1
kind: Shelf
metadata:
  name: shelf
---
# Kubernetes Hardening Guidance: NET-02, NET-03
apiVersion: v1
kind: Shelf
metadata:
  name: other
`);
  });

  test('are refused where they differ from one that was wanted first', () => {
    const repaired = repair('a: 1\n', [
      fixOf('a', [], { companions: [shelf()] }),
      fixOf('b', [], { companions: [shelf('fresh'), shelf('shelf', { spec: 1 })] }),
    ]);
    expect(repaired.text).toBe(
      'a: 1\n---\n# Kubernetes Hardening Guidance: POD-01\napiVersion: v1\nkind: Shelf\nmetadata:\n  name: shelf\n',
    );
    expect(refusals(repaired)).toEqual([['b', 'contradicts the fix of a: fix that one first, then run again']]);
  });

  test('are left to the file that claimed them, and refused where they differ from those', () => {
    const claims: Claims = new Map();
    repair('a: 1\n', [fixOf('a', [], { companions: [shelf()] })], claims);
    expect([...claims]).toEqual([[objectKey(shelf()), { by: 'a', object: shelf() }]]);
    const second = repair(
      'a: 1\n',
      [fixOf('b', [], { companions: [shelf()] }), fixOf('c', [], { companions: [shelf('shelf', { spec: 1 })] })],
      claims,
    );
    expect(second.text).toBe('a: 1\n');
    expect(refusals(second)).toEqual([['c', 'contradicts the fix of a: fix that one first, then run again']]);
  });

  test('do not stand for a fix that is refused', () => {
    const repaired = repair('a: 1\n', [fixOf('a', [set(['a'], 2)]), fixOf('b', [set(['a'], 3)], { companions: [shelf()] })]);
    expect(repaired.text).toBe('a: 2\n');
  });

  test('name the namespace where the file did before', () => {
    const text = 'kind: A\nmetadata: { namespace: shop }\n';
    const wanted = [fixOf('a', [remove(['metadata'])], { companions: [shelf('s', { metadata: { name: 's', namespace: 'shop' } })] })];
    expect(repair(text, wanted).text).toContain('  namespace: shop\n');
  });

  test('have a file of their own beside a single JSON object', () => {
    const repaired = repair('{"a":1}', [fixOf('a', [set(['a'], 2)], { companions: [shelf()], file: 'x.y/b.c.json' })]);
    expect(repaired.text).toBe('{"a":2}');
    expect(repaired.newFile).toEqual({ file: 'x.y/b.c-companions.json', text: `${JSON.stringify(shelf())}\n` });
  });

  test.each(['a: 1\n', 'a: 1', 'a: 1\n\n', 'a: 1\r\n', 'a: [1]', '- a\n---\na: 1', 'a: 1\n---\n', 'a: 1\n...\n'])(
    'stand behind fields that are added at the end: %j',
    (text) => {
      const document = text.startsWith('-') ? 1 : 0;
      const { text: repaired } = repair(text, [fixOf('a', [set(['a'], 22), set(['b'], 3)], { document, companions: [shelf()] })]);
      const { documents } = openText(repaired);
      const values = documents.map((each) => {
        const read = readDocument(each.text, 1);
        return 'error' in read ? read.error : read.value;
      });
      expect(values.filter((value) => value !== null).slice(document)).toEqual([{ a: 22, b: 3 }, shelf()]);
    },
  );

  test('and edits of a JSON list come to one list of edits', () => {
    const items = record({ a: integer({ min: 0, max: 999 }), edited: boolean(), removed: boolean() });
    assert(
      property(array(items, { maxLength: 5 }), constantFrom(0, 2, '\t'), integer({ min: 1, max: 3 }), (all, indent, count) => {
        const list = { kind: 'List', items: all.map(({ a }) => ({ a, b: [a] })), end: 'x' };
        const text = JSON.stringify(list, undefined, indent);
        const edits = all.flatMap(({ edited, removed }, index) =>
          edited || removed ? [fixOf(`${index}`, edited ? [set(['a'], 'changed')] : [remove(['b'])], { path: ['items', index] })] : [],
        );
        const added = Array.from({ length: count }, (_, index) => shelf(`s${index}`));
        const repaired = repair(text, [...edits, fixOf('new', [set(['end'], 'longer than it was')], { companions: added })]);
        const expected = [
          ...all.map(({ a, edited, removed }) => (edited ? { a: 'changed', b: [a] } : removed ? { a } : { a, b: [a] })),
          ...added,
        ];
        expect(JSON.parse(repaired.text)).toEqual({ kind: 'List', items: expected, end: 'longer than it was' });
      }),
      { seed: 1, numRuns: 200 },
    );
  });
});
