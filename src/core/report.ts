import type { Evidence, Origin } from '../guidance/recommendation.ts';
import type { FixSafety } from './edit.ts';
import type { Drifted, ResourceRef, Skipped, Unread } from './resource.ts';
import type { Severity } from './verdict.ts';

/** Somebody answers for a finding until a day: why, who, and where that is written. */
export interface Waiver {
  /** Where it stands: in the policy file, in an annotation of the object or its pod template, in a comment of the manifest. */
  readonly from: 'policy-file' | 'annotation' | 'comment';
  readonly reason: string;
  readonly owner: string;
  /** The last day on which it holds: `2027-01-31`. */
  readonly until: string;
  /** Where it was agreed on. */
  readonly ticket?: string;
  readonly file: string;
  readonly line: number;
}

/** A waiver as it is written, and what became of it. */
export interface WaiverUse extends Waiver {
  /** What it names: a control id, a code, a chapter, a glob. */
  readonly control: string;
  /**
   * `active`: it waives findings; `unused`: there is nothing that it could waive; `expired`: its last day is over; `idle`: this
   * run cannot tell whether it is needed, because its control took no part, or not all that it is about was read.
   */
  readonly state: 'active' | 'unused' | 'expired' | 'idle';
  /** How many findings it waives; of one that is expired, how many it would. */
  readonly findings: number;
}

/** One control on one subject, at one place. */
export interface Finding {
  readonly control: string;
  readonly codes: readonly string[];
  readonly severity: Severity;
  readonly verdict: 'fail' | 'unknown' | 'pass' | 'not-applicable';
  readonly resource: ResourceRef;
  readonly container?: string;
  readonly path: string;
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
  readonly message: string;
  /** What decides the field, where the file is a template or the base of an overlay. */
  readonly setBy?: SetBy;
  /** How far a machine can repair it; absent where only a person can. */
  readonly fix?: FixSafety;
  /** Of what fails: it stays in every report, and counts neither by severity nor for the exit code. */
  readonly waived?: Waiver;
  /** Stays the same when lines move and files are reordered. */
  readonly fingerprint: string;
}

/** What fails and nobody answers for. */
export function isOpenFailure({ verdict, waived }: Pick<Finding, 'verdict' | 'waived'>): boolean {
  return verdict === 'fail' && waived === undefined;
}

/** The one key of the values of a chart, or the field of a patch, that decides a field of what is rendered. */
export interface SetBy {
  readonly key: string;
  readonly file: string;
  readonly line: number;
}

export type PodSecurityLevel = 'privileged' | 'baseline' | 'restricted';

/** The strictest Pod Security level that a pod template meets, and the upstream check ids that keep it from the next. */
export interface Workload {
  readonly resource: ResourceRef;
  readonly file: string;
  readonly line: number;
  readonly podSecurityLevel: PodSecurityLevel;
  readonly restrictedBy: readonly string[];
}

export type LedgerState = 'pass' | 'fail' | 'unknown' | 'not-applicable';

export interface SubjectCounts {
  readonly pass: number;
  readonly fail: number;
  readonly unknown: number;
  readonly notApplicable: number;
}

/** One row for each entry of the catalogue, whatever was looked at. */
export interface LedgerRow {
  readonly code: string;
  readonly title: string;
  readonly chapter: string;
  readonly origin: Origin;
  readonly state: LedgerState;
  readonly subjects: SubjectCounts;
  /** Evidence that would settle or strengthen the row. */
  readonly needs: readonly Evidence[];
  /** Controls that decide it; empty where none of this version does. */
  readonly controls: readonly string[];
  /** Where some of its failing findings are waived: how many are, and how many stay open. Its state is `fail` all the same. */
  readonly waived?: { readonly findings: number; readonly open: number };
  /** Why the row is unknown although a control exists: left out by the profile, by `--only` or `--skip`. */
  readonly note?: string;
}

/** An object that belongs to the system and was not judged; `--system` judges it. */
export interface Excepted {
  readonly resource: ResourceRef;
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** The cluster that was judged, where it was a cluster. */
export interface ClusterTarget {
  /** The context of the kubeconfig. */
  readonly context: string;
  /** As the API server says it: `v1.37.1`. */
  readonly version: string;
  /** The namespaces that were judged; absent for all of them. */
  readonly namespaces?: readonly string[];
  /** Where a recording of its answers was judged: when it was taken, in ISO 8601, and by which version of this tool. */
  readonly snapshot?: { readonly taken: string; readonly tool: string };
}

/** A pod that is described by a file on its node: the API shows a picture of it, and cannot change it. */
export interface StaticPod {
  readonly resource: ResourceRef;
  readonly file: string;
  readonly line: number;
  readonly node: string;
}

/** Findings of this run that a baseline knows: they are left out of the list, and do not fail the run. */
export interface KnownFindings {
  /** The baseline, as the user named it. */
  readonly file: string;
  readonly known: number;
  /** Findings of the baseline that are certainly not there any more. */
  readonly gone: number;
}

/** Only what changed since a revision of git is listed. */
export interface ChangedSince {
  /** As the user named it. */
  readonly revision: string;
  /** The commit that was compared with: where the revision and what is checked out part. */
  readonly commit: string;
  /** Findings that fail, were there then and are left out of the list. */
  readonly unchanged: number;
  /** Every file is as it was then: what was judged once stands for both. */
  readonly same?: true;
}

/** One of the reports that were merged into one. */
export interface MergedReport {
  /** As the user named it. */
  readonly file: string;
  /** The version of the tool that wrote it. */
  readonly tool: string;
  readonly kubernetesVersion: string;
  readonly objects: number;
  /** Failing findings that are not waived. */
  readonly findings: number;
  readonly unread: number;
}

export interface Report {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly target: {
    readonly kubernetesVersion: string;
    readonly assumed: boolean;
    readonly profile: 'nsa' | 'baseline' | 'restricted';
    readonly partial: boolean;
    readonly cluster?: ClusterTarget;
    /** What the verdicts take for granted, one sentence each. */
    readonly assumptions: readonly string[];
  };
  readonly inputs: {
    readonly files: number;
    readonly documents: number;
    readonly resources: number;
    readonly skipped: readonly Skipped[];
    readonly unread: readonly Unread[];
    readonly excepted: readonly Excepted[];
    /** What runs otherwise than its owner says. */
    readonly drifted: readonly Drifted[];
    /** Those that were judged. */
    readonly staticPods: readonly StaticPod[];
  };
  /** What it was made of, where several reports were merged. */
  readonly merged?: readonly MergedReport[];
  /** Only where a baseline was given; the ledger counts what it knows all the same. */
  readonly baseline?: KnownFindings;
  /** Only where a revision was given; the ledger counts what has not changed all the same. */
  readonly changedSince?: ChangedSince;
  readonly findings: readonly Finding[];
  readonly workloads: readonly Workload[];
  readonly ledger: readonly LedgerRow[];
  /** In the order of files and lines; absent where there are none. */
  readonly waivers?: readonly WaiverUse[];
  readonly summary: {
    /** Failing findings that are not waived. */
    readonly bySeverity: Readonly<Record<Severity, number>>;
    readonly byState: Readonly<Record<LedgerState, number>>;
    /** Failing findings that are; absent where there are none. */
    readonly waived?: number;
  };
}
