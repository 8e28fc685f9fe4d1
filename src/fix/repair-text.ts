import type { Declined, Edit, Proposal, Target, TextEdit } from '../core/index.ts';
import { same } from './apply.ts';
import { appendDocuments, objectKey, type PlainObject } from './companions.ts';
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
  /** Holds the new objects where the file itself has no place for them. */
  readonly newFile?: { readonly file: string; readonly text: string };
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
    if (document === undefined) {
      for (const each of ofDocument) refused.set(each, 'stands in an object that another fix adds: run again when that one is there');
      continue;
    }
    const ofText = spliceAll(document.text, withoutConflicts(ofDocument, refused), refused);
    for (const { start, end, text } of ofText) edits.push({ start: start + document.offset, end: end + document.offset, text });
  }
  const repaired = { text: applyTextEdits(file.text, edits), edits, refused };
  return withNewObjects(
    repaired,
    accepted.filter((each) => !refused.has(each)),
  );
}

/** The objects that fixes add stand behind those of the file. Of equal ones the first is written, for all that want it. */
function withNewObjects({ text, edits, refused }: RepairedText, accepted: readonly Accepted[]): RepairedText {
  const wanted = new Map<string, { readonly by: Accepted; readonly object: PlainObject; readonly codes: Set<string> }>();
  const refusedToo = new Map(refused);
  for (const each of accepted) {
    const others = each.proposal.companions.map((object) => ({ object, known: wanted.get(objectKey(object)) }));
    const other = others.find(({ object, known }) => known !== undefined && !same(known.object, object));
    if (other !== undefined) {
      refusedToo.set(each, `contradicts the fix of ${other.known?.by.proposal.control ?? ''}: fix that one first, then run again`);
      continue;
    }
    for (const { object, known } of others) {
      const entry = known ?? { by: each, object, codes: new Set<string>() };
      for (const code of each.proposal.codes) entry.codes.add(code);
      wanted.set(objectKey(object), entry);
    }
  }
  const [first] = wanted.values();
  if (first === undefined) return { text, edits, refused: refusedToo };
  const objects = [...wanted.values()].map(({ object, codes }) => ({
    object,
    comment: `Kubernetes Hardening Guidance: ${[...codes].join(', ')}`,
  }));
  const added = appendDocuments(text, objects);
  if ('text' in added) return { text: added.text, edits: composed(text, edits, added.edits), refused: refusedToo };
  const { suffix, text: newText } = added.newFile;
  return { text, edits, refused: refusedToo, newFile: { file: first.by.proposal.file.replace(/\.[^./]*$/, '') + suffix, text: newText } };
}

/** One list of edits for two after one another: `second` counts in `middle`, the text that `first` has made. */
function composed(middle: string, first: readonly TextEdit[], second: readonly TextEdit[]): TextEdit[] {
  let made = [...first];
  for (const { start, end, text } of second.toReversed()) {
    const touched: TextEdit[] = [];
    const apart: TextEdit[] = [];
    let shift = 0;
    // How far the text before and the text behind the touched edits has moved.
    let [shiftBefore, shiftBehind] = [0, 0];
    let [low, high] = [start, end];
    for (const edit of made) {
      const from = edit.start + shift;
      const to = from + edit.text.length;
      const isBefore = to < start;
      if (isBefore || from > end) apart.push(edit);
      else {
        touched.push(edit);
        [low, high] = [Math.min(low, from), Math.max(high, to)];
      }
      const moved = edit.text.length - (edit.end - edit.start);
      shift += moved;
      if (isBefore) shiftBefore += moved;
      if (from <= end) shiftBehind += moved;
    }
    const merged = { start: low - shiftBefore, end: high - shiftBehind, text: middle.slice(low, start) + text + middle.slice(end, high) };
    made = [...apart, merged].toSorted((a, b) => a.start - b.start);
  }
  return made;
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
