export type {
  AnyControl,
  AppliedFix,
  ClusterTarget,
  ComparedControl,
  ComparedRow,
  DeclinedFix,
  DiffReport,
  DiffSide,
  Edit,
  Excepted,
  FileRepair,
  Finding,
  FixReport,
  FleetCluster,
  FleetReport,
  JudgedCluster,
  UnjudgedCluster,
  FixSafety,
  Given,
  LedgerRow,
  LedgerState,
  MergedReport,
  PodSecurityLevel,
  Report,
  ResourceRef,
  Proposal,
  Severity,
  SetBy,
  Skipped,
  SubjectCounts,
  TextEdit,
  Unread,
  Waiver,
  WaiverRule,
  WaiverUse,
  Workload,
} from './core/index.ts';
export type { Profile } from './evaluate/index.ts';
export type { PodTemplateKind } from './kube/pod-templates.ts';
export { readFixValues, type FixValues } from './options/fix-values.ts';
export { readGiven, type GivenFile, type GivenFiles } from './options/given/index.ts';
export type { ParamValue, PathOptions, PolicyOptions } from './options/policy-options.ts';
export { OptionError } from './options/option-error.ts';
export type { Baseline, BaselineEntry } from './compare/baseline.ts';
export { baselineOf, formatBaseline } from './compare/baseline.ts';
export { diff, type DiffInput, type DiffOptions } from './library/diff.ts';
export { leaveOutKnown, readBaseline } from './library/baseline.ts';
export { outcome, type FailOn, type Outcome, type OutcomeOptions } from './report/outcome.ts';
export { fleetOutcome } from './report/fleet-outcome.ts';
export { readAnyReport, readReport } from './library/read-report.ts';
export { fleetAsOne, mergeReports, type NamedReport } from './library/merge-reports.ts';
export { formats, findFormat, type FleetFormat, type Format, type FormatEntry, type FormatOptions } from './report/formats/index.ts';
export { readPolicyFile, type FoundPolicy, type PolicyFileOptions } from './library/policy-file.ts';
export { scan, type ScanOptions } from './library/scan.ts';
export { scanCluster, type ScanClusterOptions } from './library/scan-cluster.ts';
export { scanFleet, type ScanFleetOptions } from './library/scan-fleet.ts';
export { snapshotCluster, type SnapshotOptions, type SnapshotSummary } from './library/snapshot-cluster.ts';
export { scanSnapshots, type ScanSnapshotsOptions } from './library/scan-snapshots.ts';
export { watchManifests, type WatchManifestsOptions } from './library/watch-manifests.ts';
export { watchCluster, type WatchClusterOptions } from './library/watch-cluster.ts';
export { fix, previewFix, type FixOptions } from './library/fix.ts';
