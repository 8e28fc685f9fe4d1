import { groupBy, isOpenFailure, type Finding, type LedgerState, type MergedReport, type Report, type SetBy } from '../core/index.ts';
import { findRecommendation } from '../guidance/index.ts';
import type { Chapter } from '../guidance/recommendation.ts';
import { countBySeverity, failingControls, grouped, type Issue, type ResourceGroup } from './grouping.ts';
import { counted, outcome, type FailOn } from './outcome.ts';
import {
  bareCells,
  drifted,
  excepted,
  heading,
  labelled,
  listed,
  margin,
  pageOf,
  placed,
  resourceName,
  row,
  severityColor,
  severityParts,
  skipped,
  staticPods,
  summaryColumn,
  tally,
  unread,
  type Colors,
  type Page as AnyPage,
} from './page.ts';
import { printable } from './printable.ts';
import { cells, clipped, padded, wrapped } from './wrap.ts';

/** What the text says of a control besides its findings. */
export interface ControlText {
  readonly title: string;
  readonly why: string;
  readonly remedy?: string;
}

export interface TextOptions {
  readonly color: boolean;
  /** Cells of a line; prose is wrapped there, paths never are. */
  readonly width: number;
  /** A person looks on: show the lines of source. */
  readonly terminal: boolean;
  /** Every place of every finding, and what passes or cannot be known, one by one. */
  readonly all: boolean;
  /** Findings and unread input alone, one line each. */
  readonly quiet: boolean;
  readonly failOn: FailOn;
  readonly allowUnreadable: boolean;
  control(id: string): ControlText | undefined;
  readonly chapters: readonly Pick<Chapter, 'code' | 'title'>[];
  /** A line of a file, for the source excerpt; undefined where it cannot be had any more. */
  lines?(file: string, line: number): string | undefined;
  /** The command to type next. */
  readonly nextCommand?: string;
}

const placesShown = 4;
/** How to answer for a finding: of a file at its line, of a cluster at the object (docs/waivers.md). */
const waivingComment = '# plimsoll: waive CODE until DAY, reason (owner), at the line';
const waivingAnnotation = `annotation plimsoll.dev/waive: '{"CODE": {"reason": "…", "owner": "…", "until": "DAY"}}'`;
const controlsShown = 5;

interface Page extends AnyPage {
  readonly options: TextOptions;
  /** Controls that were explained already: consequence and remedy stand once, at their worst finding. */
  readonly explained: Set<string>;
  /** Lines that hold a credential, as `file:line`: they are never printed. */
  readonly secretLines: ReadonlySet<string>;
}

/** The report for a person, in pieces of whole lines. Whatever comes from input is made printable first. */
export function* formatText(report: Report, options: TextOptions): Generator<string, void> {
  const failing = report.findings.filter(isOpenFailure);
  if (options.quiet) {
    yield* brief(report, failing);
    return;
  }
  const page: Page = {
    ...pageOf(options),
    live: isLive(report),
    options,
    explained: new Set(),
    secretLines: secretLines(report.findings),
  };
  yield* findings(failing, page);
  yield* waived(report, page);
  yield* unknowns(report, page);
  if (options.all) yield* passing(report, page);
  yield* unread(report, page);
  yield* skipped(report, page);
  yield* excepted(report, page);
  yield* drifted(report, page);
  yield* staticPods(report, page);
  yield* ledger(report, page);
  yield* summary(report, failing, page);
}

/** One line each, for `grep` and editors: place, severity, message, control. */
function* brief(report: Report, failing: readonly Finding[]): Generator<string, void> {
  for (const { resources } of grouped(failing))
    for (const { issues } of resources)
      for (const { findings: places } of issues)
        for (const finding of places)
          yield `${isLive(report) ? printable(finding.file) : place(finding)}: ${finding.severity}: ${printable(finding.message)} [${finding.control}]\n`;
  for (const { file, line, reason } of report.inputs.unread)
    yield `${printable(file)}${isLive(report) ? '' : `:${line}`}: unread: ${printable(reason)}\n`;
}

function* findings(failing: readonly Finding[], page: Page): Generator<string, void> {
  for (const { file, resources } of grouped(failing)) {
    // The objects of a cluster name themselves.
    if (page.live !== true) yield heading(printable(file), page);
    for (const group of resources) {
      yield resourceLine(group, page);
      const shown = new Set<string>();
      for (const issue of group.issues) yield issueText(issue, shown, page);
    }
  }
}

