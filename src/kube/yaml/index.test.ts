import { describe, expect, test } from 'vitest';
import { readDocument, readJson, splitDocuments, type ReadDocument } from './index.ts';

function read(text: string, firstLine = 1): ReadDocument {
  const document = readDocument(text, firstLine);
  if ('error' in document) throw new Error(`${document.line}: ${document.error}`);
  return document;
}

function refusal(text: string): string {
  const document = readDocument(text, 1);
  return 'error' in document ? `${document.line}: ${document.error}` : JSON.stringify(document.value);
}

function valueOf(scalar: string): unknown {
  return (read(`a: ${scalar}\n`).value as { a: unknown }).a;
}

describe('a scalar without quotes', () => {
  test.each(['y', 'Y', 'yes', 'Yes', 'YES', 'on', 'On', 'ON', 'true', 'True', 'TRUE'])('%s is true', (word) => {
    expect(valueOf(word)).toBe(true);
    expect(Object.keys(read(`${word}: 1\n`).value as object)).toEqual(['true']);
  });

  test.each(['n', 'N', 'no', 'No', 'NO', 'off', 'Off', 'OFF', 'false', 'False', 'FALSE'])('%s is false', (word) => {
    expect(valueOf(word)).toBe(false);
    expect(Object.keys(read(`${word}: 1\n`).value as object)).toEqual(['false']);
  });

  test.each([
    ['0644', 420],
    ['0o644', 420],
    ['0O644', 420],
    ['08', 8],
    ['010', 8],
    ['1_000', 1000],
    ['0b11', 3],
    ['-0b11', -3],
    ['0x1F', 31],
    ['+1', 1],
    ['1.0', 1],
    ['1e3', 1000],
    ['.5', 0.5],
    ['9007199254740993', 9007199254740993n],
    ['-9007199254740993', -9007199254740993n],
    ['18446744073709551615', 18446744073709551615n],
    ['18446744073709551616', 18446744073709551616],
  ])('%s is the number %s', (text, number) => {
    expect(valueOf(text)).toBe(number);
  });

  test.each(['1:30', '190:20:30', '2001-01-01', '=', '<<', '100m', '1Gi', '10.0.0.1', '-c', '--flag', '1e400', 'yEs', '0x', '0b2'])(
    '%s is text',
    (text) => {
      expect(valueOf(text)).toBe(text);
    },
  );

  test.each(['', '~', 'null', 'Null', 'NULL'])('%j is null', (text) => {
    expect(valueOf(text)).toBeNull();
  });

  test('has no place in JSON where it is infinite or not a number', () => {
    expect(refusal('a: 1\nb: .inf\n')).toBe('2: .inf and .nan have no place in JSON');
    expect(refusal('a: .nan\n')).toContain('.nan');
    expect(refusal('b: 1\nnull: 1\n')).toBe('2: null cannot be a key');
  });
});

describe('a key that is no string', () => {
  test.each([
    ['1', '1'],
    ['0x10', '16'],
    ['1.5', '1.5'],
    ['1.0', '1'],
    ['1000000.0', '1e+06'],
    ['1234567.0', '1.234567e+06'],
    ['0.00001', '1e-05'],
    ['16777217.0', '1.6777216e+07'],
    ['.inf', '.inf'],
    ['-.inf', '-.inf'],
    ['.nan', '.nan'],
    ['-0.0', '-0'],
  ])('%s becomes %s', (written, key) => {
    expect(Object.keys(read(`${written}: x\n`).value as object)).toEqual([key]);
  });

  test('is refused where it is a list or a map', () => {
    expect(refusal('? [a]\n: b\n')).toBe('1: a map or list cannot be a key');
  });
});

describe('a map', () => {
  test('keeps the names that JavaScript gives a meaning to', () => {
    for (const text of [
      '__proto__: {a: 1}\nconstructor: x\ntoString: z\n',
      '{"__proto__": {"a": 1}, "constructor": "x", "toString": "z"}',
    ]) {
      const value = read(text).value as object;
      expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
      expect(Object.entries(value)).toEqual([
        ['__proto__', { a: 1 }],
        ['constructor', 'x'],
        ['toString', 'z'],
      ]);
    }
  });

  test('takes the last of several values for a key, and says which keys stand twice', () => {
    const document = read('a:\n  - b: 1\n    b: 2\n');
    expect(document.value).toEqual({ a: [{ b: 2 }] });
    expect(document.duplicates).toEqual([['a', 0, 'b']]);
    expect(document.locate([['a', 0, 'b']])).toEqual([{ line: 3, column: 5, endLine: 3, endColumn: 9 }]);
    expect(read('a: 1\n').duplicates).toBeUndefined();
  });

  test('refuses a null key only where its value counts', () => {
    expect(read('a: {null: 1}\na: 2\n').value).toEqual({ a: 2 });
  });
});

