import type { Finding, Report, Severity } from '../../core/index.ts';
import { stringified } from '../json.ts';
import type { FormatOptions } from './index.ts';
import { plainText } from './plain-text.ts';
import { repositoryPath, shortName, sortedFindings, waiverText } from './sorted-findings.ts';

/** Sonar cuts no message: it refuses a longer one. */
const longestMessage = 4000;

/** A word of each of Sonar's modes: the impact on a quality, which has three levels in every version, and the older severity. */
const severityOf: Readonly<Record<Severity, { readonly impact: string; readonly standard: string }>> = {
  critical: { impact: 'HIGH', standard: 'BLOCKER' },
  high: { impact: 'HIGH', standard: 'CRITICAL' },
  medium: { impact: 'MEDIUM', standard: 'MAJOR' },
  low: { impact: 'LOW', standard: 'MINOR' },
};

/**
 * The report in SonarQube's generic format for issues, with rules (since 10.3). There a severity belongs to a rule, so that a
 * control that finds with several severities is a rule for each; what is waived, not known or unread has rules of its own,
 * because an import knows no other state than open.
 */
export function* formatSonar(report: Report, { controls }: FormatOptions): Generator<string, void> {
  const { open, waived, unknown } = sortedFindings(report);
  const texts = new Map(controls.map(({ id, title, why, severity }) => [id, { title, why, severity }]));
  const usual = (id: string): Severity | undefined => texts.get(id)?.severity;
  const ruleIdOf = ({ control, severity }: Finding): string =>
    (usual(control) ?? severity) === severity ? control : `${control}:${severity}`;
  const rules = new Map<string, object>();
  const rule = (id: string, name: string, description: string, severity: Severity): void => {
    if (!rules.has(id)) rules.set(id, ruleRecord(id, plainText(name), description, severity));
  };
  if (report.inputs.unread.length > 0) rule('plimsoll:unread', 'Input can be read', 'What could not be read was not judged.', 'high');
  for (const finding of open) {
    const about = texts.get(finding.control);
    rule(ruleIdOf(finding), about?.title ?? finding.control, about?.why ?? finding.control, finding.severity);
  }
  if (waived.length > 0) rule('plimsoll:waived', 'Waived findings', 'Somebody answers for these until a day.', 'low');
  if (unknown.length > 0) rule('plimsoll:unknown', 'What is not known', 'The input does not show what decides these.', 'low');
  yield '{\n  "rules": [';
  yield* items(rules.values());
  yield '],\n  "issues": [';
  yield* items(
    (function* (): Generator<object, void> {
      for (const { file, line, reason } of report.inputs.unread) yield issue('plimsoll:unread', `could not be read: ${reason}`, file, line);
      for (const finding of open)
        yield issue(ruleIdOf(finding), `${finding.message} (${shortName(finding.resource)})`, finding.file, finding.line);
      for (const { waived: by, message, control, file, line } of waived)
        yield issue('plimsoll:waived', `${control}: ${message} (${waiverText(by)})`, file, line);
      for (const { message, control, file, line } of unknown) yield issue('plimsoll:unknown', `${control}: ${message}`, file, line);
    })(),
  );
  yield ']\n}\n';
}

function* items(records: Iterable<object>): Generator<string, void> {
  let separator = '\n    ';
  for (const record of records) {
    yield `${separator}${stringified(record)}`;
    separator = ',\n    ';
  }
  if (separator !== '\n    ') yield '\n  ';
}

function ruleRecord(id: string, name: string, description: string, severity: Severity): object {
  const { impact, standard } = severityOf[severity];
  return {
    id,
    name,
    description,
    engineId: 'plimsoll',
    cleanCodeAttribute: 'TRUSTWORTHY',
    type: 'VULNERABILITY',
    severity: standard,
    impacts: [{ softwareQuality: 'SECURITY', severity: impact }],
  };
}

function issue(ruleId: string, message: string, file: string, line: number): object {
  // One column behind the end of a line makes the whole import fail, so a line has to do.
  const primaryLocation = {
    message: plainText(message, longestMessage),
    filePath: repositoryPath(file),
    textRange: { startLine: line },
  };
  return { ruleId, primaryLocation };
}
