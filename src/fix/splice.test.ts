import { assert, constantFrom, integer, property, record } from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { append, remove, set, type Edit } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { applyEdits } from './apply.ts';
import { spliceDocument } from './splice.ts';

const pod = `# the pod
kind: Pod   # what it is
spec:
  containers:
  - name: web  # first

    image: nginx
    securityContext:
      runAsNonRoot: no   # for now
  # behind the list
  hostPID: true
`;

const container = ['spec', 'containers', 0];

describe('an edit of YAML', () => {
  test.each<[string, Edit, string, string]>([
    [
      'replaces a value and leaves its comment',
      set([...container, 'securityContext', 'runAsNonRoot'], true),
      'runAsNonRoot: no ',
      'runAsNonRoot: true ',
    ],
    [
      'adds a key behind the last one of its map',
      set([...container, 'securityContext', 'privileged'], false),
      '# for now\n',
      '# for now\n      privileged: false\n',
    ],
    [
      'writes lists where the document writes them',
      set([...container, 'securityContext', 'capabilities'], { drop: ['ALL'] }),
      '# for now\n',
      '# for now\n      capabilities:\n        drop:\n        - ALL\n',
    ],
    [
      'adds what is missing on the way',
      set(['spec', 'securityContext', 'seccompProfile', 'type'], 'RuntimeDefault'),
      'hostPID: true\n',
      'hostPID: true\n  securityContext:\n    seccompProfile:\n      type: RuntimeDefault\n',
    ],
    [
      'adds an item to a list',
      append(['spec', 'containers'], { name: 'log', image: 'log:1' }),
      '# for now\n',
      '# for now\n  - name: log\n    image: log:1\n',
    ],
    ['removes a line', remove(['spec', 'hostPID']), '\n  hostPID: true', ''],
    ['keeps the dash when the first key of an item goes', remove([...container, 'name']), 'name: web  # first\n\n    image', 'image'],
    [
      'leaves an empty map behind where the only key goes',
      remove([...container, 'securityContext', 'runAsNonRoot']),
      'securityContext:\n      runAsNonRoot: no   # for now\n',
      'securityContext: {}\n',
    ],
    [
      'quotes what would be read as something else',
      set(['spec', 'nodeName'], 'yes'),
      'hostPID: true\n',
      'hostPID: true\n  nodeName: "yes"\n',
    ],
  ])('%s', (_, edit, from, to) => {
    expect(pod).toContain(from);
    expect(spliceDocument(pod, [edit])).toHaveProperty('text', pod.replace(from, to));
  });

  test.each<[string, string, Edit, string]>([
    ['flow maps stay flow', 'spec: { a: 1 } # c\n', set(['spec', 'b', 'c'], true), 'spec: { a: 1, b: { c: true } } # c\n'],
    ['an empty map is filled', 'spec: {} # c\n', set(['spec', 'b'], 2), 'spec: # c\n  b: 2\n'],
    ['a key without a value gets one', 'spec:\n  a:\n  b: 1\n', set(['spec', 'a', 'x'], 1), 'spec:\n  a:\n    x: 1\n  b: 1\n'],
    ['flow lists stay flow', 'drop: [NET_RAW] # c\n', append(['drop'], 'ALL'), 'drop: [NET_RAW, ALL] # c\n'],
    ['a field leaves a flow map with its comma', 'spec: { a: 1, b: 2 }\n', remove(['spec', 'a']), 'spec: { b: 2 }\n'],
    ['the last field too', 'spec: { a: 1, b: 2 }\n', remove(['spec', 'b']), 'spec: { a: 1 }\n'],
    ['carriage returns are kept', 'spec:\r\n  a: 1\r\n', set(['spec', 'b'], 2), 'spec:\r\n  a: 1\r\n  b: 2\r\n'],
    ['no line break at the end is kept', 'spec:\n  a: 1', set(['spec', 'b'], 2), 'spec:\n  a: 1\n  b: 2'],
    ['four spaces are kept', 'spec:\n    a: 1\n', set(['spec', 'b', 'c'], 2), 'spec:\n    a: 1\n    b:\n        c: 2\n'],
    [
      'JSON stays JSON',
      '{\n  "spec": {\n    "a": 1\n  }\n}\n',
      set(['spec', 'b'], 'x'),
      '{\n  "spec": {\n    "a": 1,\n    "b": "x"\n  }\n}\n',
    ],
    ['compact JSON too', '{"spec":{"a":[1]}}', append(['spec', 'a'], 2), '{"spec":{"a":[1,2]}}'],
    ['what is so already is left alone', 'a:   yes\n', set(['a'], true), 'a:   yes\n'],
  ])('%s', (_, text, edit, expected) => {
    expect(spliceDocument(text, [edit])).toHaveProperty('text', expected);
  });

  test('is declined where an alias would carry it elsewhere', () => {
    const text = 'a: &x { k: 1 }\nb: *x\n';
    expect(spliceDocument(text, [set(['a', 'k'], 2)])).toHaveProperty('declined');
  });

  test('is declined where the document cannot be read', () => {
    expect(spliceDocument('a: [', [set(['b'], 1)])).toHaveProperty('declined');
  });
});

test('whatever the layout, an edit reads back as meant', () => {
  const layouts = record({
    indent: integer({ min: 1, max: 4 }),
    indentSeq: constantFrom(true, false),
    collectionStyle: constantFrom('block', 'flow', 'any'),
    lineWidth: constantFrom(0, 40),
  } as const);
  const values = constantFrom<unknown>(true, 7, 'text', 'yes', 'a: b', '', null, ['ALL'], { type: 'RuntimeDefault' }, [], {});
  const paths = constantFrom(
    ['spec', 'a'],
    ['spec', 'list'],
    ['spec', 'map', 'x'],
    ['spec', 'map', 'new', 'deep'],
    ['spec', 'empty', 'x'],
    ['spec', 'none', 'x'],
    ['spec', 'items', 0, 'name'],
    ['spec', 'items', 1, 'm'],
    ['top'],
  );
  const object = {
    kind: 'Pod',
    spec: {
      a: 'x',
      list: ['one', 'two'],
      map: { x: 1, w: { z: 'w' } },
      empty: {},
      none: null,
      items: [{ name: 'a', m: 1 }, { name: 'b' }],
    },
  };
  let declined = 0;
  assert(
    property(layouts, values, paths, constantFrom<Edit['op']>('set', 'append', 'remove'), (layout, value, path, op) => {
      const text = stringify(object, layout);
      const edit = (op === 'remove' ? { op, path } : { op, path, value }) as Edit;
      const edited = spliceDocument(text, [edit]);
      if ('declined' in edited) {
        declined++;
        return;
      }
      const read = readDocument(edited.text, 1);
      expect('value' in read ? read.value : read.error).toEqual(applyEdits(object, [edit]));
    }),
    { seed: 11, numRuns: 2000 },
  );
  expect(declined).toBe(0);
});
