import type { DiffReport, DiffSide } from '../core/index.ts';
import { anyValue, clusterRecord, findingRecords, quoted, quotedList, records, reference, unreadRecord } from './json.ts';

/** What differs between two reports as JSON, by the contract of docs/diff-report.schema.json: one record a line. */
export function* formatDiffJson(diff: DiffReport): Generator<string, void> {
  const record = findingRecords();
  const { schemaVersion, tool, before, after, notes, summary } = diff;
  yield `{\n  "schemaVersion": ${schemaVersion},\n  "tool": ${anyValue(tool)},\n`;
  yield `  "before": ${sideRecord(before)},\n  "after": ${sideRecord(after)},\n  "notes": ${quotedList(notes)},\n`;
  yield* records(
    '  ',
    'new',
    diff.new,
    ({ finding, was }) => `{"finding":${record(finding)}${was === undefined ? '' : `,"was":"${was}"`}}`,
  );
  yield* records('  ', 'fixed', diff.fixed, record);
  yield* records('  ', 'moved', diff.moved, ({ finding, from: { file, line, resource } }) => {
    const object = resource === undefined ? '' : `,"resource":${reference(resource)}`;
    return `{"finding":${record(finding)},"from":{"file":${quoted(file)},"line":${line}${object}}}`;
  });
  yield* records('  ', 'unsettled', diff.unsettled, ({ finding, because }) => `{"finding":${record(finding)},"because":"${because}"}`);
  yield* records('  ', 'unchanged', diff.unchanged, record);
  yield* records('  ', 'ledger', diff.ledger, anyValue);
  yield `  "summary": ${anyValue(summary)}\n}\n`;
}

function sideRecord({ name, kind, commit, tool, kubernetesVersion, profile, cluster, resources, unread }: DiffSide): string {
  return (
    `{"name":${quoted(name)},"kind":"${kind}"${commit === undefined ? '' : `,"commit":${quoted(commit)}`},"tool":${quoted(tool)}` +
    `,"kubernetesVersion":${quoted(kubernetesVersion)},"profile":"${profile}"` +
    `${cluster === undefined ? '' : `,"cluster":${clusterRecord(cluster)}`},"resources":${resources},"unread":[${unread.map(unreadRecord).join(',')}]}`
  );
}
