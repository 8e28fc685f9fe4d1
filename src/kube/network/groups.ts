import type { ReachEndpoint } from '../../core/reach.ts';
import type { Whereabouts } from './address-plan.ts';
import { everything, nothing, type AnswerId, type Answers } from './answers.ts';
import type { PodClass } from './classes.ts';
import type { Engine, Outside } from './engine.ts';
import type { Row } from './rows.ts';

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
    const classes = world.workloads[index]?.classes ?? [];
    const alike = classes.map((podClass) => {
      const [out, inward] = [governing.egress[podClass.number]!, governing.ingress[podClass.number]!];
      return `${matching.columns.of(podClass)} ${out.signature} ${inward.signature}`;
    });
    const ways = entrances.exposures[index]?.map(({ ports, unless, keepsClient }) => [ports, unless, keepsClient]) ?? [];
    const key = endpoint.type === 'workload' ? `${alike.join()} ${ways.length === 0 ? '' : JSON.stringify(ways)}` : String(index);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { members: [endpoint], classes, first: index });
    else group.members.push(endpoint);
  }
  return [...groups.values()];
}

/** So many numbers of what senders share are kept. */
const mostKept = 2 ** 22;

/**
 * A row for each group. What pods of one class send to those of another is two look-ups and a third that puts their answers
 * together. Most columns of a row have the same answer: what is sent there is the same for all senders that have it, and only
 * the others are looked up.
 */
export function* rowsOfGroups(engine: Engine, groups: readonly Group[]): Generator<{ readonly from: number; readonly to: Uint32Array }> {
  const { answers, rows } = engine;
  const simple = groups.map(({ classes }) => (classes.length === 1 ? classes[0] : undefined));
  const all = [...groups.keys()];
  const several = all.filter((group) => groups[group]!.classes.length > 1);
  const receivers = receiversOf(simple, engine);
  const outside = groups.flatMap(({ members: [end] }): Outer[] =>
    end === undefined || end.type === 'workload' ? [] : [{ end, at: engine.placeOf(end) }],
  );
  // Only workloads are ever in one group, and they come first.
  const firstOutside = groups.length - outside.length;
  // What has the same row has the same answers for what is outside; how the internet gets in is a question of each workload.
  const toOutside = onceForEachRow(outside, engine, (podClass, { end, at }) => engine.toOutside(podClass, end, at));
  const fromOutside = onceForEachRow(outside, engine, (podClass, { end, at }) =>
    isInternet(end) ? nothing : engine.fromOutside(end, podClass, 0, at),
  );
  const letInFromOutside = receivers.rows.map(({ row, example }) => fromOutside(example, row));
  const shared = new Map<AnswerId, Uint32Array>();
  const to = new Uint32Array(groups.length);
  for (let from = 0; from < groups.length; from++) {
    const podClass = simple[from];
    if (podClass === undefined) {
      const place = outside[from - firstOutside];
      const known = place !== undefined && !isInternet(place.end);
      if (known) sendFromOutside(to, from - firstOutside, receivers, letInFromOutside);
      if (known) to.fill(everything, firstOutside);
      for (const group of known ? several : all) to[group] = betweenGroups(engine, groups[from]!, groups[group]!);
    } else {
      const row = rows.row(podClass, 'egress');
      let toMost = shared.get(row.most);
      if (toMost === undefined) {
        if (shared.size * groups.length > mostKept) shared.clear();
        shared.set(row.most, (toMost = sendToMost(row.most, receivers, answers)));
      }
      to.set(toMost);
      sendToOthers(to, row, receivers.columns[from]!, receivers, answers);
      to.set(toOutside(podClass, row), firstOutside);
      for (const group of several) to[group] = betweenGroups(engine, groups[from]!, groups[group]!);
    }
    yield { from, to };
  }
}

/** Groups of one class, which are in a column, and let in what their row says of the column of the sender. */
interface Receivers {
  /** Each with the groups that have it. */
  readonly rows: readonly { readonly row: Row; readonly groups: readonly number[]; readonly example: PodClass }[];
  /** By group, what it lets in from most. */
  readonly most: Uint32Array;
  readonly columns: Uint32Array;
  /** By column the last group in it, by group the one before in the same column; -1 for none. */
  readonly lastAt: Int32Array;
  readonly before: Int32Array;
  /** By column, the rows that let in something else from there. */
  readonly unevenAt: readonly (readonly Receivers['rows'][number][])[];
}

