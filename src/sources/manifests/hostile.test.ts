import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty, constantFrom, integer, nat, oneof, uint8Array } from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Input } from '../../core/index.ts';
import { readManifests, type ManifestTotals } from './index.ts';
import { runs } from '../../../test/runs.ts';

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-hostile-'));
});

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const seeds: readonly string[] = [
  'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  containers:\n  - name: c\n    image: "i"\n---\napiVersion: v1\nkind: List\nitems:\n- kind: Namespace\n  apiVersion: v1\n---\nkind: CustomResourceDefinition\napiVersion: x/v1\n',
  '{"apiVersion":"v1","items":[{"apiVersion":"v1","kind":"Pod","metadata":{"name":"a","managedFields":[{}]},"status":{}},{"kind":"X","apiVersion":"y/v1","spec":{"containers":[{"image":"i"}]}}],"kind":"List"}\n',
  '{"kind":"PodList","apiVersion":"v1","items":[{"metadata":{"name":"ü"}}]}\n{"kind":"Pod","apiVersion":"v1"}\n---\na: &x [1]\nb: *x\n',
];

const pieces = constantFrom(
  '{',
  '}',
  '[',
  ']',
  '"',
  "'",
  '\n',
  '\n---\n',
  '---',
  ':',
  ': ',
  ',',
  '- ',
  '#',
  '&a ',
  '*a',
  '|',
  '>',
  '\\',
  '\0',
  '\uFEFF',
  '\r',
  '\t',
  '{{',
  'items',
  'kind: Pod\n',
  '"items":[',
  '\u2028',
  '😀',
);

interface Change {
  readonly at: number;
  readonly drop: number;
  readonly put: string | Uint8Array;
}

const change = oneof(pieces, uint8Array({ maxLength: 3 })).chain((put) =>
  nat({ max: 400 }).chain((at) => nat({ max: 8 }).map((drop): Change => ({ at, drop, put }))),
);

function changed(text: string, changes: readonly Change[], length: number): Buffer {
  let bytes = Buffer.from(text);
  for (const { at, drop, put } of changes) {
    bytes = Buffer.concat([bytes.subarray(0, at), Buffer.from(put as Uint8Array), bytes.subarray(at + drop)]);
  }
  return bytes.subarray(0, length);
}

async function read(bytes: Buffer, limits?: { chunk: number; document: number }): Promise<{ totals: ManifestTotals; inputs: unknown[] }> {
  const file = join(folder, 'input.yaml');
  writeFileSync(file, bytes);
  const inputs: unknown[] = [];
  const sink = (input: Input): void => {
    if (input.type === 'skipped' || input.type === 'unread') {
      expect(input.reason).toMatch(/^[^\n\r\u0085\u2028\u2029]{1,300}$/);
      expect(input.line).toBeGreaterThanOrEqual(1);
      inputs.push(input);
      return;
    }
    if (input.type !== 'resource') throw new Error(input.type);
    const { ref, locate } = input.resource;
    inputs.push({ ref, at: locate([['kind'], ['spec', 'containers', 0], ['nothing', 5]]) });
  };
  const options = { paths: [file], cwd: folder, reads: (_: string, kind: string) => kind !== 'CustomResourceDefinition' && kind !== 'X' };
  const totals = await readManifests(options, sink, ...(limits === undefined ? [] : [limits]));
  return { totals, inputs };
}

describe('damaged and random input', () => {
  test('ends as inputs that add up, never as an error, and chunks make no difference', async () => {
    await assert(
      asyncProperty(
        constantFrom(...seeds),
        array(change, { maxLength: 4 }),
        nat({ max: 500 }),
        integer({ min: 8, max: 80 }),
        async (seed, changes, length, chunk) => {
          const bytes = changed(seed, changes, length);
          const whole = await read(bytes);
          const { totals, inputs } = whole;
          expect(totals.documents).toBe(totals.resources + totals.skippedDocuments + totals.unreadDocuments);
          expect(totals.files + totals.skippedFiles + totals.unreadFiles).toBe(1);
          const counted = inputs.reduce<number>((sum, input) => sum + ((input as { count?: number }).count ?? 1), 0);
          expect(counted).toBe(totals.documents + totals.unreadFiles + totals.skippedFiles);
          // The first chunk must hold what tells binary files apart.
          if (!bytes.includes(0)) expect(await read(bytes, { chunk, document: 1 << 20 })).toEqual(whole);
        },
      ),
      { seed: 21, numRuns: runs(80, 2000) },
    );
  });
});
