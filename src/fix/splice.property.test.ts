import { array, assert, constantFrom, nat, property, record, type Arbitrary } from 'fast-check';
import { stringify } from 'yaml';
import { expect, test } from 'vitest';
import { styledDocuments, type StyledDocument } from '../../test/yaml/styled.ts';
import type { Edit, Path } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { mergeEdits, same } from './apply.ts';
import { applyTextEdits, spliceDocument } from './splice.ts';
import { runs } from '../../test/runs.ts';

interface Wish {
  readonly op: Edit['op'];
  readonly place: number;
  readonly key: string | undefined;
  readonly value: unknown;
}

/** Wishes are turned into edits of whatever document they meet. */
const wishes: Arbitrary<Wish[]> = array(
  record({
    op: constantFrom<Edit['op']>('set', 'set', 'append', 'remove', 'rename'),
    place: nat(1000),
    key: constantFrom('new', 'name', 'securityContext', undefined),
    value: constantFrom<unknown>(
      true,
      7,
      'text',
      'yes',
      'a: b',
      '',
      null,
      'two\nlines',
      ['ALL'],
      { type: 'RuntimeDefault' },
      [],
      {},
      [{ a: [1], b: { c: 'd' } }],
      { x: { y: ['z'] } },
    ),
  }),
  { minLength: 1, maxLength: 5 },
);

interface Place {
  readonly path: Path;
  readonly value: unknown;
}

function placesIn(value: unknown, path: Path = []): Place[] {
  const here = { path, value };
  if (Array.isArray(value)) return [here, ...value.flatMap((item, index) => placesIn(item, [...path, index]))];
  if (typeof value !== 'object' || value === null) return [here];
  return [here, ...Object.entries(value).flatMap(([key, item]) => placesIn(item, [...path, key]))];
}

function editsFor(document: unknown, chosen: readonly Wish[]): Edit[] {
  const places = placesIn(document);
  return chosen.flatMap(({ op, place, key, value }): Edit[] => {
    const { path, value: found } = places[place % places.length]!;
    const isMap = typeof found === 'object' && !Array.isArray(found);
    if (op === 'append') return path.length > 0 && (Array.isArray(found) || found === null) ? [{ op, path, value }] : [];
    if (op === 'rename') return typeof path.at(-1) === 'string' ? [{ op, path, to: key ?? 'renamed' }] : [];
    const at = isMap && key !== undefined ? [...path, key] : path;
    if (at.length === 0) return [];
    return [op === 'remove' ? { op, path: at } : { op, path: at, value }];
  });
}

/** Lines of the text, counted from 1, on which something stands that the edits name. */
function namedLines(text: string, edits: readonly Edit[]): (line: number) => boolean {
  const read = readDocument(text, 1);
  if ('error' in read) throw new Error(read.error);
  const named = read.locate(edits.map(({ path }) => path));
  // Between a dash and its item may be a comment: it belongs to the item.
  return (line) =>
    named.some((place, index) => place.line - (typeof edits[index]?.path.at(-1) === 'number' ? 1 : 0) <= line && line <= place.endLine);
}

function expectCommentsLeft({ text, comments }: StyledDocument, edited: string, edits: readonly Edit[]): void {
  const isNamed = namedLines(text, edits);
  for (const comment of comments) {
    const at = text.indexOf(comment);
    if (at < 0 || isNamed(text.slice(0, at).split('\n').length)) continue;
    expect(edited).toContain(comment);
  }
}

const tried = runs(120, 6000);

test('in every style, edits read back as meant and leave everything else as it is', () => {
  let declined = 0;
  let edited = 0;
  let unreadable = 0;
  assert(
    property(styledDocuments, wishes, (document, chosen) => {
      const { text } = document;
      const read = readDocument(text, 1);
      if ('error' in read) {
        unreadable++;
        return;
      }
      const edits = editsFor(read.value, chosen);
      const { value: intended, contradiction } = mergeEdits(read.value, edits);
      const splice = spliceDocument(text, edits);
      if (contradiction !== undefined) {
        expect(splice).toEqual({ declined: contradiction });
        return;
      }
      if ('declined' in splice) {
        declined++;
        return;
      }
      edited++;
      const after = readDocument(splice.text, 1);
      expect(same('value' in after ? after.value : after.error, intended)).toBe(true);
      expect(applyTextEdits(text, splice.edits)).toBe(splice.text);
      expectCommentsLeft(document, splice.text, edits);
      const backwards = spliceDocument(text, edits.toReversed());
      const afterBackwards = readDocument('text' in backwards ? backwards.text : '', 1);
      expect(same('value' in afterBackwards ? afterBackwards.value : afterBackwards.error, intended)).toBe(true);
      if (!/\n\s*$/.test(text) && !/\n\s*\n/.test(text)) expect(splice.text).not.toMatch(/\n$/);
      if (!text.includes('\r')) expect(splice.text).not.toContain('\r');
      if (!/(?<!\r)\n/.test(text) && text.includes('\n')) expect(splice.text).not.toMatch(/(?<!\r)\n/);
      // Twice is once, unless an item has left a list and the same path now means the next one.
      if (same(mergeEdits(intended, edits).value, intended))
        expect(spliceDocument(splice.text, edits)).toEqual({ text: splice.text, edits: [] });
    }),
    { seed: 20261121, numRuns: tried },
  );
  // The generator writes a few tabs where only spaces may stand, and the tape can ask for what has no place.
  expect(unreadable / tried).toBeLessThan(0.02);
  expect(declined / (edited + declined)).toBeLessThan(0.005);
});

test('with aliases, edits give exactly what is meant or name the anchor', () => {
  const shared = constantFrom<unknown>({ name: 'a', list: [1, 2] }, ['x', { y: 1 }], { deep: { name: 'b' } });
  const objects = record({
    one: shared,
    two: shared,
    map: record({ name: constantFrom('n', 'm'), again: shared }),
    items: array(shared, { maxLength: 3 }),
  });
  const outcomes = { edited: 0, named: 0 };
  assert(
    property(objects, wishes, constantFrom('block', 'flow'), (object, chosen, collectionStyle) => {
      // Values that are one object are written once, with aliases where they stand again.
      const text = stringify(object, { collectionStyle, aliasDuplicateObjects: true });
      const read = readDocument(text, 1);
      if ('error' in read) throw new Error(read.error);
      const edits = editsFor(read.value, chosen);
      const { value: intended, contradiction } = mergeEdits(read.value, edits);
      if (contradiction !== undefined) return;
      const splice = spliceDocument(text, edits);
      if ('declined' in splice) {
        expect(splice.declined).toMatch(/^"\*a\d" is used in /);
        outcomes.named++;
        return;
      }
      outcomes.edited++;
      const after = readDocument(splice.text, 1);
      expect(same('value' in after ? after.value : after.error, intended)).toBe(true);
    }),
    { seed: 3, numRuns: runs(200, 6000) },
  );
  expect(outcomes.edited).toBeGreaterThan(runs(50, 100));
  expect(outcomes.named).toBeGreaterThan(runs(20, 100));
});
