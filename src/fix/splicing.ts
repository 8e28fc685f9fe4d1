import type { TextEdit } from '../core/index.ts';
import type { Layout } from '../kube/yaml/index.ts';
import type { Lines } from './yaml-text.ts';
import type { BlockStyle } from './yaml-write.ts';

/** The work on one document: what is known of it, and what has been found so far. */
export interface Splicing {
  readonly lines: Lines;
  /** In any order; of several insertions at one place the first comes first. */
  readonly edits: TextEdit[];
  /** The habits of the document, found out at the first call. */
  readonly style: () => BlockStyle;
  /** The list or map of the document that each new one was made from. */
  readonly origins: ReadonlyMap<object, object>;
  /** Of each map in which keys got other names: the new name by the old one. */
  readonly renames: ReadonlyMap<object, ReadonlyMap<string, string>>;
  /** Anchors and aliases at or below which something changes. */
  readonly anchors: Set<string>;
  /** Why a change has no place. */
  readonly problems: string[];
}

/** What is to stand behind a child that stays: behind the one with this index, in front of all with -1. */
export interface Addition {
  readonly after: number;
  /** The key of a map's field; absent for a list's item. */
  readonly key?: string;
  readonly value: unknown;
}

export function replace({ edits }: Splicing, start: number, end: number, text: string): void {
  edits.push({ start, end, text });
}

/** The additions by the child that stays and that they follow; -1 for those in front of all that stay. */
export function byNeighbour(additions: readonly Addition[], removed: ReadonlySet<number>): Map<number, Addition[]> {
  const groups = new Map<number, Addition[]>();
  for (const addition of additions) {
    let index = addition.after;
    while (index >= 0 && removed.has(index)) index--;
    const group = groups.get(index);
    if (group === undefined) groups.set(index, [addition]);
    else group.push(addition);
  }
  return groups;
}

/** The first child that stays. */
export function firstKept(node: Layout, removed: ReadonlySet<number>): Layout | undefined {
  return node.children().find((_, index) => !removed.has(index));
}
