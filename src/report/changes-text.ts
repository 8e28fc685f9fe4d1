import type { Finding, Report } from '../core/index.ts';
import type { Changes } from './changes.ts';
import { outcome } from './outcome.ts';
import { heading, labelled, listed, margin, pageOf, placed, resourceName, severityColor, severityParts, type Page } from './page.ts';
import { printable } from './printable.ts';
import { placeOn, stateWord, type TextOptions } from './text.ts';

/** What is new and what is gone, for a person; `at` is when, and `report` how things stand now. */
export function* formatChanges(changes: Changes, report: Report, at: string, options: TextOptions): Generator<string, void> {
  const live = report.target.cluster !== undefined;
  const page: Page = { ...pageOf(options), live };
  const { colors } = page;
  if (options.quiet) {
    yield* brief(changes, live);
    return;
  }
  yield heading(at, page);
  yield '\n';
  for (const finding of changes.fresh) yield entry(finding, finding.severity, severityColor(colors, finding.severity), page);
  for (const finding of changes.resolved) yield entry(finding, 'resolved', colors.green, page);
  for (const finding of changes.unsure) yield entry(finding, 'unknown', colors.magenta, page);
  for (const { file, reason } of changes.unread) {
    yield labelled('unread', printable(file), page, colors.red);
    yield labelled('', printable(reason), page);
  }
  for (const file of changes.readAgain) yield labelled('read', `${printable(file)} can be read again`, page, colors.green);
  for (const { code, title, before, after } of changes.rows)
    yield labelled(code, `${stateWord(before)} → ${stateWord(after)}: ${title}`, page);
  const { exitCode } = outcome(report, options);
  const word = exitCode === 0 ? colors.green('passed') : colors.red(exitCode === 1 ? 'failed' : 'not done');
  const counts = severityParts(report.summary.bySeverity, colors);
  const [first = '', ...rest] = listed([word, ...(counts.length === 0 ? ['no findings'] : counts)], page.width - margin);
  yield `  now${' '.repeat(margin - 5)}${first}\n${rest.map((line) => `${' '.repeat(margin)}${line}\n`).join('')}`;
}

function entry(finding: Finding, label: string, color: (text: string) => string, page: Page): string {
  return (
    labelled(label, printable(finding.message), page, color) +
    labelled('', resourceName(finding.resource), page) +
    placed(placeOn(page, finding), `${finding.control} ${finding.codes.join(' ')}`.trimEnd(), page)
  );
}

/** One line each, with + for what is new and - for what is gone. */
function* brief({ fresh, resolved, unsure, unread, readAgain }: Changes, live: boolean): Generator<string, void> {
  const line = ({ file, line: row, column, severity, message, control }: Finding): string =>
    `${printable(file)}${live ? '' : `:${row}:${column}`}: ${severity}: ${printable(message)} [${control}]\n`;
  for (const finding of fresh) yield `+ ${line(finding)}`;
  for (const finding of resolved) yield `- ${line(finding)}`;
  for (const finding of unsure) yield `? ${line(finding)}`;
  for (const { file, reason } of unread) yield `+ ${printable(file)}: unread: ${printable(reason)}\n`;
  for (const file of readAgain) yield `- ${printable(file)}: unread\n`;
}
