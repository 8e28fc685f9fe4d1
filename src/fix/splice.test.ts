import { assert, constantFrom, integer, property, record } from 'fast-check';
import { stringify } from 'yaml';
import { describe, expect, test } from 'vitest';
import { append, remove, rename, set, type Edit } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { applyEdits, same } from './apply.ts';
import { applyTextEdits, spliceDocument, spliceRounds } from './splice.ts';
import { runs } from '../../test/runs.ts';

function spliced(text: string, ...edits: Edit[]): string {
  const splice = spliceDocument(text, edits);
  if ('declined' in splice) throw new Error(splice.declined);
  expect(applyTextEdits(text, splice.edits)).toBe(splice.text);
  return splice.text;
}

function reason(text: string, ...edits: Edit[]): string {
  const splice = spliceDocument(text, edits);
  return 'declined' in splice ? splice.declined : `not declined: ${splice.text}`;
}

const hardened = set(['spec', 'securityContext'], { runAsNonRoot: true, capabilities: { drop: ['ALL'] } });

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
    expect(spliced(pod, edit)).toBe(pod.replace(from, to));
  });

  test('names no more of the text than it changes', () => {
    const { edits } = spliceDocument(pod, [
      set([...container, 'securityContext', 'runAsNonRoot'], true),
      set([...container, 'securityContext', 'privileged'], false),
      remove(['spec', 'hostPID']),
    ]) as { edits: unknown };
    const at = (part: string): number => pod.indexOf(part);
    expect(edits).toEqual([
      { start: at('no   #'), end: at('no   #') + 2, text: 'true' },
      { start: at('\n  # behind'), end: at('\n  # behind'), text: '\n      privileged: false' },
      { start: at('  hostPID'), end: pod.length, text: '' },
    ]);
  });

  test('of what is so already changes nothing', () => {
    expect(spliceDocument('a:   yes\n', [set(['a'], true), remove(['b'])])).toEqual({ text: 'a:   yes\n', edits: [] });
  });
});

describe('line ends and what stands around a document', () => {
  test.each<[string, string, Edit, string]>([
    ['carriage returns are kept', 'spec:\r\n  a: 1\r\n', set(['spec', 'b'], 2), 'spec:\r\n  a: 1\r\n  b: 2\r\n'],
    ['a new line ends as the one before it', 'a:\r\n  x: 1\r\nb:\n  x: 1\n', set(['a', 'z'], 2), 'a:\r\n  x: 1\r\n  z: 2\r\nb:\n  x: 1\n'],
    [
      'a comment before it keeps its own break',
      'a:\r\n  x: 1\r\n  # x\nb: 1\r\n',
      set(['a', 'z'], { w: 2 }),
      'a:\r\n  x: 1\r\n  # x\n  z:\n    w: 2\nb: 1\r\n',
    ],
    [
      'a comment where nothing stood keeps its own break',
      'a:\r\n  # none\nb: 1\r\n',
      set(['a', 'z'], 2),
      'a:\r\n  # none\n  z: 2\nb: 1\r\n',
    ],
    [
      'the last line of an entry in brackets keeps its break',
      'a: {\n  x: {\r\n    y: 1\r\n  },\n  w: 1\r\n}\n',
      set(['a', 'x', 'z'], 2),
      'a: {\n  x: {\r\n    y: 1,\r\n    z: 2\r\n  },\n  w: 1\r\n}\n',
    ],
    [
      'brackets over lines of both kinds',
      'a: {\r\n  x: {\r\n    y: 1 }, # x\n}\r\n',
      set(['a', 'z'], 2),
      'a: {\r\n  x: {\r\n    y: 1 }, # x\n  z: 2,\n}\r\n',
    ],
    ['no line break at the end is kept', 'spec:\n  a: 1', set(['spec', 'b'], 2), 'spec:\n  a: 1\n  b: 2'],
    ['no line break at the end is kept when the last line goes', 'a: 1\nb: 2', remove(['b']), 'a: 1'],
    ['a byte order mark is kept', '\uFEFFa: 1\n', set(['b'], 2), '\uFEFFa: 1\nb: 2\n'],
    [
      'directives, markers and what stands behind the end are kept',
      '%YAML 1.1\n--- # head\na: 1\n... # end\nnonsense: [\n',
      set(['b'], 2),
      '%YAML 1.1\n--- # head\na: 1\nb: 2\n... # end\nnonsense: [\n',
    ],
    ['blank lines at the end stay there', 'a: 1\n\n\n# tail\n', set(['b'], 2), 'a: 1\nb: 2\n\n\n# tail\n'],
  ])('%s', (_, text, edit, expected) => {
    expect(spliced(text, edit)).toBe(expected);
  });
});

