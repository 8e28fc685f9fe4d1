import { isOpenFailure, type Finding, type Report } from '../core/index.ts';
import { countBySeverity } from './baseline.ts';
import { isWorse, objectWords, pairFindings, type Earlier } from './pairing.ts';

/** An earlier finding with all that is known of it. */
export interface EarlierFinding extends Earlier {
  readonly finding: Finding;
}

/** The findings of an earlier report; `place` says what their files are called now. */
export function earlierFindings(findings: readonly Finding[], place: (file: string) => string = String): EarlierFinding[] {
  return findings.map((finding) => {
    const { fingerprint, severity, path, resource, file } = finding;
    return { fingerprint, severity, path, object: objectWords(resource), file: place(file), finding };
  });
}

/** What changed between a report and that of how things were. */
export interface Since {
  readonly revision: string;
  readonly commit: string;
  /** Has the text changed that a finding is about? */
  isChanged(finding: Finding): boolean;
  /** Nothing that was read has. */
  readonly same?: true;
}

/**
 * The report without what was there before and still is: left out is a finding only if the text that it is about is as it
 * was, and it was a finding then, of the same verdict and message and no less severe. So nothing new is left out, wherever
 * it comes from; the ledger stays what it is.
 */
export function onlyChanged(report: Report, before: Pick<Report, 'findings'>, { isChanged, ...since }: Since): Report {
  const { findings, workloads } = report;
  const standing = [...findings, ...workloads];
  const old = new Set<Finding>();
  for (const kind of [isOpenFailure, (finding: Finding) => !isOpenFailure(finding)]) {
    const { pairs } = pairFindings(earlierFindings(before.findings.filter(kind)), findings.filter(kind), standing);
    for (const [then, now] of pairs) {
      const { verdict, message } = then.finding;
      if (verdict === now.verdict && message === now.message && !isWorse(then, now) && !isChanged(now)) old.add(now);
    }
  }
  const unchanged = [...old].filter(isOpenFailure).length;
  return only(
    { ...report, changedSince: { ...since, unchanged } },
    findings.filter((finding) => !old.has(finding)),
  );
}

/**
 * Of one report what a baseline does not know and what has changed: each is taken out of the whole, because what one of them
 * leaves out the other has to see.
 */
export function bothOf(fresh: Report, since: Report): Report {
  const changed = new Set(since.findings);
  const rest = fresh.findings.filter((finding) => changed.has(finding));
  const unchanged = fresh.findings.filter((finding) => isOpenFailure(finding) && !changed.has(finding)).length;
  return only({ ...fresh, ...(since.changedSince === undefined ? {} : { changedSince: { ...since.changedSince, unchanged } }) }, rest);
}

function only(report: Report, findings: readonly Finding[]): Report {
  return { ...report, findings, summary: { ...report.summary, bySeverity: countBySeverity(findings) } };
}
