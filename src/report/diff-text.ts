import { groupBy, severities, type DiffReport, type DiffSide, type Finding, type MovedFinding, type Severity } from '../core/index.ts';
import { diffOutcome } from './diff-outcome.ts';
import { counted, type FailOn } from './outcome.ts';
import { heading, labelled, pageOf, placed, resourceName, row, severityColor, severityParts, unread, type Page } from './page.ts';
import { printable } from './printable.ts';
import { placeOn, stateWord } from './text.ts';
import { wrapped } from './wrap.ts';

export interface DiffTextOptions {
  readonly color: boolean;
  readonly width: number;
  /** What is unchanged too, one by one. */
  readonly all: boolean;
  /** What is new and what is fixed alone, one line each. */
  readonly quiet: boolean;
  readonly failOn: FailOn;
  readonly allowUnreadable: boolean;
}

/** What differs between two reports, for a person. */
export function* formatDiffText(diff: DiffReport, options: DiffTextOptions): Generator<string, void> {
  if (options.quiet) {
    yield* brief(diff);
    return;
  }
  const page = pageOf(options);
  const [then, now] = [pageOfSide(page, diff.before), pageOfSide(page, diff.after)];
  const { colors } = page;
  const worstFirst = diff.new.toSorted((one, other) => rank(one.finding) - rank(other.finding));
  yield* section('New', worstFirst, page, ({ finding, was }) => {
    const color = severityColor(colors, finding.severity);
    return entry(finding, finding.severity, was === undefined ? finding.message : `${finding.message} (was ${was})`, now, color);
  });
  yield* section('Fixed', diff.fixed, page, (finding) => entry(finding, 'fixed', finding.message, then, colors.green));
  yield* section('Not known any more', diff.unsettled, page, ({ finding, because }) =>
    entry(finding, words[because], finding.message, then, colors.magenta),
  );
  yield* moved(diff.moved, now);
  if (options.all)
    yield* section('Unchanged', diff.unchanged, page, (finding) => entry(finding, finding.severity, finding.message, now, colors.dim));
  if (diff.ledger.length > 0) {
    yield heading('Guidance', page);
    yield '\n';
    for (const { code, title, before, after } of diff.ledger)
      yield labelled(code, `${stateWord(before)} → ${stateWord(after)}: ${title}`, page);
  }
  for (const side of [diff.before, diff.after]) yield* unread({ inputs: { unread: side.unread } }, pageOfSide(page, side));
  yield* summary(diff, page, options);
}

function rank({ severity }: Finding): number {
  return severities.indexOf(severity);
}

const words = { unknown: 'unknown', waived: 'waived', unread: 'unread', 'not-judged': 'not judged' } as const;

function pageOfSide(page: Page, { cluster }: DiffSide): Page {
  return { ...page, live: cluster !== undefined };
}

function* section<T>(title: string, items: readonly T[], page: Page, text: (item: T) => string): Generator<string, void> {
  if (items.length === 0) return;
  yield heading(`${title}: ${counted(items.length, 'finding')}`, page);
  yield '\n';
  for (const item of items) yield text(item);
}

function entry(finding: Finding, label: string, message: string, page: Page, color: (text: string) => string): string {
  return (
    labelled(label, printable(message), page, color) +
    labelled('', resourceName(finding.resource), page) +
    placed(placeOn(page, finding), `${finding.control} ${finding.codes.join(' ')}`.trimEnd(), page)
  );
}

/** Other lines are only counted: whoever adds one at the top of a file moves all below. */
function* moved(list: readonly MovedFinding[], page: Page): Generator<string, void> {
  const groups = groupBy(
    list.filter(({ finding, from }) => from.file !== finding.file || from.resource !== undefined),
    ({ finding, from }) =>
      [from.file, finding.file, resourceName(finding.resource), ...(from.resource === undefined ? [] : ['renamed'])].join('\0'),
  );
  const lines = list.length - [...groups.values()].reduce((sum, { length }) => sum + length, 0);
  if (list.length === 0) return;
  yield heading(`Moved: ${counted(list.length, 'finding')}`, page);
  yield '\n';
  for (const those of groups.values()) {
    const { finding, from } = those[0]!;
    const was = from.resource === undefined ? '' : `, which was ${resourceName(from.resource)}`;
    yield labelled(String(those.length), `of ${resourceName(finding.resource)}${was}`, page);
    if (from.file !== finding.file) yield placed(printable(finding.file), `from ${printable(from.file)}`, page);
  }
  if (lines > 0) yield labelled(String(lines), 'on other lines of the same file', page);
}

function* summary(diff: DiffReport, page: Page, options: DiffTextOptions): Generator<string, void> {
  const { colors } = page;
  const counts = (of: Readonly<Record<Severity, number>>): string[] => {
    const parts = severityParts(of, colors);
    return parts.length === 0 ? ['none'] : parts;
  };
  yield heading('Summary', page);
  yield '\n';
  yield row('New', counts(diff.summary.new), page);
  yield row('Fixed', counts(diff.summary.fixed), page);
  if (diff.summary.unsettled > 0) yield row('Not known', [counted(diff.summary.unsettled, 'finding')], page);
  const still = diff.summary.unchanged + diff.summary.moved;
  yield row('Unchanged', [counted(still, 'finding'), ...(diff.summary.moved === 0 ? [] : [`${diff.summary.moved} of them moved`])], page);
  yield row('Before', sideParts(diff.before), page);
  yield row('After', sideParts(diff.after), page);
  for (const [index, note] of diff.notes.entries())
    for (const [at, line] of wrapped(printable(note), page.width - 16).entries()) yield row(index + at === 0 ? 'Mind' : '', [line], page);
  const { exitCode, reason } = diffOutcome(diff, options);
  const word = exitCode === 0 ? colors.green('compared') : colors.red(exitCode === 1 ? 'failed' : 'not done');
  yield `\n${word}: ${wrapped(`${reason} (exit code ${exitCode})`, page.width - 10).join('\n  ')}\n`;
}

function sideParts({ name, kind, commit, kubernetesVersion, profile, cluster, resources }: DiffSide): string[] {
  return [
    `${kind} ${printable(name)}${commit === undefined ? '' : ` (${commit.slice(0, 12)})`}`,
    ...(cluster === undefined ? [] : [`cluster ${printable(cluster.context)}`]),
    counted(resources, 'object'),
    `Kubernetes ${kubernetesVersion}`,
    `profile ${profile}`,
  ];
}

/** One line each, with + for what is new, - for what is fixed and ? for what nobody knows any more. */
function* brief({ new: fresh, fixed, unsettled, before, after }: DiffReport): Generator<string, void> {
  const line = ({ file, line: number, column, severity, message, control }: Finding, { cluster }: DiffSide): string =>
    `${printable(file)}${cluster === undefined ? `:${number}:${column}` : ''}: ${severity}: ${printable(message)} [${control}]\n`;
  for (const { finding } of fresh.toSorted((one, other) => rank(one.finding) - rank(other.finding))) yield `+ ${line(finding, after)}`;
  for (const finding of fixed) yield `- ${line(finding, before)}`;
  for (const { finding } of unsettled) yield `? ${line(finding, before)}`;
  for (const of of [before, after])
    for (const { file, line: number, reason } of of.unread) yield `${printable(file)}:${number}: unread: ${printable(reason)}\n`;
}
