import {
  isOpenFailure,
  severities,
  type ChangedSince,
  type ClusterTarget,
  type Finding,
  type FleetReport,
  type KnownFindings,
  type LedgerRow,
  type LedgerState,
  type MergedReport,
  type Report,
  type WaiverUse,
} from '../core/index.ts';
import { version } from '../core/version.ts';
import { OptionError } from '../options/option-error.ts';

/** A report and what the user calls it. */
export interface NamedReport {
  readonly name: string;
  readonly report: Report;
}

/**
 * Several reports as one, in the order given: of folders, pipelines, or parts of one cluster. What stands in several of them
 * counts once, at its worst; a recommendation has its worst state. docs/formats.md has the rules.
 * @throws OptionError where the reports have no target in common: other profiles, other clusters, a cluster and manifests.
 */
export function mergeReports(named: readonly NamedReport[]): Report {
  const [first] = named;
  if (first === undefined) throw new OptionError(['nothing to merge', 'write plimsoll merge A.json B.json']);
  for (const other of named) checkTogether(first, other);
  return merge(named);
}

/**
 * The reports of several clusters as one, for formats that tell findings by their places: there, in front of an object's
 * name, stands that of the cluster (`production/shop/Deployment.apps/web`), and a cluster that could not be judged is input
 * that could not be read. A recommendation has its worst state.
 * @throws OptionError where no cluster could be judged: there is nothing that a report could say of its target.
 */
export function fleetAsOne({ clusters }: FleetReport): Report {
  const judged = clusters.flatMap((cluster) => ('report' in cluster ? [cluster] : []));
  const [first] = judged;
  const failures = clusters.flatMap((cluster) =>
    'report' in cluster ? [] : [{ file: cluster.name, line: 1, reason: cluster.failure.join('; ') }],
  );
  if (first === undefined)
    throw new OptionError(['no cluster could be judged', ...failures.map(({ file, reason }) => `${file}: ${reason}`)]);
  const { target, inputs, ...whole } = merge(judged.map(({ name, report }) => ({ name, report: placedIn(name, report) })));
  const { cluster } = first.report.target;
  const assumptions = new Set(judged.flatMap(({ report }) => report.target.assumptions));
  return {
    ...whole,
    target: {
      ...target,
      ...(cluster === undefined ? {} : { cluster: { ...cluster, context: clusters.map(({ name }) => name).join(', ') } }),
      assumptions: [...assumptions],
    },
    inputs: { ...inputs, unread: [...failures, ...inputs.unread] },
  };
}

/** What belongs to a cluster is of no other one, also where it is called the same there. */
function placedIn(cluster: string, report: Report): Report {
  const placed = <T extends { readonly file: string }>(each: T): T => ({
    ...each,
    file: `${cluster}/${each.file.replace(/^cluster\//, '')}`,
  });
  const { inputs, findings, workloads } = report;
  return {
    ...report,
    inputs: {
      ...inputs,
      skipped: inputs.skipped.map(placed),
      unread: inputs.unread.map(placed),
      excepted: inputs.excepted.map(placed),
      drifted: inputs.drifted.map(placed),
      staticPods: inputs.staticPods.map(placed),
    },
    findings: findings.map((finding) => ({ ...placed(finding), fingerprint: `${cluster}:${finding.fingerprint}` })),
    workloads: workloads.map(placed),
  };
}

function merge(named: readonly NamedReport[]): Report {
  const reports = named.map(({ report }) => report);
  const findings = mergedFindings(reports);
  const ledger = mergedLedger(reports);
  const waivers = mergedWaivers(reports);
  const baseline = mergedBaseline(reports);
  const changedSince = mergedChange(reports);
  const merged = named.flatMap(partsOf);
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version },
    target: mergedTarget(reports, merged),
    inputs: mergedInputs(reports),
    findings,
    workloads: once(reports.flatMap(({ workloads }) => workloads)),
    ledger,
    ...(waivers.length === 0 ? {} : { waivers }),
    merged,
    ...(baseline === undefined ? {} : { baseline }),
    ...(changedSince === undefined ? {} : { changedSince }),
    summary: summaryOf(findings, ledger),
  };
}

