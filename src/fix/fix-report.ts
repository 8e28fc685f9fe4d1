import {
  compareText,
  groupBy,
  type AnyControl,
  type AppliedFix,
  type DeclinedFix,
  type FileRepair,
  type Finding,
  type FixReport,
  type ObjectRepair,
  type Proposal,
  type Report,
  type TextEdit,
} from '../core/index.ts';
import { recreationNeeded } from '../kube/immutable-fields.ts';
import { objectKey } from './companions.ts';
import { objectRepairs } from './object-repairs.ts';
import type { Accepted } from './repair-text.ts';
import type { TextDocument } from './text-file.ts';
import type { Prospect } from './verify.ts';

/** What was found in the files as they are. */
export interface Judgement {
  readonly report: Report;
  readonly proposals: readonly Proposal[];
}

/** What would be found in edited files. */
export interface Rejudgement extends Prospect {
  readonly proposals: readonly Proposal[];
  /** Where everything was read again, all places are in the texts that were tried. */
  readonly movedPlaces: boolean;
}

/** Why a fix is not carried out. */
export interface Refusal {
  readonly because: 'text' | 'withdrawn' | 'person' | 'waived';
  readonly reason: string;
}

/** The same for the same finding of the same object, in whichever round. */
export function nameOf({
  control,
  file,
  fingerprint,
  resource,
  container = '',
}: Pick<Proposal, 'control' | 'file' | 'fingerprint' | 'resource' | 'container'>): string {
  return [control, file, resource.kind, resource.namespace ?? '', resource.name, container, fingerprint].join('\n');
}

export interface FixOutcome {
  readonly before: Judgement;
  readonly now: Rejudgement;
  readonly accepted: readonly Accepted[];
  readonly refusals: ReadonlyMap<string, Refusal>;
  /** In any order. */
  readonly files: readonly FileRepair[];
  /** The file that holds a new object, by the object (`objectKey`). */
  readonly companionFiles: ReadonlyMap<string, string>;
  readonly controls: readonly AnyControl[];
  readonly selected: ReadonlySet<string>;
  /** The documents of a file as it is, where they are known. */
  documentsOf(file: string): readonly TextDocument[] | undefined;
  /** The edits of a file without its new objects. */
  ownEditsOf(file: string): readonly TextEdit[];
  /** Other controls whose fix of the object of a proposal would have led to another result, sorted. */
  conflictsOf(proposal: Proposal): readonly string[];
}

/** The lines of what may stand on others since the files are edited, as they are in the files that a person has at hand. */
function linesBefore(before: readonly About[], moved: readonly About[]): (each: About) => number {
  if (moved.length === 0) return ({ line }) => line;
  const isMoved = new Set(moved);
  const names = new Set(moved.map(({ resource }) => resource.name));
  const lines = new Map(before.flatMap((each) => (names.has(each.resource.name) ? [[nameOf(each), each.line] as const] : [])));
  return (each) => (isMoved.has(each) ? (lines.get(nameOf(each)) ?? each.line) : each.line);
}

type About = Proposal | Finding;

/** Puts together what `plimsoll fix` tells. */
export function fixReport({
  before,
  now,
  accepted,
  refusals,
  files,
  companionFiles,
  controls,
  selected,
  documentsOf,
  ownEditsOf,
  conflictsOf,
}: FixOutcome): FixReport {
  const failing = (findings: readonly Finding[]): Finding[] =>
    findings.filter(({ verdict, control }) => verdict === 'fail' && selected.has(control));
  const failingBefore = failing(before.report.findings);
  const failingNow = failing(now.findings);
  const later = accepted.flatMap(({ proposal, round }) => (round === 0 ? [] : [proposal]));
  const lineOf = linesBefore(
    [...before.proposals, ...failingBefore],
    now.movedPlaces ? [...later, ...now.proposals, ...failingNow] : later,
  );
  const byId = new Map(controls.map((control) => [control.id, control]));
  const refusalOf = (each: About): Refusal | undefined => (refusals.size === 0 ? undefined : refusals.get(nameOf(each)));
  let declined: readonly DeclinedFix[] | undefined;
  // Very many, and not every format lists or counts them.
  const allDeclined = (): readonly DeclinedFix[] => {
    if (declined !== undefined) return declined;
    const proposalFor = answering(now.proposals);
    return (declined = inOrder(
      failingNow.flatMap((finding) => {
        const line = lineOf(finding);
        if (finding.fix === undefined) return [declinedFinding(finding, line, refusalOf(finding), byId.get(finding.control)?.remedy)];
        const proposal = proposalFor(finding);
        // Without one, the settings of its path leave the control out.
        return proposal === undefined ? [] : [declinedProposal(finding, line, proposal, refusalOf(proposal))];
      }),
    ));
  };
  const changed = files.filter(({ before: old, after }) => old !== after).toSorted((a, b) => compareText(a.file, b.file));
  const byFile = groupBy(accepted, ({ proposal }) => proposal.file);
  const objects = changed.flatMap(({ file }) =>
    objectRepairs({ file, documents: documentsOf(file) ?? [], edits: ownEditsOf(file) }, byFile.get(file) ?? []),
  );
  const numbers = new Map(objects.flatMap(({ accepted: ofObject }, number) => ofObject.map((each) => [each, number])));
  const { schemaVersion, tool, target, inputs } = before.report;
  return {
    schemaVersion,
    tool,
    target,
    inputs,
    files: changed,
    objects: objects.map(({ object }) => object),
    fixes: inOrder(
      accepted.map((each): AppliedFix => {
        const { proposal } = each;
        const applied = appliedFix(each, lineOf(proposal), companionFiles);
        const object = numbers.get(each);
        const conflicts = conflictsOf(proposal);
        return {
          ...applied,
          ...(object === undefined ? {} : { object, ...recreated(proposal, objects[object]!.object) }),
          ...(conflicts.length === 0 ? {} : { conflicts }),
        };
      }),
    ),
    get declined() {
      return allDeclined();
    },
    credentials: before.report.findings.filter(({ codes }) => codes.includes('SEC-01')).map(({ file, line }) => ({ file, line })),
    summary: {
      before: failingBefore.length,
      after: failingNow.length,
      fixes: accepted.length,
      get declined() {
        const counts = { review: 0, value: 0, person: 0, withdrawn: 0, text: 0, waived: 0 };
        for (const { because } of allDeclined()) counts[because]++;
        return counts;
      },
    },
  };
}

