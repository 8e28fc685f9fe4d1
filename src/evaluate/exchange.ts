import type { Anchor, Location, Workload } from '../core/index.ts';
import { keepRows } from './findings.ts';
import type { Belongings, Part } from './part.ts';
import { noWaiverNotes } from './waivers.ts';

/** Some resources of a part as they are to read now, where all else stays as it was judged. */
export interface Exchange {
  /** What was judged of them anew, and the numbers that they have in the whole, rising. */
  readonly part: Part;
  readonly numbers: readonly number[];
  /** The number of the line of a file on which now stands what stood on this one, outside of the resources that changed. */
  readonly lineNow: (file: string, line: number) => number;
}

/**
 * Puts what was judged anew in the place of what was judged of the same resources before: the order of the resources is what
 * joined subjects and reports keep to. Both parts are of evaluations with a sink. Counts of the ledger stay those of before.
 *
 * The anchors of both parts are moved in place: of the whole only one state is at hand at a time, and `places` are those of
 * its anchors as they were judged. The answer is to be joined part by part.
 */
export function exchanged(whole: Part, places: readonly Location[], { part, numbers, lineNow }: Exchange): readonly Part[] {
  const before = belongingsOf(whole);
  const now = belongingsOf(part);
  const gone = new Set(numbers);
  const newer = (local: number): number => numbers[local] ?? 0;
  for (const anchor of part.anchors) anchor.resource = newer(anchor.resource);
  const moved = (file: string, location: Location): Location => {
    return movedLocation(location, lineNow(file, location.line) - location.line);
  };
  const fileOf = ({ resource }: Pick<Anchor, 'resource'>): string => whole.files[resource] ?? '';
  for (const [index, anchor] of whole.anchors.entries()) anchor.location = moved(fileOf(anchor), places[index]!);

  const origins = before.origins.map((origin, resource) => moved(fileOf({ resource }), origin));
  for (const [local, number] of numbers.entries()) origins[number] = now.origins[local]!;
  const goneRefs = new Set(numbers.map((number) => before.refs[number]));
  const movedWorkload = (each: Workload): Workload => ({ ...each, line: lineNow(each.file, each.line) });
  const anew = { items: part.workloads, owners: now.workloads.map(newer) };
  const kept = {
    ...whole,
    findings: keepRows(whole.findings, (ref) => !goneRefs.has(ref), lineNow),
    memories: whole.memories.map((memories, kind) =>
      merged(
        { items: memories, owners: before.memories[kind]! },
        { items: part.memories[kind]!, owners: now.memories[kind]!.map(newer) },
        gone,
      ),
    ),
    workloads: merged({ items: whole.workloads.map(movedWorkload), owners: before.workloads }, anew, gone),
    belongings: { ...before, origins },
  };
  // At one place of a file stands one resource: where its findings come among those of others makes no difference.
  return [kept, { ...nothing, findings: part.findings }];
}

const nothing: Omit<Part, 'findings'> = {
  files: [],
  tallies: [],
  memories: [],
  anchors: [],
  workloads: [],
  skipped: [],
  unread: [],
  excepted: [],
  drifted: [],
  staticPods: [],
  madeFrom: [],
  waivers: noWaiverNotes,
  running: 0,
  assumedLinux: false,
  observed: 0,
};

/** A place so many lines further down. */
export function movedLocation(location: Location, by: number): Location {
  return by === 0 ? location : { ...location, line: location.line + by, endLine: location.endLine + by };
}

function belongingsOf({ belongings }: Part): Belongings {
  return belongings ?? { refs: [], origins: [], memories: [], workloads: [] };
}

/** Items with the numbers that they belong to, rising. */
interface Owned<Item> {
  readonly items: readonly Item[];
  readonly owners: readonly number[];
}

/** In the order of the numbers: those of before without what is gone, and those that came instead. */
function merged<Item>(before: Owned<Item>, instead: Owned<Item>, gone: ReadonlySet<number>): Item[] {
  const kept: Item[] = [];
  let next = 0;
  for (const [index, item] of before.items.entries()) {
    const owner = before.owners[index]!;
    for (; next < instead.items.length && instead.owners[next]! <= owner; next++) kept.push(instead.items[next]!);
    if (!gone.has(owner)) kept.push(item);
  }
  for (; next < instead.items.length; next++) kept.push(instead.items[next]!);
  return kept;
}
