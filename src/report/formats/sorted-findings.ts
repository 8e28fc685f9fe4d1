import { groupBy, isObserved, severities, type Finding, type Report, type ResourceRef, type Waiver } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { plainText } from './plain-text.ts';

/** The findings of a report by what they mean to a reader, each list worst first, then by file and line. */
export interface SortedFindings {
  /** Fails, and nobody answers for it. */
  readonly open: readonly Finding[];
  readonly waived: readonly (Finding & { readonly waived: Waiver })[];
  readonly unknown: readonly Finding[];
}

/** What passes or does not apply is in a report only where all was asked for, and is of no sort. */
export function sortedFindings({ findings }: Pick<Report, 'findings'>): SortedFindings {
  const open: Finding[] = [];
  const waived: (Finding & { readonly waived: Waiver })[] = [];
  const unknown: Finding[] = [];
  for (const finding of findings) {
    if (isWaived(finding)) waived.push(finding);
    else if (finding.verdict === 'fail') open.push(finding);
    else if (finding.verdict === 'unknown') unknown.push(finding);
  }
  return { open: open.sort(worstFirst), waived: waived.sort(worstFirst), unknown: unknown.sort(worstFirst) };
}

export function isWaived(finding: Finding): finding is Finding & { readonly waived: Waiver } {
  return finding.waived !== undefined;
}

const rank: Readonly<Record<string, number>> = Object.fromEntries(severities.map((severity, index) => [severity, index]));

function worstFirst(a: Finding, b: Finding): number {
  return (
    rank[a.severity]! - rank[b.severity]! ||
    compare(a.file, b.file) ||
    a.line - b.line ||
    a.column - b.column ||
    compare(a.control, b.control) ||
    compare(a.path, b.path)
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** What is not known, a line for each control: of most controls it is not known of every object alike. */
export function unknownByControl(
  unknown: readonly Finding[],
): { readonly first: Finding; readonly count: number; readonly told: string }[] {
  return [...groupBy(unknown, ({ control }) => control).values()].map((findings) => {
    const first = findings[0]!;
    const count = findings.length;
    return { first, count, told: `${counted(count, 'verdict')} not known from this input, the first: ${plainText(first.message)}` };
  });
}

/** Who answers until when, and why. */
export function waiverText({ until, owner, reason, ticket }: Waiver): string {
  return plainText(`waived until ${until} by ${owner}: ${reason}${ticket === undefined ? '' : ` (${ticket})`}`);
}

/** Findings that fail and that the report does not list, because only what is new was asked for. */
export function leftOut({ baseline, changedSince }: Report): string[] {
  return [
    ...(baseline === undefined ? [] : [`${baseline.known} known to ${plainText(baseline.file)}`]),
    ...(changedSince === undefined ? [] : [`${changedSince.unchanged} unchanged since ${plainText(changedSince.revision)}`]),
  ];
}

/** `Deployment shop/web`, as people name objects to each other. */
export function shortName(ref: ResourceRef): string {
  const { kind, namespace, name } = ref;
  if (isObserved(ref)) return plainText(`API server of context ${name}`);
  return plainText(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`);
}

/** A file as repositories name it: consumers match paths by their text. */
export function repositoryPath(file: string): string {
  return plainText(file).replace(/^(?:\.\/)+/, '');
}

/** Whether the place of a finding is in a file: not in a cluster, and not on standard input. */
export function isInFile({ target }: Pick<Report, 'target'>, file: string): boolean {
  return target.cluster === undefined && file !== '<stdin>';
}

/** The fingerprint of a finding, with a number behind it where it was handed out before: consumers drop what they know already. */
export function uniqueFingerprints(): (finding: Pick<Finding, 'fingerprint'>) => string {
  const seen = new Map<string, number>();
  return ({ fingerprint }) => {
    const times = (seen.get(fingerprint) ?? 0) + 1;
    seen.set(fingerprint, times);
    return times === 1 ? fingerprint : `${fingerprint}-${times}`;
  };
}
