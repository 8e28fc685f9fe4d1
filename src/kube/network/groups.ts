import type { ReachEndpoint } from '../../core/reach.ts';
import { everything, type AnswerId } from './answers.ts';
import type { PodClass } from './classes.ts';
import type { Engine } from './engine.ts';
import type { Row } from './rows.ts';

/** Endpoints that nothing tells apart. */
export interface Group {
  readonly members: readonly ReachEndpoint[];
  /** Of workloads. */
  readonly classes: readonly PodClass[];
}

export function groupsOf({ endpoints, world, entrances }: Engine): Group[] {
  const groups = new Map<string, { readonly members: ReachEndpoint[]; readonly classes: readonly PodClass[] }>();
  for (const [index, endpoint] of endpoints.entries()) {
    const workload = world.workloads[index];
    const ways = entrances.exposures[index]?.map(({ ports, unless, keepsClient }) => [ports, unless, keepsClient]) ?? [];
    const classes = workload?.classes ?? [];
    const key = workload === undefined ? String(index) : JSON.stringify([classes.map(({ number }) => number), ways]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { members: [endpoint], classes });
    else group.members.push(endpoint);
  }
  return [...groups.values()];
}

/** So many sending groups at a time: the rows of receivers are then read in strips that stay close to the processor. */
const strip = 64;

export function* rowsOfGroups(engine: Engine, groups: readonly Group[]): Generator<{ readonly from: number; readonly to: Uint32Array }> {
  const { answers, rows } = engine;
  const simple = groups.map(({ classes }) => (classes.length === 1 && !classes[0]!.hostNetwork ? classes[0] : undefined));
  const inward = simple.map((podClass) => (podClass === undefined ? undefined : rows.row(podClass, 'ingress')));
  const out = Array.from({ length: strip }, () => new Uint32Array(groups.length));
  for (let first = 0; first < groups.length; first += strip) {
    const senders = Math.min(strip, groups.length - first);
    const outward: (Row | undefined)[] = [];
    for (let sender = 0; sender < senders; sender++) {
      const podClass = simple[first + sender];
      outward.push(podClass === undefined ? undefined : rows.row(podClass, 'egress'));
    }
    for (let to = 0; to < groups.length; to++) {
      const [into, receiver] = [inward[to], simple[to]?.number ?? 0];
      for (let sender = 0; sender < senders; sender++) {
        const from = outward[sender];
        const target = out[sender]!;
        if (from === undefined || into === undefined) {
          target[to] = betweenGroups(engine, groups[first + sender]!, groups[to]!);
          continue;
        }
        const [a, b] = [from[receiver]!, into[simple[first + sender]!.number]!];
        target[to] = a === everything ? b : b === everything ? a : answers.and(a, b);
      }
    }
    for (let sender = 0; sender < senders; sender++) yield { from: first + sender, to: out[sender]! };
  }
}

function betweenGroups({ answerOf, answers, podToPod }: Engine, from: Group, to: Group): AnswerId {
  if (from.classes.length === 0 || to.classes.length === 0) return answerOf(from.members[0]!, to.members[0]!) ?? everything;
  const each = from.classes.flatMap((out) => to.classes.map((into) => podToPod(out, into)));
  return each.reduce((a, b) => answers.either(a, b), each[0]!);
}
