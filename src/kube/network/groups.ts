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
 * answers together. The rows of receivers are turned over once, so that all look-ups of a sender are close to each other.
 */
export function* rowsOfGroups(engine: Engine, groups: readonly Group[]): Generator<{ readonly from: number; readonly to: Uint32Array }> {
  const { answers, rows, matching } = engine;
  const { columns } = matching;
  const simple = groups.map(({ classes }) => (classes.length === 1 && !classes[0]!.hostNetwork ? classes[0] : undefined));
  const receivers = simple.flatMap((podClass, group) => (podClass === undefined ? [] : [{ podClass, group }]));
  const others = simple.flatMap((podClass, group) => (podClass === undefined ? [group] : []));
  const inward = [...new Set(receivers.map(({ podClass }) => rows.row(podClass, 'ingress')))];
  const numberOf = new Map(inward.map((row, index) => [row, index]));
  const rowAt = Uint32Array.from(receivers, ({ podClass }) => numberOf.get(rows.row(podClass, 'ingress'))!);
  const columnAt = Uint32Array.from(receivers, ({ podClass }) => columns.of(podClass));
  const groupAt = Uint32Array.from(receivers, ({ group }) => group);
  const turned = turnOver(inward, columns.pods);
  const to = new Uint32Array(groups.length);
  for (const [from, group] of groups.entries()) {
    const podClass = simple[from];
    if (podClass === undefined) {
      for (let index = 0; index < groups.length; index++) to[index] = betweenGroups(engine, group, groups[index]!);
      yield { from, to };
      continue;
    }
    const out = rows.row(podClass, 'egress');
    const into = columns.of(podClass) * inward.length;
    for (let index = 0; index < groupAt.length; index++) {
      const a = out[columnAt[index]!]!;
      const b = turned[into + rowAt[index]!]!;
      to[groupAt[index]!] = a === everything ? b : b === everything ? a : a === nothing || b === nothing ? nothing : answers.and(a, b);
    }
    for (const other of others) to[other] = betweenGroups(engine, group, groups[other]!);
    yield { from, to };
  }
}

/** Of rows by number the columns of pods one behind the other. */
function turnOver(list: readonly Row[], columns: number): Row {
  const narrow = list.every((row) => row instanceof Uint16Array);
  const turned = narrow ? new Uint16Array(list.length * columns) : new Uint32Array(list.length * columns);
  for (const [number, row] of list.entries())
    for (let column = 0; column < columns; column++) turned[column * list.length + number] = row[column]!;
  return turned;
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
