import type { Anchor, AnyControl, Finding, Location, Proposal, Report, Workload } from '../core/index.ts';
import type { Bench, JoinedKind } from './bench.ts';
import { judgeJoined } from './judge-joined.ts';
import type { Belongings, Part } from './part.ts';
import { joinedContext } from './report.ts';
import { startRun, type Run } from './run.ts';

/** A finished evaluation of which some resources can be judged anew, as they would be if they read otherwise. */
export interface Finished {
  readonly report: Report;
  /** By the numbers of the resources: their files, and where their `metadata` stands. */
  readonly files: readonly string[];
  readonly origins: readonly Location[];
  rejudge(anew: Anew, before: Proposed): Rejudged;
}

/** Some resources as they would read. */
export interface Anew {
  /** What another evaluation with a sink, of the same controls and policy, judged of them. */
  readonly part: Part;
  /** The numbers that they have in the whole, rising. */
  readonly numbers: readonly number[];
  /** What it proposed for each of them by itself. */
  readonly own: readonly (readonly Proposal[])[];
}

/** What was proposed when all was judged: for each resource by itself, and for what joins several, as it came. */
export interface Proposed {
  readonly own: readonly (readonly Proposal[])[];
  readonly joined: readonly OfJoined[];
  /** Of what comes for joined subjects. */
  isWanted(proposal: Proposal): boolean;
}

/** A proposal for a joined subject, and the number of the resource where that stands. */
export interface OfJoined {
  readonly proposal: Proposal;
  readonly number: number;
}

/**
 * What would be found and proposed. What has stayed, and what comes instead of what there was, names its place as it is: the
 * lines of a file that is not written yet are nobody's.
 */
