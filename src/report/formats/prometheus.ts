import { groupBy, severities, type Finding, type Report } from '../../core/index.ts';
import { plainText } from './plain-text.ts';
import { sortedFindings } from './sorted-findings.ts';

/** More make a server pay for labels that nobody looks at; what is left over is one series. */
const mostNamespaces = 100;
// No namespace can have this name.
const otherNamespaces = '(others)';
const longestLabel = 200;

type Labels = Readonly<Record<string, string>>;

/**
 * The report as gauges in Prometheus' text format, for the textfile collector or a push gateway. The number of series is
 * bounded: by severities, controls, recommendations, and the 100 namespaces with the most findings. No series has a time.
 */
export function* formatPrometheus(report: Report): Generator<string, void> {
  const { tool, target, inputs, summary, workloads, ledger } = report;
  const { open, waived, unknown } = sortedFindings(report);
  yield* gauge('plimsoll_info', 'What was judged, by which version.', [
    [
      {
        version: tool.version,
        kubernetes_version: target.kubernetesVersion,
        profile: target.profile,
        cluster: target.cluster?.context ?? '',
      },
      1,
    ],
  ]);
  yield* gauge(
    'plimsoll_findings',
    'Failing findings that nobody answers for, by severity.',
    severities.map((severity) => [{ severity }, summary.bySeverity[severity]]),
  );
  yield* gauge('plimsoll_waived_findings', 'Failing findings that are waived.', [[{}, summary.waived ?? waived.length]]);
  yield* gauge(
    'plimsoll_left_out_findings',
    'Failing findings that a baseline knows or that have not changed: they are counted nowhere else.',
    [[{}, (report.baseline?.known ?? 0) + (report.changedSince?.unchanged ?? 0)]],
  );
  yield* gauge('plimsoll_unknown_verdicts', 'Verdicts that the input does not decide.', [[{}, unknown.length]]);
  yield* gauge('plimsoll_unread', 'Files, documents or parts of a cluster that could not be read: what they hold was not judged.', [
    [{}, inputs.unread.length],
  ]);
  yield* gauge('plimsoll_objects', 'Objects that were read.', [[{}, inputs.resources]]);
  yield* gauge(
    'plimsoll_control_findings',
    'Failing findings that nobody answers for, by control.',
    counts(open, ({ control, severity }) => ({ control, severity })),
  );
  yield* gauge('plimsoll_namespace_findings', 'Failing findings that nobody answers for, by namespace.', namespaceCounts(open));
  const levels = ['privileged', 'baseline', 'restricted'] as const;
  yield* gauge(
    'plimsoll_workloads',
    'Workloads by the strictest Pod Security level that they meet.',
    levels.map((level) => [{ level }, workloads.filter(({ podSecurityLevel }) => podSecurityLevel === level).length]),
  );
  yield* gauge(
    'plimsoll_recommendation_state',
    'The state of each recommendation: 1 for the one that it is in.',
    ledger.map(({ code, chapter, state }) => [{ code, chapter, state }, 1]),
  );
}

function counts(findings: readonly Finding[], labelsOf: (finding: Finding) => Labels): [Labels, number][] {
  const groups = groupBy(findings, (finding) => JSON.stringify(labelsOf(finding)));
  return [...groups.values()].map((those): [Labels, number] => [labelsOf(those[0]!), those.length]).sort(([a], [b]) => order(a, b));
}

function order(a: Labels, b: Labels): number {
  const [left, right] = [Object.values(a).join('\0'), Object.values(b).join('\0')];
  return left < right ? -1 : left > right ? 1 : 0;
}

function namespaceCounts(open: readonly Finding[]): [Labels, number][] {
  const byNamespace = groupBy(open, ({ resource }) => resource.namespace ?? '');
  const names = [...byNamespace.keys()].sort((a, b) => byNamespace.get(b)!.length - byNamespace.get(a)!.length || (a < b ? -1 : 1));
  const own = new Set(names.slice(0, mostNamespaces));
  return counts(open, ({ resource: { namespace = '' }, severity }) => ({
    namespace: own.has(namespace) ? namespace : otherNamespaces,
    severity,
  }));
}

/** Series that are equal as they are written are one. @see https://prometheus.io/docs/instrumenting/exposition_formats/ */
function* gauge(name: string, help: string, series: readonly (readonly [Labels, number])[]): Generator<string, void> {
  const sums = new Map<string, number>();
  for (const [labels, value] of series) {
    const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
    const written = `${name}${pairs.length === 0 ? '' : `{${pairs.join(',')}}`}`;
    sums.set(written, (sums.get(written) ?? 0) + value);
  }
  yield `# HELP ${name} ${help}\n# TYPE ${name} gauge\n`;
  for (const [written, sum] of sums) yield `${written} ${sum}\n`;
}

function escaped(text: string): string {
  return plainText(text, longestLabel).replaceAll('\\', '\\\\').replaceAll('"', '\\"');
}
