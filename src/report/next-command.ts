import { severities, type Report } from '../core/index.ts';

/** The command that helps most after this report: about the worst control that fails, the most frequent one of equals. */
export function nextCommand(report: Report): string {
  if (report.inputs.resources === 0) return 'plimsoll help scan';
  const counts = new Map<string, { rank: number; count: number }>();
  for (const { control, severity, verdict } of report.findings) {
    if (verdict !== 'fail') continue;
    const rank = severities.indexOf(severity);
    const entry = counts.get(control) ?? { rank, count: 0 };
    counts.set(control, { rank: Math.min(entry.rank, rank), count: entry.count + 1 });
  }
  const [worst] = [...counts].sort(([a, x], [b, y]) => x.rank - y.rank || y.count - x.count || (a < b ? -1 : 1));
  return worst === undefined ? 'plimsoll list recommendations --undecided' : `plimsoll explain ${worst[0]}`;
}
