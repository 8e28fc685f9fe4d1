import type { Report, Severity } from '../../core/index.ts';
import { stringified } from '../json.ts';
import { plainText } from './plain-text.ts';
import { repositoryPath, shortName, sortedFindings, uniqueFingerprints, waiverText } from './sorted-findings.ts';

/** GitLab's scale, which has a word for what is worse than critical. */
const severityOf: Readonly<Record<Severity, string>> = { critical: 'blocker', high: 'critical', medium: 'major', low: 'minor' };

/**
 * The report for GitLab's code quality widget (docs.gitlab.com/ci/testing/code_quality): what fails. What is waived or not
 * known is of severity `info` and says so; input that could not be read is a `blocker`.
 */
export function* formatGitlabCodequality(report: Report): Generator<string, void> {
  const { open, waived, unknown } = sortedFindings(report);
  const fingerprintOf = uniqueFingerprints();
  let separator = '[\n';
  const issue = (file: string, line: number, severity: string, check: string, description: string, fingerprint: string): string => {
    const location = { path: repositoryPath(file), lines: { begin: line } };
    const text = `${separator}  ${stringified({ description: plainText(description), check_name: check, fingerprint, severity, location })}`;
    separator = ',\n';
    return text;
  };
  for (const { file, line, reason } of report.inputs.unread) {
    const fingerprint = fingerprintOf({ fingerprint: `unread:${repositoryPath(file)}:${plainText(reason)}` });
    yield issue(file, line, 'blocker', 'plimsoll/unread', `could not be read: ${reason}`, fingerprint);
  }
  for (const finding of open) {
    const { file, line, severity, control, message, resource } = finding;
    yield issue(file, line, severityOf[severity], control, `${message} (${shortName(resource)})`, fingerprintOf(finding));
  }
  for (const finding of waived) {
    const { file, line, control, message, waived: by } = finding;
    yield issue(file, line, 'info', control, `${message} (${waiverText(by)})`, fingerprintOf(finding));
  }
  for (const finding of unknown) {
    const { file, line, control, message } = finding;
    yield issue(file, line, 'info', control, `not known from this input: ${message}`, fingerprintOf(finding));
  }
  yield separator === '[\n' ? '[]\n' : '\n]\n';
}
