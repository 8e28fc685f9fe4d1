import type { Finding, Report, SetBy } from '../core/index.ts';
import type { Decide, ManifestTotals } from '../sources/manifests/index.ts';

/** The report with what decides each failing finding of charts and overlays, as far as that can be found out. */
export async function withDeciding(report: Report, { rendered }: Pick<ManifestTotals, 'rendered'>): Promise<Report> {
  if (rendered.size === 0) return report;
  const asked = new Map<Decide, Finding[]>();
  for (const finding of report.findings) {
    const decide = finding.verdict === 'fail' ? rendered.get(finding.file) : undefined;
    if (decide === undefined) continue;
    const others = asked.get(decide);
    if (others === undefined) asked.set(decide, [finding]);
    else others.push(finding);
  }
  const found = new Map<Finding, SetBy>();
  for (const [decide, findings] of asked) for (const [finding, setBy] of await decide(findings)) found.set(finding, setBy);
  const findings = report.findings.map((finding) => {
    const setBy = found.get(finding);
    return setBy === undefined ? finding : { ...finding, setBy };
  });
  return { ...report, findings };
}
