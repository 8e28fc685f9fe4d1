// Who may do what: the shapes that RBAC is asked in, and that its answers are printed in.

import type { Skipped, Unread } from './resource.ts';
import type { Severity } from './verdict.ts';

/** Somebody who may be asked about. */
export type RightsSubject =
  | { readonly kind: 'User'; readonly name: string }
  | { readonly kind: 'Group'; readonly name: string }
  | { readonly kind: 'ServiceAccount'; readonly namespace: string; readonly name: string };

/** A request for objects; without a namespace for what lives in none, or for all of them. */
export interface ResourceRequest {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  readonly namespace?: string;
}

/** A request for anything else, like `/healthz`. */
export interface UrlRequest {
  readonly verb: string;
  readonly url: string;
}

export type RightsRequest = ResourceRequest | UrlRequest;

/** A role, a binding or a rule, and where it stands. */
export interface RightsPlace {
  /** Absent for what Kubernetes itself brings. */
  readonly file?: string;
  /** Absent in a cluster too. */
  readonly line?: number;
}

export interface RightsObject extends RightsPlace {
  readonly kind: string;
  /** Absent for what stands outside of namespaces; empty where nobody says which. */
  readonly namespace?: string;
  readonly name: string;
}

export interface RightsRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** How somebody comes by a right: binding → role → rule. */
export interface RightsChain {
  /** Where the right holds; absent for everywhere, empty where nobody says which. */
  readonly namespace?: string;
  /** As the binding names it: the one who was asked about, or a group. */
  readonly subject: RightsSubject;
  readonly binding: RightsObject;
  readonly role: RightsObject;
  /** The ClusterRole in which the rule stands, where the role aggregates it. */
  readonly source?: RightsObject;
  readonly rule: RightsRule & RightsPlace;
  /** Kubernetes itself, or kubeadm, makes this binding for this subject. */
  readonly bootstrap?: true;
}

/** What every report about rights begins with. */
export interface RightsInput {
  readonly schemaVersion: 1;
  readonly tool: { readonly name: 'plimsoll'; readonly version: string };
  /** `3 files`, `the cluster staging`. */
  readonly source: string;
  /** The minor of Kubernetes, like `1.35`. */
  readonly kubernetesVersion: string;
  readonly inputs: {
    readonly files: number;
    readonly documents: number;
    readonly skipped: readonly Skipped[];
    readonly unread: readonly Unread[];
    /** Kinds of a cluster that were not listed, or not to their end. */
    readonly unlisted: readonly string[];
  };
}

/** The report of `plimsoll can`. */
export interface CanReport extends RightsInput {
  readonly command: 'can';
  readonly subject: RightsSubject;
  /** Groups that were named, besides those that Kubernetes adds. */
  readonly groups: readonly string[];
  readonly request: RightsRequest;
  /** The objects live in namespaces, and all of them are asked about. */
  readonly everywhere: boolean;
  readonly answer: 'yes' | 'no' | 'unknown';
  /** Why nobody can say, why RBAC is not asked, or why nothing comes near. */
  readonly because?: string;
  /** Every way in which it is permitted. */
  readonly chains: readonly RightsChain[];
  /** Asked for all namespaces: those where it is permitted. */
  readonly namespaces: readonly string[];
  /** Where it is not: rules of the subject that miss it by one thing. */
  readonly misses: readonly RightsMiss[];
}

export interface RightsMiss {
  readonly chain: RightsChain;
  readonly differs: 'namespace' | 'name' | 'verb' | 'resource' | 'group';
  /** What it is limited to, as a sentence without a full stop. */
  readonly because: string;
}

/** Requests that are alike but for their names. */
export interface ObservedNeed {
  readonly verb: string;
  readonly namespace?: string;
  readonly group?: string;
  /** With its subresource. */
  readonly resource?: string;
  readonly url?: string;
  /** The objects that were asked for; empty for all of them. */
  readonly names: readonly string[];
  readonly count: number;
}

/** A rule that somebody has, and what of it was used. */
export interface UnusedRights {
  readonly chain: RightsChain;
  /** What no request used. */
  readonly unused: readonly RightsRule[];
  /** Parts of it with a star that requests used, and how: the star is wider than they. */
  readonly wider: readonly { readonly granted: RightsRule; readonly used: readonly RightsRule[] }[];
}

