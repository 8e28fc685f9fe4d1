import {
  compareText,
  isOpenFailure,
  type ClusterTarget,
  type Finding,
  type LedgerRow,
  type Report,
  type SubjectContext,
  type WaiverUse,
} from '../core/index.ts';
import { judgeJoined } from './judge-joined.ts';
import { ledger, miss } from './ledger.ts';
import { append, type Gathered } from './part.ts';
import { settingsByFile } from './path-settings.ts';
import type { Run } from './run.ts';
import { leftOut } from './selection.ts';

/** What a source counted: files and documents, judged or not. */
export interface Read {
  readonly files: number;
  readonly documents: number;
  readonly cluster?: ClusterTarget;
  /** Kinds that a cluster has and that were not read, or not to their end. */
  readonly unlisted?: readonly Unlisted[];
  /** What holds of how it was read, one sentence each. */
  readonly assumptions?: readonly string[];
}

export interface Unlisted {
  /** As in `Reads`: `NetworkPolicy.networking.k8s.io`. */
  readonly kind: string;
  readonly podTemplates: boolean;
  /** As permissions name it: `networkpolicies.networking.k8s.io`. */
  readonly resource: string;
}

/** Judges what joins several resources, and puts all that was found into a report. Ends the run. */
export function reportOf(run: Run, read: Read): Report {
  noteMissing(run, read);
  noteLeftOut(run);
  const findings = settleFindings(run);
  const { policy, judges, gathered } = run;
  const rows = ledger(
    judges.map(({ tally }) => tally),
    policy,
    waivedByControl(findings.settled),
  );
  const { kubernetesVersion, versionAssumed: assumed, profile, partial } = policy;
  const assumptions = [
    ...policy.assumptions,
    ...(read.assumptions ?? []),
    ...(gathered.assumedLinux ? ['pods that name no operating system run on Linux'] : []),
  ];
  const target = { kubernetesVersion, assumed, profile, partial };
  const { skipped, unread, excepted, drifted, staticPods, workloads } = gathered;
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version: policy.toolVersion },
    target: read.cluster === undefined ? { ...target, assumptions } : { ...target, cluster: read.cluster, assumptions },
    inputs: { files: read.files, documents: read.documents, resources: findings.resources, skipped, unread, excepted, drifted, staticPods },
    findings: findings.settled,
    workloads,
    ledger: rows,
    ...(findings.uses.length === 0 ? {} : { waivers: findings.uses }),
    summary: summaryOf(findings.settled, rows),
  };
}

/** Waivers are judged last: whether they are good for anything shows when all else was judged. */
function settleFindings(run: Run): {
  readonly settled: readonly Finding[];
  readonly uses: readonly WaiverUse[];
  readonly resources: number;
} {
  const { joined, context, waivers, findings, takingPart, subjects, keeps } = run;
  const { files, observed, running } = run.gathered;
  const ofWaivers = joined.filter(({ kind }) => kind.reads.waivers === true);
  judgeJoined(
    run,
    joined.filter(({ kind }) => kind.reads.waivers !== true),
    joinedContext(run),
  );
  if (!keeps) {
    for (const { memories } of joined) memories.length = 0;
    run.gathered.anchors.length = 0;
  }
  const resources = files.length - observed - running;
  const keep = keeps ? (_finding: unknown, subject: number): unknown => subjects.push(subject) : undefined;
  if (waivers === undefined) return { settled: findings.settle(keep), uses: [], resources };
  const applied = waivers.apply(new Set(takingPart.map(({ control }) => control.id)));
  const settled = findings.settle((finding, subject) => {
    const waiver = applied.waiverOf(finding, subject);
    if (waiver !== undefined) finding.waived = waiver;
    keep?.(finding, subject);
  });
  findings.take();
  judgeJoined(run, ofWaivers, { ...context, waivers: applied.judged((file) => files.push(file) - 1) });
  return { settled: inOneOrder(settled, findings.settle()), uses: applied.uses(), resources };
}

/** What kinds that join several objects may know when all was read. */
export function joinedContext({ context, gathered }: Run): SubjectContext {
  return { ...context, unreadObjects: leavesUnread(gathered) };
}

/** Objects of kinds that no control reads, patches, templates that were not rendered; other files and folders say nothing. */
function leavesUnread({ skipped, unread }: Pick<Gathered, 'skipped' | 'unread'>): boolean {
  return unread.length > 0 || skipped.some(({ reason }) => /^(?:kind |a patch |Helm |kustomize )/.test(reason));
}

function summaryOf(findings: readonly Finding[], rows: readonly LedgerRow[]): Report['summary'] {
  const bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const finding of findings) if (isOpenFailure(finding)) bySeverity[finding.severity]++;
  const byState = { pass: 0, fail: 0, unknown: 0, 'not-applicable': 0 };
  for (const { state } of rows) byState[state]++;
  const waived = findings.filter((finding) => finding.waived !== undefined).length;
  return waived === 0 ? { bySeverity, byState } : { bySeverity, byState, waived };
}

/** The rows of controls that miss something are open, whatever the rest of it says. */
function noteMissing({ benches }: Run, { unlisted = [] }: Read): void {
  for (const { kind, judges: panel } of benches) {
    for (const judge of panel) {
      const decisive = judge.control.decidedBy ?? kind.reads.kinds;
      const named = unlisted.filter((each) => decisive.includes(each.kind));
      const holdingPods = unlisted.filter((each) => kind.reads.podTemplates && each.podTemplates && !named.includes(each));
      const [missed, ...others] = [...named, ...holdingPods];
      judge.gaps.lenient = unlisted.find((each) => judge.control.excusedBy?.includes(each.kind))?.resource;
      if (missed === undefined) continue;
      miss(judge.tally, others.length === 0 ? missed.resource : `${missed.resource} and ${others.length} more`);
      if (named.length > 0 && kind.scope === 'joined') judge.gaps.blind = missed.resource;
    }
  }
}

/** The rows of controls that are left out for some files are not all that could be said. */
function noteLeftOut({ policy, takingPart, gathered: { files } }: Run): void {
  if (policy.paths === undefined) return;
  for (const { tally } of takingPart) if (tally.leftOut !== undefined) tally.atSome = true;
  for (const settings of new Set(files.map(settingsByFile(policy))))
    for (const { control, tally } of takingPart) if (leftOut(control, settings) !== undefined) tally.partly = true;
}

/** How many findings of each control are waived, and how many stay open; of those alone of which some are waived. */
function waivedByControl(findings: readonly Finding[]): ReadonlyMap<string, { findings: number; open: number }> {
  const counts = new Map<string, { findings: number; open: number }>();
  for (const { control, waived } of findings) if (waived !== undefined) counts.set(control, { findings: 0, open: 0 });
  if (counts.size === 0) return counts;
  for (const finding of findings) {
    const known = counts.get(finding.control);
    if (known === undefined || finding.verdict !== 'fail') continue;
    if (finding.waived === undefined) known.open++;
    else known.findings++;
  }
  return counts;
}

/** Two lists in the order of their places as one. */
function inOneOrder(some: Finding[], others: readonly Finding[]): Finding[] {
  if (others.length === 0) return some;
  const compare = (a: Finding, b: Finding): number => compareText(a.file, b.file) || a.line - b.line || a.column - b.column;
  const all: Finding[] = [];
  let next = 0;
  for (const finding of some) {
    for (; next < others.length && compare(others[next]!, finding) < 0; next++) all.push(others[next]!);
    all.push(finding);
  }
  append(all, others.slice(next));
  return all;
}