describe('indentation', () => {
  test.each<[string, string, Edit, string]>([
    [
      'four spaces are kept, also behind dashes',
      'spec:\n    list:\n    -   name: a\n',
      append(['spec', 'list'], { name: 'b', map: { x: 1 } }),
      'spec:\n    list:\n    -   name: a\n    -   name: b\n        map:\n            x: 1\n',
    ],
    [
      'lists that are indented stay so, and new ones are as well',
      'a:\n   - 1\nb:\n   c: 1\n',
      set(['b', 'd'], ['x']),
      'a:\n   - 1\nb:\n   c: 1\n   d:\n      - x\n',
    ],
    [
      'a dash alone on its line',
      'list:\n  -\n    name: a\n',
      append(['list'], { name: 'b', x: 1 }),
      'list:\n  -\n    name: a\n  -\n    name: b\n    x: 1\n',
    ],
    ['a list in a list', 'list:\n- - a\n  - b\n- - c\n', append(['list', 0], 'x'), 'list:\n- - a\n  - b\n  - x\n- - c\n'],
    ['keys in quotes get company', '"spec":\n  "a": "x"\n', set(['spec', 'b'], { c: 'x' }), '"spec":\n  "a": "x"\n  "b":\n    "c": x\n'],
  ])('%s', (_, text, edit, expected) => {
    expect(spliced(text, edit)).toBe(expected);
  });
});

describe('a place for something new', () => {
  test('is behind the comments that stand at its own column or further right, before those that belong to what follows', () => {
    const text = 'spec:\n  a:\n    b: 1\n    # of a\n  # of spec\n\n# of status\nstatus: 1\n';
    expect(spliced(text, set(['spec', 'a', 'new'], 1), set(['spec', 'new'], 2))).toBe(
      'spec:\n  a:\n    b: 1\n    # of a\n    new: 1\n  # of spec\n  new: 2\n\n# of status\nstatus: 1\n',
    );
  });

  test('is before a comment that stands at the column of what follows', () => {
    expect(spliced('list:\n- a\n# the other\nother: 1\n', append(['list'], 'b'))).toBe('list:\n- a\n- b\n# the other\nother: 1\n');
  });

  test('is behind a block of text, and the empty lines that it keeps', () => {
    expect(spliced('a:\n  t: |\n    text\n\nb: 1\n', set(['a', 'new'], 1))).toBe('a:\n  t: |\n    text\n  new: 1\n\nb: 1\n');
    expect(spliced('a:\n  t: |+\n    text\n\nb: 1\n', set(['a', 'new'], 1))).toBe('a:\n  t: |+\n    text\n\n  new: 1\nb: 1\n');
    expect(spliced('a: |\n  text', set(['new'], 1))).toBe('a: |\n  text\nnew: 1');
  });

  test('is behind text over several lines', () => {
    expect(spliced('a: "one\n  two" # c\n', set(['new'], 1))).toBe('a: "one\n  two" # c\nnew: 1\n');
    expect(spliced('a: one\n  two\n', set(['new'], 1))).toBe('a: one\n  two\nnew: 1\n');
  });

  test.each([
    ['nothing', 'spec:\n  securityContext:\n  b: 1\n', 'spec:\n  securityContext:\n'],
    ['only a comment', 'spec:\n  securityContext: # none\n  b: 1\n', 'spec:\n  securityContext: # none\n'],
    ['a commented field', 'spec:\n  securityContext:\n    # fsGroup: 1\n  b: 1\n', 'spec:\n  securityContext:\n    # fsGroup: 1\n'],
    ['a tilde', 'spec:\n  securityContext: ~ # none\n  b: 1\n', 'spec:\n  securityContext: # none\n'],
    ['null', 'spec:\n  securityContext: null\n  b: 1\n', 'spec:\n  securityContext:\n'],
    ['empty braces', 'spec:\n  securityContext: {} # none\n  b: 1\n', 'spec:\n  securityContext: # none\n'],
    ['a value on the next line', 'spec:\n  securityContext:\n    ~\n  b: 1\n', 'spec:\n  securityContext:\n'],
  ])('is a block where the field has %s', (_, text, head) => {
    expect(spliced(text, hardened)).toBe(`${head}    runAsNonRoot: true\n    capabilities:\n      drop:\n      - ALL\n  b: 1\n`);
  });

  test('is a list where brackets are empty', () => {
    expect(spliced('drop: [] # none\n', append(['drop'], 'ALL'))).toBe('drop: # none\n- ALL\n');
  });
});

