import type { AnyControl, Input, Proposal } from '../core/index.ts';
import {
  allProposals,
  startEvaluation,
  type Finished,
  type OfJoined,
  type Policy,
  type Proposed,
  type ProposalSink,
} from '../evaluate/index.ts';
import type { Judgement, Rejudgement } from '../fix/fix-report.ts';
import { applyTextEdits } from '../fix/splice.ts';
import { editsByDocument } from '../fix/text-file.ts';
import { prospectOf } from '../fix/verify.ts';
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

/** Of all objects, the share of changed documents up to which they are judged apart from the rest. */
const largestShare = 0.5;

/** Judges files as they would be with other texts. */
export type JudgeAgain = (texts: Texts) => Promise<Rejudgement>;

interface ReadAll extends Finished {
  readonly proposed: Proposed;
  readonly totals: ManifestTotals;
}

/**
 * Judges the files as they are, once, and then as often as it is asked as they would be. An edit changes few documents of
 * many: those are read and judged again, and all else stays as it was judged, but for what joins them with others. Where
 * documents come, go, or cannot be read, and where most of them change, everything is read again. The answer is the same.
 */
export async function judgeRepeatedly(
  { options, controls, policy, first: policyOfFirst, said, files, contentsOf, isWanted }: Repetition,
  heard: Pick<ProposalSink, 'propose' | 'met'>,
): Promise<{ readonly before: Judgement; readonly again: JudgeAgain; readonly totals: ManifestTotals }> {
  const silent = { propose: () => undefined, met: () => undefined };

  /** Reads everything; what joins several objects is judged at the end. */
  async function readAll(texts: Texts, { propose, met }: Pick<ProposalSink, 'propose' | 'met'>, by: Policy = policy): Promise<ReadAll> {
    const own: Proposal[][] = [];
    const joined: OfJoined[] = [];
    let isRead = false;
    const evaluation = startEvaluation(controls, by, {
      ...said,
      met(resource) {
        met(resource);
        own.push([]);
      },
      propose(proposal, number) {
        propose(proposal, number);
        if (!isWanted(proposal)) return;
        if (isRead) joined.push({ proposal, number });
        else own[number]!.push(proposal);
      },
    });
    const totals = await readInto(options, evaluation, { contents: contentsOf(texts) });
    isRead = true;
    return { ...evaluation.finishAndKeep(totals), proposed: { own, joined, isWanted }, totals };
  }

  const first = await readAll(new Map(), heard, policyOfFirst);
  const before = { report: first.report, proposals: allProposals(controls, first.proposed) };

  /** Undefined where it is not enough to read the changed documents. */
  function judgeChanged(texts: Texts): Rejudgement | undefined {
    const changes = changesOf(texts, first, files);
    if (changes === undefined || changes.length > largestShare * first.files.length) return undefined;
    const own: Proposal[][] = [];
    let isOdd = false;
    const aside = startEvaluation(controls, policy, {
      ...said,
      met: () => own.push([]),
      propose: (proposal, number) => isWanted(proposal) && own[number]!.push(proposal),
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
    const rejudged = first.rejudge({ part: aside.take(), numbers, own }, first.proposed);
    return { ...rejudged, unread: before.report.inputs.unread, movedPlaces: false };
  }

  async function judgeAll(texts: Texts): Promise<Rejudgement> {
    const { report, proposed } = await readAll(texts, silent);
    return { ...prospectOf(before.report, report), proposals: allProposals(controls, proposed), movedPlaces: true };
  }

  const again: JudgeAgain = async (texts) => judgeChanged(texts) ?? judgeAll(texts);
  return { before, again, totals: first.totals };
}

/** A document that reads otherwise now, and the numbers of its resources. */
interface Change {
  readonly file: string;
  readonly text: string;
  /** Where it begins in the file at hand. */
  readonly line: number;
  readonly numbers: readonly number[];
}

/** The documents that the texts change, in the order of reading; undefined where an edit is not of one of them alone. */
function changesOf(
  texts: Texts,
  { files: fileOf, origins }: Pick<Finished, 'files' | 'origins'>,
  files: Pick<OpenFiles, 'documents'>,
): Change[] | undefined {
  const firstOf = new Map<string, number>();
  for (const [number, file] of fileOf.entries()) if (!firstOf.has(file)) firstOf.set(file, number);
  const changes: Change[] = [];
  const inOrder = [...texts].toSorted(([a], [b]) => (firstOf.get(a) ?? 0) - (firstOf.get(b) ?? 0));
  for (const [file, { edits }] of inOrder) {
    const documents = files.documents(file);
    let number = firstOf.get(file);
    if (documents === undefined || number === undefined) return undefined;
    const byDocument = editsByDocument(documents, edits);
    // What is no document's is new.
    if (byDocument === undefined) return undefined;
    for (const [index, own] of byDocument) {
      const document = documents[index]!;
      // Cut apart, JSON is read another way.
      if (/^\s*\{/.test(document.text)) return undefined;
      const to = documents[index + 1]?.line ?? Infinity;
      const numbers: number[] = [];
      const lineOf = (each: number): number => origins[each]?.line ?? 0;
      while (fileOf[number] === file && lineOf(number) < document.line) number++;
      for (; fileOf[number] === file && lineOf(number) < to; number++) numbers.push(number);
      changes.push({ file, text: applyTextEdits(document.text, own), line: document.line, numbers });
    }
  }
  return changes;
}
