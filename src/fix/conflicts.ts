import { compareText, type AnyControl, type Proposal } from '../core/index.ts';

export interface FixConflicts {
  /** To be told of every proposal for the files as they are. */
  note(proposal: Proposal): void;
  /**
   * Of a fix that is carried out: the controls whose own fix of the same object, had it come first, would have led to another
   * result, sorted. Where both are carried out the order has been settled, and nobody is told.
   */
  among(carriedOut: readonly Proposal[]): (proposal: Proposal) => readonly string[];
}

const none: readonly string[] = [];

/**
 * Fixes come to the same in any order, but for those that make each other unnecessary (`Fix.waitsFor`): a pod without a token
 * needs no account of its own, and with an account of its own, which mounts none, it has no token to give up.
 */
export function fixConflicts(controls: readonly AnyControl[]): FixConflicts {
  const rivals = new Map<string, Set<string>>();
  for (const { id, fix } of controls)
    for (const other of fix?.waitsFor ?? []) {
      rivals.set(id, (rivals.get(id) ?? new Set()).add(other));
      rivals.set(other, (rivals.get(other) ?? new Set()).add(id));
    }
  const wanted = new Map<string, Set<string>>();
  return {
    note(proposal) {
      if (proposal.declined === undefined && rivals.has(proposal.control)) add(wanted, proposal);
    },
    among(carriedOut) {
      const done = new Map<string, Set<string>>();
      for (const proposal of carriedOut) if (rivals.has(proposal.control)) add(done, proposal);
      return (proposal) => {
        const others = rivals.get(proposal.control);
        if (others === undefined) return none;
        const object = objectName(proposal);
        return [...others]
          .filter((other) => wanted.get(object)?.has(other) === true && done.get(object)?.has(other) !== true)
          .sort(compareText);
      };
    },
  };
}

function add(byObject: Map<string, Set<string>>, proposal: Proposal): void {
  const object = objectName(proposal);
  const known = byObject.get(object);
  if (known === undefined) byObject.set(object, new Set([proposal.control]));
  else known.add(proposal.control);
}

function objectName({ file, resource: { kind, namespace = '', name } }: Proposal): string {
  return JSON.stringify([file, kind, namespace, name]);
}
