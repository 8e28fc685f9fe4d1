import { pathToFileURL } from 'node:url';
import { resolve } from 'node:path';
import { DiagnosticSeverity, type Diagnostic, type DiagnosticRelatedInformation, type Range } from 'vscode-languageserver/node';
import type { TextDocument } from 'vscode-languageserver-textdocument';
import type { Finding, Location } from '../core/index.ts';
import { printable } from '../report/printable.ts';
import type { Judged } from './folder.ts';

const source = 'plimsoll';

/** Other places of the same fault that a diagnostic lists. */
const mostRelated = 20;

export interface Shown {
  readonly judged: Judged;
  readonly file: string;
  readonly document: TextDocument;
  readonly root: string;
  /** Whether the editor shows other places of a diagnostic. */
  readonly hasRelated: boolean;
}

/** What an editor shows in one file. */
export function diagnosticsOf(shown: Shown): Diagnostic[] {
  const { judged, file, document } = shown;
  return [
    ...(judged.unread.get(file) ?? []).map(({ line, reason }): Diagnostic => ({
      range: wholeLine(document, line),
      severity: DiagnosticSeverity.Error,
      code: 'unread',
      source,
      message: `this document is not judged: ${printable(reason)}`,
    })),
    ...shownFindings(shown).map(([, diagnostic]) => diagnostic),
  ];
}

/** Findings that are shown, each with its diagnostic. */
export function shownFindings(shown: Shown): (readonly [Finding, Diagnostic])[] {
  const related = relatedFindings(shown.judged, shown.file);
  return (shown.judged.findings.get(shown.file) ?? []).flatMap((finding) =>
    diagnosticOf(finding, related(finding), shown).map((diagnostic) => [finding, diagnostic] as const),
  );
}

function diagnosticOf(finding: Finding, others: readonly Finding[], { document, root, hasRelated }: Shown): Diagnostic[] {
  const severity = severityOf(finding);
  if (severity === undefined) return [];
  const diagnostic: Diagnostic = {
    range: rangeOf(document, finding),
    severity,
    code: finding.codes.join(', '),
    source,
    message: printable(finding.message) + waiverOf(finding),
    data: { control: finding.control, fingerprint: finding.fingerprint },
  };
  if (!hasRelated || others.length === 0) return [diagnostic];
  const relatedInformation = others.slice(0, mostRelated).map((other): DiagnosticRelatedInformation => ({
    location: { uri: other.file === finding.file ? document.uri : pathToFileURL(resolve(root, other.file)).href, range: plainRange(other) },
    message: printable(other.message),
  }));
  return [{ ...diagnostic, relatedInformation }];
}

function waiverOf({ waived }: Finding): string {
  return waived === undefined ? '' : printable(` (waived by ${waived.owner} until ${waived.until}: ${waived.reason})`);
}

/** What is worth breaking a pipeline by default is an error, what nobody can decide from here or somebody answers for a hint. */
function severityOf({ verdict, severity, waived }: Finding): DiagnosticSeverity | undefined {
  if (verdict === 'unknown' || waived !== undefined) return DiagnosticSeverity.Hint;
  if (verdict !== 'fail') return undefined;
  if (severity === 'critical' || severity === 'high') return DiagnosticSeverity.Error;
  return severity === 'medium' ? DiagnosticSeverity.Warning : DiagnosticSeverity.Information;
}

/** Asks for the other findings of the control on the same object, in whichever file they stand. */
function relatedFindings({ findings }: Judged, file: string): (finding: Finding) => readonly Finding[] {
  const mine = new Map<string, Finding[]>((findings.get(file) ?? []).map((finding) => [subjectOf(finding), []]));
  for (const all of findings.values()) for (const finding of all) mine.get(subjectOf(finding))?.push(finding);
  return (finding) => (mine.get(subjectOf(finding)) ?? []).filter((other) => other !== finding);
}

/** What tells the subjects of controls apart, as well as findings do. */
export function subjectOf({
  control,
  verdict,
  resource,
  container = '',
}: Pick<Finding, 'control' | 'verdict' | 'resource' | 'container'>): string {
  const { apiVersion, kind, namespace = '', name } = resource;
  return JSON.stringify([control, verdict, apiVersion, kind, namespace, name, container]);
}

/** The place of a finding, of a block its first line: half a screen that is underlined shows nothing. */
function rangeOf(document: TextDocument, location: Location): Range {
  const { start, end } = plainRange(location);
  if (end.line === start.line) return { start, end: { line: start.line, character: Math.max(end.character, start.character + 1) } };
  return { start, end: { line: start.line, character: Math.max(lineEnd(document, start.line), start.character + 1) } };
}

/** Lines and columns of the protocol count from 0. */
function plainRange({ line, column, endLine, endColumn }: Location): Range {
  return { start: { line: line - 1, character: column - 1 }, end: { line: endLine - 1, character: endColumn - 1 } };
}

function wholeLine(document: TextDocument, line: number): Range {
  const at = Math.min(line, document.lineCount) - 1;
  return { start: { line: at, character: 0 }, end: { line: at, character: Math.max(lineEnd(document, at), 1) } };
}

function lineEnd(document: TextDocument, line: number): number {
  return document.getText({ start: { line, character: 0 }, end: { line: line + 1, character: 0 } }).trimEnd().length;
}
