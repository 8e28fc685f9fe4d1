import type { Direction } from '../network-policy.ts';
import { everything, nothing, type Answer, type AnswerId, type Answers, type Row } from './answers.ts';
import { maybe, no, resolvePort, yes, type PodClass, type Truth } from './classes.ts';
import type { Governing, Layered } from './governing.ts';
import type { Matching } from './matching.ts';
import { protocols, type PortSet, type PortSpace } from './port-space.ts';
import type { PluginProfile } from './profile.ts';
import type { Rule, RulePorts } from './rules.ts';

/** What a layer of policies with priorities does with each port: all that may become of it. */
export interface Outcome {
  readonly accept: PortSet;
  readonly deny: PortSet;
  /** Left to the next layer. */
  readonly rest: PortSet;
}

/** The ports of a rule, with the answer where it matches for certain and where it may. */
export interface RuleAnswer extends Answer {
  readonly certain: AnswerId;
  readonly perhaps: AnswerId;
}

export interface Rows {
  /** What the policies that govern pods of a class let through, for whatever is at the other end. */
  row(podClass: PodClass, direction: Direction): Row;
  /** What a pod sends to a node that may be its own, or a pod of the host network that may be on it. */
  toOwnNode(answer: AnswerId, certain: boolean): AnswerId;
  /** The ports of a rule at the pods that are connected to: where a name is ambiguous, `low` leaves its ports out. */
  portsAt(rule: Rule, destination: PodClass | undefined): RuleAnswer;
  layer(groups: readonly (readonly Layered[])[], column: number, destination: PodClass | undefined): Outcome;
}

