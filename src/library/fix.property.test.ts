import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { array, assert, asyncProperty } from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { manifestFiles } from '../../test/yaml/manifests.ts';
import type { DeclinedFix, Edit, FileRepair, FixReport, Report } from '../core/index.ts';
import { applyEdits, mergeEdits, same, valueAt } from '../fix/apply.ts';
import { applyJsonPatch } from '../fix/json-patch.ts';
import { objectPatches } from '../fix/object-patches.ts';
import { applyTextEdits } from '../fix/splice.ts';
import { openText } from '../fix/text-file.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { fix, previewFix, type FixOptions } from './fix.ts';
import { scan } from './scan.ts';
import { runs } from '../../test/runs.ts';

const folder = mkdtempSync(join(tmpdir(), 'plimsoll-fix-'));
afterAll(() => rmSync(folder, { recursive: true }));

type Files = Readonly<Record<string, string>>;

function put(files: Files): void {
  for (const name of readdirSync(folder)) rmSync(join(folder, name));
  for (const [name, text] of Object.entries(files)) writeFileSync(join(folder, name), text);
}

async function fixed(files: Files, options: FixOptions = {}): Promise<FixReport> {
  put(files);
  return fix({ cwd: folder, review: true, ...options });
}

async function scanned(files: Files): Promise<Report> {
  put(files);
  return scan({ cwd: folder, all: true });
}

function filesAfter(files: Files, { files: repairs }: Pick<FixReport, 'files'>): Files {
  return { ...files, ...Object.fromEntries(repairs.map(({ file, after }) => [file, after])) };
}

/** The values of all documents; what cannot be read as its text. */
function valuesOf(text: string): unknown[] {
  return openText(text).documents.map((document) => {
    const read = readDocument(document.text, 1);
    return 'error' in read ? document.text : read.value;
  });
}

function itemsOf(value: unknown): unknown[] {
  const items = valueAt(value, ['items']);
  return Array.isArray(items) ? items : [];
}

function objectsOf(files: Files): string[] {
  return Object.values(files)
    .flatMap(valuesOf)
    .map(canonical)
    .filter((text) => text !== 'null')
    .toSorted();
}

/** With sorted keys. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, item: unknown) => {
    if (typeof item === 'bigint') return `${item}n`;
    if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
    return Object.fromEntries(Object.entries(item).toSorted(([a], [b]) => (a < b ? -1 : 1)));
  });
}

/** Bytes change only where edits say, and only in documents and objects of fixes. */
function expectOnlyNamedChanges(report: FixReport, { file, before, after, edits }: FileRepair): void {
  if (before === undefined) return;
  expect(applyTextEdits(before, edits)).toBe(after);
  for (const [index, { start, end }] of edits.entries()) expect(start).toBeLessThanOrEqual(Math.min(end, edits[index + 1]?.start ?? end));
  const old = openText(before).documents;
  const now = openText(after).documents;
  const named = report.fixes.filter((each) => each.file === file && each.edits.length > 0);
  for (const [number, document] of old.entries()) {
    const ofDocument = named.filter(({ target }) => target.document === number);
    if (ofDocument.length === 0) {
      // The last one may get a line break and a separator behind it.
      if (number < old.length - 1) expect(now[number]?.text).toBe(document.text);
      else expect(now[number]?.text.startsWith(document.text.trimEnd())).toBe(true);
      continue;
    }
    expectCommentsLeft(document.text, now[number]!.text, ofDocument);
    const read = readDocument(document.text, 1);
    if ('error' in read) throw new Error(read.error);
    // Objects of the same document that have no fix.
    const result = readDocument(now[number]!.text, 1);
    if ('error' in result) throw new Error(result.error);
    for (const [index, item] of itemsOf(read.value).entries())
      if (!ofDocument.some(({ target }) => target.path[1] === index))
        expect(same(valueAt(result.value, ['items', index]), item)).toBe(true);
  }
}

