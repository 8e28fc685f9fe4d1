import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { append, remove, rename, set, type Edit, type Path } from '../../src/core/index.ts';
import { applyEdits, same } from '../../src/fix/apply.ts';
import { applyTextEdits, spliceDocument } from '../../src/fix/splice.ts';
import { readDocument, splitDocuments } from '../../src/kube/yaml/index.ts';
import { corpora, corporaFolder, corpusFiles } from './corpora.ts';

interface Place {
  readonly path: Path;
  readonly value: unknown;
}

function* placesIn(value: unknown, path: Path = []): Generator<Place> {
  yield { path, value };
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) for (const [index, item] of value.entries()) yield* placesIn(item, [...path, index]);
  else for (const [key, item] of Object.entries(value)) yield* placesIn(item, [...path, key]);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function secure(value: unknown): Edit[] {
  const edits: Edit[] = [];
  for (const { path, value: found } of placesIn(value)) {
    if (!isMap(found) || typeof found['image'] !== 'string' || typeof path.at(-1) !== 'number') continue;
    const at = [...path, 'securityContext'];
    edits.push(
      set([...at, 'allowPrivilegeEscalation'], false),
      set([...at, 'seccompProfile', 'type'], 'RuntimeDefault'),
      append([...at, 'capabilities', 'drop'], 'ALL'),
      remove([...at, 'privileged']),
      remove([...path, 'imagePullPolicy']),
    );
  }
  return edits;
}

function grow(value: unknown): Edit[] {
  return [...placesIn(value)].flatMap(({ path, value: found }): Edit[] => {
    if (isMap(found)) return [set([...path, 'added'], { text: 'yes', list: ['a: b', {}] })];
    return Array.isArray(found) ? [append(path, { name: 'added', list: [1] })] : [];
  });
}

/** One leaf in three goes, one is replaced. */
function shrink(value: unknown): Edit[] {
  return [...placesIn(value)].flatMap(({ path, value: found }, index): Edit[] => {
    if (typeof found === 'object' || path.length === 0) return [];
    if (index % 3 === 0) return [remove(path)];
    return index % 3 === 1 ? [set(path, typeof found === 'string' ? `${found.slice(0, 40)} again` : 7)] : [];
  });
}

/** Not in two maps one in the other: the path of the inner one would be told by the old name. */
function respell(value: unknown): Edit[] {
  return [...placesIn(value)].flatMap(({ path }, index): Edit[] => {
    const key = path.at(-1);
    return typeof key === 'string' && index % 3 === 0 ? [rename(path, `${key}Renamed`)] : [];
  });
}

const experiments: readonly [string, (value: unknown) => Edit[]][] = [
  ['a new security context for every container', secure],
  ['a new field in every map and a new item in every list', grow],
  ['another name for every third key', respell],
  ['every third leaf removed and every third replaced', shrink],
];

/** Lines that are comments, or look like ones in a block of text. */
function commentLines(text: string): string[] {
  return text.split('\n').filter((line) => /^\s*#/.test(line));
}

/** Every document that can be read, one of several that are the same. */
function documents(): Map<string, { readonly value: unknown; readonly place: string }> {
  const found = new Map<string, { readonly value: unknown; readonly place: string }>();
  for (const file of corpora.flatMap(corpusFiles).filter((name) => /\.(?:ya?ml|json)$/.test(name))) {
    for (const part of splitDocuments(readFileSync(file, 'utf8'))) {
      if ('error' in part || found.has(part.text)) continue;
      const read = readDocument(part.text, 1);
      if ('value' in read && read.value !== null) found.set(part.text, { value: read.value, place: `${file}:${part.line}` });
    }
  }
  return found;
}

describe.skipIf(!existsSync(corporaFolder))('manifests of other projects', () => {
  const all = documents();

  test.each(experiments)('take %s, and read back as meant', (_, editsFor) => {
    const declined: string[] = [];
    const wrong: string[] = [];
    let edited = 0;
    for (const [text, { value, place }] of all) {
      const edits = editsFor(value);
      // A few large definitions would take most of the time and show nothing new.
      if (edits.length === 0 || edits.length > 3000) continue;
      const splice = spliceDocument(text, edits);
      if ('declined' in splice) {
        // Whoever wrote a key twice has to say which one counts.
        if (!splice.declined.endsWith('stands twice in the document')) declined.push(`${place}: ${splice.declined}`);
        continue;
      }
      edited++;
      const after = readDocument(splice.text, 1);
      const intended = applyEdits(value, edits);
      const comments = new Set(commentLines(splice.text));
      const isRight =
        'value' in after &&
        same(after.value, intended) &&
        applyTextEdits(text, splice.edits) === splice.text &&
        (editsFor === shrink || commentLines(text).every((line) => comments.has(line)));
      if (!isRight) wrong.push(place);
    }
    expect({ declined, wrong }).toEqual({ declined: [], wrong: [] });
    expect(edited).toBeGreaterThan(300);
  });

  test('are what they should be whatever the order of the edits', () => {
    for (const [text, { value }] of all) {
      const edits = secure(value);
      const splice = spliceDocument(text, edits.toReversed());
      if ('declined' in splice) continue;
      const after = readDocument(splice.text, 1);
      expect('value' in after && same(after.value, applyEdits(value, edits))).toBe(true);
      expect(spliceDocument(splice.text, edits)).toEqual({ text: splice.text, edits: [] });
    }
  });
});