describe('anchors', () => {
  test('are known to aliases and merge keys', () => {
    const text = 'base: &base\n  runAsNonRoot: true\n  x: 1\none: *base\ntwo:\n  <<: *base\n  x: 2\n';
    const document = read(text);
    expect(document.value).toEqual({
      base: { runAsNonRoot: true, x: 1 },
      one: { runAsNonRoot: true, x: 1 },
      two: { runAsNonRoot: true, x: 2 },
    });
    const [alias, merged, own] = document.locate([
      ['one', 'runAsNonRoot'],
      ['two', 'runAsNonRoot'],
      ['two', 'x'],
    ]);
    expect([alias!.line, merged!.line, own!.line]).toEqual([2, 2, 7]);
  });

  test('cannot make a document grow without end', () => {
    const levels = Array.from(
      { length: 12 },
      (_, i) => `l${i}: &l${i} [${Array.from({ length: 9 }, () => (i === 0 ? 'x' : `*l${i - 1}`)).join(',')}]`,
    );
    expect(refusal(`${levels.join('\n')}\n`)).toContain('aliases make this document too large');
  });

  test('cannot hold themselves', () => {
    expect(refusal('a: &a [*a]\n')).toBe('1: this alias stands inside its own anchor');
    expect(refusal('a: *a\n')).toBe('1: no anchor is called a');
  });
});

