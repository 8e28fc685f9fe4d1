import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { afterAll, expect, test } from 'vitest';
import { tarball } from '../../../test/tar.ts';
import { archivedTexts, dependencyTexts } from './archive.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-archive-'));
afterAll(() => rmSync(folder, { recursive: true }));

function textsOf(archive: Uint8Array): Record<string, string> {
  const file = join(folder, 'shop.tgz');
  writeFileSync(file, archive);
  return Object.fromEntries(archivedTexts(file));
}

const deep = `templates/${'a'.repeat(120)}.yaml`;
const db = tarball({
  'db/Chart.yaml': 'name: db',
  'db/templates/b.yaml': 'b',
  'db/charts/log-1.tgz': tarball({ 'log/templates/c.yaml': 'c' }),
});

test('the texts of an archive are those that a chart is rendered from, with its dependencies, by their paths in the chart', () => {
  const archive = tarball({
    'shop/Chart.yaml': 'name: shop',
    'shop/values.yaml': 'v',
    'shop/templates/a.yaml': 'ä',
    [`shop/${deep}`]: 'long',
    'shop/crds/x.yaml': 'x',
    'shop/README.md': 'r',
    'shop/charts/db-1.0.0.tgz': db,
  });
  const texts = { 'values.yaml': 'v', 'templates/a.yaml': 'ä', [deep]: 'long', 'crds/x.yaml': 'x' };
  expect(textsOf(archive)).toEqual({ ...texts, 'charts/db/templates/b.yaml': 'b', 'charts/db/charts/log/templates/c.yaml': 'c' });
});

test('dependencies of a folder may be archives too', () => {
  mkdirSync(join(folder, 'shop/charts'), { recursive: true });
  writeFileSync(join(folder, 'shop/charts/db-1.0.0.tgz'), db);
  writeFileSync(join(folder, 'shop/charts/no.tgz'), 'no archive');
  expect(Object.fromEntries(dependencyTexts(join(folder, 'shop')))).toEqual({
    'charts/db/templates/b.yaml': 'b',
    'charts/db/charts/log/templates/c.yaml': 'c',
  });
  expect(dependencyTexts(folder).size).toBe(0);
});

test('what is none, is torn or grows without end has none', () => {
  const tar = gunzipSync(tarball({ 'shop/templates/a.yaml': 'a', 'shop/templates/b.yaml': 'b' }));
  expect(textsOf(Buffer.from('no archive'))).toEqual({});
  expect(Object.keys(textsOf(gzipSync(tar.subarray(0, 1024 + 512))))).toEqual(['templates/a.yaml']);
  const wrong = Buffer.from(tar);
  wrong.write('777777777777', 124);
  expect(textsOf(gzipSync(wrong))).toEqual({});
  expect(textsOf(gzipSync(Buffer.alloc(65 << 20), { level: 1 }))).toEqual({});
  let nested = tarball({ 'x/templates/end.yaml': 'end' });
  for (let depth = 0; depth < 6; depth++) nested = tarball({ 'x/charts/x.tgz': nested });
  expect(textsOf(nested)).toEqual({});
});
