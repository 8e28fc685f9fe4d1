import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { globSync } from 'tinyglobby';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import { appendDocuments } from '../../src/fix/companions.ts';
import { exampleYaml } from '../../src/testing/example.ts';
import { collectRepairs } from '../../src/testing/control-proofs.ts';
import { startOracle, type Oracle } from './oracle.ts';

/*
 * The new objects of all fixes against Kubernetes' own code: its types know every field of them, and its reader finds them
 * behind what a file held before.
 */

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

type Json = Readonly<Record<string, unknown>>;

/** Of every failing example, each once. */
const companions: readonly Json[] = [
  ...new Map(
    controls
      .filter(({ fix }) => fix !== undefined)
      .flatMap((control) =>
        Object.values(control.examples().fail).flatMap((example) => collectRepairs(control, exampleYaml(control, example))),
      )
      .flatMap((repair) => repair.companions)
      .map((object) => [JSON.stringify(object), object]),
  ).values(),
];

test('Kubernetes knows every field of the new objects', async () => {
  const kinds = new Set(companions.map(({ kind }) => String(kind)));
  expect([...kinds].toSorted((a, b) => a.localeCompare(b))).toEqual(['LimitRange', 'NetworkPolicy', 'ResourceQuota', 'ServiceAccount']);
  const answers = await oracle.ask<{ object: Json }>(
    'decode',
    companions.map((object) => ({ json: JSON.stringify(object) })),
  );
  for (const [index, answer] of answers.entries()) {
    expect(answer.error).toBeUndefined();
    expect(filled(answer.object)).toEqual(companions[index]);
  }
});

/** Without what Go writes for every object: the status, and times that are not set. */
function filled(object: Json): unknown {
  const { status: _status, ...rest } = object;
  return JSON.parse(JSON.stringify(rest, (_, value: unknown) => (value === null ? undefined : value)));
}

const corpora = process.env['PLIMSOLL_CORPORA'] ?? join(import.meta.dirname, '../../../shared/corpora');

interface Read {
  readonly documents: readonly { readonly json?: string; readonly error?: string }[];
}

describe.skipIf(!existsSync(corpora))('files of other projects', () => {
  test('hold the new objects behind all that they held', async () => {
    const files = globSync('**/*.{yaml,yml,json}', { cwd: corpora, absolute: true, dot: true }).sort();
    const placed = files.flatMap((file) => {
      const text = readFileSync(file, 'utf8');
      const result = appendDocuments(
        text,
        companions.map((object) => ({ object, comment: 'new' })),
      );
      return 'text' in result && text.trim() !== '' && text.length < 1 << 18 ? [{ file, text, after: result.text }] : [];
    });
    expect(placed.length).toBeGreaterThan(files.length * 0.8);
    const ask = (read: readonly string[]): Promise<readonly Read[]> =>
      oracle.ask<Read>(
        'yaml',
        read.map((text) => ({ text: Buffer.from(text).toString('base64') })),
      );
    const before = await ask(placed.map(({ text }) => text));
    const after = await ask(placed.map((each) => each.after));
    const wanted = companions.map(named);
    const wrong = placed.filter(({ text, after: whole }, index) => {
      const all = texts(after[index]!);
      const isKept = JSON.stringify(all.slice(0, -wanted.length)) === JSON.stringify(texts(before[index]!));
      const isAdded = JSON.stringify(all.slice(-wanted.length).map((json) => named(JSON.parse(json) as Json))) === JSON.stringify(wanted);
      return !isKept || !isAdded || !(whole.startsWith(text) || text.trimStart().startsWith('{'));
    });
    expect(wrong.map(({ file }) => file)).toEqual([]);
  });
});

/** The documents with something in them, as JSON with sorted keys or what Kubernetes says of them. */
function texts({ documents }: Read): string[] {
  return documents.map(({ json, error }) => json ?? JSON.stringify({ error })).filter((json) => json !== 'null');
}

/** The namespace is left to files that name none. */
function named({ metadata, ...rest }: Json): string {
  const { namespace: _namespace, ...others } = metadata as Json;
  return JSON.stringify(sorted({ ...rest, metadata: others }));
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(sorted);
  return Object.fromEntries(
    Object.entries(value)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, child]) => [key, sorted(child)]),
  );
}