function resourceLine({ resource, bySeverity }: ResourceGroup, page: Page): string {
  const { bold } = page.colors;
  const name = resourceName(resource);
  const counts = severityParts(bySeverity, page.colors).join(' · ');
  const gap = page.width - cells(name) - bareCells(counts);
  return `\n${bold(name)}${gap >= 2 ? ' '.repeat(gap) : '\n  '}${counts}\n`;
}

/** `shown` holds the places whose source was printed for this object already. */
function issueText(issue: Issue, shown: Set<string>, page: Page): string {
  const { colors, options } = page;
  const first = issue.findings[0]!;
  let text = `\n${labelled(first.severity, printable(first.message), page, severityColor(colors, first.severity))}`;
  text += placeLine(first, page);
  if (first.setBy !== undefined) text += setByLine(first.setBy, page);
  if (options.terminal) text += excerpt(first, shown, page);
  const others = issue.findings.slice(1);
  if (others.length > 0) {
    const shownOthers = options.all || others.length <= placesShown + 1 ? others : others.slice(0, placesShown);
    text += labelled('', `and in ${counted(others.length, 'more place')}:`, page);
    for (const finding of shownOthers) {
      const what = finding.container === undefined ? printable(finding.message) : `container "${printable(finding.container)}"`;
      text += placed(placeOn(page, finding), what, page);
    }
    if (shownOthers.length < others.length) text += labelled('', `and ${others.length - shownOthers.length} more (--all lists them)`, page);
  }
  if (!page.explained.has(issue.control)) {
    page.explained.add(issue.control);
    const about = options.control(issue.control);
    if (about !== undefined) {
      text += labelled('why', printable(opening(about.why)), page, colors.dim);
      text += labelled('fix', printable(fixHint(first, about.remedy)), page, colors.dim);
    }
  }
  return text;
}

/** What to do: in the words of the control, else of the recommendation that it decides. */
function fixHint({ control, codes: [code = ''] }: Finding, remedy: string | undefined): string {
  return remedy ?? firstSentence(findRecommendation(code)?.remedy ?? `plimsoll explain ${control} says what to do`);
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.) (?=[A-Z])/, 1)[0] ?? text;
}

/** The first sentence, and the second where the first is short: a line is read, a paragraph is not. `explain` has the rest. */
function opening(text: string): string {
  const [first = '', second] = text.split(/(?<=\.) (?=[A-Z])/, 2);
  return second === undefined || first.length >= 60 ? first : `${first} ${second}`;
}

function placeLine(finding: Finding, page: Page): string {
  return placed(placeOn(page, finding), `${finding.control} ${finding.codes.join(' ')}`.trimEnd(), page);
}

function setByLine({ key, file, line }: SetBy, page: Page): string {
  return placed(`${printable(file)}:${line}`, `${printable(key)} decides it`, page);
}

function place({ file, line, column }: Finding): string {
  return `${printable(file)}:${line}:${column}`;
}

/** In a cluster the field; where that is the object itself, its name. */
export function placeOn({ live }: AnyPage, finding: Finding): string {
  if (live !== true) return place(finding);
  return printable(finding.path === '' ? finding.file : finding.path);
}

function isLive({ target }: Report): boolean {
  return target.cluster !== undefined;
}

/** The line of source with the field underlined; indentation is dropped, because a single line needs none. */
function excerpt(finding: Finding, shown: Set<string>, { options, colors, width, secretLines: secrets }: Page): string {
  const { file, line, column, endLine, endColumn } = finding;
  const key = `${line}:${column}`;
  if (shown.has(key) || secrets.has(`${file}:${line}`)) return '';
  shown.add(key);
  const source = options.lines?.(file, line);
  if (source === undefined) return '';
  const start = column - 1;
  const indent = Math.min(source.length - source.trimStart().length, start);
  const end = endLine > line ? source.trimEnd().length : Math.min(endColumn - 1, source.length);
  // Bounded before anything is measured: a line may be a megabyte of JSON. A field far to the right is shown from there.
  const from = start - indent > width / 2 ? start : indent;
  const before = printable(source.slice(from, start));
  const marked = printable(source.slice(start, Math.min(end, start + width)));
  const after = printable(source.slice(end, end + width));
  const room = width - margin - 3;
  const lead = from > indent ? '…' : '';
  const code = clipped(lead + before + marked + after, room);
  const offset = cells(lead + before);
  const marks = '^'.repeat(Math.max(1, Math.min(cells(marked), room - offset)));
  const gutter = String(line).padStart(margin - 1);
  const edge = colors.dim(`${' '.repeat(margin - 1)} │`);
  return `${colors.dim(`${gutter} │`)} ${code}\n${edge} ${' '.repeat(offset)}${colors.red(marks)}\n`;
}