function checkTogether(a: NamedReport, b: NamedReport): void {
  const [one, other] = [a.report.target, b.report.target];
  const refuse = (what: string, todo: string): OptionError =>
    new OptionError([`the reports cannot be merged: ${what}`, `${a.name} and ${b.name}`, todo]);
  if (one.profile !== other.profile)
    throw refuse(`they were judged by the profiles ${one.profile} and ${other.profile}`, 'scan both with the same --profile');
  if ((one.cluster === undefined) !== (other.cluster === undefined))
    throw refuse('one is of a cluster, the other of manifests', 'merge those of clusters and those of manifests apart');
  const [changed, alsoChanged] = [a.report.changedSince, b.report.changedSince];
  if (changed?.commit !== alsoChanged?.commit)
    throw refuse(
      `one lists what changed since ${changed?.revision ?? alsoChanged?.revision} alone, the other does not`,
      'scan both with the same --changed-since',
    );
  if (one.cluster?.context !== other.cluster?.context)
    throw refuse(
      `they are of the clusters ${one.cluster?.context} and ${other.cluster?.context}`,
      'compare clusters with plimsoll scan --cluster A --cluster B',
    );
}

/** What was merged before is told by its parts. */
function partsOf({ name, report }: NamedReport): readonly MergedReport[] {
  const { tool, target, inputs, findings } = report;
  if (report.merged !== undefined) return report.merged;
  const part = { file: name, tool: tool.version, kubernetesVersion: target.kubernetesVersion };
  return [{ ...part, objects: inputs.resources, findings: findings.filter(isOpenFailure).length, unread: inputs.unread.length }];
}

function mergedTarget(reports: readonly Report[], parts: readonly MergedReport[]): Report['target'] {
  const targets = reports.map(({ target }) => target);
  const versions = [...new Set(parts.map(({ kubernetesVersion }) => kubernetesVersion))].sort(byMinor);
  const cluster = mergedCluster(targets.flatMap((target) => target.cluster ?? []));
  const assumptions = [
    ...targets.flatMap((target) => target.assumptions),
    'Each of the merged reports was judged by itself: what one of them lacks may stand in another',
    ...(versions.length === 1 ? [] : [`The merged reports were judged for Kubernetes ${versions.join(', ')}`]),
  ];
  return {
    kubernetesVersion: versions[0] ?? '',
    assumed: targets.some(({ assumed }) => assumed),
    profile: targets[0]!.profile,
    partial: targets.some(({ partial }) => partial),
    ...(cluster === undefined ? {} : { cluster }),
    assumptions: [...new Set(assumptions)],
  };
}

function byMinor(a: string, b: string): number {
  const minor = (text: string): number => Number(text.split('.')[1]);
  return minor(a) - minor(b);
}

function mergedCluster(clusters: readonly ClusterTarget[]): ClusterTarget | undefined {
  const [first] = clusters;
  if (first === undefined) return undefined;
  const { namespaces: _, snapshot, ...rest } = first;
  const whole = clusters.some(({ namespaces }) => namespaces === undefined);
  const namespaces = [...new Set(clusters.flatMap((cluster) => cluster.namespaces ?? []))].sort();
  const same = clusters.every((cluster) => cluster.snapshot?.taken === snapshot?.taken);
  return { ...rest, ...(whole ? {} : { namespaces }), ...(same && snapshot !== undefined ? { snapshot } : {}) };
}

function mergedInputs(reports: readonly Report[]): Report['inputs'] {
  const inputs = reports.map((report) => report.inputs);
  const sum = (key: 'files' | 'documents' | 'resources'): number => inputs.reduce((total, each) => total + each[key], 0);
  return {
    files: sum('files'),
    documents: sum('documents'),
    resources: sum('resources'),
    skipped: once(inputs.flatMap(({ skipped }) => skipped)),
    unread: once(inputs.flatMap(({ unread }) => unread)),
    excepted: once(inputs.flatMap(({ excepted }) => excepted)),
    drifted: once(inputs.flatMap(({ drifted }) => drifted)),
    staticPods: once(inputs.flatMap(({ staticPods }) => staticPods)),
  };
}

/** Without those that say the same in every key; reports write their keys in one order. */
function once<T>(items: readonly T[]): T[] {
  return [...new Map(items.map((item) => [JSON.stringify(item), item])).values()];
}

/** The same control at the same place of the same file is one finding, as the worst of them says it. */
function mergedFindings(reports: readonly Report[]): Finding[] {
  const known = new Map<string, Finding>();
  for (const { findings } of reports) {
    const times = new Map<string, number>();
    for (const finding of findings) {
      // One report may have several with one fingerprint, where a list has items of one name: they are paired in their order.
      const place = `${finding.fingerprint}\0${finding.file}\0${finding.control}`;
      const time = (times.get(place) ?? 0) + 1;
      times.set(place, time);
      const key = `${place}\0${time}`;
      const other = known.get(key);
      if (other === undefined || badness(finding) > badness(other)) known.set(key, finding);
    }
  }
  return [...known.values()];
}

