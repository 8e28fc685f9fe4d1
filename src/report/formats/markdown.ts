import { groupBy, severities, type Finding, type LedgerRow, type Report } from '../../core/index.ts';
import { chapters } from '../../guidance/index.ts';
import { counted } from '../outcome.ts';
import { failingControls } from '../grouping.ts';
import type { FormatOptions } from './index.ts';
import { plainText } from './plain-text.ts';
import { leftOut, shortName, sortedFindings, unknownByControl, waiverText } from './sorted-findings.ts';

/** What a comment on GitHub may have (of characters; GitLab takes a million). */
export const longestComment = 65_536;
// What the end needs: the line that tells what was cut.
const reserve = 400;
const unreadShown = 20;
const controlsShown = 10;
const partsShown = 50;
const longestText = 300;

/**
 * The report as Markdown for a comment on a pull request, never longer than GitHub takes: the counts, what could not be read,
 * the worst controls, then every finding in details that fold, worst first, until there is no room; how many are left out is
 * told at the end, and the counts always count all. What comes from input cannot become markup, a mention or a link.
 */
export function* formatMarkdown(report: Report, { controls }: FormatOptions): Generator<string, void> {
  const { open, waived, unknown } = sortedFindings(report);
  const titles = new Map(controls.map(({ id, title }) => [id, title]));
  let room = longestComment - reserve;
  let cut = 0;
  const fitting = function* (text: string): Generator<string, void> {
    if (text.length > room) return;
    room -= text.length;
    yield text;
  };
  /** A block that unfolds, as far as there is room. */
  const details = function* (summary: string, about: string | undefined, lines: readonly Line[]): Generator<string, void> {
    if (lines.length === 0) return;
    const start = `\n<details><summary>${escaped(summary)}</summary>\n\n${about === undefined ? '' : `${prose(about)}\n\n`}`;
    const end = '\n</details>\n';
    let size = start.length + end.length;
    let shown = 0;
    while (shown < lines.length && size + lines[shown]!.text.length <= room) size += lines[shown++]!.text.length;
    for (const { findings } of lines.slice(shown)) cut += findings;
    if (shown === 0) return;
    room -= size;
    yield start;
    for (const { text } of lines.slice(0, shown)) yield text;
    yield end;
  };
  yield* fitting(heading(report, waived.length, unknown.length));
  yield* fitting(mergedPart(report));
  yield* fitting(unreadPart(report));
  yield* fitting(worstControls(open, titles));
  yield* fitting(guidance(report));
  for (const [title, findings] of groupBy(open, ({ control, severity }) => `${severity} · ${control}`)) {
    const lines = findings.map((finding) => placeLine(report, finding, finding.message));
    yield* details(`${title} (${findings.length})`, titles.get(findings[0]!.control), lines);
  }
  const excused = waived.map((finding) => placeLine(report, finding, `${finding.message} (${waiverText(finding.waived)})`));
  yield* details(`Waived (${waived.length})`, undefined, excused);
  const undecided = unknownByControl(unknown).map(({ first, count, told }) => placeLine(report, first, told, count));
  yield* details(`Not known from this input (${unknown.length})`, undefined, undecided);
  if (cut > 0)
    yield `\n**${counted(cut, 'more finding')} not listed here:** a comment has no room for them. The report of the run has them all.\n`;
}

interface Line {
  readonly text: string;
  /** How many findings it tells. */
  readonly findings: number;
}

/** The comment is found again by its first line, and edited rather than written a second time. */
function heading(report: Report, waived: number, unknown: number): string {
  const { summary, inputs, target } = report;
  const { bySeverity } = summary;
  const failing = severities.flatMap((severity) => (bySeverity[severity] === 0 ? [] : [`${bySeverity[severity]} ${severity}`]));
  const said = failing.length > 0 ? failing.join(', ') : inputs.resources === 0 ? 'nothing was judged' : 'nothing fails';
  const rest = [
    ...(inputs.unread.length === 0 ? [] : [`**${inputs.unread.length} could not be read**`]),
    ...(waived === 0 ? [] : [`${waived} waived`]),
    ...(unknown === 0 ? [] : [`${unknown} not known`]),
    ...leftOut(report).map(prose),
    `${counted(inputs.resources, 'object')} read`,
    `Kubernetes ${prose(target.kubernetesVersion)}${target.assumed ? ' (assumed)' : ''}`,
    `profile ${target.profile}`,
    ...(target.cluster === undefined ? [] : [`cluster ${code(target.cluster.context)}`]),
  ];
  return `<!-- plimsoll -->\n### Plimsoll: ${said}\n\n${rest.join(' · ')}\n`;
}