/** A comment stays, unless it stands on a line of what a fix names. */
function expectCommentsLeft(text: string, after: string, fixes: FixReport['fixes']): void {
  const read = readDocument(text, 1);
  if ('error' in read) return;
  const places = read.locate(fixes.flatMap(({ target, edits }) => edits.map(({ path }) => [...target.path, ...path])));
  const left = new Set(after.match(/# c\d+/g));
  for (const [index, line] of text.split('\n').entries()) {
    const [comment] = /# c\d+/.exec(line) ?? [];
    if (comment === undefined || left.has(comment)) continue;
    expect(
      places.filter((place) => place.line - 1 <= index + 1 && index + 1 <= place.endLine),
      `${comment} is lost`,
    ).not.toEqual([]);
  }
}

/** The objects after are those before with the edits of the fixes. */
function expectEdited(report: FixReport): void {
  for (const [number, { before, after }] of report.objects.entries()) {
    const edits = report.fixes.flatMap((each): readonly Edit[] => (each.object === number ? each.edits : []));
    const merged = mergeEdits(before, edits);
    const inTurn = report.fixes
      .filter((each) => each.object === number)
      .reduce((value: unknown, each) => applyEdits(value, each.edits), before);
    expect(same(merged.value, after) || same(inTurn, after)).toBe(true);
  }
  for (const each of report.fixes)
    for (const companion of each.companions) {
      const written = report.files.find(({ file }) => file === each.companionFile);
      expect(written).toBeDefined();
      const metadata = companion['metadata'] as Record<string, unknown>;
      const found = valuesOf(written!.after)
        .flatMap((value) => [value, ...itemsOf(value)])
        .filter((value) => valueAt(value, ['kind']) === companion['kind'] && valueAt(value, ['metadata', 'name']) === metadata['name']);
      expect(found).not.toEqual([]);
    }
}

function expectPatches(report: FixReport): void {
  const patches = objectPatches(report);
  for (const [index, { before, after }] of report.objects.entries())
    expect(same(applyJsonPatch(before, patches[index]!.patch), after)).toBe(true);
}

const levels = ['privileged', 'baseline', 'restricted'];

function expectNothingWorse(before: Report, after: Report, report: FixReport): void {
  const subjects = ({ findings }: Report, wanted: string): Set<string> =>
    new Set(
      findings.flatMap(({ verdict, control, file, resource, container }) =>
        verdict === wanted ? [JSON.stringify([control, file, resource, container])] : [],
      ),
    );
  const passed = subjects(before, 'pass');
  const failed = subjects(before, 'fail');
  expect([...subjects(after, 'fail')].filter((subject) => passed.has(subject) && !failed.has(subject))).toEqual([]);
  expect(after.findings.filter(({ verdict }) => verdict === 'fail')).toHaveLength(report.summary.after);
  expect(before.findings.filter(({ verdict }) => verdict === 'fail')).toHaveLength(report.summary.before);
  expect(after.inputs.unread.map(({ file, reason }) => ({ file, reason }))).toEqual(
    before.inputs.unread.map(({ file, reason }) => ({ file, reason })),
  );
  for (const [index, { podSecurityLevel }] of before.workloads.entries())
    expect(levels.indexOf(after.workloads[index]!.podSecurityLevel)).toBeGreaterThanOrEqual(levels.indexOf(podSecurityLevel));
}

function expectPreviews(report: FixReport): void {
  const step = Math.ceil(report.fixes.length / 3);
  for (const applied of report.fixes.filter((_, index) => index % step === 0)) {
    const object = applied.object === undefined ? undefined : report.objects[applied.object];
    const [repair] = previewFix(report, applied);
    if (object === undefined || repair === undefined) continue;
    // What two aliases share can only change for both.
    if (repair.after === repair.before && /[[ ]\*a\d/.test(repair.after)) continue;
    const there = valueAt(valuesOf(repair.after)[applied.target.document], applied.target.path);
    expect(same(there, applyEdits(object.before, applied.edits))).toBe(true);
  }
}

const counts = { runs: 0, fixed: 0, pairs: 0, independent: 0 };

/** Fixes of two controls, one after the other in both orders; where one does not change what the other proposes. */
async function expectAnyOrder(files: Files, report: FixReport): Promise<void> {
  const controls = [...new Set(report.fixes.map(({ control }) => control))];
  if (controls.length < 2) return;
  const a = controls[counts.runs % controls.length]!;
  const b = controls[(counts.runs * 7 + 1) % controls.length]!;
  if (a === b) return;
  counts.pairs++;
  const [onlyA, onlyB] = [await fixed(files, { only: [a] }), await fixed(files, { only: [b] })];
  const thenB = await fixed(filesAfter(files, onlyA), { only: [b] });
  const thenA = await fixed(filesAfter(files, onlyB), { only: [a] });
  const wanted = ({ fixes }: FixReport): string =>
    canonical(fixes.map(({ edits, companions, resource, path }) => [resource, path, edits, companions]));
  if (wanted(onlyA) !== wanted(thenA) || wanted(onlyB) !== wanted(thenB)) return;
  counts.independent++;
  expect(objectsOf(filesAfter(filesAfter(files, onlyA), thenB))).toEqual(objectsOf(filesAfter(filesAfter(files, onlyB), thenA)));
}

test('whatever the files, fixes change what they name alone, make nothing worse, and are done at once', async () => {
  await assert(
    asyncProperty(array(manifestFiles, { minLength: 1, maxLength: 2 }), async (all) => {
      counts.runs++;
      const files = Object.fromEntries(all.map(({ name, text }, index) => [`${index}-${name}`, text]));
      const report = await fixed(files);
      for (const repair of report.files) expectOnlyNamedChanges(report, repair);
      expectEdited(report);
      expectPatches(report);
      expectPreviews(report);
      expect(report.declined).toHaveLength(report.summary.after);
      for (const because of Object.keys(report.summary.declined) as DeclinedFix['because'][])
        expect(report.declined.filter((each) => each.because === because)).toHaveLength(report.summary.declined[because]);
      const changed = filesAfter(files, report);
      expectNothingWorse(await scanned(files), await scanned(changed), report);
      const again = await fixed(changed);
      expect(again.files).toEqual([]);
      expect(again.fixes).toEqual([]);
      if (report.files.length > 0) counts.fixed++;
      if (counts.runs % 3 === 0) await expectAnyOrder(files, report);
    }),
    { seed: 20_261_121, numRuns: runs(6, 100) },
  );
  expect(counts.fixed / counts.runs).toBeGreaterThan(0.7);
  // Few runs have too few pairs for a share.
  expect(counts.independent / counts.pairs).toBeGreaterThan(runs(0, 0.7));
}, 600_000);
