import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { basename, join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Input } from '../../src/core/index.ts';
import { podTemplateKinds } from '../../src/kube/pod-templates.ts';
import { readDocument, splitDocuments } from '../../src/kube/yaml/index.ts';
import { readManifests, type ManifestTotals } from '../../src/sources/manifests/index.ts';
import { sniff } from '../../src/sources/manifests/sniff.ts';

// The package has no types of its own.
const { load } = createRequire(import.meta.url)('js-yaml') as { load(text: string, options: { json: boolean }): unknown };

const corpora = process.env['PLIMSOLL_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');

const kinds = new Set([...podTemplateKinds.map(({ group, kind }) => `${group}/${kind}`), '/Namespace', '/ConfigMap', '/Service']);

interface Outcome {
  readonly totals: ManifestTotals;
  readonly inputs: readonly Input[];
}

async function read(path: string): Promise<Outcome> {
  const inputs: Input[] = [];
  const options = { paths: [path], cwd: corpora, reads: (group: string, kind: string) => kinds.has(`${group}/${kind}`) };
  return { totals: await readManifests(options, (input) => inputs.push(input)), inputs };
}

function filesOf(folder: string): string[] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

/** What an entry stands for. */
function count(input: Input): number {
  return input.type === 'skipped' ? input.count : 1;
}

/** Documents of a file, counted by other means: cut by a regular expression, lists opened by another parser. */
function countOtherwise(text: string): number {
  return text
    .replace(/^\uFEFF/, '')
    .split(/^---.*$/m)
    .filter((document) => /^[^\S\n]*[^\s#]/m.test(document))
    .reduce((sum, document) => sum + itemsOf(parse(document)), 0);
}

function parse(document: string): unknown {
  try {
    return load(document, { json: true });
  } catch {
    // What cannot be parsed is one document all the same.
    return {};
  }
}

function itemsOf(value: unknown): number {
  if (value === null || value === undefined) return 0;
  const { items } = value as { items?: unknown };
  if (!Array.isArray(items)) return 1;
  return items.length === 0 ? 1 : items.reduce<number>((sum, item) => sum + (item === null ? 1 : itemsOf(item)), 0);
}

describe.skipIf(!existsSync(corpora))('real manifests are accounted for', () => {
  const names = existsSync(corpora)
    ? readdirSync(corpora, { withFileTypes: true })
        .filter((entry) => entry.isDirectory())
        .map((entry) => entry.name)
    : [];

  test.each(names)('%s: counts add up, as a whole and file by file', async (name) => {
    const files = filesOf(join(corpora, name));
    const manifests = files.filter((file) => /\.(?:ya?ml|json)$/.test(file));
    const { totals, inputs } = await read(name);
    expect(totals.files + totals.skippedFiles + totals.unreadFiles).toBe(files.length);
    expect(totals.documents).toBe(totals.resources + totals.skippedDocuments + totals.unreadDocuments);
    expect(inputs.reduce((sum, input) => sum + count(input), 0)).toBe(totals.documents + totals.skippedFiles + totals.unreadFiles);
    expect(manifests.length).toBeGreaterThan(10);

    let documents = 0;
    for (const file of manifests) {
      const alone = await read(file);
      documents += alone.totals.documents;
      expect(alone.totals.files + alone.totals.skippedFiles + alone.totals.unreadFiles, file).toBe(1);
      if (alone.totals.files === 1)
        expect({ file, count: alone.totals.documents }).toEqual({ file, count: countOtherwise(readFileSync(file, 'utf8')) });
      for (const input of alone.inputs) {
        if (input.type === 'resource') expect(input.resource.file).not.toBe('');
        else if (input.type !== 'drifted' && input.type !== 'comment') expect(input.reason, file).not.toBe('');
      }
    }
    expect(documents).toBe(totals.documents);
  });

  test.each(names)('%s: every pod is judged or named', async (name) => {
    const { inputs } = await read(name);
    const embedded = new Set(
      inputs.flatMap((input) => (input.type === 'skipped' && input.reason.includes('embedded pod') ? [input.file] : [])),
    );
    const whole = new Set(
      inputs.flatMap((input) => (input.type === 'resource' ? [input.resource.file] : input.type === 'unread' ? [input.file] : [])),
    );
    const unbuilt = new Set(
      inputs.flatMap((input) => (input.type === 'skipped' && /^Helm|^a patch for/.test(input.reason) ? [input.file] : [])),
    );
    for (const file of filesOf(join(corpora, name)).filter((path) => /\.(?:ya?ml|json)$/.test(path))) {
      const below = file.slice(corpora.length + 1);
      const text = readFileSync(file, 'utf8');
      // A pod spec, unless it is the schema of one.
      if (!/^ *(?:- )?containers: *$\n(?: *#.*\n)* *- /m.test(text) || text.includes('openAPIV3Schema')) continue;
      if (!/^ +(?:- )?image: /m.test(text) || !/^kind: /m.test(text) || basename(file) === 'values.yaml') continue;
      expect(embedded.has(below) || whole.has(below) || unbuilt.has(below), below).toBe(true);
    }
  });

  test('the first column tells the kind that the parser finds', () => {
    let certain = 0;
    for (const file of filesOf(corpora).filter((path) => /\.ya?ml$/.test(path))) {
      for (const document of splitDocuments(readFileSync(file, 'utf8'))) {
        if ('error' in document) continue;
        const { header, empty } = sniff(document.text);
        if (header === undefined && !empty) continue;
        const parsed = readDocument(document.text, 1);
        if ('error' in parsed) continue;
        if (empty) expect(parsed.value, file).toBeNull();
        else expect(parsed.value, file).toMatchObject(header!);
        certain++;
      }
    }
    expect(certain).toBeGreaterThan(2000);
  });
});
