import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { rename, set } from '../core/index.ts';
import { applyEdits } from './apply.ts';
import { applyJsonPatch, patchBetween } from './json-patch.ts';

const pod = (...containers: readonly object[]): object => ({ spec: { containers } });
const [web, log] = [
  { name: 'web', image: 'a', ports: [{ containerPort: 80, hostPort: 80 }, { containerPort: 81 }] },
  { name: 'log', image: 'b', args: ['-v', '-v'] },
];

describe('a JSON Patch between two values', () => {
  test.each([
    ['adds with a missing parent', { a: {} }, { a: { b: { c: 1 } } }, [{ op: 'add', path: '/a/b', value: { c: 1 } }]],
    ['replaces what is null', { a: null }, { a: { b: 1 } }, [{ op: 'replace', path: '/a', value: { b: 1 } }]],
    ['escapes keys', { 'a/b~': 1 }, {}, [{ op: 'remove', path: '/a~1b~0' }]],
    [
      'tests the name of a container before it is changed',
      pod(web, log),
      pod(web, { ...log, tty: true }),
      [
        { op: 'test', path: '/spec/containers/1/name', value: 'log' },
        { op: 'add', path: '/spec/containers/1/tty', value: true },
      ],
    ],
    [
      'tests what stays of an item without a name',
      pod(web),
      pod({ ...web, ports: [{ containerPort: 80 }, { containerPort: 81 }] }),
      [
        { op: 'test', path: '/spec/containers/0/name', value: 'web' },
        { op: 'test', path: '/spec/containers/0/ports/0/containerPort', value: 80 },
        { op: 'remove', path: '/spec/containers/0/ports/0/hostPort' },
      ],
    ],
    [
      'removes items from the end, then adds',
      { add: ['A', 'B', 'C', 'D'] },
      { add: ['B', 'D', 'E'] },
      [
        { op: 'test', path: '/add/2', value: 'C' },
        { op: 'remove', path: '/add/2' },
        { op: 'test', path: '/add/0', value: 'A' },
        { op: 'remove', path: '/add/0' },
        { op: 'add', path: '/add/-', value: 'E' },
      ],
    ],
    ['replaces a list whose items cannot be told apart', log, { ...log, args: ['-v'] }, [{ op: 'replace', path: '/args', value: ['-v'] }]],
  ])('%s', (_, before, after, operations) => {
    expect(patchBetween(before, after)).toEqual(operations);
    expect(applyJsonPatch(before, operations as never)).toEqual(after);
  });

  test('moves what gets another name, and changes it there', () => {
    const before = { x: [{ a: { b: 1, c: 2 } }], d: 1, e: 1 };
    const first = [rename(['x', 0, 'a'], 'z'), set(['x', 0, 'a', 'c'], 3), rename(['d'], 'f')];
    const second = [rename(['x', 0, 'z', 'b'], 'y')];
    const patch = patchBetween(before, applyEdits(applyEdits(before, first), second), [...first, ...second]);
    expect(patch).toEqual([
      { op: 'move', from: '/d', path: '/f' },
      { op: 'move', from: '/x/0/a', path: '/x/0/z' },
      { op: 'move', from: '/x/0/z/b', path: '/x/0/z/y' },
      { op: 'replace', path: '/x/0/z/c', value: 3 },
    ]);
    expect(applyJsonPatch(before, patch)).toEqual({ x: [{ z: { y: 1, c: 3 } }], f: 1, e: 1 });
  });

  test('fails where another container stands at its place', () => {
    const patch = patchBetween(pod(web, log), pod(web, { ...log, tty: true }));
    expect(() => applyJsonPatch(pod(log, web), patch)).toThrow('/spec/containers/1/name is not what it was');
  });

  test('turns any value into any other', () => {
    const key = fc.constantFrom('a', 'b', 'name', '/~', '');
    const leaf = fc.constantFrom<unknown>(null, 1, 2n ** 60n, 'x', 'y', true);
    const { value } = fc.letrec<{ value: unknown }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4, withCrossShrink: true },
        leaf,
        fc.array(tie('value'), { maxLength: 4 }),
        fc.dictionary(key, tie('value')),
      ),
    }));
    fc.assert(
      fc.property(value, value, (before, after) => {
        expect(applyJsonPatch(before, patchBetween(before, after))).toEqual(after);
      }),
      { seed: 3, numRuns: 1000 },
    );
  });
});
