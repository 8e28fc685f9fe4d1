import { groupBy, type AnyControl, type Input, type Proposal, type TextEdit } from '../core/index.ts';
import { exchanged, movedLocation, startEvaluation, type Exchange, type Part, type Policy, type ProposalSink } from '../evaluate/index.ts';
import type { Judgement } from '../fix/fix-report.ts';
import { applyTextEdits } from '../fix/splice.ts';
import { readPortion, type ManifestTotals } from '../sources/manifests/index.ts';
import type { OpenFiles, Texts } from './open-files.ts';
import { readsOf } from './portion-judge.ts';
import { readInto, type ScanOptions } from './scan.ts';

export interface Repetition {
  readonly options: ScanOptions;
  readonly controls: readonly AnyControl[];
  readonly policy: Policy;
  /** By which the files as they are are judged: what waivers say matters there alone. */
  readonly first: Policy;
  readonly said: Pick<ProposalSink, 'given' | 'values'>;
  readonly files: Pick<OpenFiles, 'documents'>;
  readonly contentsOf: (texts: Texts) => ReadonlyMap<string, Uint8Array>;
  /** Whether a proposal is one to carry out. */
  readonly isWanted: (proposal: Proposal) => boolean;
}

/** What was judged of the files as they are, before anything was joined. */
interface Original {
  readonly part: Part;
  /** By the numbers of the resources: what was proposed for each by itself. */
  readonly proposals: readonly (readonly Proposal[])[];
  readonly totals: ManifestTotals;
}

interface ReadAll {
  /** What was judged until now, kept for later. */
  original(): Original;
  finish(): Judgement;
}

/** Of all objects, the share of changed documents up to which they are judged apart from the rest. */
const largestShare = 0.5;

/** Judges files as they would be with other texts. Of such a judgement the ledger says nothing. */
export type JudgeAgain = (texts: Texts) => Promise<Judgement>;

/**
 * Judges the files as they are, once, and then as often as it is asked as they would be. An edit changes few documents of
 * many: those are read and judged again, all else stays as it was judged, and what joins several objects is joined anew. Where
 * documents come, go, or cannot be read, and where most of them change, everything is read again. The answer is the same.
 */
export async function judgeRepeatedly(
  { options, controls, policy, first: policyOfFirst, said, files, contentsOf, isWanted }: Repetition,
  heard: Pick<ProposalSink, 'propose' | 'met'>,
): Promise<{ readonly before: Judgement; readonly again: JudgeAgain; readonly totals: ManifestTotals }> {
  const silent = { propose: () => undefined, met: () => undefined };

  /** Reads everything; what joins several objects is judged at the end. */
  async function readAll(texts: Texts, { propose, met }: Pick<ProposalSink, 'propose' | 'met'>, by: Policy = policy): Promise<ReadAll> {
    const proposals: Proposal[][] = [];
    const joined: Proposal[] = [];
    let isRead = false;
    const evaluation = startEvaluation(controls, by, {
      ...said,
      met(resource) {
        met(resource);
        proposals.push([]);
      },
      propose(proposal) {
        propose(proposal);
        if (isWanted(proposal)) (isRead ? joined : proposals.at(-1)!).push(proposal);
      },
    });
    const totals = await readInto(options, evaluation, { contents: contentsOf(texts) });
    return {
      original() {
        const part = evaluation.take();
        evaluation.join(part);
        return { part, proposals, totals };
      },
      finish() {
        isRead = true;
        const report = evaluation.finish(totals);
        return { report, proposals: [...proposals.flat(), ...joined] };
      },
    };
  }

  const first = await readAll(new Map(), heard, policyOfFirst);
  const original = first.original();
  const before = first.finish();
  const places = original.part.anchors.map(({ location }) => location);

  /** Undefined where it is not enough to read the changed documents. */
  function judgeChanged(texts: Texts): Judgement | undefined {
    const changes = changesOf(texts, original.part, files);
    if (changes === undefined || changes.length > largestShare * original.part.files.length) return undefined;
    const anew: Proposal[][] = [];
    let isOdd = false;
    const aside = startEvaluation(controls, policy, {
      ...said,
      met: () => anew.push([]),
      propose: (proposal) => isWanted(proposal) && anew.at(-1)!.push(proposal),
    });
    const documents = {
      reads: readsOf(aside),
      podTemplates: options.podTemplates ?? [],
      sink(input: Input) {
        aside.add(input);
        if (input.type !== 'resource' && input.type !== 'comment') isOdd = true;
      },
    };
    for (const { file, text, line, numbers } of changes) {
      const { counts } = readPortion({ file, pieces: [{ type: 'yaml', bytes: Buffer.from(text), line }] }, documents);
      if (isOdd || counts.skipped > 0 || counts.unread > 0 || counts.resources !== numbers.length) return undefined;
    }
    const numbers = changes.flatMap((change) => change.numbers);
    const lineNow = lineTable(changes);
    const proposals: Proposal[] = [];
    const byNumber = new Map(numbers.map((number, index) => [number, anew[index]!]));
    for (const [number, ofResource] of original.proposals.entries())
      for (const proposal of byNumber.get(number) ?? ofResource.map((each) => movedProposal(each, lineNow))) proposals.push(proposal);
    const evaluation = startEvaluation(controls, policy, {
      ...said,
      met: () => undefined,
      propose: (proposal) => isWanted(proposal) && proposals.push(proposal),
    });
    for (const part of exchanged(original.part, places, { part: aside.take(), numbers, lineNow })) evaluation.join(part);
    return { report: evaluation.finish(original.totals), proposals };
  }

  const again: JudgeAgain = async (texts) => judgeChanged(texts) ?? (await readAll(texts, silent)).finish();
  return { before, again, totals: original.totals };
}

