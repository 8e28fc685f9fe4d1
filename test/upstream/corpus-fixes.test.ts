import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { fix, scan, type FileRepair, type Finding, type FixReport } from '../../src/index.ts';
import { applyTextEdits } from '../../src/fix/splice.ts';
import { readDocument, splitDocuments } from '../../src/kube/yaml/index.ts';
import { goJson } from '../yaml/go-json.ts';
import { corpora, corporaFolder } from './corpora.ts';
import { startOracle } from './oracle.ts';

const oracle = startOracle();
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-corpus-fixes-'));
const reports = new Map<string, FixReport>();

beforeAll(async () => {
  for (const name of corpora) reports.set(name, await fix({ paths: ['.'], cwd: join(corporaFolder, name), review: true }));
}, 120_000);

afterAll(async () => {
  rmSync(folder, { recursive: true, force: true });
  await oracle.close();
});

describe.each(corpora)('the files of %s, with all that --review may fix', (name) => {
  const repairs = (): readonly FileRepair[] => reports.get(name)!.files;

  test('change in the edited places alone, and keep every comment', () => {
    for (const { file, before = '', after, edits } of repairs()) {
      expect(applyTextEdits(before, edits), file).toBe(after);
      expect(lostComments(before, after), file).toEqual([]);
    }
  });

  test('are read by Go as by the product, and documents without a fix as they were', async () => {
    const read = async (text: string): Promise<string[]> => {
      const [answer] = await oracle.ask<{ documents: { json?: string; error?: string }[] }>('yaml', [
        { text: Buffer.from(text).toString('base64') },
      ]);
      return answer!.documents.map(({ json, error }) => json ?? `refused: ${error}`);
    };
    for (const { file, before = '', after } of repairs()) {
      const there = await read(after);
      expect(there, file).toEqual(documentsOf(after));
      const fixed = new Set(reports.get(name)!.fixes.flatMap((each) => (each.file === file ? [each.target.document] : [])));
      // A separator at the end begins the first new document.
      const unfixed = (documents: readonly string[]): string[] => documents.filter((json, index) => !fixed.has(index) && json !== 'null');
      const kept = unfixed(documentsOf(before));
      expect(unfixed(there).slice(0, kept.length), file).toEqual(kept);
    }
  });

  test('hold objects that the types of Kubernetes take', async () => {
    const objects = reports.get(name)!.objects.map(({ after }) => after);
    const added = reports.get(name)!.fixes.flatMap(({ companions }) => companions);
    const answers = await oracle.ask(
      'decode',
      [...objects, ...added].map((object) => ({ json: JSON.stringify(object) })),
    );
    expect(answers.filter(({ error }) => error !== undefined)).toEqual([]);
  });

  test('make no control fail that passed, lower no Pod Security level, and leave nothing to fix', { timeout: 120_000 }, async () => {
    const copy = join(folder, name);
    cpSync(join(corporaFolder, name), copy, { recursive: true });
    for (const { file, after } of repairs()) writeFileSync(join(copy, file), after);
    const before = await scan({ paths: ['.'], cwd: join(corporaFolder, name), all: true });
    const after = await scan({ paths: ['.'], cwd: copy, all: true });
    const passed = new Set(before.findings.filter(({ verdict }) => verdict === 'pass').map(subjectOf));
    const failedBefore = new Set(before.findings.filter(({ verdict }) => verdict === 'fail').map(subjectOf));
    const broken = after.findings.filter(
      (each) => each.verdict === 'fail' && passed.has(subjectOf(each)) && !failedBefore.has(subjectOf(each)),
    );
    expect(broken).toEqual([]);
    const levels = ['privileged', 'baseline', 'restricted'];
    const fallen = before.workloads.filter(({ podSecurityLevel }, index) => {
      return levels.indexOf(after.workloads[index]!.podSecurityLevel) < levels.indexOf(podSecurityLevel);
    });
    expect(fallen).toEqual([]);
    expect(after.inputs.unread).toEqual(before.inputs.unread);
    const failing = after.findings.filter(({ verdict }) => verdict === 'fail').length;
    expect(failing).toBe(reports.get(name)!.summary.after);
    const again = await fix({ paths: ['.'], cwd: copy, review: true });
    expect(again.fixes.map(({ control, file, line }) => `${file}:${line} ${control}`)).toEqual([]);
  });
});

/** After a change that is meant: `npm run test:upstream -- -u corpus-fixes`, and read the difference. */
test.skipIf(corpora.length === 0)('what is fixed in each corpus is that of the committed table', async () => {
  await expect(table()).toMatchFileSnapshot('../../docs/corpus-fixes.md');
});

function documentsOf(text: string): string[] {
  return splitDocuments(text.replace(/^\uFEFF/, '')).map((document) => {
    if ('error' in document) return `refused: ${document.error}`;
    const read = readDocument(document.text, document.line);
    return 'error' in read ? `refused: ${read.error}` : goJson(read.value);
  });
}

/** Comments that take a line by themselves. */
function lostComments(before: string, after: string): string[] {
  const left = new Map<string, number>();
  for (const [comment] of after.matchAll(/^[ \t]*#.*$/gm)) left.set(comment, (left.get(comment) ?? 0) + 1);
  return [...before.matchAll(/^[ \t]*#.*$/gm)].flatMap(([comment]) => {
    const count = left.get(comment) ?? 0;
    left.set(comment, count - 1);
    return count > 0 ? [] : [comment];
  });
}

function subjectOf({ control, file, resource, container = '' }: Finding): string {
  return JSON.stringify([control, file, resource, container]);
}

function table(): string {
  const names = [...reports.keys()];
  const head = (title: string): string[] => [`| ${title} | ${names.join(' | ')} |`, `|---|${'---:|'.repeat(names.length)}`];
  const row = (title: string, cell: (report: FixReport) => number): string =>
    `| ${title} | ${[...reports.values()].map((report) => cell(report)).join(' | ')} |`;
  const controls = [...new Set([...reports.values()].flatMap(({ fixes }) => fixes.map(({ control }) => control)))].sort();
  const count = (report: FixReport, control: string): number => report.fixes.filter((each) => each.control === control).length;
  return [
    '# Fixes of real manifests',
    '',
    'Made and checked by `npm run test:upstream`: what `plimsoll fix --review` does to public projects, without any value or fact from a person. Each fixed file is read again by the YAML reader of Kubernetes and decoded into its types, every control is judged again, and a second run finds nothing more to fix.',
    '',
    ...head('Findings'),
    row('before', ({ summary }) => summary.before),
    row('after', ({ summary }) => summary.after),
    row('fixes', ({ summary }) => summary.fixes),
    row('of them safe', ({ fixes }) => fixes.filter(({ safety }) => safety === 'safe').length),
    row('files changed', ({ files }) => files.length),
    row('objects added', ({ fixes }) => fixes.flatMap(({ companions }) => companions).length),
    row('not fixed: needs a value or a fact', ({ summary }) => summary.declined.value),
    row('not fixed: for a person', ({ summary }) => summary.declined.person),
    row('not fixed: withdrawn after being tried', ({ summary }) => summary.declined.withdrawn),
    row('not fixed: no place in the file', ({ summary }) => summary.declined.text),
    '',
    ...head('Fixes of'),
    ...controls.map((control) => row(control, (report) => count(report, control))),
    '',
  ].join('\n');
}
