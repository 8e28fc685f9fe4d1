// How somebody gets from where he is to where he must not be, and what breaks that: the shapes that `paths` and `plan` report.

/** What shows that a step can be taken. */
export interface PathEvidence {
  readonly what: string;
  /** The file, or the object of a cluster; absent where Kubernetes does it by itself. */
  readonly file?: string;
  /** Only of files. */
  readonly line?: number;
}

export interface PathPlace {
  /** `internet`, `workload`, `account`, `user`, `group`, `namespace`, `node`, `every-node`, `control-plane`, `cluster-admin`, `secrets` or `cloud-credentials`. */
  readonly type: string;
  /** The kind of a workload: `Deployment`. */
  readonly kind?: string;
  readonly namespace?: string;
  readonly name?: string;
  /** For a person: `Deployment shop/web`. */
  readonly title: string;
}

export interface PathStep {
  readonly from: PathPlace;
  readonly to: PathPlace;
  /** The id of a technique: `mounted-token`. */
  readonly technique: string;
  /** What the attacker does. */
  readonly does: string;
  /** What it depends on that was not read. */
  readonly unknown: readonly string[];
  readonly evidence: readonly PathEvidence[];
  /** Other ways from the one place to the other, of which each would do; counted up to 99. */
  readonly otherWays: number;
  /** MITRE ATT&CK techniques. */
  readonly attack: readonly string[];
  /** Titles of public documents. */
  readonly documents: readonly string[];
  /** What breaks it, as orders; other ways may remain. */
  readonly brokenBy: readonly string[];
}

export interface AttackPath {
  /** No step depends on what was not read. */
  readonly certain: boolean;
  readonly steps: readonly PathStep[];
}

/** The ways to one goal. */
export interface GoalPaths {
  readonly goal: PathPlace;
  /** Shortest first, those that are certain before the others. */
  readonly paths: readonly AttackPath[];
  /** Certain ones among all that there are, if `more` does not say that there are others. */
  readonly certain: number;
  /** Ones with a step that depends on what was not read. */
  readonly possible: number;
  /** There are more than were counted. */
  readonly more: boolean;
  /** Entries from which a certain path leads there. */
  readonly entries: number;
}

export interface PathsReport {
  /** What was read: `3 files`. */
  readonly source: string;
  /** `1.35` */
  readonly kubernetesVersion: string;
  readonly from: readonly PathPlace[];
  readonly goals: readonly GoalPaths[];
  readonly size: { readonly places: number; readonly steps: number };
}

/** A change that people make, or a fix. */
export interface PlannedChange {
  readonly what: string;
  /** `Deployment shop/web` */
  readonly object: string;
  readonly file?: string;
  readonly line?: number;
  readonly kind: string;
  /** The control whose fix does it. */
  readonly control?: string;
  readonly risk: 'safe' | 'review' | 'shown';
  readonly cost: number;
  /** What may break. */
  readonly breaks: string;
  /** Of the paths of the proof, how many it breaks that those before it did not. */
  readonly paths: number;
}

export type PlanReport = Pick<PathsReport, 'source' | 'kubernetesVersion' | 'from' | 'size'> & {
  readonly goals: readonly PathPlace[];
  /** `none`: there is nothing to break. `impossible`: a path remains that no known change breaks. */
  readonly state: 'none' | 'planned' | 'impossible';
  /** In the order to do them in. */
  readonly changes: readonly PlannedChange[];
  readonly proof: {
    /** Paths that were looked at: each of them needs one of the changes that break it. */
    readonly paths: number;
    /** No other choice is better, by what was preferred. */
    readonly proven: boolean;
    /** No plan has fewer changes. */
    readonly fewest: number;
    /** Of the changes together: their costs, each multiplied by its risk. */
    readonly cost: number;
    /** No plan of what was preferred costs less. */
    readonly leastCost: number;
    /** Whether the graph of the input with the changes has a path left. */
    readonly left: number;
  };
  /** Paths that depend on what was not read were broken too. */
  readonly possible: boolean;
  /** Where it is impossible. */
  readonly unbreakable?: AttackPath;
};
