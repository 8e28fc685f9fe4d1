import { isOpenFailure, type ComparedRow, type FleetReport, type JudgedCluster, type LedgerState, type Report } from '../core/index.ts';
import { fleetOutcome } from './fleet-outcome.ts';
import { counted, outcome } from './outcome.ts';
import { bareCells, heading, labelled, listed, pageOf, row, severityColor, severityParts, unread, type Colors, type Page } from './page.ts';
import { printable } from './printable.ts';
import { formatText, stateColor, stateParts, type TextOptions } from './text.ts';
import { cells, clipped, padded, wrapped } from './wrap.ts';

/** Cells of a column of a table, for a count or a word for a state. */
const column = 6;
/** Cells before the columns: a code or a severity. */
const lead = 12;
/** What a table leaves for the text behind its columns; less would say nothing. */
const leastText = 24;

/**
 * The report of several clusters for a person: how each of them stands, and what differs. Findings are for the report of
 * one cluster; `all` puts those of all clusters in front.
 */
export function* formatFleetText(fleet: FleetReport, options: TextOptions): Generator<string, void> {
  const judged = fleet.clusters.filter((cluster) => 'report' in cluster);
  if (options.quiet) {
    for (const cluster of judged) for (const line of formatText(cluster.report, options)) yield `${printable(cluster.name)}: ${line}`;
    for (const cluster of fleet.clusters)
      if ('failure' in cluster) yield `${printable(cluster.name)}: unread: ${printable(cluster.failure.join('; '))}\n`;
    return;
  }
  const page: Page = { ...pageOf(options), live: true };
  const { nextCommand, ...whole } = options;
  if (options.all)
    for (const { name, report } of judged) {
      yield heading(`Cluster ${printable(name)}`, page);
      yield* formatText(report, whole);
    }
  yield* overview(fleet, options, page);
  yield* differences(fleet, page);
  yield* controls(fleet, page);
  for (const { name, report } of judged) yield* partsUnread(name, report, page);
  yield* summary(fleet, options, page, nextCommand);
}

function* overview({ clusters }: FleetReport, options: TextOptions, page: Page): Generator<string, void> {
  const { colors } = page;
  yield heading(`Clusters: ${clusters.length}`, page);
  for (const [index, cluster] of clusters.entries()) {
    yield `\n${labelled(numberOf(index), colors.bold(printable(cluster.name)), page)}`;
    if ('report' in cluster) {
      const { bySeverity, byState } = cluster.report.summary;
      const found = severityParts(bySeverity, colors);
      yield* parts([...targetOf(cluster), counted(cluster.report.inputs.resources, 'object')], page);
      yield* parts([endWord(outcome(cluster.report, options).exitCode, colors), ...(found.length === 0 ? ['no findings'] : found)], page);
      yield* parts(stateParts(byState, colors), page);
    } else {
      const [what = '', ...todo] = cluster.failure;
      yield labelled('', `could not be judged: ${printable(what)}`, page);
      for (const line of todo) yield labelled('', printable(line), page);
    }
    if (cluster.alsoNamed !== undefined) yield labelled('', `also named ${cluster.alsoNamed.map(printable).join(', ')}`, page);
  }
}

/** What the name of a snapshot does not say stands beside it. */
function targetOf({ name, report }: JudgedCluster): string[] {
  const { cluster, kubernetesVersion } = report.target;
  if (cluster === undefined) return [`Kubernetes ${kubernetesVersion}`];
  const { context, version, snapshot } = cluster;
  return [
    ...(context === name ? [] : [printable(context)]),
    printable(version),
    ...(snapshot === undefined ? [] : [`as of ${printable(snapshot.taken)}`]),
  ];
}

function endWord(exitCode: number, { green, red }: Colors): string {
  return exitCode === 0 ? green('passed') : red(exitCode === 1 ? 'failed' : 'not read whole');
}

function* parts(list: readonly string[], { width }: Page): Generator<string, void> {
  for (const line of listed(list, width - lead)) yield `${' '.repeat(lead)}${line}\n`;
}

const stateWords: Readonly<Record<LedgerState, string>> = { pass: 'hold', fail: 'fail', unknown: '?', 'not-applicable': 'n/a' };

function* differences({ clusters, recommendations, summary: { judged, different } }: FleetReport, page: Page): Generator<string, void> {
  if (judged === 0 || (judged === 1 && !page.all)) return;
  const shown = page.all ? recommendations : recommendations.filter(({ alike }) => !alike);
  yield heading(`What differs: ${different} of ${counted(recommendations.length, 'recommendation')}`, page);
  yield `\n${labelled('', 'hold, fail, ? unknown, n/a not applicable, - not judged', page)}`;
  if (shown.length === 0) yield labelled('', 'nothing: every recommendation has the same state in all clusters', page);
  else
    yield* table(
      clusters.length,
      shown.map((each) => ({
        name: each.code,
        text: each.title,
        values: each.states.map((state) => (state === null ? '-' : stateWords[state])),
        paint: (value) => stateColor(page.colors, stateOf(each, value))(value),
      })),
      page,
    );
}