/** A credential must not be repeated by the tool that found it, not even on the owner's own screen. */
function secretLines(all: readonly Finding[]): Set<string> {
  const lines = new Set<string>();
  for (const { verdict, codes, file, line, endLine } of all) {
    if (verdict !== 'fail' || !codes.includes('SEC-01')) continue;
    for (let at = line; at <= Math.min(endLine, line + 1000); at++) lines.add(`${file}:${at}`);
  }
  return lines;
}

/** What fails and somebody answers for: one entry for each waiver and control. */
function* waived({ findings: all }: Report, page: Page): Generator<string, void> {
  const those = all.filter(({ waived: by }) => by !== undefined);
  if (those.length === 0) return;
  yield heading(`Waived: ${counted(those.length, 'finding')}`, page);
  const entries = groupBy(those, ({ waived: by, control }) => `${by?.file}:${by?.line} ${control}`);
  for (const [first, ...others] of entries.values()) {
    const { reason, owner, until, ticket } = first!.waived!;
    yield `\n${labelled('waived', printable(first!.message), page, page.colors.dim)}`;
    yield placeLine(first!, page);
    if (page.options.all) for (const finding of others) yield placed(placeOn(page, finding), printable(finding.message), page);
    else if (others.length > 0) yield labelled('', `and in ${counted(others.length, 'more place')} (--all lists them)`, page);
    const where = ticket === undefined ? '' : `, ${ticket}`;
    yield labelled('why', printable(`${reason} (${owner}, until ${until}${where})`), page, page.colors.dim);
  }
}

function* unknowns(report: Report, page: Page): Generator<string, void> {
  const open = report.findings.filter(({ verdict }) => verdict === 'unknown');
  if (open.length === 0) return;
  yield heading(`Not known from this input: ${counted(open.length, 'verdict')}`, page);
  yield* byControl(open, page, 'unknown', page.colors.magenta);
}

function* passing(report: Report, page: Page): Generator<string, void> {
  for (const [verdict, title] of [
    ['not-applicable', 'Does not apply'],
    ['pass', 'Holds'],
  ] as const) {
    const those = report.findings.filter((finding) => finding.verdict === verdict);
    if (those.length === 0) continue;
    yield heading(`${title}: ${counted(those.length, 'verdict')}`, page);
    yield* byControl(those, page, verdict === 'pass' ? 'holds' : 'n/a', page.colors.green);
  }
}

/** One entry for each control, because what is not known is mostly not known of every object alike. */
function* byControl(list: readonly Finding[], page: Page, label: string, color: (text: string) => string): Generator<string, void> {
  const controls = new Map<string, Finding[]>();
  for (const finding of list) {
    const those = controls.get(finding.control);
    if (those === undefined) controls.set(finding.control, [finding]);
    else those.push(finding);
  }
  for (const id of [...controls.keys()].sort()) {
    const those = controls.get(id)!;
    const [first] = those;
    yield `\n${labelled(label, printable(summaryOf(first!, page)), page, color)}`;
    yield placeLine(first!, page);
    const others = those.slice(1);
    if (page.options.all) for (const finding of others) yield placed(placeOn(page, finding), verdictPlace(finding), page);
    else if (others.length > 0) yield labelled('', `and in ${counted(others.length, 'more place')} (--all lists them)`, page);
  }
}

/** What holds is told by what the control demands; any other verdict has a message of its own. */
function summaryOf({ verdict, control, message }: Finding, { options }: Page): string {
  return verdict === 'pass' ? (options.control(control)?.title ?? message) : message;
}

function verdictPlace({ verdict, resource, container, message }: Finding): string {
  if (verdict !== 'pass') return printable(message);
  return container === undefined ? resourceName(resource) : `container "${printable(container)}" of ${resourceName(resource)}`;
}

const stateWords: readonly (readonly [LedgerState, string])[] = [
  ['pass', 'hold'],
  ['fail', 'fail'],
  ['unknown', 'unknown'],
  ['not-applicable', 'not applicable'],
];

