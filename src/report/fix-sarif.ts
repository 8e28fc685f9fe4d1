import type { ArtifactChange, Fix, Replacement, Result } from 'sarif';
import { groupBy, type AppliedFix, type FixReport, type ObjectRepair, type TextEdit } from '../core/index.ts';
import { editPlaces, type PlacedEdit } from './edit-places.ts';
import { counted } from './outcome.ts';
import { printable } from './printable.ts';
import { artifact, formatLog, messageText, resultOf, type SarifOptions } from './sarif.ts';

/**
 * The report of `plimsoll fix` as SARIF 2.1.0: what a fix settles has `fixes`, what stays says why. The edits of one object
 * stand together in each of its results, because those of several fixes meet in the same lines: whoever applies one of them
 * has repaired the object. So do new objects of one file.
 */
export function* formatFixSarif(report: FixReport, { controls }: SarifOptions): Generator<string, void> {
  const fixOf = objectFixes(report);
  yield* formatLog(report, {
    controls,
    notifications: () => [],
    *results(ruleIndex): Generator<Result, void> {
      for (const applied of report.fixes) {
        const { safety, risk, line, recreates, conflicts } = applied;
        const properties = {
          fix: safety,
          ...(risk === '' ? {} : { risk }),
          ...(recreates === undefined ? {} : { recreates: [...recreates] }),
          ...(conflicts === undefined ? {} : { conflicts: [...conflicts] }),
        };
        const fix = fixOf(applied);
        yield { ...resultOf(applied, { startLine: line }, ruleIndex, properties), ...(fix === undefined ? {} : { fixes: [fix] }) };
      }
      for (const declined of report.declined) {
        const { line, because, reason, needs, safety } = declined;
        const values = needs === undefined ? {} : { needs: [...needs] };
        yield resultOf(declined, { startLine: line }, ruleIndex, { declined: because, reason, ...values, ...(safety && { fix: safety }) });
      }
    },
  });
}

/** The fix that belongs to an applied one: the edits of its object, and what is new in files for its sake. */
function objectFixes(report: FixReport): (applied: AppliedFix) => Fix | undefined {
  const objectsOf = groupBy(report.objects, ({ file }) => file);
  const changes = new Map<ObjectRepair, readonly PlacedEdit[]>();
  /** By file: what is in it besides the edits of its objects. New objects stand together, often in one edit. */
  const additions = new Map<string, readonly PlacedEdit[]>();
  for (const repair of report.files) {
    const objects = objectsOf.get(repair.file) ?? [];
    const edits = objects.flatMap((object) => object.edits);
    const placed = edits.length === 0 ? [] : [...editPlaces({ ...repair, edits })];
    let next = 0;
    for (const object of objects) changes.set(object, placed.slice(next, (next += object.edits.length)));
    const known = new Set(edits.map(editName));
    additions.set(
      repair.file,
      [...editPlaces(repair)].filter(({ edit }) => !known.has(editName(edit))),
    );
  }
  const byObject = groupBy(report.fixes, ({ object }) => object);
  return (applied) => {
    const object = applied.object === undefined ? undefined : report.objects[applied.object];
    const together = object === undefined ? [applied] : byObject.get(applied.object)!;
    const byFile = new Map<string, readonly PlacedEdit[]>(object === undefined ? [] : [[object.file, changes.get(object) ?? []]]);
    for (const file of new Set(together.flatMap(({ companionFile }) => companionFile ?? []))) {
      const added = additions.get(file) ?? [];
      // Where new objects follow an edit at once, theirs is for both.
      const apart = byFile
        .get(file)
        ?.filter(({ edit: { start, end } }) => !added.some(({ edit }) => edit.start <= start && end <= edit.end));
      byFile.set(file, [...(apart ?? []), ...added]);
    }
    const artifactChanges = [...byFile].flatMap(([file, edits]) => (edits.length === 0 ? [] : [changeOf(file, edits)]));
    if (artifactChanges.length === 0) return undefined;
    const what = object === undefined ? 'Adds what is missing' : `Repairs ${counted(together.length, 'finding')}`;
    const { resource } = applied;
    return { description: { text: messageText(`${what}: ${printable(`${resource.kind}/${resource.name}`)}`) }, artifactChanges };
  };
}

function editName({ start, end, text }: TextEdit): string {
  return `${start} ${end} ${text}`;
}

function changeOf(file: string, edits: readonly PlacedEdit[]): ArtifactChange {
  return { artifactLocation: artifact(file), replacements: edits.map(replacement) };
}

function replacement({ edit, place: { line, column, endLine, endColumn }, offset }: PlacedEdit): Replacement {
  return {
    deletedRegion: { startLine: line, startColumn: column, endLine, endColumn, charOffset: offset, charLength: edit.end - edit.start },
    insertedContent: { text: edit.text },
  };
}
