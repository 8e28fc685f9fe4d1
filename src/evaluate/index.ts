import {
  apiGroup,
  compareText,
  formatPath,
  isObserved,
  isOpenFailure,
  nothingGiven,
  nowhere,
  observedGroup,
  pass,
  unknown,
  type Anchor,
  type AnyControl,
  type ClusterTarget,
  type Drifted,
  type Excepted,
  type Finding,
  type Fixing,
  type Input,
  type Judging,
  type JoinedSubjectKind,
  type Location,
  type LocalSubjectKind,
  type MadeFrom,
  type Params,
  type Path,
  type Report,
  type Resource,
  type ResourceRef,
  type Severity,
  type Skipped,
  type StaticPod,
  type SubjectContext,
  type Unread,
  type Workload,
} from '../core/index.ts';
import { podSecurityLevel } from '../kube/pod-security/index.ts';
import { realPath } from '../kube/pod-templates.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { nodeOfStaticPod } from '../kube/static-pod.ts';
import { systemReason } from '../kube/system-workloads.ts';
import type { PodSpec } from '../kube/types.ts';
import { startFindings, type FindingTable, type Spot } from './findings.ts';
import { stableSteps } from './fingerprint.ts';
import { addCounts, count, ledger, miss, startTally, takeCounts, type Tally, type TallyCounts } from './ledger.ts';
import { mayTakePart, settingsByFile, type Settings } from './path-settings.ts';
import { paramValues, type Policy } from './policy.ts';
import { proposalFor, type ProposalSink } from './proposals.ts';
import { leftOut } from './selection.ts';
import { noWaiverNotes, startWaivers, type WaiverNotes } from './waivers.ts';

export { profiles, type PathSettings, type Policy, type Profile, type Waiving } from './policy.ts';
export { mayTakePart, settingsByFile } from './path-settings.ts';
export { exchanged, movedLocation, type Exchange } from './exchange.ts';
export { type ProposalSink } from './proposals.ts';
export { leftOut, selects } from './selection.ts';

/** A fold over the inputs of a source: `add` each of them, in order, then `finish` once. */
export interface Evaluation {
  /** Does any control of this run read objects of this kind? `group` is `''` for the core group. Pod templates come besides. */
  reads(group: string, kind: string): boolean;
  add(input: Input): void;
  /** Gives away what was judged so far, and forgets it. */
  take(): Part;
  /** Goes on from what another evaluation, of the same controls and policy, took: what it judged counts as added here and now. */
  join(part: Part): void;
  /** All kinds that some control of this run reads, as in `Reads`. */
  readonly kinds: readonly string[];
  finish(read: Read): Report;
}

/** What a source counted: files and documents, judged or not. */
export interface Read {
  readonly files: number;
  readonly documents: number;
  readonly cluster?: ClusterTarget;
  /** Kinds that a cluster has and that were not read, or not to their end. */
  readonly unlisted?: readonly Unlisted[];
  /** What holds of how it was read, one sentence each. */
  readonly assumptions?: readonly string[];
}

export interface Unlisted {
  /** As in `Reads`: `NetworkPolicy.networking.k8s.io`. */
  readonly kind: string;
  readonly podTemplates: boolean;
  /** As permissions name it: `networkpolicies.networking.k8s.io`. */
  readonly resource: string;
}

/** What was judged of a part of the input: plain data without functions, which can pass from one thread to another. */
export interface Part {
  readonly files: readonly string[];
  readonly findings: FindingTable;
  readonly tallies: readonly TallyCounts[];
  /** By kind of subject. */
  readonly memories: readonly (readonly unknown[])[];
  /** All anchors in the memories: they point at `files`. */
  readonly anchors: readonly Remembered[];
  readonly workloads: readonly Workload[];
  readonly skipped: readonly Skipped[];
  readonly unread: readonly Unread[];
  readonly excepted: readonly Excepted[];
  readonly drifted: readonly Drifted[];
  readonly staticPods: readonly StaticPod[];
  readonly madeFrom: readonly (readonly [number, MadeFrom])[];
  readonly waivers: WaiverNotes;
  /** Of the files, those of pods that are judged at their owner. */
  readonly running: number;
  readonly assumedLinux: boolean;
  /** How many of the resources are no objects. */
  readonly observed: number;
  /** Only where fixes are asked for. */
  readonly belongings?: Belongings;
}

