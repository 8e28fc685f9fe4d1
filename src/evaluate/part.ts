import type { Anchor, Drifted, Excepted, Location, MadeFrom, ResourceRef, Skipped, StaticPod, Unread, Workload } from '../core/index.ts';
import type { FindingTable } from './findings.ts';
import type { TallyCounts } from './ledger.ts';
import type { WaiverNotes } from './waivers.ts';

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

export type Remembered = { -readonly [K in keyof Anchor]: Anchor[K] };

/** What a run keeps of the resources that it has judged, until it is taken or reported. */
export interface Gathered {
  /** The files of the resources so far, by number: what an anchor points at. */
  readonly files: string[];
  readonly anchors: Remembered[];
  /** By the numbers of their files. */
  readonly madeFrom: Map<number, MadeFrom>;
  readonly workloads: Workload[];
  readonly skipped: Skipped[];
  readonly unread: Unread[];
  readonly excepted: Excepted[];
  readonly drifted: Drifted[];
  readonly staticPods: StaticPod[];
  /** As in `Belongings`. */
  readonly refs: ResourceRef[];
  readonly origins: Location[];
  readonly ofWorkloads: number[];
  running: number;
  assumedLinux: boolean;
  observed: number;
}

/** What there is before the first resource. */
export function nothingGathered(): Gathered {
  return {
    files: [],
    anchors: [],
    madeFrom: new Map(),
    workloads: [],
    skipped: [],
    unread: [],
    excepted: [],
    drifted: [],
    staticPods: [],
    refs: [],
    origins: [],
    ofWorkloads: [],
    running: 0,
    assumedLinux: false,
    observed: 0,
  };
}

/** What was gathered as a part, with what was judged of it. */
export function partOf(
  { refs: _refs, origins: _origins, ofWorkloads: _ofWorkloads, madeFrom, ...gathered }: Gathered,
  judged: Pick<Part, 'findings' | 'tallies' | 'memories' | 'waivers' | 'belongings'>,
): Part {
  return { ...gathered, madeFrom: [...madeFrom], ...judged };
}

/** One by one: a spread of very many arguments overflows the stack. */
export function append<T>(list: T[], more: readonly T[]): void {
  for (const item of more) list.push(item);
}
