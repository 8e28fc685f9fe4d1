import { groupBy, type Declined, type Edit, type Proposal, type Target, type TextEdit } from '../core/index.ts';
import { same } from './apply.ts';
import { appendDocuments, namespacesIn, objectKey, type NewObject, type PlainObject } from './companions.ts';
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
  /** The same without new objects. */
  readonly ownEdits: readonly TextEdit[];
  /** Holds the new objects where the file itself has no place for them. */
  readonly newFile?: { readonly file: string; readonly text: string };
  /** What the text leaves no place for, with the reason. */
  readonly refused: ReadonlyMap<Accepted, string>;
}

/**
 * Carries out all proposals on one file at once, as often as it is asked. The order of the proposals does not matter: edits
 * are merged as values before any text is written. Of two that contradict each other the later one is refused.
 */
export function textRepairer(file: TextFile): (accepted: readonly Accepted[], claims?: Claims) => RepairedText {
  // Most documents get the same fixes in the next attempt.
  const known = new Map<number, RepairedDocument>();
  let namespaces: ReadonlySet<string> | undefined;

  function repairDocument(number: number, accepted: readonly Accepted[]): RepairedDocument {
    const last = known.get(number);
    if (last !== undefined && sameItems(last.accepted, accepted)) return last;
    const refused = new Map<Accepted, string>();
    const document = file.documents[number];
    const edits = document === undefined ? [] : spliceAll(document.text, withoutConflicts(accepted, refused), refused);
    const offset = document?.offset ?? 0;
    if (document === undefined)
      for (const each of accepted) refused.set(each, 'stands in an object that another fix adds: run again when that one is there');
    const repaired = { accepted, refused, edits: edits.map((edit) => ({ ...edit, start: edit.start + offset, end: edit.end + offset })) };
    known.set(number, repaired);
    return repaired;
  }

  return (accepted, claims = new Map()) => {
    const byDocument = groupBy(accepted, ({ target }) => target.document);
    const documents = [...byDocument].toSorted(([a], [b]) => a - b).map(([number, ofDocument]) => repairDocument(number, ofDocument));
    const edits = documents.flatMap((document) => document.edits);
    const refused = new Map(documents.flatMap((document) => [...document.refused]));
    const added = newObjectsOf(
      accepted.filter((each) => !refused.has(each)),
      claims,
      refused,
    );
    const text = applyTextEdits(file.text, edits);
    if (added.length === 0) return { text, edits, ownEdits: edits, refused };
    namespaces ??= namespacesIn(file.text);
    const placed = appendDocuments(text, added, namespaces);
    if ('text' in placed) return { text: placed.text, edits: composed(text, edits, placed.edits), ownEdits: edits, refused };
    const name = (accepted[0]?.proposal.file ?? '').replace(/\.[^./]*$/, '') + placed.newFile.suffix;
    return { text, edits, ownEdits: edits, refused, newFile: { file: name, text: placed.newFile.text } };
  };
}

interface RepairedDocument {
  readonly accepted: readonly Accepted[];
  /** Count in the text of the file. */
  readonly edits: readonly TextEdit[];
  readonly refused: ReadonlyMap<Accepted, string>;
}

function sameItems<Item>(a: readonly Item[], b: readonly Item[]): boolean {
  return a.length === b.length && a.every((item, index) => item === b[index]);
}

/** Which new objects are written in some file already, and by the fix of which control. */
export type Claims = Map<string, { readonly by: string; readonly object: PlainObject }>;

/** The objects that fixes add, each in one file, for all that want it. Of two that differ under one name the later is refused. */
function newObjectsOf(accepted: readonly Accepted[], claims: Claims, refused: Map<Accepted, string>): NewObject[] {
  const wanted = new Map<string, { readonly object: PlainObject; readonly codes: Set<string> }>();
  for (const each of accepted) {
    const { companions, control, codes } = each.proposal;
    const claimed = companions.map((object) => ({ object, key: objectKey(object), claim: claims.get(objectKey(object)) }));
    const other = claimed.find(({ object, claim }) => claim !== undefined && !same(claim.object, object));
    if (other !== undefined) {
      refused.set(each, `contradicts the fix of ${other.claim?.by ?? ''}: fix that one first, then run again`);
      continue;
    }
    for (const { object, key, claim } of claimed) {
      const entry = claim === undefined ? { object, codes: new Set<string>() } : wanted.get(key);
      // Of another file.
      if (entry === undefined) continue;
      for (const code of codes) entry.codes.add(code);
      wanted.set(key, entry);
      claims.set(key, { by: control, object });
    }
  }
  return [...wanted.values()].map(({ object, codes }) => ({ object, comment: `Kubernetes Hardening Guidance: ${[...codes].join(', ')}` }));
}

/** One list of edits for two after one another: `second` counts in `middle`, the text that `first` has made. */
function composed(middle: string, first: readonly TextEdit[], second: readonly TextEdit[]): TextEdit[] {
  let made = [...first];
  for (const { start, end, text } of second.toReversed()) {
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
      else [low, high] = [Math.min(low, from), Math.max(high, to)];
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

/** All at once; where that has no place, what one control wants by itself (it may want the same of all who share an anchor), and then each. */
function spliceAll(text: string, accepted: readonly Accepted[], refused: Map<Accepted, string>): readonly TextEdit[] {
  const placed: Accepted[] = [];
  let last: readonly TextEdit[] = [];
  const place = (some: readonly Accepted[], apart: (each: Accepted) => unknown): void => {
    const tried = splice(text, [...placed, ...some]);
    if ('edits' in tried) {
      placed.push(...some);
      last = tried.edits;
    } else if (some.length === 1) refused.set(some[0]!, tried.declined);
    else for (const fewer of groupBy(some, apart).values()) place(fewer, (each) => each);
  };
  place(accepted, ({ proposal, round }) => `${round} ${proposal.control}`);
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
  if (short.path.length < long.path.length) return short.op === 'set' || short.op === 'remove';
  // What else wants the new name is seen when all is merged.
  if (a.op === 'rename' || b.op === 'rename') return a.op !== 'rename' || b.op !== 'rename' || a.to !== b.to;
  if (a.op === 'remove' || b.op === 'remove') return a.op !== b.op;
  if (a.op === 'append' && b.op === 'append') return false;
  return a.op !== b.op || JSON.stringify(a.value) !== JSON.stringify(b.value);
}