/** To which resource, by its number, what was judged belongs: what of a file that is edited stays as it is. */
export interface Belongings {
  /** What names each resource, as in the findings. */
  readonly refs: readonly ResourceRef[];
  /** Where the `metadata` of each stands. */
  readonly origins: readonly Location[];
  /** The numbers of what is in `memories`. */
  readonly memories: readonly (readonly number[])[];
  /** The numbers of what is in `workloads`. */
  readonly workloads: readonly number[];
}

type Remembered = { -readonly [K in keyof Anchor]: Anchor[K] };

/** A control with what it needs in this run. */
interface Judge {
  readonly control: AnyControl;
  readonly judging: Judging<Params>;
  readonly fixing: Fixing<Params>;
  readonly tally: Tally;
  /** Takes the place of what the control says. */
  readonly severity: Severity | undefined;
  readonly gaps: Gaps;
}

/** What a control does not see. */
interface Gaps {
  /** A kind that it joins and that was not read: it cannot tell what is absent. */
  blind?: string;
  /** A kind that may excuse what fails, and that was not read. */
  lenient?: string | undefined;
}

/** One kind of subject with the controls that judge it. */
interface Bench<Kind> {
  readonly kind: Kind;
  readonly judges: Judge[];
  /** Those that judge where the policy says nothing else of a file. */
  readonly usual: Judge[];
  /** What a joined kind remembers until the end; one list for all that remember by the same function. */
  readonly memories: unknown[];
  /** The numbers of their resources; only kept for fixes. */
  readonly owners: number[];
}

type LocalKind = LocalSubjectKind<unknown>;
type JoinedKind = JoinedSubjectKind<unknown, unknown>;

/**
 * Starts judging. The engine knows no control by itself: a webhook, a test or a company's private set passes its own.
 * Subjects are enumerated once for each resource and kind, and every control of that kind judges them. With a sink, the
 * fixes of controls are asked about every failing subject.
 */
