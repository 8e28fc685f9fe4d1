import type { AppliedFix, DeclinedFix, FileRepair, FixReport } from '../core/index.ts';
import { editPlaces } from './edit-places.ts';
import { anyValue, preamble, quoted, quotedList, records, reference } from './json.ts';

/**
 * The report of `plimsoll fix` as JSON, by the contract of docs/fix-report.schema.json: keys in a fixed order, one record a
 * line. Of the files it holds the edits, not the texts.
 */
export function* formatFixJson(report: FixReport): Generator<string, void> {
  yield* preamble(report);
  yield* records('  ', 'files', report.files, fileRecord);
  yield* records('  ', 'fixes', report.fixes, appliedRecord);
  yield* records('  ', 'declined', report.declined, declinedRecord);
  const { before, after, fixes, declined } = report.summary;
  const { review, value, person, withdrawn, text, waived } = declined;
  yield (
    `  "summary": {"before":${before},"after":${after},"fixes":${fixes},` +
      `"declined":{"review":${review},"value":${value},"person":${person},"withdrawn":${withdrawn},"text":${text},"waived":${waived}}}\n}\n`
  );
}

function fileRecord(repair: FileRepair): string {
  const edits = [...editPlaces(repair)].map(
    ({ edit, place: { line, column, endLine, endColumn } }) =>
      `{"line":${line},"column":${column},"endLine":${endLine},"endColumn":${endColumn},"text":${quoted(edit.text)}}`,
  );
  return `{"file":${quoted(repair.file)},"isNew":${repair.before === undefined},"edits":[${edits.join(',')}]}`;
}

function appliedRecord(fix: AppliedFix): string {
  const { companionFile, recreates, conflicts } = fix;
  const edits = fix.edits.map((edit) => {
    const { op, path } = edit;
    if (op === 'rename') return { op, path, to: edit.to };
    return op === 'remove' ? { op, path } : { op, path, value: edit.value };
  });
  return (
    `${about(fix)},"safety":"${fix.safety}","risk":${quoted(fix.risk)},"edits":${anyValue(edits)},"companions":${anyValue(fix.companions)}` +
    (companionFile === undefined ? '' : `,"companionFile":${quoted(companionFile)}`) +
    (recreates === undefined ? '' : `,"recreates":${quotedList(recreates)}`) +
    `${conflicts === undefined ? '' : `,"conflicts":${quotedList(conflicts)}`}}`
  );
}

function declinedRecord(fix: DeclinedFix): string {
  const { needs, safety, risk } = fix;
  return (
    `${about(fix)},"because":"${fix.because}","reason":${quoted(fix.reason)}` +
    (needs === undefined ? '' : `,"needs":${quotedList(needs)}`) +
    (safety === undefined ? '' : `,"safety":"${safety}"`) +
    `${risk === undefined ? '' : `,"risk":${quoted(risk)}`}}`
  );
}

/** What a fix and a finding that stays have in common: the finding. */
function about({
  control,
  codes,
  severity,
  resource,
  container,
  file,
  line,
  path,
  message,
  fingerprint,
}: AppliedFix | DeclinedFix): string {
  return (
    `{"control":${quoted(control)},"codes":${quotedList(codes)},"severity":"${severity}","resource":${reference(resource)}` +
    (container === undefined ? '' : `,"container":${quoted(container)}`) +
    `,"path":${quoted(path)},"file":${quoted(file)},"line":${line},"message":${quoted(message)},"fingerprint":${quoted(fingerprint)}`
  );
}
