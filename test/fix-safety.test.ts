import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { controls } from '../src/controls/index.ts';

const page = readFileSync(join(import.meta.dirname, '../docs/fix-safety.md'), 'utf8');

/** The fixes in the tables of each section. */
const sections = new Map(
  page
    .split(/^## /m)
    .map((section) => [
      section.split('\n')[0] ?? '',
      section.split('\n').flatMap((line) => [...(/^\| (`.*?) \|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, id]) => id ?? '')),
    ]),
);

test('docs/fix-safety.md has every fix, once', () => {
  const named = [...sections.values()].flat().toSorted();
  expect(named).toEqual(controls.flatMap(({ id, fix }) => (fix === undefined ? [] : [id])).toSorted());
});

test('it calls safe what is safe', () => {
  const safe = controls.flatMap(({ id, fix }) => (fix?.safety === 'safe' ? [id] : []));
  expect(sections.get('Safe')?.toSorted()).toEqual(safe.toSorted());
});
