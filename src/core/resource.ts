import type { Path } from './path.ts';

/** Where something stands in a file: lines and columns count from 1, columns in UTF-16 code units; the end is exclusive. */
export interface Location {
  readonly line: number;
  readonly column: number;
  readonly endLine: number;
  readonly endColumn: number;
}

/** The place of what stands in no text. */
export const nowhere: Location = { line: 1, column: 1, endLine: 1, endColumn: 1 };

/** What names an object in a report. `namespace` is absent where neither the object nor the user says one. */
export interface ResourceRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  /** The object in the same namespace from whose template it was made, where it differs from that. */
  readonly owner?: OwnerRef;
}

/** An object in the namespace of what it owns. */
export interface OwnerRef {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
}

/** The API group in an `apiVersion`: `apps` of `apps/v1`, `''` for the core group. */
export function apiGroup(apiVersion: string): string {
  const slash = apiVersion.indexOf('/');
  return slash === -1 ? '' : apiVersion.slice(0, slash);
}

/** A kind with its group, as subjects name what they read: `Deployment.apps`, and `Pod` in the core group, which is `''`. */
export function kindName(group: string, kind: string): string {
  return group === '' ? kind : `${kind}.${group}`;
}

/**
 * Answers for each kind once: objects come in their thousands, and of few kinds. Names are kept as keys of objects, because
 * V8 copies those: as keys of a Map they would hold the whole texts that they were cut from.
 */
export function onceByKind<T>(answer: (apiVersion: string, kind: string) => T): (apiVersion: string, kind: string) => T {
  type Known<Of> = Record<string, Of | undefined>;
  const known = Object.create(null) as Known<Known<T>>;
  return (apiVersion, kind) => {
    const kinds = (known[apiVersion] ??= Object.create(null) as Known<T>);
    return (kinds[kind] ??= answer(apiVersion, kind));
  };
}

/** The same text for all that refers to one object, and for no other one, whatever its names are. */
export function objectKey({ apiVersion, kind, namespace = '', name }: ResourceRef): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

/**
 * The group of what was observed of a server and is no object of it: its version, its certificate, its answers. The source
 * that asks a cluster makes one such resource; nothing that is read can be one, whatever it calls itself.
 */
export const observedGroup = 'observed.plimsoll';

export function isObserved({ apiVersion }: Pick<ResourceRef, 'apiVersion'>): boolean {
  return apiGroup(apiVersion) === observedGroup;
}

/** The parts of `metadata` that rules read. */
export interface Metadata {
  readonly name?: string;
  readonly generateName?: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** A pod template inside an object, at `path` (empty for a Pod itself); `spec` has passed the typed decoder for PodSpec. */
export interface PodTemplate {
  readonly path: Path;
  readonly metadata: Metadata;
  readonly metadataPath: Path;
  readonly spec: Readonly<Record<string, unknown>>;
  readonly specPath: Path;
  /**
   * Only where `spec` does not stand in the object as it is (Argo Workflows spread a pod over several fields): turns a path
   * that begins with `specPath` or `metadataPath` into the path of the object's own field.
   */
  readonly map?: (path: Path) => Path;
}

/**
 * One Kubernetes object as a source read it. `object` has passed the typed decoder, so its known fields have the types
 * that Kubernetes declares, and what was `null` is absent (the API server treats both alike).
 */
export interface Resource {
  readonly ref: ResourceRef;
  readonly metadata: Metadata;
  readonly object: Readonly<Record<string, unknown>>;
  /** Every pod template inside, by the table in kube/pod-templates.ts; most kinds have one or none. */
  readonly podTemplates: readonly PodTemplate[];
  /** The file as the user named it, with `/` between folders; `<stdin>` for standard input. */
  readonly file: string;
  /**
   * Turns paths of this object into lines and columns. A path that names an absent value gets the place of its nearest
   * existing parent. Only valid until the source reads on: text and offsets are then dropped.
   */
  locate(paths: readonly Path[]): Location[];
  /** The typed decoder met no field but such as all versions of Kubernetes know that are known here (kube/known-fields.ts). */
  readonly hasLastingFields?: boolean;
  /** Only where there are any. */
  readonly repeated?: readonly RepeatedKey[];
  /** Only of what a controller made in a cluster from the template of another object that was read. */
  readonly madeFrom?: MadeFrom;
}

/** A key that stands more than once in one map: what its last place says counts. */
export interface RepeatedKey {
  readonly path: Path;
  /** Those of all places in the file, in their order. */
  readonly lines: readonly number[];
}

/** The template that a live object was made from. */
export interface MadeFrom {
  /** The object that is judged for all that is made from its template: the Deployment, not the ReplicaSet. */
  readonly owner: ResourceRef;
  /** Where the template stands in the owner. */
  readonly templatePath: Path;
  /**
   * Whether the object is as the template says. Then it stands for all that are: it is judged by nobody, and only handed to
   * subjects that ask for what runs (`Reads.running`). Where its text alone showed that, it was not parsed and has no pod
   * template of its own: its owner's stands for it.
   */
  readonly alike: boolean;
}

/** Live objects that differ from the template that they were made from, all in the same way; the first of them is judged. */
export interface Drifted {
  /** With its owner. */
  readonly resource: ResourceRef;
  readonly file: string;
  readonly line: number;
  /** Of this owner so many differ in this way. */
  readonly count: number;
  readonly differences: readonly DriftedField[];
  /** Differences that are not listed. */
  readonly more?: number;
}

export interface DriftedField {
  /** From the root of the object, list items by their names: `spec.containers[web].image`. */
  readonly path: string;
  readonly change: 'added' | 'removed' | 'changed';
}

/** A file or a document that was not judged, and why that is in order. */
export interface Skipped {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
  /** How many documents (or files, for a folder) this entry stands for. */
  readonly count: number;
}

/** A file or a document that should have been judged and could not be. */
export interface Unread {
  readonly file: string;
  readonly line: number;
  readonly reason: string;
}

/** A comment of a manifest that is addressed to this tool: `# plimsoll: …`. */
export interface Comment {
  readonly file: string;
  readonly line: number;
  /** The line that it is about: its own, or for one that stands alone the next line with something else on it. */
  readonly target: number;
  /** What stands behind the colon. */
  readonly text: string;
}

/** What a source yields, in the order of the files. */
export type Input =
  | { readonly type: 'resource'; readonly resource: Resource }
  | ({ readonly type: 'skipped' } & Skipped)
  /** Behind the last resource of its document. */
  | { readonly type: 'comment'; readonly comment: Comment }
  | { readonly type: 'drifted'; readonly drifted: Drifted }
  | ({ readonly type: 'unread' } & Unread);