export function buildRows(
  classes: readonly PodClass[],
  governing: Readonly<Record<Direction, readonly Governing[]>>,
  { columns, match }: Matching,
  space: PortSpace,
  answers: Answers,
  profile: PluginProfile,
): Rows {
  const known = new Map<string, Row>();
  const byClass: Readonly<Record<Direction, (Row | undefined)[]>> = { ingress: [], egress: [] };
  const scratch = new Uint32Array(columns.count + columns.onNodes.length);
  const free = new Uint16Array(scratch.length).fill(everything);
  const resolved = new Map<RulePorts, (RuleAnswer | undefined)[]>();
  /** By how the named ports of pods are alike, the first of each kind; the last for what has none. */
  const destinations: (PodClass | undefined)[] = [];
  for (const podClass of classes) destinations[podClass.namedAlike] ??= podClass;
  const nowhere = destinations.push(undefined) - 1;
  const alikeAt = Uint32Array.from({ length: columns.count }, (_, column) => columns.examples[column]?.namedAlike ?? nowhere);
  const anywhere = new Uint32Array(columns.count);

  function portsAt({ ports }: Rule, destination: PodClass | undefined): RuleAnswer {
    let list = resolved.get(ports);
    if (list === undefined) resolved.set(ports, (list = []));
    return (list[ports.names.length === 0 ? nowhere : (destination?.namedAlike ?? nowhere)] ??= resolve(ports, destination));
  }

  function resolve({ ranges, names }: RulePorts, destination: PodClass | undefined): RuleAnswer {
    let low = space.setOf(ranges);
    let high = low;
    for (const name of names) {
      const found = destination === undefined ? [] : resolvePort(destination, name);
      for (const protocol of protocols) {
        const numbers = new Set(found.flatMap((port) => (port.protocol === protocol ? [port.port] : [])));
        const set = space.setOf([...numbers].map((port) => ({ protocol, first: port, last: port })));
        high |= set;
        if (numbers.size === 1) low |= set;
      }
    }
    return { low, high, certain: answers.id(low, high), perhaps: answers.id(0n, high) };
  }

  /** Whichever rule matches a port first decides; what perhaps matches perhaps decides, and may leave it to those behind. */
  function layer(groups: readonly (readonly Layered[])[], column: number, destination: PodClass | undefined): Outcome {
    let [accept, deny, rest] = [0n, 0n, 0n];
    let left = space.all;
    for (const group of groups) {
      let after = left;
      // Which of those with the same priority comes first is undefined: any of them may.
      for (const { rules, subject } of group) {
        let open = left;
        for (const rule of rules) {
          const truth = Math.min(match(rule)[column]!, subject) as Truth;
          if (truth === no || open === 0n) continue;
          const { low, high } = portsAt(rule, destination);
          if (rule.action === 'Accept') accept |= high & open;
          else if (rule.action === 'Deny') deny |= high & open;
          else rest |= high & open;
          if (truth === yes) open &= ~low;
        }
        after &= open;
      }
      left = after;
    }
    return { accept, deny, rest: rest | left };
  }

  /** Adds up what the rules of NetworkPolicies allow. */
  function fillIsolated(row: Uint32Array, rules: readonly Rule[], direction: Direction, podClass: PodClass): void {
    for (const rule of rules) {
      // A name stands for another port on each destination.
      const differs = direction === 'egress' && rule.ports.names.length > 0;
      const own = direction === 'ingress' ? podClass : undefined;
      const added = new Int32Array(3 * (differs ? destinations.length : 1));
      for (let kind = 0; kind * 3 < added.length; kind++) {
        const { certain, perhaps } = portsAt(rule, differs ? destinations[kind] : own);
        added[kind * 3 + maybe] = perhaps;
        added[kind * 3 + yes] = certain;
      }
      addRule(row, match(rule), differs ? alikeAt : anywhere, added);
    }
  }

  /** What is added by each truth: three numbers, in each column those of its kind of destination. */
  function addRule(row: Uint32Array, truths: Uint8Array, kinds: Uint32Array, added: Int32Array): void {
    // Neighbours mostly have the same answers.
    let before = nothing;
    let last = nothing;
    let sum = nothing;
    for (let column = 0; column < truths.length; column++) {
      const more = added[kinds[column]! * 3 + truths[column]!]!;
      if (more === nothing) continue;
      const was = row[column]!;
      if (was === nothing) {
        row[column] = more;
        continue;
      }
      if (was !== before || more !== last) {
        before = was;
        last = more;
        sum = answers.or(was, more);
      }
      row[column] = sum;
    }
  }

  /** Policies with priorities before and behind the NetworkPolicies; remembered, as most columns are met by the same rules. */
  function layered(row: Uint32Array, podClass: PodClass, direction: Direction, { admin, isolating, baseline }: Governing): void {
    for (let column = 0; column < columns.count; column++) {
      const destination = direction === 'ingress' ? podClass : columns.examples[column];
      const first = layer(admin, column, destination);
      const { low, high } = isolating === undefined ? asAnswer(layer(baseline, column, destination)) : answers.of(row[column]!);
      row[column] = answers.id(space.all & ~(first.deny | (first.rest & ~low)), first.accept | (first.rest & high));
    }
  }

  function asAnswer({ accept, deny, rest }: Outcome): Answer {
    return { low: space.all & ~deny, high: accept | rest };
  }

  function compute(podClass: PodClass, direction: Direction, own: Governing): Row {
    const { admin, isolating, baseline, opaque } = own;
    const row = scratch.fill(isolating === undefined ? everything : nothing);
    if (isolating !== undefined) fillIsolated(row, isolating, direction, podClass);
    if (podClass.hostNetwork) {
      if (profile.governsHostPods === 'no') return free;
      if (profile.governsHostPods === 'unknown') map(row, (answer) => answers.either(answer, everything));
    } else if (admin.length > 0 || (baseline.length > 0 && isolating === undefined)) layered(row, podClass, direction, own);
    if (opaque === 'anything') row.fill(answers.id(0n, space.all));
    if (opaque === 'narrows') map(row, (answer) => answers.id(0n, answers.of(answer).high));
    for (let index = 0; index < columns.onNodes.length; index++) {
      const column = columns.onNodes[index]!;
      row[columns.count + index] = besidePolicies(row[column]!, podClass, direction, columns.examples[column]!);
    }
    return answers.rowOf(row);
  }

  /** What passes between pods of a class and others that are on the network of a node. */
  function besidePolicies(answer: AnswerId, { hostNetwork }: PodClass, direction: Direction, { everyNode }: PodClass): AnswerId {
    if (direction === 'egress') return hostNetwork ? answer : toOwnNode(answer, everyNode);
    // A node always reaches its own pods.
    return everyNode ? everything : answers.either(answer, everything);
  }

  function toOwnNode(answer: AnswerId, certain: boolean): AnswerId {
    if (profile.governsOwnNode === 'yes') return answer;
    return profile.governsOwnNode === 'no' && certain ? everything : answers.either(answer, everything);
  }

  function find(podClass: PodClass, direction: Direction): Row {
    const own = governing[direction][podClass.number]!;
    if (!profile.enforces || own.free) return free;
    const before = known.get(own.signature);
    if (before !== undefined) return before;
    const made = compute(podClass, direction, own);
    known.set(own.signature, made);
    return made;
  }

  return {
    portsAt,
    layer,
    toOwnNode,
    row(podClass, direction) {
      return (byClass[direction][podClass.number] ??= find(podClass, direction));
    },
  };
}

function map(row: Uint32Array, of: (answer: AnswerId) => AnswerId): void {
  for (let column = 0; column < row.length; column++) row[column] = of(row[column]!);
}
