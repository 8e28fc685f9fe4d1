import type { Path } from './path.ts';

/**
 * A change of an object, in terms of the subject's own paths. `set` creates missing maps on the way and replaces what
 * stands there; `append` adds an item to a list (creating the list), unless an equal item is in it; `remove` is silent
 * about what is absent.
 */
export type Edit =
  | { readonly op: 'set'; readonly path: Path; readonly value: unknown }
  | { readonly op: 'append'; readonly path: Path; readonly value: unknown }
  | { readonly op: 'remove'; readonly path: Path };

/** Why a machine must not repair this one, and what a person has to decide. */
export interface Declined {
  readonly declined: string;
}

export function set(path: Path, value: unknown): Edit {
  return { op: 'set', path, value };
}

export function append(path: Path, value: unknown): Edit {
  return { op: 'append', path, value };
}

export function remove(path: Path): Edit {
  return { op: 'remove', path };
}

export function decline(reason: string): Declined {
  return { declined: reason };
}