/** What the report was made of: the clusters of a fleet, the reports that were merged. */
function mergedPart({ merged = [] }: Report): string {
  if (merged.length === 0) return '';
  const shown = merged.slice(0, partsShown);
  const rows = shown.map(
    ({ file, kubernetesVersion, objects, findings, unread }) =>
      `| ${cell(code(file))} | ${cell(prose(kubernetesVersion))} | ${objects} | ${findings} | ${unread} |\n`,
  );
  const more = merged.length - shown.length;
  return `\n| Of | Kubernetes | Objects | Findings | Unread |\n|---|---|--:|--:|--:|\n${rows.join('')}${more === 0 ? '' : `\nand ${more} more\n`}`;
}

function unreadPart({ inputs: { unread } }: Report): string {
  if (unread.length === 0) return '';
  const shown = unread.slice(0, unreadShown);
  const lines = shown.map(({ file, line, reason }) => `> - ${code(`${file}:${line}`)} ${prose(reason)}\n`);
  const more = unread.length - shown.length;
  return `\n> [!WARNING]\n> What could not be read was not judged.\n>\n${lines.join('')}${more === 0 ? '' : `> - and ${more} more\n`}`;
}

function worstControls(open: readonly Finding[], titles: ReadonlyMap<string, string>): string {
  const failing = failingControls(open);
  if (failing.length === 0) return '';
  const rows = failing.slice(0, controlsShown).map(({ control, codes, severity, count }) => {
    const title = titles.get(control);
    const name = `${title === undefined ? '' : `${prose(title)}<br>`}${code(control)}`;
    return `| ${severity} | ${cell(name)} | ${cell(codes.map(prose).join(' '))} | ${count} |\n`;
  });
  const more = failing.length - rows.length;
  return `\n| Severity | Control | Recommendations | Findings |\n|---|---|---|--:|\n${rows.join('')}${more === 0 ? '' : `\nand ${counted(more, 'more control')}\n`}`;
}

/** The ledger by chapter, folded. */
function guidance({ ledger, inputs }: Report): string {
  if (ledger.length === 0 || inputs.resources === 0) return '';
  const named = new Map(chapters.map(({ code: name, title }) => [name, title]));
  const rows = [...groupBy(ledger, ({ chapter }) => chapter)].map(([chapter, those]) => {
    const count = (state: LedgerRow['state']): number => those.filter((row) => row.state === state).length;
    return `| ${cell(prose(named.get(chapter) ?? chapter))} | ${count('pass')} | ${count('fail')} | ${count('unknown')} | ${count('not-applicable')} |\n`;
  });
  const head = '| Chapter | hold | fail | unknown | not applicable |\n|---|--:|--:|--:|--:|\n';
  return `\n<details><summary>Guidance: ${counted(ledger.length, 'recommendation')}</summary>\n\n${head}${rows.join('')}\n</details>\n`;
}

function placeLine({ target }: Report, { file, line, resource }: Finding, message: string, findings: number = 1): Line {
  const place = target.cluster === undefined ? code(`${file}:${line}`) : code(file);
  return { text: `- ${place} ${code(shortName(resource))}: ${prose(message)}\n`, findings };
}

function bounded(text: string): string {
  const start = plainText(text, longestText);
  return text.length > longestText ? `${start}…` : start;
}

/** In code nothing is markup, a mention or a link. */
export function code(text: string): string {
  const inner = bounded(text);
  const longest = Math.max(0, ...(inner.match(/`+/g) ?? []).map(({ length }) => length));
  const fence = '`'.repeat(longest + 1);
  const space = inner === '' || inner.startsWith('`') || inner.endsWith('`') ? ' ' : '';
  return `${fence}${space}${inner}${space}${fence}`;
}

/** Even in code a bar ends a cell. */
function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

const plain = /^[\p{L}\p{N} .,;()'"/:=+-]*$/u;

/** Words for people; where they could be more than words, as code. */
export function prose(text: string): string {
  const whole = bounded(text);
  return plain.test(whole) && !/:\/\/|\bwww\.|^\s*(?:[-+]|\d+[.)])(?:\s|$)/i.test(whole) ? whole : code(text);
}

function escaped(text: string): string {
  return bounded(text)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('@', '@<!-- -->')
    .replaceAll('#', '#<!-- -->');
}
