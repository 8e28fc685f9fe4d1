import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sample } from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fix, type FixReport } from '../../src/index.ts';
import { readDocument, splitDocuments } from '../../src/kube/yaml/index.ts';
import { goJson } from '../yaml/go-json.ts';
import { manifestFiles } from '../yaml/manifests.ts';
import { startOracle } from './oracle.ts';

const count = process.env['PLIMSOLL_LONG'] === '1' ? 5000 : 500;
const oracle = startOracle();
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fix-properties-'));
let reports: FixReport[];

beforeAll(async () => {
  reports = [];
  for (const [number, { name, text }] of sample(manifestFiles, { seed: 20_261_121, numRuns: count }).entries()) {
    const file = join(folder, `${number}-${name}`);
    writeFileSync(file, text);
    reports.push(await fix({ paths: [file], cwd: folder, review: true }));
  }
}, 600_000);

afterAll(async () => {
  rmSync(folder, { recursive: true });
  await oracle.close();
});

function changed(): { file: string; before: string | undefined; after: string }[] {
  return reports.flatMap(({ files }) => files);
}

test(`most of ${count} generated files are changed`, () => {
  expect(changed().length).toBeGreaterThan(0.7 * count);
});

test('Go reads the changed files as the product does', async () => {
  const readThere = async (texts: readonly string[]): Promise<string[][]> => {
    const answers = await oracle.ask<{ documents: { json?: string }[] }>(
      'yaml',
      texts.map((text) => ({ text: Buffer.from(text).toString('base64') })),
    );
    return answers.map(({ documents }) => documents.map(({ json }) => json ?? 'refused'));
  };
  const before = await readThere(changed().map((each) => each.before ?? ''));
  const after = await readThere(changed().map((each) => each.after));
  let compared = 0;
  for (const [index, each] of changed().entries()) {
    // JSON behind a YAML separator is read as JSON here and as YAML there, which takes fewer characters.
    if (JSON.stringify(before[index]) !== JSON.stringify(documentsOf(each.before ?? ''))) continue;
    compared++;
    expect(after[index], `${each.file}\n${each.after}`).toEqual(documentsOf(each.after));
  }
  expect(compared).toBeGreaterThan(0.95 * changed().length);
});

test('the types of Kubernetes take what they took before, and every new object', async () => {
  const refused = async (objects: readonly object[]): Promise<(string | undefined)[]> => {
    const answers = await oracle.ask(
      'decode',
      objects.map((object) => ({ json: JSON.stringify(object) })),
    );
    return answers.map(({ error }) => error);
  };
  const objects = reports.flatMap((report) => report.objects);
  const before = await refused(objects.map((object) => object.before));
  const after = await refused(objects.map((object) => object.after));
  expect(objects.length).toBeGreaterThan(count);
  expect(after).toEqual(before);
  const added = reports.flatMap(({ fixes }) => fixes.flatMap(({ companions }) => companions));
  expect((await refused(added)).filter((error) => error !== undefined)).toEqual([]);
});

function documentsOf(text: string): string[] {
  return splitDocuments(text.replace(/^\uFEFF/, '')).map((document) => {
    const read = 'error' in document ? document : readDocument(document.text, document.line);
    return 'error' in read ? 'refused' : goJson(read.value);
  });
}