describe('limits', () => {
  test.each([
    ['a flow list', '['.repeat(1001) + ']'.repeat(1001)],
    ['JSON', '{"a":'.repeat(1001) + '1' + '}'.repeat(1001)],
    ['block lists', `${'- '.repeat(1001)}x\n`],
    ['block maps', Array.from({ length: 1001 }, (_, i) => `${' '.repeat(i)}a:`).join('\n')],
  ])('%s may be 1000 deep and no deeper', (_, text) => {
    expect(refusal(text)).toContain('deeper than 1000 levels');
  });

  test('a depth of 1000 is read', () => {
    expect(refusal('['.repeat(1000) + ']'.repeat(1000))).toMatch(/^\[/);
    expect(refusal('{"a":'.repeat(1000) + '1' + '}'.repeat(1000))).toMatch(/^\{/);
  });

  test('a document may not be longer than 64 Mi characters', () => {
    expect(refusal('#'.repeat(64 * 1024 * 1024 + 1))).toBe('1: the document is longer than 67108864 characters');
  });
});

describe('what YAML 1.2 readers refuse and Kubernetes takes', () => {
  test.each([
    ['a flow map that closes at the margin', 'a: {\n  b: c\n}\n', { a: { b: 'c' } }],
    ['quoted text that goes on at the margin', 'a: "b\nc"\n', { a: 'b c' }],
    ['a comment right behind a value', 'a: "b"#c\n', { a: 'b' }],
    ['a directive', '%YAML 1.1\n---\na: 1\n', { a: 1 }],
    ['text behind the end of the document', 'a: 1\n...\nb: [\n', { a: 1 }],
  ])('%s', (_, text, value) => {
    expect(read(text).value).toEqual(value);
  });
});

describe('what Kubernetes refuses', () => {
  test.each([
    ['a tab as indentation', 'a:\n\tb: 1\n', '2: a tab indents this line; only spaces may'],
    ['a colon inside plain text', 'a: b: c\n', "1: a ': ' stands inside a value without quotes or behind a value"],
    ['a template', 'a: {{ .Values.x }}\n', '1: a map or list cannot be a key'],
    ['a control character', 'a: \u0001\n', '1: control characters are not allowed'],
    ['a key that is not closed', 'a: 1\nb\nc: 2\n', "2: a ':' is missing after this key"],
    ['another version', '%YAML 1.2\n---\na: 1\n', '1: this is YAML 1.2; Kubernetes reads YAML 1.1'],
    ['a key over 1,024 characters', `${'k'.repeat(1025)}: 1\n`, "1: a ': ' stands inside a value without quotes or behind a value"],
  ])('%s', (_, text, error) => {
    expect(refusal(text)).toBe(error);
  });
});

test('a document without content is null', () => {
  for (const text of ['', '\n', '# only a comment\n', '---\n', '--- # comment\n\n', '\ufeff']) expect(read(text).value).toBeNull();
});

test('the last line ends even where the file does not say so, as kubectl hands on whole lines', () => {
  expect(read('a: |\n  text').value).toEqual({ a: 'text\n' });
});

describe('a stream', () => {
  const cut = (text: string): unknown[] => splitDocuments(text).map((document) => ('error' in document ? document : document.text));

  test('is cut at lines that begin with three dashes', () => {
    expect(splitDocuments('a: 1\n--- # comment\nb: 2\n---   \nc: 3')).toEqual([
      { text: 'a: 1\n', line: 1, offset: 0 },
      { text: 'b: 2\n', line: 3, offset: 19 },
      { text: 'c: 3', line: 5, offset: 31 },
    ]);
  });

  test('keeps a leading separator with the first document, so that another one ends that', () => {
    expect(cut('---\na: 1\n')).toEqual(['---\na: 1\n']);
    expect(cut('---\n---\na: 1\n')).toEqual(['---\n', 'a: 1\n']);
  });

  test('loses the document in front of a bad separator, and says so', () => {
    expect(cut('a: 1\n---\nb: 2\n--- x\nc: 3\n')).toEqual([
      'a: 1\n',
      { line: 4, error: `'---' with "x" behind it does not separate documents` },
      'c: 3\n',
    ]);
  });

  test('has other line ends and counts lines from where it is told to', () => {
    const documents = splitDocuments('a: 1\r\n---\r\nb: 2\r\n', 10);
    expect(documents).toEqual([
      { text: 'a: 1\r\n', line: 10, offset: 0 },
      { text: 'b: 2\r\n', line: 12, offset: 11 },
    ]);
  });

  test('of JSON is cut behind each value, and goes on as YAML behind the first one', () => {
    expect(cut('{"a":1}\n{"b":2}\n{"c":\n3}')).toEqual(['{"a":1}', '{"b":2}', '{"c":\n3}']);
    expect(cut('{"a":1}\n---\n{"b":2}\n')).toEqual(['{"a":1}', '---\n{"b":2}\n']);
    expect(cut('{a: 1}\n---\nb: 2\n')).toEqual(['{a: 1}\n', 'b: 2\n']);
    expect(cut('{"a":1}{"b":2}\n---\nc: 3\n')).toEqual([
      '{"a":1}',
      '{"b":2}',
      { line: 2, error: 'what follows the JSON documents is not JSON' },
    ]);
  });
});

describe('places', () => {
  const text = 'kind: Pod # a comment\nspec:\n  containers:\n  - name: "a"\n    args: [x,\n      y ]\n  - |\n    text\n\n# end\n';
  const places = (paths: (string | number)[][], source = text, line = 1): string[] =>
    read(source, line)
      .locate(paths)
      .map((place) => `${place.line}:${place.column}-${place.endLine}:${place.endColumn}`);

  test('cover a key and its value, or an item', () => {
    expect(
      places([
        ['kind'],
        ['spec'],
        ['spec', 'containers', 0],
        ['spec', 'containers', 0, 'args'],
        ['spec', 'containers', 0, 'args', 1],
        ['spec', 'containers', 1],
      ]),
    ).toEqual(['1:1-1:10', '2:1-8:9', '4:5-6:10', '5:5-6:10', '6:7-6:8', '7:5-8:9']);
  });

  test('of what is absent are those of the nearest parent: its key, or its first key', () => {
    expect(
      places([['metadata', 'name'], ['spec', 'volumes'], ['spec', 'containers', 0, 'image'], ['spec', 'containers', 9], ['kind', 'x'], []]),
    ).toEqual(['1:1-1:5', '2:1-2:5', '4:5-4:9', '3:3-3:13', '1:1-1:5', '1:1-1:5']);
  });

  test('count lines from the first line of the document, whatever ends them', () => {
    expect(places([['b']], '\n# c\na: 1\nb: 2\n', 7)).toEqual(['10:1-10:5']);
    expect(places([['b']], 'a: 1\r\nb: 2\r\n')).toEqual(['2:1-2:5']);
  });

  test('of a null end behind the colon', () => {
    expect(places([['a'], ['b', 0]], 'a:\nb:\n  -\n')).toEqual(['1:1-1:3', '3:3-3:4']);
  });
});

describe('JSON', () => {
  const text = '{\n  "a": [1, {"b\\u0062": "x", "n": 9007199254740993}],\n  "c": {}\n}\n';

  test('keeps large integers', () => {
    const document = readJson(text, 1) as ReadDocument;
    expect(document.value).toEqual({ a: [1, { bb: 'x', n: 9007199254740993n }], c: {} });
  });

  test('has places as YAML has', () => {
    const paths = [[], ['a'], ['a', 0], ['a', 1, 'bb'], ['a', 1, 'n'], ['c', 'x'], ['a', 1, 'x'], ['a', 7], ['z'], ['a', 1]];
    const yaml = readDocument(`# not JSON\n${text}`, 0) as ReadDocument;
    expect((readJson(text, 1) as ReadDocument).locate(paths)).toEqual(yaml.locate(paths));
  });

  test('is refused with the line of the fault', () => {
    expect(readJson('{"a": 1,\n"b": tru}', 5)).toEqual({ error: 'this is not JSON', line: 6 });
    expect(readJson('{"a": 1e999}', 1)).toEqual({ error: 'a number is too large', line: 1 });
  });

  test('may hold what YAML refuses: escaped surrogates and long keys', () => {
    expect(read('{"a": "\\ud83d\\ude00"}').value).toEqual({ a: '😀' });
    expect(read(`{"${'k'.repeat(2000)}": 1}`).value).toEqual({ ['k'.repeat(2000)]: 1 });
  });
});
