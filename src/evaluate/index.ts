import { kindName, sharedText, type AnyControl, type Input, type Report, type ResourceRef, type Workload } from '../core/index.ts';
import { judgeResource } from './judge-resource.ts';
import { addCounts, takeCounts } from './ledger.ts';
import { append, nothingGathered, partOf, type Part } from './part.ts';
import type { Policy } from './policy.ts';
import type { ProposalSink } from './proposals.ts';
import { reportOf, type Read } from './report.ts';
import { rejudge, type Finished } from './rejudge.ts';
import { kindsReadBy, numberOf, startRun, type Run } from './run.ts';
import { noWaiverNotes } from './waivers.ts';

export { profiles, type PathSettings, type Policy, type Profile, type Waiving } from './policy.ts';
export { mayTakePart, settingsByFile } from './path-settings.ts';
export { allProposals, type Finished, type OfJoined, type Proposed } from './rejudge.ts';
export { type ProposalSink } from './proposals.ts';
export { leftOut, matchesOne, selects } from './selection.ts';
export { type Part } from './part.ts';

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
  /** With a sink: as `finish`, and keeps what judging some of the resources anew needs. */
  finishAndKeep(read: Read): Finished;
}

/**
 * Starts judging. The engine knows no control by itself: a webhook, a test or a company's private set passes its own.
 * Subjects are enumerated once for each resource and kind, and every control of that kind judges them. With a sink, the
 * fixes of controls are asked about every failing subject.
 */
export function startEvaluation(controls: readonly AnyControl[], policy: Policy, sink?: ProposalSink): Evaluation {
  const run = startRun(controls, policy, sink);
  const readKinds = kindsReadBy(run);
  return {
    kinds: [...readKinds],
    reads: (group, kind) => readKinds.has(kindName(group, kind)) || readKinds.has(`*.${group}`),
    add: (input) => add(run, input),
    take: () => take(run),
    join: (part) => join(run, part),
    finish: (read) => reportOf(run, read),
    finishAndKeep(read) {
      const { refs, origins } = run.gathered;
      run.keeps = true;
      const files = run.gathered.files.slice(0, refs.length);
      const report = reportOf(run, read);
      return { report, files, origins, rejudge: (anew, before) => rejudge(run, controls, report.findings, anew, before) };
    },
  };
}

function add(run: Run, input: Input): void {
  const { gathered, last, waivers } = run;
  switch (input.type) {
    case 'resource':
      judgeResource(run, input.resource);
      return;
    case 'skipped':
      gathered.skipped.push({ file: input.file, line: input.line, reason: input.reason, count: input.count });
      return;
    case 'comment':
      if (last !== undefined) waivers?.comment(input.comment, { number: numberOf(run), ...last });
      return;
    case 'drifted':
      gathered.drifted.push(input.drifted);
      return;
    case 'unread':
      gathered.unread.push({ file: input.file, line: input.line, reason: input.reason });
      return;
  }
}

function take(run: Run): Part {
  const { findings, judges, joined, waivers, sink, gathered } = run;
  const { refs, origins, ofWorkloads } = gathered;
  run.gathered = nothingGathered();
  const memories = joined.map((bench) => bench.memories.splice(0));
  const owners = joined.map((bench) => bench.owners.splice(0));
  return partOf(gathered, {
    findings: findings.take(),
    tallies: judges.map(({ tally }) => takeCounts(tally)),
    memories,
    waivers: waivers?.take() ?? noWaiverNotes,
    ...(sink === undefined ? {} : { belongings: { refs, origins, memories: owners, workloads: ofWorkloads } }),
  });
}

function join({ gathered, sharedPath, findings, judges, joined, waivers }: Run, part: Part): void {
  const first = gathered.files.length;
  for (const anchor of part.anchors) {
    anchor.resource += first;
    anchor.path = sharedPath(anchor.path);
  }
  for (const [number, each] of part.madeFrom) gathered.madeFrom.set(number + first, each);
  append(gathered.origins, part.belongings?.origins ?? []);
  waivers?.join(part.waivers, first);
  findings.join(part.findings, first);
  for (const [index, counts] of part.tallies.entries()) addCounts(judges[index]!.tally, counts);
  for (const [index, memories] of part.memories.entries()) append(joined[index]!.memories, memories);
  for (const file of part.files) gathered.files.push(sharedText(file));
  for (const each of part.workloads as readonly Writable<Workload>[]) {
    each.file = sharedText(each.file);
    shareTexts(each.resource);
    gathered.workloads.push(each);
  }
  append(gathered.skipped, part.skipped);
  append(gathered.unread, part.unread);
  append(gathered.excepted, part.excepted);
  append(gathered.drifted, part.drifted);
  append(gathered.staticPods, part.staticPods);
  gathered.running += part.running;
  gathered.assumedLinux ||= part.assumedLinux;
  gathered.observed += part.observed;
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/** In place: joined subjects remember the same object. */
function shareTexts(ref: Writable<ResourceRef>): void {
  ref.apiVersion = sharedText(ref.apiVersion);
  ref.kind = sharedText(ref.kind);
  if (ref.namespace !== undefined) ref.namespace = sharedText(ref.namespace);
}