function* ledger(report: Report, page: Page): Generator<string, void> {
  const { colors, width, options } = page;
  const named = new Map(options.chapters.map(({ code, title }) => [code, title]));
  const chapters = new Map<string, { states: Record<LedgerState, number>; needs: Set<string> }>();
  for (const { chapter, state, needs } of report.ledger) {
    let entry = chapters.get(chapter);
    if (entry === undefined) {
      entry = { states: { pass: 0, fail: 0, unknown: 0, 'not-applicable': 0 }, needs: new Set() };
      chapters.set(chapter, entry);
    }
    entry.states[state]++;
    if (state === 'unknown') for (const evidence of needs) entry.needs.add(evidence);
  }
  // Where nothing was judged the ledger says nothing either.
  if (chapters.size === 0 || report.inputs.resources === 0) return;
  yield heading(`Guidance: ${counted(report.ledger.length, 'recommendation')}`, page);
  yield '\n';
  const titles = [...chapters.keys()].map((code) => named.get(code) ?? code);
  const column = Math.min(Math.max(...titles.map(cells)), Math.max(18, width - 32));
  for (const [code, { states, needs }] of chapters) {
    const counts = stateParts(states, colors).filter((_, index) => states[stateWords[index]![0]] > 0);
    const evidence = needs.size === 0 ? '' : `needs ${[...needs].join(', ')}`;
    const lines = listed(counts, width - column - 4);
    const [last = ''] = listed([...counts, evidence], Infinity);
    const fits = lines.length === 1 && evidence !== '' && column + 4 + bareCells(last) <= width;
    const name = padded(clipped(named.get(code) ?? code, column), column);
    yield `  ${name}  ${lines.join(`\n${' '.repeat(column + 4)}`)}${fits ? `  ${colors.dim(evidence)}` : ''}\n`;
  }
}

/** A state of the ledger in a word or two. */
export function stateWord(state: LedgerState): string {
  return stateWords.find(([each]) => each === state)?.[1] ?? state;
}

/** How many rows have each state. */
export function stateParts(states: Readonly<Record<LedgerState, number>>, colors: Colors): string[] {
  return stateWords.map(([state, word]) => stateColor(colors, state)(`${states[state]} ${word}`));
}

function* summary(report: Report, failing: readonly Finding[], page: Page): Generator<string, void> {
  const { colors, options } = page;
  const { target, inputs } = report;
  yield heading('Summary', page);
  yield '\n';
  const levels = { restricted: 0, baseline: 0, privileged: 0 };
  for (const { podSecurityLevel } of report.workloads) levels[podSecurityLevel]++;
  const objects = new Set(failing.map(({ file, resource }) => [file, resource.kind, resource.namespace, resource.name].join('\0'))).size;
  const counts = severityParts(countBySeverity(failing), colors);
  yield row('Findings', counts.length === 0 ? [colors.green('none')] : [...counts, `in ${counted(objects, 'object')}`], page);
  yield* knownRow(report, page);
  yield unchangedRow(report, page);
  yield startingPoints(failing, page);
  if (report.summary.waived !== undefined)
    yield row('Waived', [counted(report.summary.waived, 'finding'), 'plimsoll waivers lists who answers for them until when'], page);
  if (report.workloads.length > 0)
    yield row('Pod Security', [`${levels.restricted} restricted`, `${levels.baseline} baseline`, `${levels.privileged} privileged`], page);
  const excused = report.ledger.filter(({ waived: by }) => by?.open === 0).length;
  const byWaivers = excused === 0 ? [] : [`of what fails ${excused} by waived findings alone`];
  if (inputs.resources > 0) yield row('Guidance', [...stateParts(report.summary.byState, colors), ...byWaivers], page);
  const leftOut = tally(report.ledger.flatMap(({ note, code }) => (note === undefined ? [] : [{ reason: note, count: 1, where: code }])));
  if (leftOut.length > 0)
    yield row(
      'Not judged',
      leftOut.map(({ reason, count }) => `${counted(count, 'recommendation')} ${printable(reason)}`),
      page,
    );
  const { cluster } = target;
  if (cluster !== undefined) {
    const { context, version, namespaces = [], snapshot } = cluster;
    yield row(
      'Cluster',
      [
        printable(context),
        `API server ${printable(version)}`,
        ...namespaces.map((name) => `namespace ${printable(name)}`),
        ...(snapshot === undefined ? [] : [`snapshot of ${printable(snapshot.taken)} by plimsoll ${printable(snapshot.tool)}`]),
      ],
      page,
    );
  }
  const files = [counted(inputs.files, 'file'), counted(inputs.documents, 'document')];
  const read = [...(cluster === undefined ? files : []), counted(inputs.resources, 'object')];
  yield row('Read', inputs.unread.length === 0 ? read : [...read, colors.red(`${inputs.unread.length} unread`)], page);
  if (report.merged !== undefined) yield row('Merged', [counted(report.merged.length, 'report'), ...report.merged.map(partText)], page);
  const version = `Kubernetes ${target.kubernetesVersion}${target.assumed ? ' (assumed)' : ''}`;
  yield row('Judged for', [version, `profile ${target.profile}`, ...(target.partial ? ['partial input'] : [])], page);
  yield listRow('Assumed', target.assumptions.map(printable), page);
  const result = outcome(report, options);
  const word = result.exitCode === 0 ? colors.green('passed') : colors.red(result.exitCode === 1 ? 'failed' : 'not done');
  yield `\n${word}: ${wrapped(`${result.reason} (exit code ${result.exitCode})`, page.width - 10).join('\n  ')}\n`;
  // Where a run fails, somebody may have to go on all the same.
  if (result.exitCode === 1) yield `${colors.dim(`waive: ${cluster === undefined ? waivingComment : waivingAnnotation}`)}\n`;
  if (options.nextCommand !== undefined) yield `next: ${colors.bold(options.nextCommand)}\n`;
}