function badness({ verdict, waived, severity }: Finding): number {
  if (verdict === 'fail') return (waived === undefined ? 20 : 10) - severities.indexOf(severity);
  return ['not-applicable', 'pass', 'unknown'].indexOf(verdict);
}

const worstLast: readonly LedgerState[] = ['not-applicable', 'pass', 'unknown', 'fail'];

/** Rows of all reports, in the order of the first that has them. */
function mergedLedger(reports: readonly Report[]): LedgerRow[] {
  const rows = new Map<string, LedgerRow>();
  for (const report of reports)
    for (const row of report.ledger) {
      const known = rows.get(row.code);
      const counted = withOpen(row, report.findings);
      rows.set(row.code, known === undefined ? counted : mergedRow(known, counted));
    }
  return [...rows.values()].map(({ waived, ...row }) => (waived === undefined || waived.findings === 0 ? row : { ...row, waived }));
}

/** With the number of open findings, which a row only says where some are waived. */
function withOpen(row: LedgerRow, findings: readonly Finding[]): LedgerRow {
  if (row.state !== 'fail' || row.waived !== undefined) return row;
  const open = findings.filter((finding) => isOpenFailure(finding) && row.controls.includes(finding.control)).length;
  return { ...row, waived: { findings: 0, open } };
}

function mergedRow(a: LedgerRow, b: LedgerRow): LedgerRow {
  const { note: _, waived: __, ...first } = a;
  const worse = worstLast.indexOf(b.state) > worstLast.indexOf(a.state) ? b : a;
  const { state } = worse;
  const needs = state === 'unknown' ? [...new Set([...a.needs, ...b.needs])] : [];
  const sum = (key: keyof LedgerRow['subjects']): number => a.subjects[key] + b.subjects[key];
  const waived =
    a.waived === undefined || b.waived === undefined
      ? (a.waived ?? b.waived)
      : { findings: a.waived.findings + b.waived.findings, open: a.waived.open + b.waived.open };
  return {
    ...first,
    state,
    subjects: { pass: sum('pass'), fail: sum('fail'), unknown: sum('unknown'), notApplicable: sum('notApplicable') },
    needs,
    controls: [...new Set([...a.controls, ...b.controls])],
    ...(waived === undefined ? {} : { waived }),
    ...(state === 'unknown' && worse.note !== undefined ? { note: worse.note } : {}),
  };
}

/** A waiver that is used somewhere is active, even where another report had nothing for it. */
function mergedWaivers(reports: readonly Report[]): WaiverUse[] {
  const order = ['unused', 'idle', 'expired', 'active'] as const;
  const uses = new Map<string, WaiverUse>();
  for (const use of reports.flatMap(({ waivers }) => waivers ?? [])) {
    const { state, findings, ...written } = use;
    const key = JSON.stringify(written);
    const known = uses.get(key);
    if (known === undefined) uses.set(key, use);
    else {
      const more = order.indexOf(state) > order.indexOf(known.state) ? state : known.state;
      uses.set(key, { ...known, state: more, findings: known.findings + findings });
    }
  }
  return [...uses.values()];
}

function mergedBaseline(reports: readonly Report[]): KnownFindings | undefined {
  const those = reports.flatMap(({ baseline }) => baseline ?? []);
  if (those.length === 0) return undefined;
  const sum = (key: 'known' | 'gone'): number => those.reduce((total, each) => total + each[key], 0);
  return { file: [...new Set(those.map(({ file }) => file))].join(', '), known: sum('known'), gone: sum('gone') };
}

function mergedChange(reports: readonly Report[]): ChangedSince | undefined {
  const those = reports.flatMap(({ changedSince }) => changedSince ?? []);
  const [first] = those;
  return first === undefined ? undefined : { ...first, unchanged: those.reduce((total, { unchanged }) => total + unchanged, 0) };
}

function summaryOf(findings: readonly Finding[], ledger: readonly LedgerRow[]): Report['summary'] {
  const bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
  const byState = { pass: 0, fail: 0, unknown: 0, 'not-applicable': 0 };
  for (const finding of findings) if (isOpenFailure(finding)) bySeverity[finding.severity]++;
  for (const { state } of ledger) byState[state]++;
  const waived = findings.filter((finding) => finding.waived !== undefined).length;
  return { bySeverity, byState, ...(waived === 0 ? {} : { waived }) };
}
