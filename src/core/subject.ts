import type { Path } from './path.ts';
import type { Anchor } from './verdict.ts';
import type { Resource, ResourceRef } from './resource.ts';
import type { JudgedWaiver } from './waiver.ts';

/** What every subject kind may know about the run. */
export interface SubjectContext {
  /** The minor of the target version: 35 for Kubernetes 1.35. */
  readonly version: number;
  /** What was read is a part of the desired state: what is absent may exist elsewhere. */
  readonly partial: boolean;
  /** Objects were there that nobody read: whom they name is not known. For joined kinds. */
  readonly unreadObjects?: boolean;
  /** The namespace that an object will be applied to: its own, else the user's `--namespace`, else unknown. */
  namespaceOf(resource: Resource): string | undefined;
  /** What people waive, and what became of it: for joined kinds that ask for it (`Reads.waivers`), judged when all else was. */
  readonly waivers?: readonly JudgedWaiver[];
}

/**
 * Kinds of objects that a subject kind reads: `Namespace` in the core group, else `NetworkPolicy.networking.k8s.io`, or
 * `*.constraints.gatekeeper.sh` for all of a group whose kinds are made by its users.
 */
export interface Reads {
  readonly podTemplates: boolean;
  readonly kinds: readonly string[];
  /** Every other object as well that is read for anybody. */
  readonly others?: true;
  /**
   * For joined kinds: also one running pod for each owner whose template it equals (`Resource.madeFrom`). Without it a
   * workload is only seen as it is written, whether anything of it runs or not.
   */
  readonly running?: true;
  /** For joined kinds: system workloads too, which nobody judges but which show what the cluster is made of. */
  readonly system?: true;
  /** For joined kinds: what people waive (`SubjectContext.waivers`). */
  readonly waivers?: true;
}

/** A subject found in one resource; `path` leads to it from the root of the object. */
export interface LocalSubject<S> {
  readonly subject: S;
  readonly path: Path;
  /** The container's name, where the subject is one. */
  readonly container?: string;
}

export interface LocalSubjectKind<S> {
  readonly scope: 'local';
  /** One of the things that can be judged, in the singular: "container". */
  readonly name: string;
  readonly reads: Reads;
  /** How an example of a control is laid over the hardened examples (testing/hardened.ts). */
  readonly example: 'container' | 'pod' | 'objects';
  subjects(resource: Resource, context: SubjectContext): Iterable<LocalSubject<S>>;
}

/** A subject that needs several resources; judged when everything was read. */
export interface JoinedSubject<S> {
  readonly subject: S;
  readonly ref: ResourceRef;
  /** Where the subject itself stands. */
  readonly at: Anchor;
  readonly container?: string;
}

/** Turns a place of the resource at hand into an anchor that outlives its text. */
export type AnchorOf = (path: Path) => Anchor;

/**
 * Asks the controls of the kind about a subject before anything else was read (`Control.passesAlone`). True: all of them
 * pass it, whatever else there is; that has been counted, and the subject must not come again.
 */
export type Settled<S> = (subject: Partial<S>) => boolean;

/**
 * `remember` keeps a small plain projection of a resource (never the parsed object: a dump of 50,000 objects must fit in
 * memory), `subjects` joins the projections. Both must be linear. Kinds that have one and the same function `remember` share
 * its list of projections, for several views of one world: they read the same, and settle nothing.
 */
export interface JoinedSubjectKind<S, M> {
  readonly scope: 'joined';
  readonly name: string;
  readonly reads: Reads;
  readonly example: 'objects';
  remember(resource: Resource, anchor: AnchorOf, context: SubjectContext, settled: Settled<S>): M | undefined;
  /**
   * For kinds whose subjects each come of one namespace, by what is remembered of that and of what concerns all: the namespace
   * that a projection concerns, undefined for all of them. Where little changes, only its namespaces are joined again.
   */
  concerns?(memory: M): string | undefined;
  subjects(memories: readonly M[], context: SubjectContext): Iterable<JoinedSubject<S>>;
}

export type SubjectKind<S> = LocalSubjectKind<S> | JoinedSubjectKind<S, unknown>;