/** What has not changed is counted, where only the rest is wanted. */
function unchangedRow({ changedSince }: Report, page: Page): string {
  if (changedSince === undefined) return '';
  const { revision, commit, unchanged, same } = changedSince;
  const all = same === true ? ['every file is as it was'] : [];
  return row('Unchanged', [`${counted(unchanged, 'finding')} since ${printable(revision)} (${commit.slice(0, 12)})`, ...all], page);
}

function partText({ file, kubernetesVersion, objects, unread: left }: MergedReport): string {
  const unreadToo = left === 0 ? '' : ` (${left} unread)`;
  return `${printable(file)}: ${counted(objects, 'object')}${unreadToo}, Kubernetes ${kubernetesVersion}`;
}

/** What the baseline leaves out, and whether it is still that of this input. */
function* knownRow({ baseline }: Report, page: Page): Generator<string, void> {
  if (baseline === undefined) return;
  const { file, known, gone } = baseline;
  const left = gone === 0 ? [] : [`${gone} gone`];
  yield row('Known', [`${counted(known, 'finding')} of ${printable(file)}`, ...left], page);
  if (gone === 0) return;
  const advice =
    known === 0
      ? 'none of its findings is here: is it the baseline of something else?'
      : 'what is gone could come back unseen: write the baseline anew with --write-baseline';
  for (const line of wrapped(advice, page.width - summaryColumn - 2)) yield `  ${' '.repeat(summaryColumn)}${page.colors.dim(line)}\n`;
}

/** Where to begin in a report of thousands of lines. */
function startingPoints(failing: readonly Finding[], page: Page): string {
  const controls = failingControls(failing);
  if (controls.length < 2) return '';
  const shown = controls.slice(0, controlsShown);
  const digits = Math.max(...shown.map(({ count }) => String(count).length));
  const lines = shown.map(({ control, severity, count }) => {
    const paint = severityColor(page.colors, severity);
    return `${paint(severity)}${' '.repeat(9 - severity.length)} ${String(count).padStart(digits)} × ${control}`;
  });
  if (shown.length < controls.length) lines.push(`and ${counted(controls.length - shown.length, 'more control')}`);
  const beside = lines.every((line) => summaryColumn + 2 + bareCells(line) <= page.width);
  if (!beside) return `  Worst\n${lines.map((line) => `    ${line}\n`).join('')}`;
  return lines.map((line, index) => `  ${(index === 0 ? 'Worst' : '').padEnd(summaryColumn)}${line}\n`).join('');
}

/** A list, each item behind a dash and wrapped under itself. */
function listRow(name: string, texts: readonly string[], { width }: Page): string {
  const lines = texts.flatMap((text) =>
    wrapped(text, width - summaryColumn - 4).map((line, index) => `${index === 0 ? '- ' : '  '}${line}`),
  );
  return lines.map((line, index) => `  ${(index === 0 ? name : '').padEnd(summaryColumn)}${line}\n`).join('');
}

export function stateColor({ green, red, dim }: Colors, state: LedgerState): (text: string) => string {
  return { pass: green, fail: red, unknown: String, 'not-applicable': dim }[state];
}
