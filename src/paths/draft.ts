import type { Anchor } from '../core/index.ts';
import type { Change } from './changes.ts';
import type { Edge } from './graph.ts';
import { stateKey, type State } from './states.ts';

/** What shows that a step can be taken. */
export interface EvidenceRef {
  readonly what: string;
  /** Absent where nothing that was read says so: Kubernetes does it by itself. */
  readonly at?: Anchor;
}

export interface AttackEdge extends Edge {
  /** Undefined for what is no step by itself: a right that somebody has. */
  readonly technique: string | undefined;
  /** What is not known that it depends on. */
  readonly unknown?: string;
  readonly evidence: readonly EvidenceRef[];
}

/** An edge before its nodes have numbers. */
export interface DraftEdge {
  readonly from: State;
  readonly to: State;
  readonly technique?: { readonly id: string; readonly weight: number };
  readonly unknown?: string | undefined;
  readonly changes?: readonly Change[];
  readonly evidence?: readonly EvidenceRef[];
}

/** A graph that is being made: nodes and changes get their numbers in the order in which they come. */
export interface Draft {
  readonly states: readonly State[];
  readonly edges: readonly AttackEdge[];
  readonly changes: readonly Change[];
  numberOf(state: State): number | undefined;
  node(state: State): number;
  add(edge: DraftEdge): void;
}

export function startDraft(): Draft {
  const states: State[] = [];
  const numbers = new Map<string, number>();
  const edges: AttackEdge[] = [];
  const changes: Change[] = [];
  const changeNumbers = new Map<string, number>();
  const node = (state: State): number => {
    const key = stateKey(state);
    const before = numbers.get(key);
    if (before !== undefined) return before;
    numbers.set(key, states.length);
    return states.push(state) - 1;
  };
  const changeNumber = (change: Change): number => {
    const before = changeNumbers.get(change.id);
    if (before !== undefined) return before;
    changeNumbers.set(change.id, changes.length);
    return changes.push(change) - 1;
  };
  return {
    states,
    edges,
    changes,
    node,
    numberOf: (state) => numbers.get(stateKey(state)),
    add({ from, to, technique, unknown, changes: needed = [], evidence = [] }) {
      edges.push({
        from: node(from),
        to: node(to),
        weight: technique?.weight ?? 0,
        technique: technique?.id,
        ...(unknown === undefined ? {} : { unknown }),
        changes: [...new Set(needed.map(changeNumber))].sort((a, b) => a - b),
        evidence,
      });
    },
  };
}