describe('what goes', () => {
  test.each<[string, string, Edit[], string]>([
    ['takes its line and leaves comments above', 'a:\n  # of b\n  b: 1 # x\n  c: 2\n', [remove(['a', 'b'])], 'a:\n  # of b\n  c: 2\n'],
    ['leaves comments behind its dash', 'l:\n- a: 1\n  # of b\n  b: 2\n', [remove(['l', 0, 'a'])], 'l:\n- # of b\n  b: 2\n'],
    ['can be several items of a list', 'l:\n- a # 1\n- b # 2\n- c # 3\n', [remove(['l', 0]), remove(['l', 2])], 'l:\n- b # 2\n'],
    ['can be all of them', 'l:\n- a\n# c\n- b\nx: 1\n', [remove(['l', 0]), remove(['l', 1])], 'l: []\n# c\nx: 1\n'],
    [
      'makes room for something new',
      'l:\n- a # 1\nx: 1\n',
      [remove(['l', 0]), append(['l'], 'b'), set(['z'], 1)],
      'l:\n- b # 1\nx: 1\nz: 1\n',
    ],
    ['can be a block of text', 'a: |\n  text\n\n  more\nb: 1\n', [remove(['a'])], 'b: 1\n'],
    ['leaves other items to be edited', 'l:\n- a: 1\n- a: 2\n', [remove(['l', 0]), set(['l', 1, 'b'], 3)], 'l:\n- a: 2\n  b: 3\n'],
  ])('%s', (_, text, edits, expected) => {
    expect(spliced(text, ...edits)).toBe(expected);
    expect(spliced(text, ...edits.toReversed())).toBe(expected);
  });
});

describe('brackets', () => {
  test.each<[string, string, Edit, string]>([
    ['stay on their line', 'spec: { a: 1 } # c\n', set(['spec', 'b', 'c'], true), 'spec: { a: 1, b: { c: true } } # c\n'],
    ['stay narrow', 'spec: {a: 1} # c\n', set(['spec', 'b'], { c: ['d'] }), 'spec: {a: 1, b: {c: [d]}} # c\n'],
    ['lists too', 'drop: [NET_RAW] # c\n', append(['drop'], 'ALL'), 'drop: [NET_RAW, ALL] # c\n'],
    ['strings take the quotes of their neighbours', "drop: ['NET_RAW']\n", append(['drop'], 'ALL'), "drop: ['NET_RAW', 'ALL']\n"],
    ['a field goes with its comma', 'spec: { a: 1, b: 2 }\n', remove(['spec', 'a']), 'spec: { b: 2 }\n'],
    ['the last field too', 'spec: { a: 1, b: 2 }\n', remove(['spec', 'b']), 'spec: { a: 1 }\n'],
    ['the only field leaves empty braces', 'spec: { a: 1 }\n', remove(['spec', 'a']), 'spec: {}\n'],
    [
      'over several lines get a line more, before which the comma stands',
      'spec: {\n  a: 1, # one\n  b: 2 # two\n}\n',
      set(['spec', 'c'], 3),
      'spec: {\n  a: 1, # one\n  b: 2, # two\n  c: 3\n}\n',
    ],
    ['a comma at the end stays at the end', 'spec: [\n  a,\n  b,\n]\n', append(['spec'], 'c'), 'spec: [\n  a,\n  b,\n  c,\n]\n'],
    [
      'the last line goes with the comma before it',
      'spec: {\n  a: 1, # one\n  b: 2\n}\n',
      remove(['spec', 'b']),
      'spec: {\n  a: 1 # one\n}\n',
    ],
    ['keys without a value stay keys', 'spec: {a, b: }\n', set(['spec', 'c'], 1), 'spec: {a, b: , c: 1 }\n'],
    ['with only a comment are filled', 'spec: { # none\n  }\n', set(['spec', 'c'], 1), 'spec: { # none\n  c: 1 }\n'],
  ])('%s', (_, text, edit, expected) => {
    expect(spliced(text, edit)).toBe(expected);
  });
});

