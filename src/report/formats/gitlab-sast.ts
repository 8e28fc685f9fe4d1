import type { AnyControl, Finding, Report, Severity } from '../../core/index.ts';
import { findRecommendation } from '../../guidance/index.ts';
import { stringified } from '../json.ts';
import type { FormatOptions } from './index.ts';
import { plainText } from './plain-text.ts';
import { repositoryPath, shortName, sortedFindings, uniqueFingerprints, unknownByControl, waiverText } from './sorted-findings.ts';

/** Of the schema that the report is written for (gitlab.com/gitlab-org/security-products/security-report-schemas). */
const schemaVersion = '15.1.4';
const longestName = 255;
const longestSolution = 7000;

const severityOf: Readonly<Record<Severity, string>> = { critical: 'Critical', high: 'High', medium: 'Medium', low: 'Low' };

/**
 * The report as GitLab's SAST report, for its vulnerability management. What is waived is of severity `Info` and says so,
 * because a vulnerability that is left out counts as resolved there; what is not known and what could not be read are
 * messages of the scan, and with the latter it has failed.
 */
export function* formatGitlabSast(report: Report, { controls, time }: FormatOptions): Generator<string, void> {
  const { tool, inputs } = report;
  const { open, waived, unknown } = sortedFindings(report);
  const byId = new Map(controls.map((control) => [control.id, control]));
  const scanner = { id: 'plimsoll', name: 'Plimsoll', version: tool.version, vendor: { name: 'Plimsoll' } };
  // The schema wants a time in UTC that does not say so.
  const at = time.replace(/Z$/, '');
  const messages = [
    ...inputs.unread.map(({ file, line, reason }) => ({
      level: 'fatal',
      value: plainText(`${file}:${line}: could not be read: ${reason}`),
    })),
    ...unknownByControl(unknown).map(({ first, told }) => ({ level: 'info', value: `${first.control}: ${told}` })),
  ];
  const status = inputs.unread.length === 0 ? 'success' : 'failure';
  const scan = { analyzer: scanner, scanner, type: 'sast', start_time: at, end_time: at, status, messages };
  yield `{\n  "version": "${schemaVersion}",\n  "scan": ${stringified(scan)},\n  "vulnerabilities": [`;
  const fingerprintOf = uniqueFingerprints();
  let separator = '\n';
  for (const finding of [...open, ...waived]) {
    yield `${separator}    ${stringified(vulnerability(finding, byId.get(finding.control), fingerprintOf(finding)))}`;
    separator = ',\n';
  }
  yield separator === '\n' ? ']\n}\n' : '\n  ]\n}\n';
}

function vulnerability(finding: Finding, control: AnyControl | undefined, id: string): object {
  const { control: name, codes, severity, message, resource, file, line, endLine, waived } = finding;
  const solution = control?.remedy ?? findRecommendation(codes[0] ?? '')?.remedy;
  const about = [`${message} (${shortName(resource)})`, ...(waived === undefined ? [] : [waiverText(waived)])]
    .map((part) => plainText(part))
    .join('\n\n');
  return {
    id,
    name: `${waived === undefined ? '' : 'Waived: '}${control?.title ?? name}`.slice(0, longestName),
    description: control === undefined ? about : `${about}\n\n${control.why}`,
    severity: waived === undefined ? severityOf[severity] : 'Info',
    ...(solution === undefined ? {} : { solution: solution.slice(0, longestSolution) }),
    identifiers: [
      { type: 'plimsoll_control', name: `Plimsoll ${name}`, value: name },
      ...codes.map((code) => ({ type: 'nsa_cisa_kubernetes_hardening', name: `NSA/CISA Kubernetes Hardening ${code}`, value: code })),
      ...(control?.also.cis ?? []).map((number) => ({ type: 'cis_kubernetes', name: `CIS ${number}`, value: number })),
    ],
    location: { file: repositoryPath(file), start_line: line, end_line: endLine },
  };
}
