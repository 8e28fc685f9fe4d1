import type { LedgerState, Report } from './report.ts';
import type { Severity } from './verdict.ts';

/** A cluster that was judged. */
export interface JudgedCluster {
  /** The context of the kubeconfig, or the file of a recording; no two of a fleet are equal. */
  readonly name: string;
  /** Further contexts that lead to the same cluster as the same user: it was not judged again for them. */
  readonly alsoNamed?: readonly string[];
  readonly report: Report;
}

/** A cluster that could not be judged. */
export interface UnjudgedCluster {
  readonly name: string;
  readonly alsoNamed?: readonly string[];
  /** Why, and what may help: lines for a person. */
  readonly failure: readonly string[];
}

export type FleetCluster = JudgedCluster | UnjudgedCluster;

/** An entry of the catalogue over all clusters. */
export interface ComparedRow {
  readonly code: string;
  readonly title: string;
  readonly chapter: string;
  /** In the order of the clusters; null for one that could not be judged. */
  readonly states: readonly (LedgerState | null)[];
  /** Every cluster that was judged has the same state. */
  readonly alike: boolean;
}

/** A control that fails in some cluster. */
export interface ComparedControl {
  readonly control: string;
  readonly codes: readonly string[];
  /** Of its worst finding. */
  readonly severity: Severity;
  /** How many findings fail, in the order of the clusters; null for one that could not be judged. */
  readonly failing: readonly (number | null)[];
}

/** Several clusters, each with its report, and what differs between them. */
export interface FleetReport {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  readonly clusters: readonly FleetCluster[];
  /** One row for each entry of the catalogue; none where no cluster could be judged. */
  readonly recommendations: readonly ComparedRow[];
  /** Worst first, then by how often they fail. */
  readonly controls: readonly ComparedControl[];
  readonly summary: {
    readonly clusters: number;
    readonly judged: number;
    /** Findings that fail, of all clusters. */
    readonly bySeverity: Readonly<Record<Severity, number>>;
    /** Rows of `recommendations`. */
    readonly alike: number;
    readonly different: number;
  };
}
