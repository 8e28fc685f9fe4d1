import { compareText, type AnyControl, type Path, type Proposal } from '../core/index.ts';

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
 * needs no account of its own, and with an account of its own, which mounts none, it has no token to give up. And for those
 * that write below a key which another gives to what is there under a name misspelt.
 */
export function fixConflicts(controls: readonly AnyControl[]): FixConflicts {
  const rivals = new Map<string, Set<string>>();
  for (const { id, fix } of controls)
    for (const other of fix?.waitsFor ?? []) {
      rivals.set(id, (rivals.get(id) ?? new Set()).add(other));
      rivals.set(other, (rivals.get(other) ?? new Set()).add(id));
    }
  const wanted = new Map<string, Set<string>>();
  const renaming = new Map<string, Proposal>();
  return {
    note(proposal) {
      if (proposal.declined !== undefined) return;
      if (rivals.has(proposal.control)) add(wanted, proposal);
      if (proposal.edits.some(({ op }) => op === 'rename')) renaming.set(objectName(proposal), proposal);
    },
    among(carriedOut) {
      const done = new Map<string, Set<string>>();
      for (const proposal of carriedOut) if (rivals.has(proposal.control) || renaming.size > 0) add(done, proposal);
      return (proposal) => {
        const object = objectName(proposal);
        const others = [...(rivals.get(proposal.control) ?? none)].filter((other) => wanted.get(object)?.has(other) === true);
        const renames = renaming.get(object);
        if (renames !== undefined && writesTo(proposal, newNames(renames))) others.push(renames.control);
        return others.filter((other) => done.get(object)?.has(other) !== true).sort(compareText);
      };
    },
  };
}

function newNames({ edits }: Proposal): Path[] {
  return edits.flatMap((edit) => (edit.op === 'rename' ? [[...edit.path.slice(0, -1), edit.to]] : []));
}

function writesTo({ edits }: Proposal, names: readonly Path[]): boolean {
  return edits.some(({ path }) => names.some((name) => name.every((step, at) => at >= path.length || step === path[at])));
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
