import { pass, type AnyControl, type LedgerRow, type LedgerState, type SubjectCounts, type Verdict } from '../core/index.ts';
import { chapters } from '../guidance/index.ts';
import type { Evidence, Recommendation } from '../guidance/recommendation.ts';
import type { Policy } from './policy.ts';

/** What became of the subjects of one control. */
export interface TallyCounts {
  subjects: { -readonly [K in keyof SubjectCounts]: number };
  needs: Set<Evidence>;
  /** Some subject is undecided, or passes only as far as was seen. */
  open: boolean;
}

/** What happened to one control over the whole run. */
export interface Tally extends TallyCounts {
  readonly control: AnyControl;
  /** Why it took no part. */
  readonly leftOut: string | undefined;
  /** It took no part at some of the files. */
  partly?: true;
  /** It is left out in general, and took part at some of the files. */
  atSome?: true;
  /** What was not read: `networkpolicies.networking.k8s.io`. */
  missed?: string;
}

export function startTally(control: AnyControl, leftOut: string | undefined): Tally {
  return { control, leftOut, ...noCounts() };
}

function noCounts(): TallyCounts {
  return { subjects: { pass: 0, fail: 0, unknown: 0, notApplicable: 0 }, needs: new Set(), open: false };
}

/** Gives away what was counted; the tally begins anew. */
export function takeCounts(tally: Tally): TallyCounts {
  const { subjects, needs, open } = tally;
  Object.assign(tally, noCounts());
  return { subjects, needs, open };
}

export function addCounts(tally: Tally, { subjects, needs, open }: TallyCounts): void {
  tally.subjects = sum([tally, { subjects }]);
  for (const source of needs) tally.needs.add(source);
  tally.open ||= open;
}

export function count(tally: Tally, verdict: Verdict): void {
  // Nine of ten.
  if (verdict === pass) {
    tally.subjects.pass++;
    return;
  }
  tally.subjects[verdict.verdict === 'not-applicable' ? 'notApplicable' : verdict.verdict]++;
  if (!('needs' in verdict)) return;
  tally.open = true;
  for (const source of verdict.needs) tally.needs.add(source);
}

/** Objects that it judges, or that decide there, were not read: what it found of others is not all. */
export function miss(tally: Tally, resource: string): void {
  tally.open = true;
  tally.needs.add('cluster');
  tally.missed = resource;
}

/**
 * One row for each entry of the catalogue. An entry that nothing decides is `unknown` and says which evidence is needed. So is
 * one without subjects where they may stand elsewhere: with `partial`, and for what manifests do not show unless it was a
 * cluster that was read.
 */
export function ledger(
  tallies: readonly Tally[],
  { partial, live }: Pick<Policy, 'partial' | 'live'>,
  waived: Waived = new Map(),
): LedgerRow[] {
  const deciding = new Map<string, Tally[]>();
  for (const tally of tallies) {
    for (const code of tally.control.decides) {
      const known = deciding.get(code);
      if (known === undefined) deciding.set(code, [tally]);
      else known.push(tally);
    }
  }
  return chapters.flatMap(({ code, recommendations }) =>
    recommendations.map((recommendation) => {
      const elsewhere = partial || (live !== true && !recommendation.evidence.includes('manifest'));
      return row(code, recommendation, deciding.get(recommendation.code) ?? [], { elsewhere, waived });
    }),
  );
}

/** By control: how many of its failing findings are waived, and how many are open, where some are waived. */
type Waived = ReadonlyMap<string, { readonly findings: number; readonly open: number }>;

function row(
  chapter: string,
  { code, title, origin, evidence }: Recommendation,
  deciding: readonly Tally[],
  { elsewhere, waived }: { readonly elsewhere: boolean; readonly waived: Waived },
): LedgerRow {
  if (deciding.length === 0) return { code, title, chapter, origin, state: 'unknown', subjects: noSubjects, needs: evidence, controls: [] };
  const active = deciding.filter((tally) => tally.leftOut === undefined || (tally.atSome === true && !isEmpty(tally)));
  const subjects = sum(active);
  const controls = deciding.map(({ control }) => control.id);
  const partly = active.some((tally) => tally.partly);
  const open = partly || active.some((tally) => tally.open || unseen(tally));
  const state = active.length === 0 ? 'unknown' : stateOf(subjects, open, elsewhere);
  const needs = state === 'unknown' ? needed(active, evidence) : [];
  const missed = active.find((tally) => tally.missed !== undefined)?.missed;
  const found = { code, title, chapter, origin, state, subjects, needs, controls, ...waivedOf(active, waived) };
  if (state === 'unknown' && missed !== undefined) return { ...found, note: `undecided without reading ${missed}` };
  const note =
    active.length === 0 ? deciding[0]?.leftOut : partly && state !== 'fail' ? 'left out for some files by their settings' : undefined;
  return note === undefined ? found : { ...found, needs: [], note };
}

function waivedOf(active: readonly Tally[], waived: Waived): Pick<LedgerRow, 'waived'> {
  if (waived.size === 0) return {};
  const counts = active.flatMap(({ control }) => waived.get(control.id) ?? []);
  if (counts.length === 0) return {};
  const open = active.reduce((total, { control, subjects }) => total + (waived.get(control.id)?.open ?? subjects.fail), 0);
  return { waived: { findings: counts.reduce((total, { findings }) => total + findings, 0), open } };
}

function isEmpty({ subjects }: Pick<Tally, 'subjects'>): boolean {
  return Object.values(subjects).every((number) => number === 0);
}

const noSubjects: SubjectCounts = { pass: 0, fail: 0, unknown: 0, notApplicable: 0 };

/** What every cluster has was nowhere in the input. */
function unseen({ control, subjects }: Tally): boolean {
  return control.inEveryCluster === true && isEmpty({ subjects });
}

function sum(tallies: readonly Pick<Tally, 'subjects'>[]): Tally['subjects'] {
  const total = { pass: 0, fail: 0, unknown: 0, notApplicable: 0 };
  for (const { subjects } of tallies) {
    total.pass += subjects.pass;
    total.fail += subjects.fail;
    total.unknown += subjects.unknown;
    total.notApplicable += subjects.notApplicable;
  }
  return total;
}

function stateOf(subjects: SubjectCounts, open: boolean, elsewhere: boolean): LedgerState {
  if (subjects.fail > 0) return 'fail';
  if (open) return 'unknown';
  if (subjects.pass > 0) return 'pass';
  return elsewhere && subjects.notApplicable === 0 ? 'unknown' : 'not-applicable';
}

/** The evidence that the verdicts named, in the catalogue's order; without any verdict, what the catalogue names. */
function needed(tallies: readonly Tally[], evidence: readonly Evidence[]): readonly Evidence[] {
  const named = new Set(tallies.flatMap(({ needs }) => [...needs]));
  if (named.size === 0) return evidence;
  if (tallies.some(unseen)) named.add('cluster');
  return [...evidence.filter((source) => named.has(source)), ...[...named].filter((source) => !evidence.includes(source)).sort()];
}
