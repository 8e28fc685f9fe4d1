import type { Finding, Report, Severity } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { plainText } from './plain-text.ts';
import { isInFile, leftOut, repositoryPath, shortName, sortedFindings, unknownByControl, waiverText } from './sorted-findings.ts';

type Kind = 'error' | 'warning' | 'notice';

interface Annotation {
  readonly kind: Kind;
  readonly title: string;
  readonly message: string;
  readonly place: Readonly<Record<string, string | number>>;
}

/** GitHub shows so many annotations of each kind for a step, and drops the others without a word. */
const shownOfAKind = 10;
const longest = 4000;

/**
 * The report as workflow commands of GitHub Actions, for annotations in a pull request: what fails is an error (critical,
 * high) or a warning, what could not be read a warning before those, low severity and what is not known a notice. Of each
 * kind the worst come first, and the last that GitHub shows tells how many it does not; the log lists them all.
 */
export function* formatGithub(report: Report): Generator<string, void> {
  const { open, waived, unknown } = sortedFindings(report);
  const of = (kind: Kind): Annotation[] =>
    open.filter(({ severity }) => kindOf(severity) === kind).map((finding) => annotationOf(report, finding, kind, finding.message));
  const unread = report.inputs.unread.map(({ file, line, reason }): Annotation => ({
    kind: 'warning',
    title: 'Could not be read',
    message: reason,
    place: isInFile(report, file) ? { file: repositoryPath(file), line } : {},
  }));
  const undecided = unknownByControl(unknown).map(({ first, told }) => annotationOf(report, first, 'notice', told));
  yield* limited(of('error'));
  yield* limited([...unread, ...of('warning')]);
  yield* limited([...of('notice'), ...undecided]);
  const { critical, high, medium, low } = report.summary.bySeverity;
  const rest = [
    ...(waived.length === 0 ? [] : [`${waived.length} waived`]),
    ...(unknown.length === 0 ? [] : [`${unknown.length} not known`]),
    ...(unread.length === 0 ? [] : [`${unread.length} unread`]),
    ...leftOut(report),
  ];
  yield `::group::${data(`Plimsoll: ${[`${critical} critical`, `${high} high`, `${medium} medium`, `${low} low`, ...rest].join(', ')}`)}\n`;
  for (const { file, line, reason } of report.inputs.unread) yield logged(`unread  ${file}:${line}: ${reason}`);
  for (const finding of open) yield logged(`${finding.severity}  ${logLine(finding)}`);
  for (const finding of waived) yield logged(`${waiverText(finding.waived)}: ${logLine(finding)}`);
  for (const finding of unknown) yield logged(`not known  ${logLine(finding)}`);
  yield '::endgroup::\n';
}

function kindOf(severity: Severity): Kind {
  if (severity === 'low') return 'notice';
  return severity === 'medium' ? 'warning' : 'error';
}

function annotationOf(report: Report, finding: Finding, kind: Kind, message: string): Annotation {
  const { file, line, column, endLine, endColumn, control, codes, resource } = finding;
  const title = [codes.join(' '), control].filter((part) => part !== '').join(' ');
  // Of several clusters its place alone tells an object from that of the same name.
  const object = report.merged === undefined ? shortName(resource) : file;
  if (!isInFile(report, file)) return { kind, title, message: `${object}: ${message}`, place: {} };
  // Columns count on one line alone.
  const columns = endLine === line && endColumn > column ? { col: column, endColumn } : {};
  return { kind, title, message, place: { file: repositoryPath(file), line, ...(endLine > line ? { endLine } : {}), ...columns } };
}

function* limited(annotations: readonly Annotation[]): Generator<string, void> {
  const fits = annotations.length <= shownOfAKind;
  const shown = fits ? annotations : annotations.slice(0, shownOfAKind - 1);
  for (const { kind, title, message, place } of shown) yield command(kind, { ...place, title }, message);
  const [first] = annotations;
  if (fits || first === undefined) return;
  const more = counted(annotations.length - shown.length, `more ${first.kind}`);
  yield command(first.kind, { title: more }, `GitHub shows ${shownOfAKind} of a kind; the log of this step lists all findings`);
}

/** @see https://docs.github.com/actions/reference/workflows-and-actions/workflow-commands */
function command(kind: Kind, properties: Readonly<Record<string, string | number>>, message: string): string {
  const named = Object.entries(properties).map(([key, value]) => `${key}=${property(String(value))}`);
  return `::${kind} ${named.join(',')}::${data(message)}\n`;
}

function logLine({ file, line, column, message, control }: Finding): string {
  return `${file}:${line}:${column}: ${message} [${control}]`;
}

/** A line that stands in the log alone: indented text begins no command of today. */
function logged(line: string): string {
  return `  ${text(line)}\n`;
}

/** The runner also takes `##[name]` for a command, wherever on a line it stands. */
function text(value: string): string {
  return plainText(value, longest).replaceAll('##[', '## [');
}

function data(value: string): string {
  return text(value).replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function property(value: string): string {
  return data(value).replaceAll(':', '%3A').replaceAll(',', '%2C');
}
