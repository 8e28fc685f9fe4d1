import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sample } from 'fast-check';
import { globSync } from 'tinyglobby';
import { afterAll, describe, expect, test } from 'vitest';
import { readDocument, splitDocuments } from '../../src/kube/yaml/index.ts';
import { anyDocuments } from '../yaml/documents.ts';
import { goJson } from '../yaml/go-json.ts';
import { startOracle } from './oracle.ts';

interface Document {
  readonly json?: string;
  readonly error?: string;
}

const oracle = startOracle();
afterAll(() => oracle.close());

async function askGo(texts: readonly string[]): Promise<(readonly Document[])[]> {
  const answers = await oracle.ask<{ documents: Document[] }>(
    'yaml',
    texts.map((text) => ({ text: Buffer.from(text).toString('base64') })),
  );
  return answers.map((answer) => answer.documents ?? [{ error: answer.error ?? '' }]);
}

function readHere(text: string): Document[] {
  return splitDocuments(text).map((document) => {
    if ('error' in document) return { error: document.error };
    const read = readDocument(document.text, document.line);
    return 'error' in read ? { error: read.error } : { json: goJson(read.value) };
  });
}

/** Alike if both refuse, or both give the same JSON. */
function alike(here: readonly Document[], there: readonly Document[]): boolean {
  return (
    here.length === there.length &&
    here.every((document, i) => (document.error === undefined ? document.json === there[i]!.json : there[i]!.error !== undefined))
  );
}

const corpora = process.env['PLIMSOLL_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');

describe.skipIf(!existsSync(corpora))('manifests of other projects', () => {
  test('give the same JSON as Go', async () => {
    const files = globSync('**/*.{yaml,yml,json}', { cwd: corpora, absolute: true, dot: true }).sort();
    expect(files.length).toBeGreaterThan(100);
    const different: string[] = [];
    for (const file of files) {
      const text = readFileSync(file, 'utf8');
      const [there] = await askGo([text]);
      if (!alike(readHere(text), there!)) different.push(file);
    }
    expect(different).toEqual([]);
  });
});

/**
 * Where this reader parts from Go on purpose. Besides these, Go itself is undecided about two keys of different types that
 * are the same text in JSON (`1` and `"1"`): it takes whichever its map yields first, and we the last.
 */
test.each([
  ['a depth of 1,000 is enough for Kubernetes, and Go allows 10,000', '['.repeat(1001) + ']'.repeat(1001), 'refused', 'read'],
  ['JSON behind a YAML separator may be JSON in full: Go reads it as YAML', 'a: 1\n---\n{"b": "\\ud83d\\ude00"}\n', 'read', 'refused'],
])('%s', async (_, text, here, there) => {
  const outcome = (documents: readonly Document[]): string => (documents.at(-1)?.error === undefined ? 'read' : 'refused');
  const [answer] = await askGo([text]);
  expect([outcome(readHere(text)), outcome(answer!)]).toEqual([here, there]);
});

test('generated and damaged documents give the same JSON as Go, or are refused like there', async () => {
  const total = process.env['PLIMSOLL_LONG'] === '1' ? 200_000 : 20_000;
  const different: unknown[] = [];
  let accepted = 0;
  for (let seed = 1; seed <= total / 1000; seed++) {
    const texts = sample(anyDocuments, { numRuns: 1000, seed: Number(process.env['PLIMSOLL_SEED'] ?? 0) + seed });
    const answers = await askGo(texts);
    for (const [i, text] of texts.entries()) {
      const there = answers[i]!;
      const here = readHere(text);
      if (there.some((document) => document.error === undefined)) accepted++;
      if (!alike(here, there)) different.push({ text, here, there });
    }
  }
  if (different.length > 0)
    console.log(
      different
        .slice(0, 25)
        .map((d) => JSON.stringify(d))
        .join('\n\n'),
    );
  expect(different.length).toBe(0);
  // A generator that writes only nonsense would prove little.
  expect(accepted / total).toBeGreaterThan(0.4);
});
