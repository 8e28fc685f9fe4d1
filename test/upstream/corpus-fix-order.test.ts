import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { fix, type FixReport } from '../../src/index.ts';
import { compareText } from '../../src/core/index.ts';
import { readDocument, splitDocuments } from '../../src/kube/yaml/index.ts';
import { goJson } from '../yaml/go-json.ts';
import { corpora, corporaFolder } from './corpora.ts';
import { random } from './random.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fix-order-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
/** Of each corpus: a run over a whole one is another test's. */
const mostFiles = 50;

async function fixed(text: string, only: readonly string[]): Promise<FixReport> {
  writeFileSync(join(folder, 'a.yaml'), text);
  return fix({ cwd: folder, paths: ['a.yaml'], review: true, only });
}

interface Outcome {
  readonly objects: string;
  /** Controls that said on the way that another order leads elsewhere. */
  readonly conflicts: ReadonlySet<string>;
}

/** Carries out both sets in turns until neither has anything to do: what one makes possible is done by the other's next turn. */
async function inTurns(text: string, ...given: readonly (readonly string[])[]): Promise<Outcome> {
  // No control means all of them.
  const sets = given.filter(({ length }) => length > 0);
  const conflicts = new Set<string>();
  for (let idle = 0, turn = 0; idle < sets.length; turn++) {
    const { files, fixes } = await fixed(text, sets[turn % sets.length]!);
    for (const each of fixes) for (const other of each.conflicts ?? []) conflicts.add(`${each.control} ${other}`);
    idle = files.length === 0 ? idle + 1 : 0;
    text = files.find(({ file }) => file === 'a.yaml')?.after ?? text;
  }
  return { objects: objectsOf(text), conflicts };
}

/** The objects of a text: new ones are added in the order of the fixes. */
function objectsOf(text: string): string {
  return splitDocuments(text.replace(/^\uFEFF/, ''))
    .map((document) => {
      const read = 'error' in document ? document : readDocument(document.text, document.line);
      return 'error' in read ? read.error : goJson(read.value);
    })
    .filter((json) => json !== 'null')
    .sort(compareText)
    .join('\n');
}

describe.runIf(corpora.length > 0)('fixes of real manifests', () => {
  test.each(corpora)(
    'in files of %s fixes come to the same in any order, or the report tells which do not',
    { timeout: 300_000 },
    async (name) => {
      const cwd = join(corporaFolder, name);
      const { files } = await fix({ paths: ['.'], cwd, review: true });
      const next = random(7);
      const yaml = files.filter(({ file, before }) => before !== undefined && /\.ya?ml$/.test(file));
      const step = Math.ceil(yaml.length / mostFiles);
      for (const { file, before = '' } of yaml.filter((_, index) => index % step === 0)) {
        const { fixes } = await fixed(before, []);
        const rivals = new Set(fixes.flatMap(({ conflicts = [] }) => conflicts));
        const controls = [...new Set([...fixes.map(({ control }) => control), ...rivals])];
        const some = controls.filter(() => next() < 0.5);
        const others = controls.filter((control) => !some.includes(control));
        if (some.length === 0 || others.length === 0) continue;
        const [one, other] = [await inTurns(before, some, others), await inTurns(before, others, some)];
        if (one.conflicts.size === 0 && other.conflicts.size === 0) expect(one.objects, file).toBe(other.objects);
        const alike = (set: readonly string[]): string[] => set.filter((control) => !rivals.has(control));
        const [straight, back] = [await inTurns(before, alike(some), alike(others)), await inTurns(before, alike(others), alike(some))];
        expect(straight.objects, file).toBe(back.objects);
      }
    },
  );
});
