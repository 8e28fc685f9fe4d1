import type { ReachEndpoint } from '../../core/reach.ts';
import { everything, nothing, type AnswerId } from './answers.ts';
import type { PodClass } from './classes.ts';
import type { Engine } from './engine.ts';
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

/**
 * What each group of pods that are in no network of a node sends to the others is two look-ups and a third that puts their
 * answers together. The rows of receivers are turned over once, so that a sender only meets those that let anything of it in.
 */
export function* rowsOfGroups(engine: Engine, groups: readonly Group[]): Generator<{ readonly from: number; readonly to: Uint32Array }> {
  const { answers, rows, matching } = engine;
  const { columns } = matching;
  const simple = groups.map(({ classes }) => (classes.length === 1 && !classes[0]!.hostNetwork ? classes[0] : undefined));
  const receivers = simple.flatMap((podClass, group) => (podClass === undefined ? [] : [{ podClass, group }]));
  const hosts = simple.flatMap((podClass, group) => (podClass === undefined && groups[group]!.classes.length > 0 ? [group] : []));
  const outside = groups.flatMap(({ members: [end] }, group) => (end === undefined || end.type === 'workload' ? [] : [{ end, group }]));
  const inward = [...new Set(receivers.map(({ podClass }) => rows.row(podClass, 'ingress')))];
  const numberOf = new Map(inward.map((row, index) => [row, index]));
  const rowAt = new Map(receivers.map((receiver) => [receiver, numberOf.get(rows.row(receiver.podClass, 'ingress'))!]));
  receivers.sort((a, b) => rowAt.get(a)! - rowAt.get(b)!);
  const columnAt = Uint32Array.from(receivers, ({ podClass }) => columns.of(podClass));
  const groupAt = Uint32Array.from(receivers, ({ group }) => group);
  const ends = new Uint32Array(inward.length);
  for (const [index, receiver] of receivers.entries()) ends[rowAt.get(receiver)!] = index + 1;
  const letIn = turnOver(inward, columns.pods);
  // What has the same row has the same answers for what is outside; how the internet gets in is a question of each workload.
  const outward = onceForEachRow((podClass) => Uint32Array.from(outside, ({ end }) => engine.toOutside(podClass, end)));
  const fromOutside = onceForEachRow((podClass) =>
    Uint32Array.from(outside, ({ end }) => (isInternet(end) ? nothing : engine.fromOutside(end, podClass, 0))),
  );
  const letInFromOutside = simple.map((podClass) => podClass && fromOutside(podClass, rows.row(podClass, 'ingress')));
  const to = new Uint32Array(groups.length);
  for (const [from, group] of groups.entries()) {
    const podClass = simple[from];
    if (podClass === undefined) {
      const place = outside.findIndex(({ end, group: number }) => number === from && !isInternet(end));
      for (let index = 0; index < groups.length; index++)
        to[index] = letInFromOutside[index]?.[place] ?? betweenGroups(engine, group, groups[index]!);
      yield { from, to };
      continue;
    }
    const out = rows.row(podClass, 'egress');
    const own = columns.of(podClass);
    to.fill(nothing);
    for (let entry = letIn.starts[own]!; entry < letIn.starts[own + 1]!; entry++) {
      const number = letIn.rows[entry]!;
      const b = letIn.answers[entry]!;
      for (let index = number === 0 ? 0 : ends[number - 1]!; index < ends[number]!; index++) {
        const a = out[columnAt[index]!]!;
        if (a !== nothing) to[groupAt[index]!] = a === everything ? b : b === everything ? a : answers.and(a, b);
      }
    }
    for (const host of hosts) to[host] = betweenGroups(engine, group, groups[host]!);
    const answersOutside = outward(podClass, out);
    for (let index = 0; index < outside.length; index++) to[outside[index]!.group] = answersOutside[index]!;
    yield { from, to };
  }
}

function isInternet(end: ReachEndpoint): boolean {
  return end.type === 'virtual' && end.name === 'internet';
}

function onceForEachRow(make: (podClass: PodClass) => Uint32Array): (podClass: PodClass, row: Row) => Uint32Array {
  const known = new Map<Row, Uint32Array>();
  return (podClass, row) => {
    let made = known.get(row);
    if (made === undefined) known.set(row, (made = make(podClass)));
    return made;
  };
}

/** For each column of pods, from `starts[column]` on, the rows by number that let anything in and what they let in. */
interface TurnedRows {
  readonly starts: Uint32Array;
  readonly rows: Uint32Array;
  readonly answers: Uint32Array;
}

function turnOver(list: readonly Row[], columns: number): TurnedRows {
  const starts = new Uint32Array(columns + 1);
  for (const row of list) for (let column = 0; column < columns; column++) if (row[column] !== nothing) starts[column + 1]!++;
  for (let column = 0; column < columns; column++) starts[column + 1]! += starts[column]!;
  const next = starts.slice();
  const rows = new Uint32Array(starts[columns]!);
  const answers = new Uint32Array(starts[columns]!);
  for (const [number, row] of list.entries()) {
    for (let column = 0; column < columns; column++) {
      if (row[column] === nothing) continue;
      const entry = next[column]!++;
      rows[entry] = number;
      answers[entry] = row[column]!;
    }
  }
  return { starts, rows, answers };
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
