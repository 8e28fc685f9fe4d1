import { groupBy, severities, type Finding, type FleetReport, type Report } from '../../core/index.ts';
import { plainText } from './plain-text.ts';
import { sortedFindings } from './sorted-findings.ts';

/** More make a server pay for labels that nobody looks at; what is left over is one series. */
const mostNamespaces = 100;
// No namespace can have this name.
const otherNamespaces = '(others)';
const longestLabel = 200;

type Labels = Readonly<Record<string, string>>;
type Series = readonly [Labels, number];

interface Gauge {
  readonly name: string;
  readonly help: string;
  readonly series: readonly Series[];
}

/**
 * The report as gauges in Prometheus' text format, for the textfile collector or a push gateway. The number of series is
 * bounded: by severities, controls, recommendations, and the 100 namespaces with the most findings. No series has a time.
 */
export function* formatPrometheus(report: Report): Generator<string, void> {
  for (const gauge of gaugesOf(report)) yield* written(gauge);
}

/** Those of several clusters, each with the label `cluster`; one that could not be judged is unread, and nothing else. */
export function* formatFleetPrometheus({ clusters }: FleetReport): Generator<string, void> {
  // A gauge stands in one piece, with the series of all clusters.
  const gauges = new Map<string, { name: string; help: string; series: Series[] }>();
  for (const cluster of clusters)
    for (const { name, help, series } of 'report' in cluster ? gaugesOf(cluster.report) : [unread(1)]) {
      const known = gauges.get(name) ?? { name, help, series: [] };
      gauges.set(name, known);
      for (const [labels, value] of series) known.series.push([{ ...labels, cluster: cluster.name }, value]);
    }
  for (const gauge of gauges.values()) yield* written(gauge);
}

function unread(count: number): Gauge {
  return {
    name: 'plimsoll_unread',
    help: 'Files, documents or parts of a cluster that could not be read: what they hold was not judged.',
    series: [[{}, count]],
  };
}

function gaugesOf(report: Report): Gauge[] {
  const { tool, target, inputs, summary, workloads, ledger } = report;
  const { open, waived, unknown } = sortedFindings(report);
  const levels = ['privileged', 'baseline', 'restricted'] as const;
  const info = {
    version: tool.version,
    kubernetes_version: target.kubernetesVersion,
    profile: target.profile,
    cluster: target.cluster?.context ?? '',
  };
  return [
    { name: 'plimsoll_info', help: 'What was judged, by which version.', series: [[info, 1]] },
    {
      name: 'plimsoll_findings',
      help: 'Failing findings that nobody answers for, by severity.',
      series: severities.map((severity) => [{ severity }, summary.bySeverity[severity]]),
    },
    {
      name: 'plimsoll_waived_findings',
      help: 'Failing findings that are waived.',
      series: [[{}, summary.waived ?? waived.length]],
    },
    {
      name: 'plimsoll_left_out_findings',
      help: 'Failing findings that a baseline knows or that have not changed: they are counted nowhere else.',
      series: [[{}, (report.baseline?.known ?? 0) + (report.changedSince?.unchanged ?? 0)]],
    },
    { name: 'plimsoll_unknown_verdicts', help: 'Verdicts that the input does not decide.', series: [[{}, unknown.length]] },
    unread(inputs.unread.length),
    { name: 'plimsoll_objects', help: 'Objects that were read.', series: [[{}, inputs.resources]] },
    {
      name: 'plimsoll_control_findings',
      help: 'Failing findings that nobody answers for, by control.',
      series: counts(open, ({ control, severity }) => ({ control, severity })),
    },
    {
      name: 'plimsoll_namespace_findings',
      help: 'Failing findings that nobody answers for, by namespace.',
      series: namespaceCounts(open),
    },
    {
      name: 'plimsoll_workloads',
      help: 'Workloads by the strictest Pod Security level that they meet.',
      series: levels.map((level) => [{ level }, workloads.filter(({ podSecurityLevel }) => podSecurityLevel === level).length]),
    },
    {
      name: 'plimsoll_recommendation_state',
      help: 'The state of each recommendation: 1 for the one that it is in.',
      series: ledger.map(({ code, chapter, state }) => [{ code, chapter, state }, 1]),
    },
  ];
}

function counts(findings: readonly Finding[], labelsOf: (finding: Finding) => Labels): Series[] {
  const groups = groupBy(findings, (finding) => JSON.stringify(labelsOf(finding)));
  return [...groups.values()].map((those): Series => [labelsOf(those[0]!), those.length]).sort(([a], [b]) => order(a, b));
}

function order(a: Labels, b: Labels): number {
  const [left, right] = [Object.values(a).join('\0'), Object.values(b).join('\0')];
  return left < right ? -1 : left > right ? 1 : 0;
}

function namespaceCounts(open: readonly Finding[]): Series[] {
  const byNamespace = groupBy(open, ({ resource }) => resource.namespace ?? '');
  const names = [...byNamespace.keys()].sort((a, b) => byNamespace.get(b)!.length - byNamespace.get(a)!.length || (a < b ? -1 : 1));
  const own = new Set(names.slice(0, mostNamespaces));
  return counts(open, ({ resource: { namespace = '' }, severity }) => ({
    namespace: own.has(namespace) ? namespace : otherNamespaces,
    severity,
  }));
}

/** Series that are equal as they are written are one. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
function* written({ name, help, series }: Gauge): Generator<string, void> {
  const sums = new Map<string, number>();
  for (const [labels, value] of series) {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    const key = `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`}`;
    sums.set(key, (sums.get(key) ?? 0) + value);
  }
  yield `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
  for (const [key, sum] of sums) yield `${key} ${sum}\n`;
}

function escaped(text: string): string {
  return plainText(text, longestLabel).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