export function startEvaluation(controls: readonly AnyControl[], policy: Policy, sink?: ProposalSink): Evaluation {
  const judges = controls.map((control): Judge => {
    const said = sink === undefined ? nothingGiven : { given: sink.given, values: sink.values[control.id] ?? {} };
    const judging = { version: policy.version, params: paramValues(control, policy), partial: policy.partial };
    const severity = policy.severities?.[control.id];
    return { control, judging, fixing: { ...judging, ...said }, tally: startTally(control, leftOut(control, policy)), severity, gaps: {} };
  });
  const takingPart = judges.filter(({ control, tally }) => tally.leftOut === undefined || mayTakePart(control, policy));
  const benches = benchesOf(takingPart);
  const local = benches.filter((bench): bench is Bench<LocalKind> => bench.kind.scope === 'local');
  const joined = benches.filter((bench): bench is Bench<JoinedKind> => bench.kind.scope === 'joined');
  const remembering = joined.filter(({ memories }, index) => joined.findIndex((each) => each.memories === memories) === index);
  // What is observed is nowhere to be read.
  const readKinds = new Set(benches.flatMap(({ kind }) => kind.reads.kinds.filter((name) => !name.endsWith(`.${observedGroup}`))));
  const context: SubjectContext = {
    version: policy.version,
    partial: policy.partial,
    namespaceOf: (resource) => resource.ref.namespace ?? (isClusterScoped(resource.ref) ? undefined : policy.namespace),
  };

  const waivers = policy.waiving === undefined ? undefined : startWaivers(controls, { ...policy, waiving: policy.waiving });
  const settingsOf = settingsByFile(policy);
  const panels = new Map<Settings, Map<unknown, readonly Judge[]>>();

  /** Who judges at a file, and how. */
  function panelOf(bench: Bench<unknown>, file: string): readonly Judge[] {
    const settings = settingsOf(file);
    if (settings === policy) return bench.usual;
    const known = panels.get(settings) ?? new Map<unknown, readonly Judge[]>();
    panels.set(settings, known);
    const panel = known.get(bench) ?? bench.judges.flatMap((judge) => judgeBy(judge, settings));
    known.set(bench, panel);
    return panel;
  }

  // Anchors are kept to the end, and their paths are few: equal ones are one and the same.
  const sharedPath = sharedPaths();
  const findings = startFindings(controls, policy.minSeverity, policy.all);
  /** The files of the resources so far, by number: what an anchor points at. */
  const files: string[] = [];
  const anchors: Remembered[] = [];
  /** By the numbers of their files. */
  const madeFrom = new Map<number, MadeFrom>();
  const workloads: Workload[] = [];
  const skipped: Skipped[] = [];
  const unread: Unread[] = [];
  const excepted: Excepted[] = [];
  const drifted: Drifted[] = [];
  const staticPods: StaticPod[] = [];
  let running = 0;
  let assumedLinux = false;
  let observed = 0;
  /** What comments are about that come behind it. */
  let last: { readonly ref: ResourceRef; readonly excepted: boolean } | undefined;

  /** Places that wait for their line and column: one look-up for each resource, however many controls it fails. */
  let waiting: Path[] = [];
  let onFound: ((location: Location) => void)[] = [];
  /** As in `Belongings`. */
  const refs: ResourceRef[] = [];
  const origins: Location[] = [];
  const ofWorkloads: number[] = [];

  function wait(path: Path, found: (location: Location) => void): void {
    waiting.push(path);
    onFound.push(found);
  }

  const localOf = byKind(local);
  const rememberingOf = byKind(remembering);

  /** What belongs to the system is judged by few, and repaired by nobody. */
  function judgeLocally(resource: Resource, ref: ResourceRef, isSystem: boolean): void {
    const origin = files.length - 1;
    for (const bench of localOf(resource)) {
      const { kind } = bench;
      const all = panelOf(bench, resource.file);
      const panel = isSystem ? all.filter(({ control }) => control.judgesSystem === true) : all;
      if (panel.length === 0) continue;
      for (const { subject, path, container } of kind.subjects(resource, context)) {
        for (const { control, judging, fixing, tally, severity } of panel) {
          const verdict = control.evaluate(subject, judging);
          count(tally, verdict);
          const places = findings.placesOf(verdict);
          // Most verdicts are a pass, of which nothing is said.
          if (places.length === 0) continue;
          const whole = (inside: Path): Path => realPath(resource.podTemplates, [...path, ...inside]);
          for (const [index, place] of places.entries()) {
            const at = whole(place.where as Path);
            const steps = stableSteps(resource.object, at);
            const proposal =
              index === 0 && sink !== undefined && control.fix !== undefined && !isSystem && verdict.verdict === 'fail'
                ? proposalFor({
                    control,
                    severity,
                    fixing,
                    subject,
                    verdict,
                    ref,
                    container,
                    file: resource.file,
                    path: formatPath(at),
                    steps,
                    whole,
                    wholePod: (inside) => realPath(resource.podTemplates, [...specPathAround(resource, path), ...inside]),
                    line: nowhere.line,
                    origin: nowhere,
                  })
                : undefined;
            wait(at, (location) => {
              findings.add(control, verdict.verdict, place, {
                ref,
                file: resource.file,
                container,
                path: at,
                steps,
                location,
                subject: origin,
                severity,
                ...twinOf(resource.madeFrom, steps),
              });
              if (proposal === undefined) return;
              proposal.line = location.line;
              proposal.origin = origins[origin] ?? nowhere;
              sink!.propose(proposal);
            });
          }
        }
      }
    }
  }

  /** What is said of subjects that pass stands in order with all the rest, so nothing is settled before it then. */
  function settle(panel: readonly Judge[], subject: object): boolean {
    if (policy.all || !panel.every(({ control, judging }) => control.passesAlone?.(subject, judging) === true)) return false;
    for (const { tally } of panel) count(tally, pass);
    return true;
  }

  function remember(resource: Resource, isSystem = false): void {
    const known = new Map<Path, Anchor>();
    const anchor = (place: Path): Anchor => {
      const path = sharedPath(realPath(resource.podTemplates, place));
      const before = known.get(path);
      if (before !== undefined) return before;
      const remembered: Remembered = { resource: files.length - 1, path, location: nowhere };
      wait(path, (location) => (remembered.location = location));
      known.set(path, remembered);
      anchors.push(remembered);
      return remembered;
    };
    if (resource.madeFrom !== undefined) madeFrom.set(files.length - 1, resource.madeFrom);
    for (const bench of rememberingOf(resource)) {
      const { kind, memories, owners } = bench;
      if (resource.madeFrom?.alike === true && kind.reads.running !== true) continue;
      if (isSystem && kind.reads.system !== true) continue;
      const memory = kind.remember(resource, anchor, context, (subject) => settle(panelOf(bench, resource.file), subject));
      if (memory === undefined) continue;
      memories.push(memory);
      if (sink !== undefined) owners.push(files.length - 1);
    }
  }

  /** The rows of controls that miss something are open, whatever the rest of it says. */
  function missing({ unlisted = [] }: Read): void {
    for (const { kind, judges: panel } of benches) {
      for (const judge of panel) {
        const decisive = judge.control.decidedBy ?? kind.reads.kinds;
        const named = unlisted.find((missed) => decisive.includes(missed.kind));
        const missed = named ?? (kind.reads.podTemplates ? unlisted.find(({ podTemplates }) => podTemplates) : undefined);
        judge.gaps.lenient = unlisted.find((each) => judge.control.excusedBy?.includes(each.kind))?.resource;
        if (missed === undefined) continue;
        miss(judge.tally, missed.resource);
        if (named !== undefined && kind.scope === 'joined') judge.gaps.blind = named.resource;
      }
    }
  }

  function judgeJoined(some: readonly Bench<JoinedKind>[], known: SubjectContext): void {
    for (const bench of some) {
      const { kind, memories } = bench;
      for (const { subject, ref, at, container } of kind.subjects(memories, known)) {
        for (const { control, judging, fixing, tally, severity, gaps } of panelOf(bench, files[at.resource] ?? '')) {
          const { blind, lenient } = gaps;
          const judged =
            blind === undefined ? control.evaluate(subject, judging) : unknown(at, `decided by ${blind}, which were not read`, ['cluster']);
          const excusable = lenient !== undefined && judged.verdict === 'fail';
          if (excusable) miss(tally, lenient);
          const verdict = excusable ? unknown(at, `decided by ${lenient} too, which were not read`, ['cluster']) : judged;
          count(tally, verdict);
          if (sink !== undefined && control.fix !== undefined && verdict.verdict === 'fail') {
            const [place] = verdict.places;
            const { path, location } = place !== undefined && 'location' in place.where ? place.where : at;
            const whole = (inside: Path): Path => [...at.path, ...inside];
            const proposal = proposalFor({
              control,
              severity,
              fixing,
              subject,
              verdict,
              ref,
              container,
              file: files[at.resource] ?? '',
              path: formatPath(path),
              steps: joinedSteps(container, path),
              whole,
              wholePod: whole,
              line: location.line,
              origin: origins[at.resource] ?? nowhere,
            });
            if (proposal !== undefined) sink.propose(proposal);
          }
          for (const place of findings.placesOf(verdict)) {
            const { resource, path, location } = 'location' in place.where ? place.where : at;
            const steps = joinedSteps(container, path);
            const twin = twinOf(madeFrom.get(resource), steps.slice(1), container ?? '');
            const file = files[resource] ?? '';
            findings.add(control, verdict.verdict, place, {
              ref,
              file,
              container,
              path,
              steps,
              location,
              subject: at.resource,
              severity,
              ...twin,
            });
          }
        }
      }
    }
  }

  /** The rows of controls that are left out for some files are not all that could be said. */
  function noteLeftOut(): void {
    if (policy.paths === undefined) return;
    for (const { tally } of takingPart) if (tally.leftOut !== undefined) tally.atSome = true;
    for (const settings of new Set(files.map(settingsOf)))
      for (const { control, tally } of takingPart) if (leftOut(control, settings) !== undefined) tally.partly = true;
  }

  function describe(resource: Resource, ref: ResourceRef): void {
    for (const { spec, metadata, path } of resource.podTemplates) {
      const pod = spec as PodSpec;
      if (pod.os?.name === undefined) assumedLinux = true;
      const { level, restrictedBy } = podSecurityLevel(pod, metadata, policy.version);
      wait(path, ({ line }) => workloads.push({ resource: ref, file: resource.file, line, podSecurityLevel: level, restrictedBy }));
      if (sink !== undefined) ofWorkloads.push(files.length - 1);
    }
  }

  function addResource(resource: Resource): void {
    const namespace = context.namespaceOf(resource);
    const ref = resource.ref.namespace === undefined && namespace !== undefined ? { ...resource.ref, namespace } : resource.ref;
    files.push(resource.file);
    if (isObserved(ref)) observed++;
    if (sink !== undefined) {
      sink.met(ref);
      refs.push(ref);
      const number = files.length - 1;
      wait(['metadata'], (location) => (origins[number] = location));
    }
    const reason = policy.system ? undefined : systemReason(resource, namespace, policy.systemNamespaces);
    last = { ref, excepted: reason !== undefined };
    if (resource.madeFrom?.alike !== true) waivers?.note(resource, { number: files.length - 1, file: resource.file, ...last }, wait);
    if (resource.madeFrom?.alike === true) {
      running++;
      remember(resource, reason !== undefined);
    } else if (reason === undefined) {
      judgeLocally(resource, ref, false);
      remember(resource);
      describe(resource, ref);
      const node = nodeOfStaticPod(resource);
      if (node !== undefined) wait([], ({ line }) => staticPods.push({ resource: ref, file: resource.file, line, node }));
    } else {
      judgeLocally(resource, ref, true);
      remember(resource, true);
      wait([], ({ line }) => excepted.push({ resource: ref, file: resource.file, line, reason }));
    }
    if (waiting.length === 0) return;
    const locations = resource.locate(waiting);
    for (const [index, found] of onFound.entries()) found(locations[index] ?? nowhere);
    waiting = [];
    onFound = [];
  }

  return {
    kinds: [...readKinds],

    reads: (group, kind) => readKinds.has(group === '' ? kind : `${kind}.${group}`) || readKinds.has(`*.${group}`),

    add(input) {
      switch (input.type) {
        case 'resource':
          addResource(input.resource);
          return;
        case 'skipped':
          skipped.push({ file: input.file, line: input.line, reason: input.reason, count: input.count });
          return;
        case 'comment':
          if (last !== undefined) waivers?.comment(input.comment, { number: files.length - 1, ...last });
          return;
        case 'drifted':
          drifted.push(input.drifted);
          return;
        case 'unread':
          unread.push({ file: input.file, line: input.line, reason: input.reason });
          return;
      }
    },

    take() {
      const part = {
        files: files.splice(0),
        findings: findings.take(),
        tallies: judges.map(({ tally }) => takeCounts(tally)),
        memories: joined.map(({ memories }) => memories.splice(0)),
        anchors: anchors.splice(0),
        workloads: workloads.splice(0),
        skipped: skipped.splice(0),
        unread: unread.splice(0),
        excepted: excepted.splice(0),
        drifted: drifted.splice(0),
        staticPods: staticPods.splice(0),
        madeFrom: [...madeFrom],
        waivers: waivers?.take() ?? noWaiverNotes,
        running,
        assumedLinux,
        observed,
        ...(sink === undefined
          ? {}
          : {
              belongings: {
                refs: refs.splice(0),
                origins: origins.splice(0),
                memories: joined.map(({ owners }) => owners.splice(0)),
                workloads: ofWorkloads.splice(0),
              },
            }),
      };
      madeFrom.clear();
      running = 0;
      assumedLinux = false;
      observed = 0;
      return part;
    },

    join(part) {
      for (const anchor of part.anchors) {
        anchor.resource += files.length;
        anchor.path = sharedPath(anchor.path);
      }
      for (const [number, each] of part.madeFrom) madeFrom.set(number + files.length, each);
      append(origins, part.belongings?.origins ?? []);
      waivers?.join(part.waivers, files.length);
      findings.join(part.findings, files.length);
      append(files, part.files);
      for (const [index, counts] of part.tallies.entries()) addCounts(judges[index]!.tally, counts);
      for (const [index, memories] of part.memories.entries()) append(joined[index]!.memories, memories);
      append(workloads, part.workloads);
      append(skipped, part.skipped);
      append(unread, part.unread);
      append(excepted, part.excepted);
      append(drifted, part.drifted);
      append(staticPods, part.staticPods);
      running += part.running;
      assumedLinux ||= part.assumedLinux;
      observed += part.observed;
    },

    finish(read) {
      missing(read);
      noteLeftOut();
      const ofWaivers = joined.filter(({ kind }) => kind.reads.waivers === true);
      judgeJoined(
        joined.filter(({ kind }) => kind.reads.waivers !== true),
        context,
      );
      for (const { memories } of joined) memories.length = 0;
      const resources = files.length - observed - running;
      const applied = waivers?.apply(new Set(takingPart.map(({ control }) => control.id)));
      let settled = findings.settle(
        applied &&
          ((finding, subject) => {
            const waiver = applied.waiverOf(finding, subject);
            if (waiver !== undefined) finding.waived = waiver;
          }),
      );
      if (applied !== undefined) {
        findings.take();
        judgeJoined(ofWaivers, { ...context, waivers: applied.judged((file) => files.push(file) - 1) });
        settled = inOneOrder(settled, findings.settle());
      }
      const uses = applied?.uses() ?? [];
      const rows = ledger(
        judges.map(({ tally }) => tally),
        policy,
        waivedByControl(settled),
      );
      const bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
      for (const finding of settled) if (isOpenFailure(finding)) bySeverity[finding.severity]++;
      const waived = settled.filter((finding) => finding.waived !== undefined).length;
      const byState = { pass: 0, fail: 0, unknown: 0, 'not-applicable': 0 };
      for (const { state } of rows) byState[state]++;
      const { kubernetesVersion, versionAssumed: assumed, profile, partial } = policy;
      const assumptions = [
        ...policy.assumptions,
        ...(read.assumptions ?? []),
        ...(assumedLinux ? ['pods that name no operating system run on Linux'] : []),
      ];
      const target = { kubernetesVersion, assumed, profile, partial };
      return {
        schemaVersion: 1,
        tool: { name: 'plimsoll', version: policy.toolVersion },
        target: read.cluster === undefined ? { ...target, assumptions } : { ...target, cluster: read.cluster, assumptions },
        inputs: {
          files: read.files,
          documents: read.documents,
          resources,
          skipped,
          unread,
          excepted,
          drifted,
          staticPods,
        },
        findings: settled,
        workloads,
        ledger: rows,
        ...(uses.length === 0 ? {} : { waivers: uses }),
        summary: waived === 0 ? { bySeverity, byState } : { bySeverity, byState, waived },
      };
    },
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

/** How many findings of each control are waived, and how many stay open; of those alone of which some are waived. */
function waivedByControl(findings: readonly Finding[]): ReadonlyMap<string, { findings: number; open: number }> {
  const counts = new Map<string, { findings: number; open: number }>();
  for (const { control, waived } of findings) if (waived !== undefined) counts.set(control, { findings: 0, open: 0 });
  if (counts.size === 0) return counts;
  for (const finding of findings) {
    const known = counts.get(finding.control);
    if (known === undefined || finding.verdict !== 'fail') continue;
    if (finding.waived === undefined) known.open++;
    else known.findings++;
  }
  return counts;
}

/** Two lists in the order of their places as one. */
function inOneOrder(some: Finding[], others: readonly Finding[]): Finding[] {
  if (others.length === 0) return some;
  const compare = (a: Finding, b: Finding): number => compareText(a.file, b.file) || a.line - b.line || a.column - b.column;
  const all: Finding[] = [];
  let next = 0;
  for (const finding of some) {
    for (; next < others.length && compare(others[next]!, finding) < 0; next++) all.push(others[next]!);
    all.push(finding);
  }
  append(all, others.slice(next));
  return all;
}

/** How the steps of a place read where the object was made from: a finding there is not told again. */
function twinOf(madeFrom: MadeFrom | undefined, steps: readonly string[], container?: string): Pick<Spot, 'twin'> {
  if (madeFrom === undefined) return {};
  const { owner, templatePath } = madeFrom;
  const own = steps[0] === 'metadata' && steps[1] !== 'labels' && steps[1] !== 'annotations';
  const there = own ? steps : [...templatePath.map(String), ...steps];
  return { twin: { ref: owner, steps: container === undefined ? there : [container, ...there] } };
}

/** Where the pod of a local subject begins; the subject itself where it is in none. */
function specPathAround({ podTemplates }: Resource, path: Path): Path {
  const around = podTemplates.find(({ specPath }) => specPath.every((step, index) => path[index] === step));
  return around?.specPath ?? path;
}

/** One by one: a spread of very many arguments overflows the stack. */
function append<T>(list: T[], more: readonly T[]): void {
  for (const item of more) list.push(item);
}

interface PathNode {
  readonly next: Map<string | number, PathNode>;
  path: Path | undefined;
}

/** How many steps of paths are known before all are forgotten: hostile input must not fill the memory. */
const mostSteps = 10_000;

/** Answers equal paths with one and the same list. */
function sharedPaths(): (path: Path) => Path {
  let root: PathNode = { next: new Map(), path: undefined };
  let steps = 0;
  return (path) => {
    if (steps > mostSteps) {
      root = { next: new Map(), path: undefined };
      steps = 0;
    }
    let node = root;
    for (const step of path) {
      let next = node.next.get(step);
      if (next === undefined) {
        node.next.set(step, (next = { next: new Map(), path: undefined }));
        steps++;
      }
      node = next;
    }
    return (node.path ??= path);
  };
}

/** Indexes would move with the order of the list; the container's name tells the items apart. */
function joinedSteps(container: string | undefined, path: Path): string[] {
  return [container ?? '', ...path.filter((step) => typeof step === 'string')];
}

/** Picks those who read a resource: to ask all about every object would take longer than judging some of them. */
function byKind<Kind extends LocalKind | JoinedKind>(benches: readonly Bench<Kind>[]): (resource: Resource) => readonly Bench<Kind>[] {
  const known = new Map<string, readonly Bench<Kind>[]>();
  return ({ ref, podTemplates }) => {
    const group = apiGroup(ref.apiVersion);
    const name = group === '' ? ref.kind : `${ref.kind}.${group}`;
    const holdsPods = podTemplates.length > 0;
    const key = holdsPods ? `${name} with pods` : name;
    let those = known.get(key);
    if (those === undefined) {
      those = benches.filter(
        ({ kind: { reads } }) =>
          reads.others === true || (holdsPods && reads.podTemplates) || reads.kinds.includes(name) || reads.kinds.includes(`*.${group}`),
      );
      known.set(key, those);
    }
    return those;
  };
}

function benchesOf(judges: readonly Judge[]): Bench<LocalKind | JoinedKind>[] {
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