function receiversOf(classes: readonly (PodClass | undefined)[], { rows, matching: { columns } }: Engine): Receivers {
  const places = columns.count + columns.onNodes.length;
  const lastAt = new Int32Array(places).fill(-1);
  const before = new Int32Array(classes.length);
  const unevenAt = Array.from({ length: places }, (): Receivers['rows'][number][] => []);
  const byRow = new Map<Row, number[]>();
  const most = new Uint32Array(classes.length);
  const columnOf = new Uint32Array(classes.length);
  for (let group = 0; group < classes.length; group++) {
    const podClass = classes[group];
    if (podClass === undefined) continue;
    const row = rows.row(podClass, 'ingress');
    most[group] = row.most;
    const column = columns.ofPeer(podClass);
    columnOf[group] = column;
    before[group] = lastAt[column]!;
    lastAt[column] = group;
    const alike = byRow.get(row);
    if (alike === undefined) byRow.set(row, [group]);
    else alike.push(group);
  }
  const all = Array.from(byRow, ([row, groups]) => ({ row, groups, example: classes[groups[0]!]! }));
  for (const each of all) {
    const { others } = each.row;
    for (let index = 0; index < others.length; index++) unevenAt[others[index]!]!.push(each);
  }
  return { rows: all, most, columns: columnOf, lastAt, before, unevenAt };
}

function sendFromOutside(to: Uint32Array, place: number, { rows }: Receivers, letIn: readonly Uint32Array[]): void {
  for (let row = 0; row < rows.length; row++) {
    const answer = letIn[row]![place]!;
    const { groups } = rows[row]!;
    for (let index = 0; index < groups.length; index++) to[groups[index]!] = answer;
  }
}

/** What whoever sends the same to all gets to those that let in the same from all. */
function sendToMost(sent: AnswerId, { rows, most }: Receivers, { and }: Answers): Uint32Array {
  const to = new Uint32Array(most.length);
  for (const { row, groups } of rows) {
    const answer = and(sent, row.most);
    if (answer !== nothing) for (let index = 0; index < groups.length; index++) to[groups[index]!] = answer;
  }
  return to;
}

/** The same where one of both ends is not as most. */
function sendToOthers(to: Uint32Array, { answers: out, others }: Row, from: number, receivers: Receivers, { and }: Answers): void {
  const { most, columns, lastAt, before, unevenAt } = receivers;
  for (let index = 0; index < others.length; index++) {
    const sent = out[others[index]!]!;
    for (let group = lastAt[others[index]!]!; group !== -1; group = before[group]!) to[group] = both(sent, most[group]!, and);
  }
  const uneven = unevenAt[from]!;
  for (let index = 0; index < uneven.length; index++) {
    const { row, groups } = uneven[index]!;
    const letIn = row.answers[from]!;
    for (let place = 0; place < groups.length; place++) to[groups[place]!] = both(out[columns[groups[place]!]!]!, letIn, and);
  }
}

/** Mostly one of them is nothing or everything. */
function both(a: AnswerId, b: AnswerId, and: Answers['and']): AnswerId {
  if (a === nothing || b === nothing) return nothing;
  if (a === everything) return b;
  return b === everything ? a : and(a, b);
}

function isInternet(end: ReachEndpoint): boolean {
  return end.type === 'virtual' && end.name === 'internet';
}

interface Outer {
  readonly end: Outside;
  readonly at: Whereabouts;
}

/** Answers for what is outside, for each of them. */
function onceForEachRow(
  outside: readonly Outer[],
  { ofPlace }: Engine,
  ofVirtual: (podClass: PodClass, outer: Outer) => AnswerId,
): (podClass: PodClass, row: Row) => Uint32Array {
  const known = new Map<Row, Uint32Array>();
  const places = outside.map(({ end, at }) => (end.type === 'cidr' ? at : undefined));
  return (podClass, row) => {
    const before = known.get(row);
    if (before !== undefined) return before;
    const made = new Uint32Array(outside.length);
    for (let index = 0; index < made.length; index++) {
      const at = places[index];
      made[index] = at === undefined ? ofVirtual(podClass, outside[index]!) : ofPlace(row, at);
    }
    known.set(row, made);
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
