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

/** Groups at the sending end that are taken together, so that what a row of receivers lets in from them stands side by side. */
const together = 64;

/**
 * A row for each group. What pods of one class send to those of another is two look-ups and a third that puts their answers
 * together: for each row of receivers and each of a few senders, for all receivers that have it.
 */
export function* rowsOfGroups(engine: Engine, groups: readonly Group[]): Generator<{ readonly from: number; readonly to: Uint32Array }> {
  const { columns } = engine.matching;
  const simple = groups.map(({ classes }) => (classes.length === 1 ? classes[0] : undefined));
  const columnAt = Uint32Array.from(simple, (podClass) => (podClass === undefined ? 0 : columns.of(podClass)));
  const outward = simple.map((podClass) => podClass && engine.rowBetweenPods(podClass, 'egress'));
  const receivers = new Map<Row, number[]>();
  for (const [group, podClass] of simple.entries()) {
    if (podClass === undefined) continue;
    const row = engine.rowBetweenPods(podClass, 'ingress');
    const list = receivers.get(row);
    if (list === undefined) receivers.set(row, [group]);
    else list.push(group);
  }
  const inward = Array.from(receivers, ([row, list]) => ({ row, list: Uint32Array.from(list) }));
  const several = simple.flatMap((podClass, group) => (podClass === undefined && groups[group]!.classes.length > 0 ? [group] : []));
  const outside = groups.flatMap(({ members: [end] }, group) => (end === undefined || end.type === 'workload' ? [] : [{ end, group }]));
  // What has the same row has the same answers for what is outside; how the internet gets in is a question of each workload.
  const toOutside = onceForEachRow((podClass) => Uint32Array.from(outside, ({ end }) => engine.toOutside(podClass, end)));
  const fromOutside = onceForEachRow((podClass) =>
    Uint32Array.from(outside, ({ end }) => (isInternet(end) ? nothing : engine.fromOutside(end, podClass, 0))),
  );
  const letIn = simple.map((podClass) => podClass && fromOutside(podClass, engine.rows.row(podClass, 'ingress')));
  const rows = Array.from({ length: together }, () => new Uint32Array(groups.length));
  for (let start = 0; start < groups.length; start += together) {
    const end = Math.min(start + together, groups.length);
    fillRows(rows, start, end);
    for (let from = start; from < end; from++) {
      const to = rows[from - start]!;
      const podClass = simple[from];
      if (podClass === undefined) {
        const place = outside.findIndex((each) => each.group === from && !isInternet(each.end));
        for (let index = 0; index < groups.length; index++)
          to[index] = letIn[index]?.[place] ?? betweenGroups(engine, groups[from]!, groups[index]!);
      } else {
        const answersOutside = toOutside(podClass, outward[from]!);
        for (let index = 0; index < outside.length; index++) to[outside[index]!.group] = answersOutside[index]!;
        for (const group of several) to[group] = betweenGroups(engine, groups[from]!, groups[group]!);
      }
      yield { from, to };
    }
  }

  /** What those from `start` to `end` send to pods of one class. */
  function fillRows(block: readonly Uint32Array[], start: number, end: number): void {
    for (const to of block) to.fill(nothing);
    for (const { row, list } of inward) {
      for (let from = start; from < end; from++) {
        const out = outward[from];
        const letsIn = out === undefined ? nothing : row[columnAt[from]!]!;
        if (letsIn !== nothing) send(block[from - start]!, out!, columnAt, list, letsIn, engine.answers);
      }
    }
  }
}

/** To receivers that all let the same in. */
function send(to: Uint32Array, out: Row, columnAt: Uint32Array, receivers: Uint32Array, letsIn: AnswerId, answers: Answers): void {
  for (let index = 0; index < receivers.length; index++) {
    const group = receivers[index]!;
    const sent = out[columnAt[group]!]!;
    if (sent !== nothing) to[group] = sent === everything ? letsIn : letsIn === everything ? sent : answers.and(sent, letsIn);
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
