/** What a person has to know before generated policies are applied. */
export interface PolicyGeneration {
  readonly namespaces: readonly GeneratedNamespace[];
  /** Connections that stand in the manifests. */
  readonly evidenced: number;
  /** There was more than can be told. */
  readonly cut: boolean;
  readonly remarks: readonly PlacedRemark[];
  readonly check?: GenerationCheck;
}

export interface GeneratedNamespace {
  /** Undefined where the manifests name none. */
  readonly name: string | undefined;
  readonly policies: number;
  /** Rules that let something through. */
  readonly allows: number;
}

/** A sentence about a place; without one about the whole. */
export interface PlacedRemark {
  readonly about: RemarkKind;
  readonly place?: string;
  readonly text: string;
}

/** `missing`: a connection that gets no rule; `open`: wider than it need be; `note`: what else to know. */
export type RemarkKind = 'missing' | 'open' | 'note';

/** What the reachability engine says of the network with the policies, as they were written. */
export interface GenerationCheck {
  /** Evidenced connections that get through for certain. */
  readonly passing: number;
  readonly failing: readonly CheckedConnection[];
  /** Of these what was read does not tell whether they get through. */
  readonly untold: readonly CheckedConnection[];
  /** What may pass today and will not, by where it goes to. */
  readonly cut: readonly CutConnection[];
  /** There are more pairs than were compared. */
  readonly cutShort: boolean;
}

export interface CheckedConnection {
  readonly from: string;
  readonly to: string;
  /** `TCP 5432`. */
  readonly port: string;
  readonly because: string;
  readonly place: string;
}

export interface CutConnection {
  readonly to: string;
  /** `TCP 5432`, or `every port`. */
  readonly port: string;
  /** The first few. */
  readonly from: readonly string[];
  readonly sources: number;
}