/** A document that reads otherwise now, and the numbers of its resources. */
interface Change {
  readonly file: string;
  readonly text: string;
  /** Where it begins now. */
  readonly line: number;
  /** Where the next one began. */
  readonly to: number;
  /** How many lines what stands behind it has moved. */
  readonly shift: number;
  readonly numbers: readonly number[];
}

/** The documents that the texts change, in the order of reading; undefined where an edit is not of one of them alone. */
function changesOf(texts: Texts, { files: fileOf, belongings }: Part, files: Pick<OpenFiles, 'documents'>): Change[] | undefined {
  const firstOf = new Map<string, number>();
  for (const [number, file] of fileOf.entries()) if (!firstOf.has(file)) firstOf.set(file, number);
  const changes: Change[] = [];
  const inOrder = [...texts].toSorted(([a], [b]) => (firstOf.get(a) ?? 0) - (firstOf.get(b) ?? 0));
  for (const [file, { edits }] of inOrder) {
    const documents = files.documents(file);
    let number = firstOf.get(file);
    if (documents === undefined || number === undefined) return undefined;
    let next = 0;
    let shift = 0;
    for (const [index, document] of documents.entries()) {
      const end = document.offset + document.text.length;
      const own: TextEdit[] = [];
      for (; next < edits.length && edits[next]!.start <= end; next++) {
        const { start, end: stop, text } = edits[next]!;
        // Cut apart, JSON is read another way; what is no document's is new.
        if (start < document.offset || stop > end || /^\s*\{/.test(document.text)) return undefined;
        own.push({ start: start - document.offset, end: stop - document.offset, text });
      }
      if (own.length === 0) continue;
      const to = documents[index + 1]?.line ?? Infinity;
      const numbers: number[] = [];
      const lineOf = (each: number): number => belongings?.origins[each]?.line ?? 0;
      while (fileOf[number] === file && lineOf(number) < document.line) number++;
      for (; fileOf[number] === file && lineOf(number) < to; number++) numbers.push(number);
      const text = applyTextEdits(document.text, own);
      const line = document.line + shift;
      shift += lineBreaks(text) - lineBreaks(document.text);
      changes.push({ file, text, line, to, shift, numbers });
    }
    if (next < edits.length) return undefined;
  }
  return changes;
}

function lineBreaks(text: string): number {
  let count = 0;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) count++;
  return count;
}

/** By how many lines what stood behind a changed document has moved. */
function lineTable(changes: readonly Change[]): Exchange['lineNow'] {
  const byFile = groupBy(changes, ({ file }) => file);
  return (file, line) => {
    const ofFile = byFile.get(file);
    if (ofFile === undefined) return line;
    let [low, high] = [0, ofFile.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (ofFile[middle]!.to <= line) low = middle + 1;
      else high = middle;
    }
    return low === 0 ? line : line + ofFile[low - 1]!.shift;
  };
}

function movedProposal(proposal: Proposal, lineNow: Exchange['lineNow']): Proposal {
  const by = lineNow(proposal.file, proposal.line) - proposal.line;
  return by === 0 ? proposal : { ...proposal, line: proposal.line + by, origin: movedLocation(proposal.origin, by) };
}
