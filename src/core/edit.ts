import type { Path } from './path.ts';

/**
 * A change of an object, in terms of the subject's own paths. `set` creates missing maps on the way and replaces what
 * stands there; `append` adds an item to a list (creating the list), unless an equal item is in it; `remove` is silent
 * about what is absent. `rename` gives a key of a map another name and leaves its value and place: it is silent about
 * what is absent, and contradicts a key of that name that is there.
 */
export type Edit = ValueEdit | { readonly op: 'rename'; readonly path: Path; readonly to: string };

/** One that does not touch keys. */
export type ValueEdit =
  | { readonly op: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly op: 'append'; readonly path: Path; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Path };

/** Why a machine must not repair this one, and what a person has to decide. */
export interface Declined {
  readonly declined: string;
  /** Keys of the fix's own `values` that would settle it: `--value CONTROL.KEY=…`. None where a file of facts or another option would (`--digests FILE`). */
  readonly needs?: readonly string[];
}

/** `safe`: keeps what the workload does; `review`: may change it; `shown`: needs a value from a person. */
export type FixSafety = 'safe' | 'review' | 'shown';

/** What a fix asks for, where edits alone do not say it. */
export interface Repair {
  readonly edits: readonly Edit[];
  /** Of a container's fix: edits of the pod around it, with paths that count from the PodSpec. */
  readonly podEdits?: readonly Edit[];
  /** The same of the pod's metadata: of its annotations. */
  readonly metadataEdits?: readonly Edit[];
  /**
   * New objects beside the subject's, keys in the order in which they are written: a policy for a namespace. One that
   * exists already (same kind, namespace and name) is never replaced.
   */
  readonly companions?: readonly Readonly<Record<string, unknown>>[];
  /** Where this one is safer, or riskier, than the fix in general. */
  readonly safety?: FixSafety;
}

export function set(path: Path, value: unknown): ValueEdit {
  return { op: 'set', path, value };
}

export function append(path: Path, value: unknown): ValueEdit {
  return { op: 'append', path, value };
}

export function remove(path: Path): ValueEdit {
  return { op: 'remove', path };
}

export function rename(path: Path, to: string): Edit {
  return { op: 'rename', path, to };
}

export function decline(reason: string, needs?: readonly string[]): Declined {
  return needs === undefined ? { declined: reason } : { declined: reason, needs };
}
