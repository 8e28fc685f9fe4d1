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
} from '../core/index.ts';
import { recreationNeeded } from '../kube/immutable-fields.ts';
import { objectKey } from './companions.ts';
import { objectRepairs } from './object-repairs.ts';
import type { Accepted } from './repair-text.ts';

/** What was found in the files as they are, or as they would be. */
export interface Judgement {
  readonly report: Report;
  readonly proposals: readonly Proposal[];
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
  readonly now: Judgement;
  readonly accepted: readonly Accepted[];
  readonly refusals: ReadonlyMap<string, Refusal>;
  /** In any order. */
  readonly files: readonly FileRepair[];
  /** The file that holds a new object, by the object (`objectKey`). */
  readonly companionFiles: ReadonlyMap<string, string>;
  readonly controls: readonly AnyControl[];
  readonly selected: ReadonlySet<string>;
  /** Other controls whose fix of the object of a proposal would have led to another result, sorted. */
  conflictsOf(proposal: Proposal): readonly string[];
}

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
  conflictsOf,
}: FixOutcome): FixReport {
  const failing = (report: Report): Finding[] =>
    report.findings.filter(({ verdict, control }) => verdict === 'fail' && selected.has(control));
  // Lines as they are in the files that a person has at hand.
  const asked = now === before ? [] : [...before.proposals, ...failing(before.report)];
  const lines = new Map(asked.map((each) => [nameOf(each), each.line]));
  const lineOf = (each: Proposal | Finding): number => (now === before ? each.line : (lines.get(nameOf(each)) ?? each.line));
  const byId = new Map(controls.map((control) => [control.id, control]));
  const declined = [
    ...now.proposals.map((proposal) => {
      const refusal = refusals.size === 0 ? undefined : refusals.get(nameOf(proposal));
      return declinedProposal(proposal, lineOf(proposal), refusal);
    }),
    ...failing(now.report)
      .filter((finding) => finding.fix === undefined)
      .map((finding) => {
        const refusal = refusals.get(nameOf(finding));
        return stays(finding, lineOf(finding), refusal?.because ?? 'person', refusal?.reason ?? byId.get(finding.control)?.remedy ?? '');
      }),
  ];
  const changed = files.filter(({ before: old, after }) => old !== after).toSorted((a, b) => compareText(a.file, b.file));
  const byFile = groupBy(accepted, ({ proposal }) => proposal.file);
  const objects = changed.flatMap((repair) => objectRepairs(repair, byFile.get(repair.file) ?? []));
  const numbers = new Map(objects.flatMap(({ accepted: ofObject }, number) => ofObject.map((each) => [each, number])));
  const counts = { review: 0, value: 0, person: 0, withdrawn: 0, text: 0, waived: 0 };
  for (const { because } of declined) counts[because]++;
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
    declined: inOrder(declined),
    credentials: before.report.findings.filter(({ codes }) => codes.includes('SEC-01')).map(({ file, line }) => ({ file, line })),
    summary: { before: failing(before.report).length, after: failing(now.report).length, fixes: accepted.length, declined: counts },
  };
}

function inOrder<Item extends { readonly file: string; readonly line: number }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => compareText(a.file, b.file) || a.line - b.line);
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

function declinedProposal(proposal: Proposal, line: number, refusal: Refusal | undefined): DeclinedFix {
  const { declined, needs, safety, risk } = proposal;
  if (declined !== undefined && refusal === undefined) {
    if (needs === undefined) return stays(proposal, line, 'person', declined);
    const waiting = stays(proposal, line, 'value', declined);
    waiting.needs = needs;
    return waiting;
  }
  const left = stays(proposal, line, refusal?.because ?? 'review', refusal?.reason ?? risk);
  left.safety = safety;
  left.risk = risk;
  return left;
}

/** Thousands of them: one object each, without copies on the way. */
function stays(
  { control, codes, severity, resource, container, file, path, message, fingerprint }: Proposal | Finding,
  line: number,
  because: DeclinedFix['because'],
  reason: string,
): { -readonly [K in keyof DeclinedFix]: DeclinedFix[K] } {
  const about = { control, codes, severity, resource, file, line, path, message, fingerprint, because, reason };
  return container === undefined ? about : { ...about, container };
}
