import {
  compareText,
  isOpenFailure,
  severities,
  type ComparedControl,
  type ComparedRow,
  type FleetCluster,
  type FleetReport,
  type Report,
  type Severity,
} from '../core/index.ts';
import { version } from '../core/version.ts';

/**
 * The reports of several clusters in one, with what differs between them. The clusters keep their order; those that could
 * not be judged count neither as alike nor as different.
 */
export function fleetReport(clusters: readonly FleetCluster[]): FleetReport {
  const reports = clusters.map((cluster) => ('report' in cluster ? cluster.report : null));
  const recommendations = comparedRows(reports);
  const controls = comparedControls(reports);
  const bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const report of reports)
    if (report !== null) for (const severity of severities) bySeverity[severity] += report.summary.bySeverity[severity];
  const alike = recommendations.filter((row) => row.alike).length;
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version },
    clusters,
    recommendations,
    controls,
    summary: {
      clusters: clusters.length,
      judged: reports.filter((report) => report !== null).length,
      bySeverity,
      alike,
      different: recommendations.length - alike,
    },
  };
}

/** Every report has all rows of the catalogue. */
function comparedRows(reports: readonly (Report | null)[]): ComparedRow[] {
  const first = reports.find((report) => report !== null);
  const byCode = reports.map((report) => new Map(report?.ledger.map(({ code, state }) => [code, state])));
  return (first?.ledger ?? []).map(({ code, title, chapter }) => {
    const states = byCode.map((ledger) => ledger.get(code) ?? null);
    const known = new Set(states.filter((state) => state !== null));
    return { code, title, chapter, states, alike: known.size <= 1 };
  });
}

function comparedControls(reports: readonly (Report | null)[]): ComparedControl[] {
  const found = new Map<string, { codes: readonly string[]; severity: Severity; counts: number[] }>();
  for (const [index, report] of reports.entries()) {
    for (const finding of report?.findings ?? []) {
      if (!isOpenFailure(finding)) continue;
      const { control, codes, severity } = finding;
      const known = found.get(control);
      const entry = known ?? { codes, severity, counts: reports.map(() => 0) };
      if (known === undefined) found.set(control, entry);
      entry.counts[index]!++;
      if (severities.indexOf(severity) < severities.indexOf(entry.severity)) entry.severity = severity;
    }
  }
  return [...found]
    .map(([control, { codes, severity, counts }]) => ({
      control,
      codes,
      severity,
      failing: counts.map((count, index) => (reports[index] === null ? null : count)),
    }))
    .sort(
      (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || total(b) - total(a) || compareText(a.control, b.control),
    );
}

function total({ failing }: ComparedControl): number {
  return failing.reduce((sum: number, count) => sum + (count ?? 0), 0);
}