/**
 * The proposal that answers a finding. One is made for the first place of its control on a subject: the others stand behind
 * it, or in another file.
 */
function answering(proposals: readonly Proposal[]): (finding: Finding) => Proposal | undefined {
  const byName = new Map(proposals.map((proposal) => [nameOf(proposal), proposal]));
  const bySubject = new Map(
    [...groupBy(proposals, subjectOf)].map(([subject, those]) => [subject, those.length === 1 ? those : those.toSorted(comparePlace)]),
  );
  return (finding) => {
    const exact = byName.get(nameOf(finding));
    if (exact !== undefined) return exact;
    const those = bySubject.get(subjectOf(finding)) ?? [];
    let [low, high] = [0, those.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (comparePlace(those[middle]!, finding) <= 0) low = middle + 1;
      else high = middle;
    }
    return those[low - 1] ?? those[0];
  };
}

function subjectOf({ control, resource, container = '' }: About): string {
  return [control, resource.kind, resource.namespace ?? '', resource.name, container].join('\n');
}

function comparePlace(a: About, b: About): number {
  return compareText(a.file, b.file) || a.line - b.line;
}

/** By file and line. There are very many, in several runs of their own order: comparing them with each other would take longer. */
function inOrder<Item extends { readonly file: string; readonly line: number }>(items: readonly Item[]): Item[] {
  return [...groupBy(items, ({ file }) => file)]
    .toSorted(([a], [b]) => compareText(a, b))
    .flatMap(([, ofFile]) => {
      const byLine = groupBy(ofFile, ({ line }) => line);
      return [...Float64Array.from(byLine.keys()).sort()].flatMap((line) => byLine.get(line)!);
    });
}

function appliedFix(
  { proposal, target }: Accepted,
  line: number,
  companionFiles: FixOutcome['companionFiles'],
): Omit<AppliedFix, 'object'> {
  const { origin: _origin, declined: _declined, needs: _needs, ...applied } = proposal;
  const [companion] = proposal.companions;
  const companionFile = companion === undefined ? undefined : companionFiles.get(objectKey(companion));
  return { ...applied, line, target, ...(companionFile === undefined ? {} : { companionFile }) };
}

/** The fields of the changed object that the API server would not change, sorted. */
function recreated({ resource, edits }: Proposal, { before }: ObjectRepair): { readonly recreates?: readonly string[] } {
  const fields = new Set(edits.map(({ path }) => recreationNeeded(resource, path, before)).filter((field) => field !== undefined));
  return fields.size === 0 ? {} : { recreates: [...fields].sort() };
}

function becauseOf({ declined, needs }: Proposal, refusal: Refusal | undefined): DeclinedFix['because'] {
  if (refusal !== undefined) return refusal.because;
  return declined === undefined ? 'review' : needs === undefined ? 'person' : 'value';
}

function declinedFinding(finding: Finding, line: number, refusal: Refusal | undefined, remedy = ''): DeclinedFix {
  return stays(finding, line, refusal?.because ?? 'person', refusal?.reason ?? remedy);
}

function declinedProposal(finding: Finding, line: number, proposal: Proposal, refusal: Refusal | undefined): DeclinedFix {
  const { declined, needs, safety, risk } = proposal;
  const left = stays(finding, line, becauseOf(proposal, refusal), refusal?.reason ?? declined ?? risk);
  if (declined !== undefined && refusal === undefined) {
    if (needs !== undefined) left.needs = needs;
    return left;
  }
  left.safety = safety;
  left.risk = risk;
  return left;
}

/** Thousands of them: one object each, without copies on the way. */
function stays(
  { control, codes, severity, resource, container, file, path, message, fingerprint }: Finding,
  line: number,
  because: DeclinedFix['because'],
  reason: string,
): { -readonly [K in keyof DeclinedFix]: DeclinedFix[K] } {
  const about = { control, codes, severity, resource, file, line, path, message, fingerprint, because, reason };
  return container === undefined ? about : { ...about, container };
}
