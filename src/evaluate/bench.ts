import {
  apiGroup,
  kindName,
  nothingGiven,
  onceByKind,
  type AnyControl,
  type Fixing,
  type Judging,
  type JoinedSubjectKind,
  type LocalSubjectKind,
  type Params,
  type Resource,
  type Severity,
} from '../core/index.ts';
import { startTally, type Tally } from './ledger.ts';
import { settingsByFile, type Settings } from './path-settings.ts';
import { paramValues, type Policy } from './policy.ts';
import type { ProposalSink } from './proposals.ts';
import { leftOut } from './selection.ts';

/** A control with what it needs in this run. */
export interface Judge {
  readonly control: AnyControl;
  readonly judging: Judging<Params>;
  readonly fixing: Fixing<Params>;
  readonly tally: Tally;
  /** Takes the place of what the control says. */
  readonly severity: Severity | undefined;
  readonly gaps: Gaps;
}

/** What a control does not see. */
export interface Gaps {
  /** A kind that it joins and that was not read: it cannot tell what is absent. */
  blind?: string;
  /** A kind that may excuse what fails, and that was not read. */
  lenient?: string | undefined;
}

/** One kind of subject with the controls that judge it. */
export interface Bench<Kind> {
  readonly kind: Kind;
  readonly judges: Judge[];
  /** Those that judge where the policy says nothing else of a file. */
  readonly usual: Judge[];
  /** What a joined kind remembers until the end; one list for all that remember by the same function. */
  readonly memories: unknown[];
  /** The numbers of their resources; only kept for fixes. */
  readonly owners: number[];
}

export type LocalKind = LocalSubjectKind<unknown>;
export type JoinedKind = JoinedSubjectKind<unknown, unknown>;

/** Every control with its settings, whether it takes part or not: the ledger has a row for each. */
export function judgesOf(controls: readonly AnyControl[], policy: Policy, sink: ProposalSink | undefined): readonly Judge[] {
  return controls.map((control): Judge => {
    const said = sink === undefined ? nothingGiven : { given: sink.given, values: sink.values[control.id] ?? {} };
    const judging = { version: policy.version, params: paramValues(control, policy), partial: policy.partial };
    const severity = policy.severities?.[control.id];
    return { control, judging, fixing: { ...judging, ...said }, tally: startTally(control, leftOut(control, policy)), severity, gaps: {} };
  });
}

/** Puts judges together by what they judge, in their order. */
export function benchesOf(judges: readonly Judge[]): Bench<LocalKind | JoinedKind>[] {
  const benches = new Map<unknown, Bench<LocalKind | JoinedKind>>();
  const remembered = new Map<unknown, Pick<Bench<unknown>, 'memories' | 'owners'>>();
  for (const judge of judges) {
    const kind = judge.control.subject as LocalKind | JoinedKind;
    const by = kind.scope === 'joined' ? kind.remember : kind;
    const lists = remembered.get(by) ?? { memories: [], owners: [] };
    remembered.set(by, lists);
    const bench = benches.get(kind) ?? { kind, judges: [], usual: [], ...lists };
    bench.judges.push(judge);
    if (judge.tally.leftOut === undefined) bench.usual.push(judge);
    benches.set(kind, bench);
  }
  return [...benches.values()];
}

/** Picks those who read a resource: to ask all about every object would take longer than judging some of them. */
export function byKind<Kind extends LocalKind | JoinedKind>(
  benches: readonly Bench<Kind>[],
): (resource: Resource) => readonly Bench<Kind>[] {
  const readersOf = (holdsPods: boolean): ((apiVersion: string, kind: string) => readonly Bench<Kind>[]) =>
    onceByKind((apiVersion, kind) => {
      const group = apiGroup(apiVersion);
      const name = kindName(group, kind);
      return benches.filter(
        ({ kind: { reads } }) =>
          reads.others === true || (holdsPods && reads.podTemplates) || reads.kinds.includes(name) || reads.kinds.includes(`*.${group}`),
      );
    });
  const [withPods, withoutPods] = [readersOf(true), readersOf(false)];
  return ({ ref, podTemplates }) => (podTemplates.length > 0 ? withPods : withoutPods)(ref.apiVersion, ref.kind);
}

/** Who judges at a file, and how: the policy may say something else of some paths. */
export function panelsOf(policy: Policy): (bench: Bench<unknown>, file: string) => readonly Judge[] {
  const settingsOf = settingsByFile(policy);
  const panels = new Map<Settings, Map<unknown, readonly Judge[]>>();
  return (bench, file) => {
    const settings = settingsOf(file);
    if (settings === policy) return bench.usual;
    const known = panels.get(settings) ?? new Map<unknown, readonly Judge[]>();
    panels.set(settings, known);
    const panel = known.get(bench) ?? bench.judges.flatMap((judge) => judgeBy(judge, settings));
    known.set(bench, panel);
    return panel;
  };
}

/** The judge as the settings want it; nothing where they leave its control out. */
function judgeBy(judge: Judge, settings: Settings): Judge[] {
  const { control } = judge;
  if (leftOut(control, settings) !== undefined) return [];
  const params = paramValues(control, settings);
  const severity = settings.severities?.[control.id];
  return [{ ...judge, judging: { ...judge.judging, params }, fixing: { ...judge.fixing, params }, severity }];
}