function stateOf({ states }: ComparedRow, word: string): LedgerState {
  return states.find((state) => state !== null && stateWords[state] === word) ?? 'not-applicable';
}

function* controls({ clusters, controls: list }: FleetReport, page: Page): Generator<string, void> {
  if (list.length === 0) return;
  yield heading(`What fails: ${counted(list.length, 'control')}`, page);
  yield `\n${labelled('', 'how many findings', page)}`;
  yield* table(
    clusters.length,
    list.map(({ control, codes, severity, failing }) => ({
      name: severity,
      color: severityColor(page.colors, severity),
      text: `${control} ${codes.join(' ')}`.trimEnd(),
      values: failing.map((count) => (count === null ? '-' : String(count))),
      paint: (value) => (value === '0' ? page.colors.green(value) : value),
    })),
    page,
  );
}

interface TableRow {
  readonly name: string;
  readonly color?: (text: string) => string;
  readonly text: string;
  /** One for each cluster. */
  readonly values: readonly string[];
  readonly paint: (value: string) => string;
}

/**
 * A column for each cluster, under its number. Where they leave no room for the text the values stand below it, each with
 * the numbers of its clusters.
 */
function* table(clusters: number, rows: readonly TableRow[], page: Page): Generator<string, void> {
  const { width, colors } = page;
  const textAt = lead + clusters * column;
  const beside = textAt + leastText <= width;
  if (beside) {
    const numbers = Array.from({ length: clusters }, (_, index) => padded(numberOf(index), column)).join('');
    yield `${' '.repeat(lead)}${colors.dim(numbers.trimEnd())}\n`;
  }
  for (const { name, color = String, text, values, paint } of rows) {
    const first = `  ${color(name)}${' '.repeat(Math.max(1, lead - 2 - cells(name)))}`;
    if (beside) {
      const marks = values.map((value) => `${paint(clipped(value, column - 1))}${' '.repeat(Math.max(1, column - cells(value)))}`);
      const lines = wrapped(text, width - textAt);
      yield `${first}${marks.join('')}${lines.join(`\n${' '.repeat(textAt)}`)}\n`;
      continue;
    }
    yield `${first}${wrapped(text, width - lead).join(`\n${' '.repeat(lead)}`)}\n`;
    const groups = [...new Set(values)].map((value) => `${paint(value)} in ${spans(values, value)}`);
    yield* parts(groups, page);
  }
}

function numberOf(index: number): string {
  return String(index + 1);
}

/** The numbers of the clusters with a value: `1-4, 7`. */
function spans(values: readonly string[], wanted: string): string {
  const found: string[] = [];
  for (let at = 0; at < values.length; at++) {
    if (values[at] !== wanted) continue;
    const from = at;
    while (values[at + 1] === wanted) at++;
    found.push(from === at ? numberOf(at) : `${numberOf(from)}-${numberOf(at)}`);
  }
  return found.join(', ');
}

function* partsUnread(name: string, report: Report, page: Page): Generator<string, void> {
  if (report.inputs.unread.length === 0 || page.all) return;
  const [title = '', ...lines] = unread(report, page);
  yield title === '' ? '' : heading(`Could not be read of ${printable(name)}`, page);
  yield* lines;
}

function* summary(
  { clusters, summary: sum }: FleetReport,
  options: TextOptions,
  page: Page,
  nextCommand: string | undefined,
): Generator<string, void> {
  const { colors } = page;
  yield heading('Summary', page);
  yield '\n';
  const unjudged = sum.clusters - sum.judged;
  const judged = `${sum.judged} judged`;
  yield row('Clusters', [counted(sum.clusters, 'cluster'), ...(unjudged === 0 ? [judged] : [judged, colors.red(`${unjudged} not`)])], page);
  const found = severityParts(sum.bySeverity, colors);
  const failing = clusters.filter((cluster) => 'report' in cluster && cluster.report.findings.some(isOpenFailure));
  yield row('Findings', found.length === 0 ? [colors.green('none')] : [...found, `in ${counted(failing.length, 'cluster')}`], page);
  if (sum.judged > 1) yield row('Guidance', [`${counted(sum.alike, 'recommendation')} alike`, `${sum.different} differ`], page);
  const result = fleetOutcome({ clusters, summary: sum }, options);
  const word = result.exitCode === 0 ? colors.green('passed') : colors.red(result.exitCode === 1 ? 'failed' : 'not done');
  const reason = wrapped(`${printable(result.reason)} (exit code ${result.exitCode})`, page.width - bareCells(word) - 2);
  yield `\n${word}: ${reason.join('\n  ')}\n`;
  if (nextCommand !== undefined) yield `next: ${colors.bold(nextCommand)}\n`;
}
