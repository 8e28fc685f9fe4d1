import { severities, type DiffReport, type DiffSide, type Finding } from '../core/index.ts';
import { code, longestComment, prose } from './formats/markdown.ts';
import { shortName } from './formats/sorted-findings.ts';
import { counted } from './outcome.ts';
import { stateWord } from './text.ts';

// What the end needs: the line that tells what was cut.
const reserve = 300;

/**
 * What differs between two reports, for a comment on a pull request, never longer than GitHub takes: what is new first, worst
 * first, the rest in details that fold. What comes from input cannot become markup, a mention or a link.
 */
export function* formatDiffMarkdown(diff: DiffReport): Generator<string, void> {
  const { before, after, summary, notes } = diff;
  const count = (of: DiffReport['summary']['new']): number => severities.reduce((sum, severity) => sum + of[severity], 0);
  const [fresh, fixed] = [count(summary.new), count(summary.fixed)];
  const bySeverity = severities.filter((severity) => summary.new[severity] > 0).map((severity) => `${summary.new[severity]} ${severity}`);
  const said = fresh === 0 ? 'nothing new' : `${counted(fresh, 'new finding')} (${bySeverity.join(', ')})`;
  const rest = [
    ...(summary.unsettled === 0 ? [] : [`${summary.unsettled} not known any more`]),
    `${summary.unchanged + summary.moved} unchanged`,
    `${sideText(before)} → ${sideText(after)}`,
  ];
  let text = `<!-- plimsoll diff -->\n### Plimsoll: ${said}, ${fixed} fixed\n\n${rest.join(' · ')}\n`;
  for (const note of notes.slice(0, 10)) text += `\n> ${prose(note)}\n`;
  const unread = before.unread.length + after.unread.length;
  if (unread > 0)
    text += `\n> [!WARNING]\n> ${counted(unread, 'document')} could not be read and ${unread === 1 ? 'was' : 'were'} not judged.\n`;
  let room = longestComment - reserve - text.length;
  yield text;
  let cut = 0;
  const list = function* (lines: readonly string[], start: string, end: string): Generator<string, void> {
    if (lines.length === 0) return;
    let size = start.length + end.length;
    let shown = 0;
    while (shown < lines.length && size + lines[shown]!.length <= room) size += lines[shown++]!.length;
    cut += lines.length - shown;
    if (shown === 0) return;
    room -= size;
    yield start + lines.slice(0, shown).join('') + end;
  };
  const details = (title: string): readonly [string, string] => [`\n<details><summary>${title}</summary>\n\n`, '\n</details>\n'];
  const rank = ({ severity }: Finding): number => severities.indexOf(severity);
  const worstFirst = diff.new.toSorted((one, other) => rank(one.finding) - rank(other.finding));
  yield* list(
    worstFirst.map(({ finding, was }) => line(finding, after, `**${finding.severity}**${was === undefined ? '' : ` (was ${was})`} `)),
    '\n',
    '',
  );
  yield* list(
    diff.fixed.map((finding) => line(finding, before, '')),
    ...details(`Fixed (${fixed})`),
  );
  yield* list(
    diff.unsettled.map(({ finding, because }) => line(finding, before, `${because}: `)),
    ...details(`Not known any more (${summary.unsettled})`),
  );
  yield* list(
    diff.ledger.map((row) => `- ${code(row.code)} ${stateWord(row.before)} → ${stateWord(row.after)}: ${prose(row.title)}\n`),
    ...details(`Guidance (${diff.ledger.length})`),
  );
  if (cut > 0) yield `\n**${counted(cut, 'more line')} not listed here:** a comment has no room for them.\n`;
}

function line({ file, line: number, resource, message, control }: Finding, { cluster }: DiffSide, label: string): string {
  const place = code(cluster === undefined ? `${file}:${number}` : file);
  return `- ${label}${place} ${code(shortName(resource))}: ${prose(message)} (${code(control)})\n`;
}

function sideText({ kind, name, commit }: DiffSide): string {
  return `${kind} ${code(name)}${commit === undefined ? '' : ` (${commit.slice(0, 12)})`}`;
}