describe('JSON', () => {
  test.each<[string, string, string]>([
    ['with two spaces', '{\n  "spec": {\n    "a": 1\n  }\n}\n', '{\n  "spec": {\n    "a": 1,\n    "b": [\n      "x"\n    ]\n  }\n}\n'],
    ['with tabs', '{\n\t"spec": {\n\t\t"a": 1\n\t}\n}', '{\n\t"spec": {\n\t\t"a": 1,\n\t\t"b": [\n\t\t\t"x"\n\t\t]\n\t}\n}'],
    ['with an empty map', '{\n    "spec": {}\n}\n', '{\n    "spec": {\n        "b": [\n            "x"\n        ]\n    }\n}\n'],
    ['without blanks', '{"spec":{"a":1}}', '{"spec":{"a":1,"b":["x"]}}'],
    ['with blanks on one line', '{ "spec": { "a": 1 } }', '{ "spec": { "a": 1, "b": ["x"] } }'],
    ['with blanks behind commas and colons', '{"spec": {"a": 1}}', '{"spec": {"a": 1, "b": ["x"]}}'],
    ['inside YAML', 'spec: {"a": 1}\n', 'spec: {"a": 1, "b": ["x"]}\n'],
  ])('%s stays so', (_, text, expected) => {
    expect(spliced(text, set(['spec', 'b'], ['x']))).toBe(expected);
  });

  test('has no comma left at its end', () => {
    const text = '{\n  "a": 1,\n  "b": 2,\n  "c": 3\n}\n';
    expect(spliced(text, remove(['b']), remove(['c']))).toBe('{\n  "a": 1\n}\n');
    expect(spliced(text, remove(['b']), remove(['c']), set(['d'], 4))).toBe('{\n  "a": 1,\n  "d": 4\n}\n');
  });
});

describe('scalars', () => {
  test.each<[string, string, unknown, string]>([
    ['in single quotes stay in them', "a: 'nginx:1' # c\n", 'nginx:2', "a: 'nginx:2' # c\n"],
    ['in double quotes too', 'a: "nginx:1"\n', 'nginx:2', 'a: "nginx:2"\n'],
    ['without quotes get them only where they must', 'a: nginx:1\n', '1e3', 'a: "1e3"\n'],
    ['that were blocks of text end where those did', 'a: |\n  x\n  y\n# c\n', 'z', 'a: z\n# c\n'],
    ['lose a tag that would make something else of them', 'a: !!str 5\n', 7, 'a: 7\n'],
    ['on the next line stay there', 'a:\n  # c\n  x\n', 'z', 'a:\n  # c\n  z\n'],
    ['replace a map', 'a: # c\n  b: 1\nd: 1\n', 'z', 'a: z # c\nd: 1\n'],
  ])('%s', (_, text, value, expected) => {
    expect(spliced(text, set(['a'], value))).toBe(expected);
  });

  test.each([
    '',
    'a: b',
    'a #b',
    '- a',
    '-',
    '---',
    'null',
    '0x1F',
    '@x',
    '`x',
    '%x',
    '!x',
    '&x',
    '*x',
    'é',
    'a\tb',
    'a\u0085b',
    'trailing ',
    'x:',
    '#',
  ])('read back in a block and in brackets: %j', (value) => {
    expect(spliceDocument('a: 1\n', [set(['a'], value), set([`key ${value}`], 1)])).toHaveProperty('text');
    expect(spliceDocument('a: [1]\nb: {c: 1}\n', [append(['a'], value), set(['b', value], value)])).toHaveProperty('text');
  });

  test('behind an explicit key', () => {
    expect(spliced('? a\n: 1\n', set(['a'], 2), set(['b'], 3))).toBe('? a\n: 2\nb: 3\n');
  });
});

