import type { ReachEndpoint } from '../../core/reach.ts';
import { everything, nothing, type AnswerId, type Answers, type Row } from './answers.ts';
import type { PodClass } from './classes.ts';
import type { Engine } from './engine.ts';

/** Endpoints that nothing tells apart. */
export interface Group {
  readonly members: readonly ReachEndpoint[];
  /** Of workloads; none of what is outside. */
  readonly classes: readonly PodClass[];
  /** The index of the first. */
  readonly first: number;
}

export function groupsOf({ endpoints, world, entrances, matching, governing }: Engine): Group[] {
  const groups = new Map<string, Group & { readonly members: ReachEndpoint[] }>();
  for (const [index, endpoint] of endpoints.entries()) {
    const workload = world.workloads[index];
    const ways = entrances.exposures[index]?.map(({ ports, unless, keepsClient }) => [ports, unless, keepsClient]) ?? [];
    const classes = workload?.classes ?? [];
    const alike = classes.map((podClass) => {
      const [out, inward] = [governing.egress[podClass.number]!, governing.ingress[podClass.number]!];
      return [matching.columns.of(podClass), out.signature, inward.signature];
    });
    const key = workload === undefined ? String(index) : JSON.stringify([alike, ways]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { members: [endpoint], classes, first: index });
    else group.members.push(endpoint);
  }
  return [...groups.values()];
}

/** Groups at the sending end that are looked up together, as what a row lets in from neighbours stands side by side. */
const together = 256;

/**
 * A row for each group. What pods of one class send to those of another is two look-ups and a third that puts their answers
 * together; receivers that have the same row stand side by side, and share the first.
 */
export function* rowsOfGroups(engine: Engine, groups: readonly Group[]): Generator<{ readonly from: number; readonly to: Uint32Array }> {
  const { answers, rows, matching } = engine;
  const simple = groups.map(({ classes }) => (classes.length === 1 ? classes[0] : undefined));
  const several = simple.flatMap((podClass, group) => (podClass === undefined && groups[group]!.classes.length > 0 ? [group] : []));
  const columnAt = Uint32Array.from(simple, (podClass) => (podClass === undefined ? 0 : matching.columns.ofPeer(podClass)));
  const groupsByRow = new Map<Row, number[]>();
  for (let group = 0; group < groups.length; group++) {
    const row = simple[group] && rows.row(simple[group]!, 'ingress');
    const list = row && groupsByRow.get(row);
    if (list !== undefined) list.push(group);
    else if (row !== undefined) groupsByRow.set(row, [group]);
  }
  const inward = [...groupsByRow.keys()];
  const groupAt = Uint32Array.from([...groupsByRow.values()].flat());
  const ends = new Uint32Array(inward.length);
  for (let number = 0, end = 0; number < ends.length; number++) ends[number] = end += groupsByRow.get(inward[number]!)!.length;
  const receivers: Receivers = {
    groups: groupAt,
    columns: groupAt.map((group) => columnAt[group]!),
    ends,
  };
  const outside = groups.flatMap(({ members: [end] }, group) =>
    end === undefined || end.type === 'workload' ? [] : [{ end, group, at: engine.placeOf(end) }],
  );
  // What has the same row has the same answers for what is outside; how the internet gets in is a question of each workload.
  const toOutside = onceForEachRow((podClass) => outside.map(({ end, at }) => engine.toOutside(podClass, end, at)));
  const fromOutside = onceForEachRow((podClass) =>
    outside.map(({ end, at }) => (isInternet(end) ? nothing : engine.fromOutside(end, podClass, 0, at))),
  );
  const letInFromOutside = simple.map((podClass) => podClass && fromOutside(podClass, rows.row(podClass, 'ingress')));
  const letIn = new Uint32Array(Math.min(together, groups.length) * inward.length);
  const to = new Uint32Array(groups.length);
  for (let from = 0; from < groups.length; from++) {
    if (from % together === 0) lookUp(inward, columnAt.subarray(from, from + together), letIn);
    const podClass = simple[from];
    if (podClass === undefined) {
      const place = outside.findIndex(({ end, group }) => group === from && !isInternet(end));
      for (let group = 0; group < groups.length; group++)
        to[group] = letInFromOutside[group]?.[place] ?? betweenGroups(engine, groups[from]!, groups[group]!);
    } else {
      const out = rows.row(podClass, 'egress');
      send(to.fill(nothing), out, letIn.subarray((from % together) * inward.length), receivers, answers);
      const answersOutside = toOutside(podClass, out);
      for (let index = 0; index < outside.length; index++) to[outside[index]!.group] = answersOutside[index]!;
      for (const group of several) to[group] = betweenGroups(engine, groups[from]!, groups[group]!);
    }
    yield { from, to };
  }
}

/** Groups of one class, those that have the same row side by side: by row where they end. */
interface Receivers {
  readonly groups: Uint32Array;
  readonly columns: Uint32Array;
  readonly ends: Uint32Array;
}

/** What each row has in each of some columns, column by column. */
function lookUp(rows: readonly Row[], columns: Uint32Array, found: Uint32Array): void {
  for (let number = 0; number < rows.length; number++) {
    const row = rows[number]!;
    for (let index = 0, at = number; index < columns.length; index++, at += rows.length) found[at] = row[columns[index]!]!;
  }
}

function send(to: Uint32Array, out: Row, letIn: Uint32Array, { groups, columns, ends }: Receivers, { and }: Answers): void {
  for (let number = 0, index = 0; number < ends.length; number++) {
    const letsIn = letIn[number]!;
    const end = ends[number]!;
    if (letsIn === nothing) index = end;
    for (; index < end; index++) {
      const sent = out[columns[index]!]!;
      if (sent !== nothing) to[groups[index]!] = sent === everything ? letsIn : letsIn === everything ? sent : and(sent, letsIn);
    }
  }
}

function isInternet(end: ReachEndpoint): boolean {
  return end.type === 'virtual' && end.name === 'internet';
}

function onceForEachRow(make: (podClass: PodClass) => readonly AnswerId[]): (podClass: PodClass, row: Row) => readonly AnswerId[] {
  const known = new Map<Row, readonly AnswerId[]>();
  return (podClass, row) => {
    let made = known.get(row);
    if (made === undefined) known.set(row, (made = make(podClass)));
    return made;
  };
}

function betweenGroups(engine: Engine, from: Group, to: Group): AnswerId {
  const [sender, receiver] = [from.members[0]!, to.members[0]!];
  if (sender.type === 'workload' && receiver.type === 'workload') {
    const [out, into] = [from.classes[0]!, to.classes[0]!];
    if (from.classes.length === 1 && to.classes.length === 1) return engine.podToPod(out, into);
    return eitherOf(
      engine,
      from.classes.flatMap((one) => to.classes.map((other) => engine.podToPod(one, other))),
    );
  }
  if (receiver.type !== 'workload') {
    if (sender.type !== 'workload') return everything;
    if (from.classes.length === 1) return engine.toOutside(from.classes[0]!, receiver);
    return eitherOf(
      engine,
      from.classes.map((podClass) => engine.toOutside(podClass, receiver)),
    );
  }
  if (sender.type === 'workload') return everything;
  if (to.classes.length === 1) return engine.fromOutside(sender, to.classes[0]!, to.first);
  return eitherOf(
    engine,
    to.classes.map((podClass) => engine.fromOutside(sender, podClass, to.first)),
  );
}

function eitherOf({ answers }: Engine, list: readonly AnswerId[]): AnswerId {
  return list.reduce((a, b) => answers.either(a, b), list[0] ?? everything);
}