export interface Rejudged {
  /** All findings; those that come instead of others in their places. */
  readonly findings: readonly Finding[];
  /** Those of them that come where there was no failure of the same kind. */
  readonly fresh: readonly Finding[];
  /** The workloads that were judged anew, as they were and as they would be. */
  readonly workloads: { readonly before: readonly Workload[]; readonly now: readonly Workload[] };
  readonly proposals: readonly Proposal[];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Puts what was judged anew in the place of what was judged of the same resources before. What joins several objects is
 * judged again where the resources are remembered otherwise than they were: verdicts do not go by lines, so what a kind
 * remembers alike it judges alike. Of such a judgement the ledger says nothing.
 */
export function rejudge(run: Run, controls: readonly AnyControl[], findings: readonly Finding[], anew: Anew, before: Proposed): Rejudged {
  const { gathered, joined } = run;
  const { part, numbers } = anew;
  const belongings = belongingsOf(part);
  const changed = new Set(numbers);
  for (const anchor of part.anchors) anchor.resource = numbers[anchor.resource] ?? 0;

  const { waiving: _, ...policy } = run.policy;
  const joinedAnew: OfJoined[] = [];
  const propose = (proposal: Proposal, number: number): void => {
    if (before.isWanted(proposal)) joinedAnew.push({ proposal: atHand(proposal, number), number });
  };
  const other = startRun(controls, policy, run.sink && { ...run.sink, propose });
  other.gathered = gathered;
  /** By the lists of memories, which several kinds may share. */
  const memoriesNow = new Map<unknown, Exchanged | undefined>();
  /** By the controls that judge what joins several objects. */
  const scopeOf = new Map<string, Scope>();
  const benchesAnew: Bench<JoinedKind>[] = [];
  for (const [order, { kind, memories, owners, judges }] of joined.entries()) {
    if (!memoriesNow.has(memories)) {
      const now = { items: part.memories[order]!, owners: belongings.memories[order]!.map((local) => numbers[local]!) };
      memoriesNow.set(memories, exchanged({ items: memories, owners }, now, changed));
    }
    const now = memoriesNow.get(memories);
    const scope = now === undefined ? nothing : scopeOfChange(kind, now, { items: memories, owners });
    if (scope !== nothing) benchesAnew.push({ ...other.joined[order]!, memories: scope.memories });
    for (const { control } of judges) scopeOf.set(control.id, scope);
  }
  const isAnew = (control: string, number: number): boolean => scopeOf.get(control)?.has(number) ?? changed.has(number);

  const gone = new Map<string, Finding[]>();
  const isGone = new Uint8Array(findings.length);
  for (let index = 0; index < findings.length; index++) {
    const finding = findings[index]!;
    const number = run.subjects[index]!;
    if (!isAnew(finding.control, number)) continue;
    isGone[index] = 1;
    const name = nameOf(finding, number);
    const others = gone.get(name);
    if (others === undefined) gone.set(name, [finding]);
    else others.push(finding);
  }
  /** The proposal as it is for the files at hand. */
  function atHand(proposal: Writable<Proposal>, number: number): Proposal {
    proposal.line = gone.get(nameOf(proposal, number))?.[0]?.line ?? proposal.line;
    proposal.origin = gathered.origins[number] ?? proposal.origin;
    return proposal;
  }

  const came: Finding[] = [];
  const fresh: Finding[] = [];
  const insteadOf = new Map<Finding, Finding>();
  const met = new Map<string, number>();
  const note =
    (numberNow: (number: number) => number) =>
    (finding: Writable<Finding>, local: number): void => {
      const name = nameOf(finding, numberNow(local));
      const nth = met.get(name) ?? 0;
      met.set(name, nth + 1);
      const was = gone.get(name)?.[nth];
      came.push(finding);
      if (was?.verdict !== 'fail') fresh.push(finding);
      if (was === undefined) return;
      insteadOf.set(was, finding);
      finding.line = was.line;
      finding.fingerprint = was.fingerprint;
    };
  other.findings.join(part.findings, 0);
  other.findings.settle(note((local) => numbers[local]!));
  other.findings.take();
  judgeJoined(other, benchesAnew, joinedContext(other));
  other.findings.settle(note((number) => number));

  const all: Finding[] = [];
  const placed = new Set<Finding>();
  for (let index = 0; index < findings.length; index++) {
    const finding = findings[index]!;
    if (isGone[index] === 0) {
      all.push(finding);
      continue;
    }
    const instead = insteadOf.get(finding);
    if (instead === undefined) continue;
    all.push(instead);
    placed.add(instead);
  }
  for (const finding of came) if (!placed.has(finding)) all.push(finding);

  const own = [...before.own];
  for (const [index, ofOne] of anew.own.entries()) own[numbers[index]!] = ofOne.map((each) => atHand(each, numbers[index]!));
  const stays = before.joined.filter(({ proposal, number }) => !isAnew(proposal.control, number));
  const proposals = allProposals(controls, { own, joined: [...stays, ...joinedAnew] });

  const workloads = { before: gathered.workloads.filter((_each, index) => changed.has(gathered.ofWorkloads[index]!)), now: part.workloads };
  return { findings: all, fresh, workloads, proposals };
}

/** All proposals: those of each resource by itself, and then of each joined kind those of each resource. */
export function allProposals(controls: readonly AnyControl[], { own, joined }: Pick<Proposed, 'own' | 'joined'>): Proposal[] {
  const kinds = new Map<unknown, number>();
  for (const { subject } of controls) if (!kinds.has(subject)) kinds.set(subject, kinds.size);
  const orderOf = new Map(controls.map(({ id, subject }) => [id, kinds.get(subject)!]));
  const ofJoined = joined.toSorted((a, b) => orderOf.get(a.proposal.control)! - orderOf.get(b.proposal.control)! || a.number - b.number);
  const all: Proposal[] = [];
  for (const ofOne of own) for (const each of ofOne) all.push(each);
  for (const { proposal } of ofJoined) all.push(proposal);
  return all;
}

/** What is found of one resource in one way, wherever in its file that stands. */
function nameOf({ control, container = '', fingerprint }: Pick<Finding, 'control' | 'container' | 'fingerprint'>, number: number): string {
  // Without the number that tells equal ones apart.
  return `${number} ${control} ${container} ${fingerprint.split('-', 1)[0]}`;
}

function belongingsOf({ belongings }: Part): Belongings {
  return belongings ?? { refs: [], origins: [], memories: [], workloads: [] };
}

/** Items with the numbers that they belong to, rising. */
interface Owned {
  readonly items: readonly unknown[];
  readonly owners: readonly number[];
}

/** The memories with those of the changed resources exchanged. */
interface Exchanged extends Owned {
  /** Those of the changed resources, as they were and as they would be. */
  readonly ofChanged: readonly unknown[];
}

/** Undefined where they are as they were. */
function exchanged(before: Owned, now: Owned, changed: ReadonlySet<number>): Exchanged | undefined {
  const old: number[] = [];
  for (let index = 0; index < before.owners.length; index++) if (changed.has(before.owners[index]!)) old.push(index);
  const isAlike =
    old.length === now.items.length &&
    old.every((index, at) => before.owners[index] === now.owners[at] && alike(before.items[index], now.items[at]));
  if (isAlike) return undefined;
  return { ...merged(before, now, changed), ofChanged: [...old.map((index) => before.items[index]), ...now.items] };
}

/** What of a kind is judged again: the subjects of these resources, from these memories. */
interface Scope {
  readonly memories: unknown[];
  has(number: number): boolean;
}

const nothing: Scope = { memories: [], has: () => false };

/** Where a kind joins nothing across namespaces, only those of the changed objects. */
function scopeOfChange({ concerns }: JoinedKind, now: Exchanged, before: Owned): Scope {
  const namespaces = new Set(now.ofChanged.map((memory) => concerns?.(memory)));
  if (concerns === undefined || namespaces.has(undefined)) return { memories: [...now.items], has: () => true };
  const isConcerned = (memory: unknown): boolean => namespaces.has(concerns(memory));
  const resources = new Set([before, now].flatMap(({ items, owners }) => owners.filter((_, index) => isConcerned(items[index]))));
  const memories = now.items.filter((memory) => concerns(memory) === undefined || isConcerned(memory));
  return { memories, has: (number) => resources.has(number) };
}

/** In the order of the numbers: those of before without what is gone, and those that came instead. */
function merged(before: Owned, instead: Owned, gone: ReadonlySet<number>): Owned {
  const [items, owners]: [unknown[], number[]] = [[], []];
  let next = 0;
  const add = ({ items: some, owners: theirs }: Owned, index: number): void => {
    items.push(some[index]);
    owners.push(theirs[index]!);
  };
  for (let index = 0; index < before.items.length; index++) {
    const owner = before.owners[index]!;
    for (; next < instead.items.length && instead.owners[next]! <= owner; next++) add(instead, next);
    if (!gone.has(owner)) add(before, index);
  }
  for (; next < instead.items.length; next++) add(instead, next);
  return { items, owners };
}

/** Whether two memories are the same but for the lines of their anchors; of what is no plain data, nobody knows. */
function alike(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((item, index) => alike(item, b[index]));
  const prototype: unknown = Object.getPrototypeOf(a);
  if (prototype !== Object.getPrototypeOf(b) || (prototype !== Object.prototype && prototype !== null)) return false;
  if (isAnchor(a) && isAnchor(b)) return a.resource === b.resource && alike(a.path, b.path);
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && alike(a[key as keyof typeof a], b[key as keyof typeof b]))
  );
}

function isAnchor(value: object): value is Anchor {
  return 'resource' in value && 'path' in value && 'location' in value && typeof value.resource === 'number';
}
