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

/** What the reachability engine says of the network with the policies. */
export interface GenerationCheck {
  readonly passing: number;
  /** Evidenced connections that do not get through, or of which nobody can say. */
  readonly failing: readonly FailingConnection[];
  /** What passes today and will not. */
  readonly cut: readonly CutConnection[];
}

export interface FailingConnection {
  readonly from: string;
  readonly to: string;
  readonly ports: string;
  readonly because: string;
  readonly place: string;
}

export interface CutConnection {
  readonly to: string;
  readonly from: readonly string[];
  readonly ports: string;
}