describe('anchors and aliases', () => {
  const text = 'one: &sc { a: 1 }\ntwo: *sc\nthree: *sc\nother: 1 # c\n';

  test('do not hinder edits elsewhere', () => {
    expect(spliced(text, set(['other'], 2))).toBe(text.replace('other: 1', 'other: 2'));
  });

  test.each([['one'], ['two']])('are named where an edit of %s would reach other places', (key) => {
    expect(reason(text, set([key, 'a'], 2))).toBe('"*sc" is used in 2 places: what changes there would change with "&sc" elsewhere');
  });

  test('are followed where all places are to change alike', () => {
    expect(spliced(text, ...['one', 'two', 'three'].map((key) => set([key, 'a'], 2)))).toBe(text.replace('a: 1', 'a: 2'));
  });

  test('a field beside a merge wins over what is merged', () => {
    expect(spliced('x: &x { a: 1 }\nv:\n  <<: *x\n', set(['v', 'a'], 3))).toBe('x: &x { a: 1 }\nv:\n  <<: *x\n  a: 3\n');
  });

  test('what is merged cannot be taken out in one place', () => {
    expect(reason('x: &x { a: 1 }\nv:\n  <<: *x\n  b: 2\n', remove(['v', 'a']))).toBe(
      'the key "a" comes from a merge ("<<") and cannot be taken out here alone',
    );
  });
});

describe('a key with another name', () => {
  test.each<[string, string, Edit[], string]>([
    ['leaves all else', '# a\na:  x # b\n# c\nc: 1\n', [rename(['a'], 'b')], '# a\nb:  x # b\n# c\nc: 1\n'],
    ['keeps its quotes', '"a" : 1\n\'c\': 2\r\n', [rename(['a'], 'b'), rename(['c'], 'd')], '"b" : 1\n\'d\': 2\r\n'],
    ['gets quotes where it needs them', 'a: 1\n', [rename(['a'], 'on')], '"on": 1\n'],
    ['may have been written with escapes', '"\\x61": 1\n', [rename(['a'], 'b')], '"b": 1\n'],
    [
      'stands in brackets',
      'x: {a: 1, "b":2,c,}\n',
      ['a', 'b', 'c'].map((key) => rename(['x', key], `${key}${key}`)),
      'x: {aa: 1, "bb":2,cc,}\n',
    ],
    ['stands in JSON', '{"x":[{"a":{"b":1}}]}', [rename(['x', 0, 'a'], 'c'), rename(['x', 0, 'a', 'b'], 'd')], '{"x":[{"c":{"d":1}}]}'],
    ['begins an item of a list', '- a: 1\n  b: 2\n', [rename([0, 'a'], 'name')], '- name: 1\n  b: 2\n'],
    ['is an explicit one', '? a\n: 1\n', [rename(['a'], 'b')], '? b\n: 1\n'],
    ['has an anchor at its value', 'a: &x [1]\nc: *x\n', [rename(['a'], 'b')], 'b: &x [1]\nc: *x\n'],
    [
      'stands in what all aliases share',
      'x: &x {a: 1}\nz: *x\n',
      [rename(['x', 'a'], 'b'), rename(['z', 'a'], 'b')],
      'x: &x {b: 1}\nz: *x\n',
    ],
    ['gets what another edit sets below its old name', 'a: {b: 1}\n', [rename(['a'], 'c'), set(['a', 'b'], 2)], 'c: {b: 2}\n'],
    ['is what another edit asks for', 'a: 1\n', [rename(['a'], 'b'), set(['b'], 1)], 'b: 1\n'],
    ['is not there', 'a: 1\n', [rename(['b'], 'c'), rename(['a', 'x'], 'c')], 'a: 1\n'],
  ])('%s', (_, text, edits, expected) => {
    expect(spliced(text, ...edits)).toBe(expected);
    expect(spliced(text, ...edits.toReversed())).toBe(expected);
  });

  test('is known by it in the next round', () => {
    const rounds = [[rename(['a'], 'b')], [rename(['b', 'c'], 'd'), set(['b', 'e'], 2)], [rename(['b'], 'f')], [remove(['f', 'd'])]];
    expect([1, 2, 3, 4].map((count) => spliceRounds('a: # 1\n  c: 1\n', rounds.slice(0, count)))).toMatchObject([
      { text: 'b: # 1\n  c: 1\n' },
      { text: 'b: # 1\n  d: 1\n  e: 2\n' },
      { text: 'f: # 1\n  d: 1\n  e: 2\n' },
      { text: 'f: # 1\n  e: 2\n' },
    ]);
  });

  test.each<[string, string, Edit[], string]>([
    ['another of that name is there', 'x: {a: 1, b: 1}\n', [rename(['x', 'a'], 'b')], 'x.b is there already'],
    ['another edit sets that one', 'a: 1\n', [rename(['a'], 'b'), set(['b'], 2)], 'two edits want something different of b'],
    ['another edit sets it', 'a: 1\n', [rename(['a'], 'b'), set(['a'], 1)], 'two edits want something different of a'],
    ['another edit removes it', 'a: 1\n', [rename(['a'], 'b'), remove(['a'])], 'two edits want something different of a'],
    ['two edits give it two names', 'a: 1\n', [rename(['a'], 'b'), rename(['a'], 'c')], 'two edits want something different of a'],
    ['two keys get one name', 'a: 1\nb: 1\n', [rename(['a'], 'c'), rename(['b'], 'c')], 'two edits want something different of b'],
    ['an alias would change with it', 'x: &x {a: 1}\nz: *x\n', [rename(['z', 'a'], 'b')], '"*x" is used in 1 place'],
    ['it is merged', 'x: &x {a: 1}\nz:\n  <<: *x\n', [rename(['z', 'a'], 'b')], 'the key "a" comes from a merge ("<<")'],
    ['it is merged from below', 'x: &x {a: 1}\nz:\n  <<: *x\n  a: 2\n', [rename(['z', 'a'], 'b')], 'the key "a" comes from a merge ("<<")'],
    ['it has an anchor', '&k a: 1\nb: *k\n', [rename(['a'], 'c')], 'the key "a" is written with an anchor'],
    ['it is an alias', 'b: &k a\n*k : 1\n', [rename(['a'], 'c')], 'the key "a" is written with an alias'],
    ['it has a tag', '!!str a: 1\n', [rename(['a'], 'c')], 'the key "a" is written with a tag'],
  ])('is declined where %s', (_, text, edits, expected) => {
    expect(reason(text, ...edits)).toContain(expected);
  });
});

