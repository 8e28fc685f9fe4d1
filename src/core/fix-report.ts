import type { Edit, FixSafety } from './edit.ts';
import type { Path } from './path.ts';
import type { Finding, Report } from './report.ts';
import type { Location, ResourceRef } from './resource.ts';

/** The finding that a fix answers: the first of its control on its subject. */
type Answered = Pick<
  Finding,
  'control' | 'codes' | 'severity' | 'resource' | 'container' | 'file' | 'line' | 'path' | 'message' | 'fingerprint'
>;

/** What one fix wants to change for one failing subject. */
export interface Proposal extends Answered {
  readonly safety: FixSafety;
  readonly risk: string;
  /** Where the `metadata` of the object stands in its file: what tells it from the others. */
  readonly origin: Location;
  /** Paths count from the root of the object. Empty where the fix declined. */
  readonly edits: readonly Edit[];
  readonly companions: readonly Readonly<Record<string, unknown>>[];
  /** Why no machine may do it, and what a person decides. */
  readonly declined?: string;
  /** Values that would settle it, as `--value` names them: `pod-security/non-root-user.user`. */
  readonly needs?: readonly string[];
}

/** A replacement in a text: offsets in UTF-16 code units of the text before, the end exclusive. */
export interface TextEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** Where an object stands: the number of its document, and its path in there (not empty for an item of a list). */
export interface Target {
  readonly document: number;
  readonly path: Path;
}

/** A file that is changed, or made. */
export interface FileRepair {
  /** As reports name files; `<stdin>` for standard input. */
  readonly file: string;
  /** Undefined for a new file. */
  readonly before: string | undefined;
  readonly after: string;
  /** From `before` to `after`: sorted, disjoint. */
  readonly edits: readonly TextEdit[];
}

/** An object that is changed: as its text reads before and after, `null` and all. */
export interface ObjectRepair {
  readonly resource: ResourceRef;
  readonly file: string;
  /** The first and the last line of its document in the text before; of its item, in a List. All of its edits begin there. */
  readonly line: number;
  readonly endLine: number;
  /** In the text before. Where new objects follow at once, the file has one edit for both. */
  readonly edits: readonly TextEdit[];
  readonly before: Readonly<Record<string, unknown>>;
  readonly after: Readonly<Record<string, unknown>>;
}

/** A fix that is in the files of the report. */
export interface AppliedFix extends Answered {
  /** Which of the report's `objects` it changes, by its index; absent where it only makes companions. */
  readonly object?: number;
  readonly safety: FixSafety;
  readonly risk: string;
  /** Where the object stands in its file: the number of its document, from 0, and its path in there. */
  readonly target: Target;
  /** Paths count from the root of the object. */
  readonly edits: readonly Edit[];
  readonly companions: readonly Readonly<Record<string, unknown>>[];
  /** The file that holds the companions; absent where there are none. */
  readonly companionFile?: string;
  /** Fields that the API server refuses to change on the object as it runs: it must be deleted and made again. */
  readonly recreates?: readonly string[];
  /** Controls whose own fix of this object, carried out before this one, would have led to another result (`Fix.waitsFor`). */
  readonly conflicts?: readonly string[];
}

/** A finding that stays, and why. */
export interface DeclinedFix extends Answered {
  /**
   * `review`: wait for `--review`; `value`: for a value or fact; `person`: no machine can; `withdrawn`: the fix did not
   * survive its verification; `text`: the text of the file leaves no place for it; `waived`: somebody answers for it.
   */
  readonly because: 'review' | 'value' | 'person' | 'withdrawn' | 'text' | 'waived';
  readonly reason: string;
  /** `pod-security/non-root-user.user`: what `--value` takes. */
  readonly needs?: readonly string[];
  readonly safety?: FixSafety;
  readonly risk?: string;
}

/** What `plimsoll fix` would change, or has changed. */
export interface FixReport {
  readonly schemaVersion: 1;
  readonly tool: Report['tool'];
  readonly target: Report['target'];
  readonly inputs: Report['inputs'];
  /** In the order of their names. */
  readonly files: readonly FileRepair[];
  /** What was there before and is changed, in the order of files and lines. */
  readonly objects: readonly ObjectRepair[];
  /** In the order of files and lines. */
  readonly fixes: readonly AppliedFix[];
  readonly declined: readonly DeclinedFix[];
  /** Where credentials stand (SEC-01), whichever controls were asked for: no terminal may show those lines. */
  readonly credentials: readonly { readonly file: string; readonly line: number }[];
  readonly summary: {
    /** Failing findings before, and after all fixes of this report. */
    readonly before: number;
    readonly after: number;
    readonly fixes: number;
    readonly declined: Readonly<Record<DeclinedFix['because'], number>>;
  };
}

/** One operation of RFC 6902, of those that repairs are made of. */
export type JsonPatchOperation =
  | { readonly op: 'add' | 'replace' | 'test'; readonly path: string; readonly value: unknown }
  | { readonly op: 'move'; readonly from: string; readonly path: string }
  | { readonly op: 'remove'; readonly path: string };

/** What `kubectl patch --type=json` does to one object. */
export interface ObjectPatch {
  readonly target: ResourceRef;
  readonly patch: readonly JsonPatchOperation[];
}