/** The report of `plimsoll generate role`. */
export interface LeastRoleReport {
  readonly schemaVersion: 1;
  readonly tool: RightsInput['tool'];
  readonly command: 'generate role';
  readonly subject: RightsSubject;
  readonly log: {
    readonly files: number;
    readonly events: number;
    /** When the first and the last request of anybody came in, in ISO 8601; absent where no event says. */
    readonly from?: string;
    readonly to?: string;
    readonly unread: readonly (Unread & { readonly count: number })[];
  };
  readonly requests: {
    readonly allowed: number;
    readonly denied: number;
    /** Asked for what is called `*`: no rule can permit only that. */
    readonly starred: number;
  };
  /** For `kubectl apply`. */
  readonly objects: readonly Readonly<Record<string, unknown>>[];
  readonly needs: readonly ObservedNeed[];
  /** What Kubernetes permits everybody, and is not granted again. */
  readonly forEverybody: readonly ObservedNeed[];
  /** What was refused, and is not granted. */
  readonly denied: readonly ObservedNeed[];
  /** What the log does not tell, a sentence each. */
  readonly remarks: readonly string[];
  /** What the subject has and did not use, where roles and bindings were read. */
  readonly removable?: readonly UnusedRights[];
  readonly inputs?: RightsInput['inputs'];
}

/** Somebody who has a right. */
export interface RightsHolder {
  readonly subject: RightsSubject;
  /** Where; absent for everywhere, empty where nobody says which. */
  readonly namespace?: string;
  /** Every way by which they come by it there. */
  readonly chains: readonly RightsChain[];
}

/** The report of `plimsoll who-can`. */
export interface WhoCanReport extends RightsInput {
  readonly command: 'who-can';
  readonly request: RightsRequest;
  /** The objects live in namespaces, and all of them are asked about. */
  readonly everywhere: boolean;
  /** Those everywhere first, then namespace by namespace. */
  readonly holders: readonly RightsHolder[];
  /** Bindings whose role was not read: whom they name may be missing. */
  readonly unknown: readonly RightsObject[];
}

/** The report of `plimsoll permissions`. */
export interface PermissionsReport extends RightsInput {
  readonly command: 'permissions';
  readonly subject: RightsSubject;
  /** All that it is a member of: those that were named, and those that Kubernetes adds. */
  readonly groups: readonly string[];
  /** Members of system:masters may do everything, whatever is bound. */
  readonly privileged: boolean;
  /** One for each rule, those everywhere first, then namespace by namespace. */
  readonly chains: readonly RightsChain[];
  /** Bindings of the subject whose role was not read. */
  readonly unknown: readonly RightsObject[];
}

/** The report of `plimsoll grants`. */
export interface GrantsReport extends RightsInput {
  readonly command: 'grants';
  /** The worst first; those that nobody holds are left out. */
  readonly rights: readonly HeldRight[];
  /** Bindings whose role was not read. */
  readonly unknown: readonly RightsObject[];
}

/** A dangerous right, and who holds it. */
export interface HeldRight {
  readonly id: string;
  /** As after "may". */
  readonly title: string;
  readonly why: string;
  /** Of who holds it everywhere. */
  readonly severity: Severity;
  /** Entries of the guidance. */
  readonly codes: readonly string[];
  readonly holders: readonly RightsHolder[];
}

/** The report of `plimsoll rbac --diff`. */
export interface RightsDiffReport {
  readonly schemaVersion: 1;
  readonly tool: RightsInput['tool'];
  readonly command: 'rbac --diff';
  readonly before: Pick<RightsInput, 'source' | 'kubernetesVersion' | 'inputs'>;
  readonly after: Pick<RightsInput, 'source' | 'kubernetesVersion' | 'inputs'>;
  /** Only subjects for whom something changes. */
  readonly changes: readonly RightsChange[];
}

/** What one subject gains and loses in one place. */
export interface RightsChange {
  readonly subject: RightsSubject;
  /** Absent for everywhere. */
  readonly namespace?: string;
  readonly gained: readonly ChangedRights[];
  readonly lost: readonly ChangedRights[];
}

export interface ChangedRights {
  readonly rule: RightsRule;
  /** What gives it: afterwards, or before for what is lost. */
  readonly chain: RightsChain;
}
