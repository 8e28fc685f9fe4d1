import type { Direction } from '../network-policy.ts';
import { everything, type Answer, type AnswerId, type Answers } from './answers.ts';
import { no, resolvePort, yes, type PodClass, type Truth } from './classes.ts';
import type { Matching } from './matching.ts';
import type { PortSet, PortSpace } from './port-space.ts';
import type { PluginProfile } from './profile.ts';
import type { Rule } from './rules.ts';

/** A policy of the cluster for one direction, with whether it is about the pods in question. */
export interface Layered {
  readonly rules: readonly Rule[];
  readonly subject: Truth;
}

/** All that governs the pods of a class in one direction. */
export interface Governing {
  /** Unique for what is in here: classes with the same have the same row. */
  readonly signature: string;
  /** Policies of the admin tier, most important first; those that share a priority together. */
  readonly admin: readonly (readonly Layered[])[];
  /** Undefined where no NetworkPolicy isolates the pods. */
  readonly isolating: readonly (readonly Rule[])[] | undefined;
  readonly baseline: readonly (readonly Layered[])[];
  /** A policy that cannot be read may allow what the others deny, or only narrow it. */
  readonly opaque: 'none' | 'narrows' | 'anything';
}

/** What governing policies do with the ports between one pod and one other end, port by port. */
interface Outcome {
  accept: PortSet;
  deny: PortSet;
  /** Left to the next layer. */
  rest: PortSet;
}

export interface Rows {
  /** What policies of the pods of a class let through, for each column. */
  row(podClass: PodClass, direction: Direction, governing: Governing): Uint32Array;
  /** The answer of policies alone for one column, with the layers that lead to it. */
  answerAt(podClass: PodClass, direction: Direction, governing: Governing, column: number): AnswerId;
}

export function buildRows(
  classes: readonly PodClass[],
  { columns, match }: Matching,
  space: PortSpace,
  answers: Answers,
  profile: PluginProfile,
): Rows {
  const known = new Map<string, Uint32Array>();

  /** The ports of a rule at the pods that are connected to; of the two limits, the one that is certain first. */
  function portsAt({ ports }: Rule, destination: PodClass | undefined): Answer {
    let low = space.setOf(ports.ranges);
    let high = low;
    for (const name of ports.names) {
      if (destination === undefined) continue;
      for (const protocol of ['TCP', 'UDP', 'SCTP'] as const) {
        const found = resolvePort(destination, name).filter((port) => port.protocol === protocol);
        const set = space.setOf(found.map(({ port }) => ({ protocol, first: port, last: port })));
        high |= set;
        if (new Set(found.map(({ port }) => port)).size === 1) low |= set;
      }
    }
    return { low, high };
  }

  function matched(rule: Rule, truth: Truth, destination: PodClass | undefined): Answer {
    if (truth === no) return { low: 0n, high: 0n };
    const { low, high } = portsAt(rule, destination);
    return { low: truth === yes ? low : 0n, high };
  }

  /** Whichever rule matches a port first decides; what perhaps matches perhaps decides, and may leave it to those behind. */
  function layer(groups: readonly (readonly Layered[])[], from: PortSet, column: number, destinationOf: PodClass | undefined): Outcome {
    const outcome: Outcome = { accept: 0n, deny: 0n, rest: 0n };
    let open = from;
    for (const group of groups) {
      let after = open;
      // Which of those with the same priority comes first is undefined: any of them may.
      for (const { rules, subject } of group) {
        let left = open;
        for (const rule of rules) {
          const truth = Math.min(match(rule.peers)[column]!, subject) as Truth;
          const { low, high } = matched(rule, truth, destinationOf);
          if (rule.action === 'Accept') outcome.accept |= high & left;
          else if (rule.action === 'Deny') outcome.deny |= high & left;
          else outcome.rest |= high & left;
          left &= ~low;
        }
        after &= left;
      }
      open = after;
    }
    outcome.rest |= open;
    return outcome;
  }

  function answerAt(podClass: PodClass, direction: Direction, governing: Governing, column: number): AnswerId {
    if (!profile.enforces) return everything;
    const destination = direction === 'ingress' ? podClass : classes[column];
    const { admin, isolating, baseline, opaque } = governing;
    const first = podClass.hostNetwork ? { accept: 0n, deny: 0n, rest: space.all } : layer(admin, space.all, column, destination);
    const next = ((): Answer => {
      if (isolating === undefined) {
        if (podClass.hostNetwork) return { low: space.all, high: space.all };
        const { accept, deny, rest } = layer(baseline, space.all, column, destination);
        return { low: space.all & ~deny, high: accept | rest };
      }
      let [low, high] = [0n, 0n];
      for (const rule of isolating.flat()) {
        const ports = matched(rule, match(rule.peers)[column] as Truth, destination);
        low |= ports.low;
        high |= ports.high;
      }
      if (!podClass.hostNetwork || profile.governsHostPods === 'yes') return { low, high };
      return profile.governsHostPods === 'no' ? { low: space.all, high: space.all } : { low, high: space.all };
    })();
    let high = first.accept | (first.rest & next.high);
    let low = space.all & ~(first.deny | (first.rest & ~next.low));
    if (opaque !== 'none') low = 0n;
    if (opaque === 'anything') high = space.all;
    return answers.id(low, high);
  }

  return {
    answerAt,
    row(podClass, direction, governing) {
      const before = known.get(governing.signature);
      if (before !== undefined) return before;
      const made = new Uint32Array(columns.count);
      for (let column = 0; column < columns.count; column++) made[column] = answerAt(podClass, direction, governing, column);
      known.set(governing.signature, made);
      return made;
    },
  };
}
