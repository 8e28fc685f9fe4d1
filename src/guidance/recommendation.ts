/**
 * What can decide a recommendation: manifests in a repository, the API of a running cluster, files and processes of its
 * nodes, events (audit log, flows, metrics, system calls), container images, the cloud provider's API, or only a person.
 */
export type Evidence = 'manifest' | 'cluster' | 'node' | 'events' | 'image' | 'cloud' | 'person';

/**
 * Which edition of the guide asks for it first; `v1.1` also where it is only known that v1.1 or v1.2 added it; `derived`:
 * follows from a standard that replaced the mechanism of the guide.
 */
export type Origin = 'v1.0' | 'v1.1' | 'v1.2' | 'derived';

/** Entries of other catalogues that cover the same ground, wholly or in part. */
export interface Mappings {
  /**
   * Items or whole sections of the CIS Kubernetes Benchmark (`5.2.7`, `4.1`); of another CIS benchmark with its name in
   * front (`Docker 4.1`, `EKS 5.4`).
   */
  readonly cis?: readonly string[];
  /** MITRE ATT&CK techniques that the recommendation counters, for instance `T1611`. */
  readonly attack?: readonly string[];
  /** The level of the Pod Security Standards that demands it in full. */
  readonly pss?: 'baseline' | 'restricted';
}

/** One entry of the catalogue: a recommendation of the NSA/CISA Kubernetes Hardening Guidance, or one derived from it. */
export interface Recommendation {
  /** Chapter code and number, for instance `POD-12`. */
  readonly code: string;
  readonly title: string;
  /** Where the guide says it: pages of v1.0, section names of v1.1 and v1.2. */
  readonly reference: string;
  readonly origin: Origin;
  /** What the guide asks for, in our words. */
  readonly asks: string;
  /** What is different today: standards that replaced it, Kubernetes versions. Empty where nothing changed. */
  readonly today: string;
  /** What to do where it is not met, and the main risk of doing so. */
  readonly remedy: string;
  /** What can decide it, the most telling first. */
  readonly evidence: readonly Evidence[];
  /** Numbers of the guide's errata (see errata.ts) that touch this entry. */
  readonly errata?: readonly number[];
  readonly mappings?: Mappings;
}

/** A chapter of the guide with its recommendations in the catalogue's order. */
export interface Chapter {
  /** The letters of its codes, for instance `POD`. */
  readonly code: string;
  readonly title: string;
  /** The section of v1.2 that holds it. */
  readonly section: string;
  readonly recommendations: readonly Recommendation[];
}

/** A mistake of the guide that must not be repeated. */
export interface Erratum {
  /** 1 to 21, by which recommendations refer to it. */
  readonly number: number;
  /** Page or appendix of v1.0. */
  readonly place: string;
  readonly defect: string;
  /** What is right, or what to do today. */
  readonly instead: string;
}
