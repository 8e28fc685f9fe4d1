export type {
  AnyControl,
  AppliedFix,
  ClusterTarget,
  DeclinedFix,
  Edit,
  Excepted,
  FileRepair,
  Finding,
  FixReport,
  FixSafety,
  Given,
  LedgerRow,
  LedgerState,
  PodSecurityLevel,
  Report,
  ResourceRef,
  Proposal,
  Severity,
  Skipped,
  SubjectCounts,
  TextEdit,
  Unread,
  Workload,
} from './core/index.ts';
export type { Profile } from './evaluate/index.ts';
export type { PodTemplateKind } from './kube/pod-templates.ts';
export { readFixValues, type FixValues } from './options/fix-values.ts';
export { readGiven, type GivenFile, type GivenFiles } from './options/given/index.ts';
export type { ParamValue, PolicyOptions } from './options/policy-options.ts';
export { OptionError } from './options/option-error.ts';
export { outcome, type FailOn, type Outcome, type OutcomeOptions } from './report/outcome.ts';
export { scan, type ScanOptions } from './library/scan.ts';
export { scanCluster, type ScanClusterOptions } from './library/scan-cluster.ts';
export { fix, previewFix, type FixOptions } from './library/fix.ts';
