import type { ArtifactChange, Fix, Replacement, Result } from 'sarif';
import type { AppliedFix, FixReport } from '../core/index.ts';
import { editPlaces, type PlacedEdit } from './edit-places.ts';
import { counted } from './outcome.ts';
import { printable } from './printable.ts';
import { artifact, formatLog, messageText, resultOf, type SarifOptions } from './sarif.ts';

/**
 * The report of `plimsoll fix` as SARIF 2.1.0: what a fix settles has `fixes`, what stays says why. The edits of one object
 * stand together in each of its results, because those of several fixes meet in the same lines: whoever applies one of them
 * has repaired the object.
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

/** The fix that belongs to an applied one: the edits of its object, and the files that are new for it. */
function objectFixes(report: FixReport): (applied: AppliedFix) => Fix | undefined {
  const placed = new Map(report.files.map((repair) => [repair.file, [...editPlaces(repair)]]));
  const isNew = new Set(report.files.filter(({ before }) => before === undefined).map(({ file }) => file));
  const counts = new Map<number | undefined, number>();
  for (const { object } of report.fixes) counts.set(object, (counts.get(object) ?? 0) + 1);
  const changes = report.objects.map(({ file, line, endLine }) => changeOf(file, between(placed.get(file) ?? [], line, endLine)));
  return ({ object, companions, companionFile, resource }) => {
    const own = object === undefined ? undefined : changes[object];
    const made = companions.length > 0 && companionFile !== undefined && isNew.has(companionFile) ? companionFile : undefined;
    const artifactChanges = [...(own === undefined ? [] : [own]), ...(made === undefined ? [] : [changeOf(made, placed.get(made)!)])];
    const changed = artifactChanges.filter(({ replacements }) => replacements.length > 0);
    if (changed.length === 0) return undefined;
    const what = object === undefined ? 'Adds what is missing' : `Repairs ${counted(counts.get(object) ?? 1, 'finding')}`;
    return { description: { text: messageText(`${what}: ${printable(`${resource.kind}/${resource.name}`)}`) }, artifactChanges: changed };
  };
}

/** The edits that begin on these lines. */
function between(edits: readonly PlacedEdit[], line: number, endLine: number): PlacedEdit[] {
  let low = 0;
  let high = edits.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (edits[middle]!.place.line < line) low = middle + 1;
    else high = middle;
  }
  let end = low;
  while (end < edits.length && edits[end]!.place.line <= endLine) end++;
  return edits.slice(low, end);
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
