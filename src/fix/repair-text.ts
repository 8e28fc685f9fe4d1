import type { Declined, Edit, Proposal, Target, TextEdit } from '../core/index.ts';
import { applyTextEdits, spliceRounds, type Splice } from './splice.ts';
import type { TextFile } from './text-file.ts';

/** A proposal that is to be carried out; `round` counts how often the objects had been edited when it was made. */
export interface Accepted {
  readonly proposal: Proposal;
  readonly target: Target;
  readonly round: number;
}

export interface RepairedText {
  readonly text: string;
  readonly edits: readonly TextEdit[];
  /** What the text leaves no place for, with the reason. */
  readonly refused: ReadonlyMap<Accepted, string>;
}

/**
 * Carries out all proposals on one file at once. The order of the proposals does not matter: edits are merged as values
 * before any text is written. Of two that contradict each other the later one is refused.
 */
export function repairText(file: TextFile, accepted: readonly Accepted[]): RepairedText {
  const refused = new Map<Accepted, string>();
  const edits: TextEdit[] = [];
  const byDocument = groupBy(accepted, ({ target }) => target.document);
  for (const [number, ofDocument] of [...byDocument].toSorted(([a], [b]) => a - b)) {
    const document = file.documents[number];
    if (document === undefined) continue;
    const ofText = spliceAll(document.text, withoutConflicts(ofDocument, refused), refused);
    for (const { start, end, text } of ofText) edits.push({ start: start + document.offset, end: end + document.offset, text });
  }
  return { text: applyTextEdits(file.text, edits), edits, refused };
}

/** All at once; where that has no place, as many as have one, in their order. */
function spliceAll(text: string, accepted: readonly Accepted[], refused: Map<Accepted, string>): readonly TextEdit[] {
  const together = splice(text, accepted);
  if ('edits' in together) return together.edits;
  const placed: Accepted[] = [];
  let last: readonly TextEdit[] = [];
  for (const each of accepted) {
    const tried = splice(text, [...placed, each]);
    if ('declined' in tried) {
      refused.set(each, tried.declined);
      continue;
    }
    placed.push(each);
    last = tried.edits;
  }
  return last;
}

function splice(text: string, accepted: readonly Accepted[]): Splice | Declined {
  return spliceRounds(text, roundsOf(accepted));
}

/** The edits of each round; within one their order does not matter. */
function roundsOf(accepted: readonly Accepted[]): Edit[][] {
  const rounds = groupBy(accepted, ({ round }) => round);
  return [...rounds].toSorted(([a], [b]) => a - b).map(([, ofRound]) => ofRound.flatMap(targetedEdits));
}

/** The edits of a proposal with paths that count from the root of its document. */
function targetedEdits({ proposal, target }: Accepted): Edit[] {
  return proposal.edits.map((edit): Edit => ({ ...edit, path: [...target.path, ...edit.path] }));
}

/** Leaves out what contradicts an earlier one: another value at the same place, or an edit below a place that is replaced. */
function withoutConflicts(accepted: readonly Accepted[], refused: Map<Accepted, string>): Accepted[] {
  const kept: Accepted[] = [];
  for (const [, ofObject] of groupBy(accepted, ({ target, round }) => `${round} ${JSON.stringify(target.path)}`)) {
    const settled: { readonly edit: Edit; readonly by: string }[] = [];
    for (const each of ofObject) {
      const { edits, control } = each.proposal;
      const other = settled.find(({ edit }) => edits.some((mine) => contradict(mine, edit)));
      if (other !== undefined) {
        refused.set(each, `contradicts the fix of ${other.by}: fix that one first, then run again`);
        continue;
      }
      for (const edit of edits) settled.push({ edit, by: control });
      kept.push(each);
    }
  }
  return kept;
}

function contradict(a: Edit, b: Edit): boolean {
  const [short, long] = a.path.length <= b.path.length ? [a, b] : [b, a];
  if (!short.path.every((step, at) => step === long.path[at])) return false;
  if (short.path.length < long.path.length) return short.op !== 'append';
  if (a.op === 'remove' || b.op === 'remove') return a.op !== b.op;
  if (a.op === 'append' && b.op === 'append') return false;
  return a.op !== b.op || JSON.stringify(a.value) !== JSON.stringify(b.value);
}

export function groupBy<Item, Key>(items: readonly Item[], keyOf: (item: Item) => Key): Map<Key, Item[]> {
  const groups = new Map<Key, Item[]>();
  for (const item of items) {
    const key = keyOf(item);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [item]);
    else group.push(item);
  }
  return groups;
}