describe('is declined', () => {
  test.each<[string, string, Edit[], string]>([
    ['what cannot be read', 'a: [', [set(['b'], 1)], 'the document cannot be read: '],
    ['an empty document', '# nothing\n', [set(['b'], 1)], 'the document is empty'],
    ['a key that stands twice', 'a: 1\na: 2\n', [set(['b'], 1)], 'a stands twice in the document'],
    ['a key that stands twice in JSON', '{"a": 1, "a": 2}', [set(['b'], 1)], 'the key "a" stands twice in one map'],
    ['a contradiction', 'a: 1\n', [set(['b', 'c'], 1), set(['b'], { c: 2 })], 'two edits want something different of b.c'],
    ['a key without a colon', '? a\n', [set(['a'], 1)], 'the key "a" has no colon to put a value behind'],
    [
      'a pair without braces',
      'a: [b: 1]\n',
      [set(['a', 0, 'c'], 1)],
      'a pair in a list without braces of its own cannot get or lose a key',
    ],
  ])('%s', (_, text, edits, expected) => {
    expect(reason(text, ...edits)).toContain(expected);
  });
});

test('rounds follow each other: a later one counts the items that an earlier one left', () => {
  expect(spliceRounds('l:\n- a\n- b\n- c\n', [[remove(['l', 0])], [remove(['l', 0]), set(['x'], 1)], [remove(['x'])]])).toHaveProperty(
    'text',
    'l:\n- c\n',
  );
});

test('a long document takes as long as it is long', () => {
  const item = (index: number): string => `- metadata:\n    name: n${index}\n  spec:\n    text: ${'x'.repeat(400)}\n`;
  const seconds = (count: number): number => {
    const text = `items:\n${Array.from({ length: count }, (_, index) => item(index)).join('')}`;
    const edits = Array.from({ length: count }, (_, index) => set(['items', index, 'spec', 'new'], { a: [index] }));
    const start = process.cpuUsage();
    expect(spliceDocument(text, edits)).toHaveProperty('edits.length', count);
    const { user, system } = process.cpuUsage(start);
    return (user + system) / 1e6;
  };
  seconds(2000);
  // Quadratic work would take several times this.
  expect(seconds(8000)).toBeLessThan(4);
});

test('whatever the layout of another writer, an edit reads back as meant', () => {
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
  assert(
    property(layouts, values, paths, constantFrom<Edit['op']>('set', 'append', 'remove'), (layout, value, path, op) => {
      const edit = (op === 'remove' ? { op, path } : { op, path, value }) as Edit;
      const read = readDocument(spliced(stringify(object, layout), edit), 1);
      expect(same('value' in read ? read.value : read.error, applyEdits(object, [edit]))).toBe(true);
    }),
    { seed: 11, numRuns: runs(150, 4000) },
  );
});
