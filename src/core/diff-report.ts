import type { ClusterTarget, Finding, LedgerState, Report } from './report.ts';
import type { ResourceRef, Unread } from './resource.ts';
import type { Severity } from './verdict.ts';

/** One of two sides that are compared. */
export interface DiffSide {
  /** As the user named it. */
  readonly name: string;
  /** A report that was written earlier, files (or a snapshot) that were judged now, or those of a revision of git. */
  readonly kind: 'report' | 'files' | 'revision';
  /** Of a revision. */
  readonly commit?: string;
  /** The version of this tool that judged it. */
  readonly tool: string;
  readonly kubernetesVersion: string;
  readonly profile: Report['target']['profile'];
  readonly cluster?: ClusterTarget;
  readonly resources: number;
  /** What could not be read of it: what stands there is neither new nor fixed, nobody knows it. */
  readonly unread: readonly Unread[];
}

/** A finding that fails and did not. */
export interface NewFinding {
  readonly finding: Finding;
  /** It was one before, of this lower severity. */
  readonly was?: Severity;
}

/** The same finding in another place. */
export interface MovedFinding {
  readonly finding: Finding;
  readonly from: {
    readonly file: string;
    readonly line: number;
    /** The object, where it had another name. */
    readonly resource?: ResourceRef;
  };
}

/** A finding that failed and is not seen any more, and of which nobody knows whether it is fixed. */
export interface UnsettledFinding {
  /** As it was. */
  readonly finding: Finding;
  /** Its verdict is unknown now, somebody waived it, it may stand in what could not be read, or its control did not judge. */
  readonly because: 'unknown' | 'waived' | 'unread' | 'not-judged';
}

/** A recommendation whose state is another one. */
export interface DiffRow {
  readonly code: string;
  readonly title: string;
  readonly before: LedgerState;
  readonly after: LedgerState;
}

/** What differs between two reports. Findings are those that fail and that nobody has waived. */
export interface DiffReport {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly before: DiffSide;
  readonly after: DiffSide;
  /** What makes the sides hard to compare, one sentence each. */
  readonly notes: readonly string[];
  readonly new: readonly NewFinding[];
  /** As they were. */
  readonly fixed: readonly Finding[];
  readonly moved: readonly MovedFinding[];
  readonly unsettled: readonly UnsettledFinding[];
  readonly unchanged: readonly Finding[];
  readonly ledger: readonly DiffRow[];
  readonly summary: {
    readonly new: Readonly<Record<Severity, number>>;
    readonly fixed: Readonly<Record<Severity, number>>;
    readonly moved: number;
    readonly unsettled: number;
    readonly unchanged: number;
  };
}
