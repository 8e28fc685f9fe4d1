import type { Direction } from '../network-policy.ts';
import { anything, everything, nothing, type Answer, type AnswerId, type AnswerIds, type Answers } from './answers.ts';
import { no, resolvePort, type PodClass, type Truth } from './classes.ts';
import type { Governing, Layered } from './governing.ts';
import { buildLayers, rulesInTiers, type Outcome, type Tiers } from './layers.ts';
import type { Match, Matching } from './matching.ts';
import { protocols, writeSet, type PortSpace } from './port-space.ts';
import type { PluginProfile } from './profile.ts';
import type { Rule, RulePorts } from './rules.ts';
import { differencesOf, unionOf, wordsOfUnion } from './unions.ts';

/** The ports of a rule, with the answer where it matches for certain and where it may. */
export interface RuleAnswer extends Answer {
  readonly certain: AnswerId;
  readonly perhaps: AnswerId;
  /** Those of `low`, then those of `high`. */
  readonly words: Int32Array;
}

/** Answers for one class of pods in one direction. */
export interface Row {
  /** By column, and behind them by pods of the host network. */
  readonly answers: AnswerIds;
  /** What most pods get. */
  readonly most: AnswerId;
  /** Where the others are. */
  readonly others: readonly number[];
}

export interface Rows {
  /** What the policies that govern pods of a class let through, for whatever is at the other end. */
  row(podClass: PodClass, direction: Direction): Row;
  /** What a pod sends to a node that may be its own, or a pod of the host network that may be on it. */
  toOwnNode(answer: AnswerId, certain: boolean): AnswerId;
  /** The ports of a rule at the pods that are connected to: where a name is ambiguous, `low` leaves its ports out. */
  portsAt(rule: Rule, destination: PodClass | undefined): RuleAnswer;
  layer(groups: readonly (readonly Layered[])[], column: number, destination: PodClass | undefined): Outcome;
  /** Policies tell more apart than is computed: further rows have `anything` everywhere. */
  readonly full: boolean;
}

/** More rules than this are not put together one after the other. */
const fewRules = 16;

/** Some seconds of putting words together, and half a gigabyte of rows. */
const mostSteps = 2 ** 31;
const mostCells = 2 ** 28;

export function buildRows(
  classes: readonly PodClass[],
  governing: Readonly<Record<Direction, readonly Governing[]>>,
  { columns, match, matchOf }: Matching,
  space: PortSpace,
  answers: Answers,
  profile: PluginProfile,
): Rows {
  const known = new Map<number, Row>();
  const byClass: Readonly<Record<Direction, (Row | undefined)[]>> = { ingress: [], egress: [] };
  /** Behind what a row holds stands what most pods get. */
  const mostAt = columns.count + columns.onNodes.length;
  const scratch = new Uint32Array(mostAt + 1);
  const free: Row = { answers: new Uint16Array(mostAt).fill(everything), most: everything, others: [] };
  const beyond: Row = { ...free, answers: new Uint16Array(mostAt).fill(anything), most: anything };
  let steps = 0;
  let cells = 0;
  const everyPod = Array.from({ length: columns.pods }, (_, column) => column);
  /** By column the last row that has listed it. */
  const listedBy = new Uint32Array(columns.count);
  let rowCount = 0;
  const resolved = new Map<RulePorts, (RuleAnswer | undefined)[]>();
  /** By how the named ports of pods are alike, the first of each kind; the last for what has none. */
  const destinations: (PodClass | undefined)[] = [];
  for (const podClass of classes) destinations[podClass.namedAlike] ??= podClass;
  const nowhere = destinations.push(undefined) - 1;
  const alikeAt = Uint32Array.from({ length: columns.count }, (_, column) => columns.examples[column]?.namedAlike ?? nowhere);
  const anywhere = new Uint32Array(columns.count);
  const sizes = destinations.map((_, kind) => columns.examples.filter(({ namedAlike }) => namedAlike === kind).length);
  const commonKind = sizes.indexOf(Math.max(...sizes));
  const alikeColumns = destinations.map((_, kind) => everyPod.filter((column) => alikeAt[column] === kind));
  const layers = buildLayers(space, match, (rule, destination) => portsAt(rule, destination).words);
  const besidePods = Array.from({ length: columns.count - columns.pods }, (_, index) => columns.pods + index);

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
    const words = new Int32Array(answers.size);
    writeSet(low, words, 0, space.width);
    writeSet(high, words, space.width, space.width);
    return { low, high, certain: answers.id(low, high), perhaps: answers.id(0n, high), words };
  }

  /** Adds up what the rules of NetworkPolicies allow, and lists the pods that are not to all of them as most are, some more than once. */
  function fillIsolated(row: Uint32Array, rules: readonly Rule[], direction: Direction, podClass: PodClass): readonly number[] {
    const matches = rules.map(matchOf);
    const truths = matches.map((each) => each.truths);
    // A name stands for another port on each destination.
    const differs = direction === 'egress' && rules.some(({ ports }) => ports.names.length > 0);
    const kinds = differs ? destinations : [direction === 'ingress' ? podClass : undefined];
    const sums: Sums = { added: addedBy(rules, kinds), kinds: kinds.length, kindAt: differs ? alikeAt : anywhere, or: answers.or };
    const beside = matches.some(({ addresses }) => addresses) ? besidePods : [columns.controller];
    if (rules.length > fewRules) {
      row[mostAt] = fillUnited(row, matches, sums, differs ? alikeColumns : [everyPod], beside);
      return everyPod;
    }
    const most = kinds.map((_, kind) => sumOf(sums, matches, kind));
    const common = most[differs ? commonKind : 0]!;
    const even = most.every((sum) => sum === common);
    row[mostAt] = common;
    if (even) row.fill(common, 0, columns.pods);
    else fillByKind(row, most, alikeAt, columns.pods);
    // Rules for all pods but one each list nearly all: each pod is added up once then, not for every rule.
    const listed = matches.reduce((sum, { others }) => sum + others.length, 0);
    const few = listed <= columns.pods;
    if (few) for (const { others } of matches) fillEach(row, others, sums, truths);
    else fillEach(row, everyPod, sums, truths);
    row.fill(nothing, columns.pods, columns.count);
    fillEach(row, beside, sums, truths);
    steps += (beside.length + (few ? listed : columns.pods)) * rules.length * answers.size;
    if (!even || !few) return everyPod;
    if (matches.length === 1) return matches[0]!.others;
    const columnsListed: number[] = [];
    for (const { others } of matches) for (let index = 0; index < others.length; index++) columnsListed.push(others[index]!);
    return columnsListed;
  }

  /** The same for many rules: what some columns get of one of them is that of most but for few rules. Returns what most get. */
  function fillUnited(
    row: Uint32Array,
    matches: readonly Match[],
    { added, kinds, kindAt }: Sums,
    columnsOfKind: readonly (readonly number[])[],
    beside: readonly number[],
  ): AnswerId {
    let common: AnswerId = nothing;
    const { starts, rules } = differencesOf(matches, columns.pods);
    const instead = new Uint32Array(rules.length);
    const words = wordsOfUnion(matches.length, answers);
    for (let kind = 0; kind < kinds; kind++) {
      const some = columnsOfKind[kind]!;
      if (some.length === 0) continue;
      const idOf = (rule: number, truth: Truth): AnswerId => added[(rule * kinds + kind) * 3 + truth]!;
      const union = unionOf(
        matches.map(({ most }, rule) => idOf(rule, most)),
        answers,
        words,
      );
      const most = union.instead(rules, instead, 0, 0);
      if (kinds === 1 || kind === commonKind) common = most;
      for (const column of some) {
        const [from, to] = [starts[column]!, starts[column + 1]!];
        for (let index = from; index < to; index++) {
          const rule = rules[index]!;
          instead[index] = idOf(rule, matches[rule]!.truths[column] as Truth);
        }
        row[column] = from === to ? most : union.instead(rules, instead, from, to);
      }
      steps += 3 * matches.length * answers.size;
    }
    steps += rules.length * answers.size * Math.log2(matches.length);
    row.fill(nothing, columns.pods, columns.count);
    const sum = new Int32Array(answers.size);
    for (const column of beside) {
      sum.fill(0);
      for (let rule = 0; rule < matches.length; rule++) {
        const truth = matches[rule]!.truths[column]!;
        if (truth === no) continue;
        answers.addTo(sum, 0, added[(rule * kinds + kindAt[column]!) * 3 + truth]!);
        steps += answers.size;
      }
      row[column] = answers.ofWords(sum);
    }
    steps += beside.length * matches.length;
    return common;
  }

  /** For each rule and kind of destination three numbers, by truth: what the rule adds. */
  function addedBy(rules: readonly Rule[], kinds: readonly (PodClass | undefined)[]): AnswerId[] {
    const added: AnswerId[] = [];
    for (let rule = 0; rule < rules.length; rule++) {
      for (let kind = 0; kind < kinds.length; kind++) {
        const { certain, perhaps } = portsAt(rules[rule]!, kinds[kind]);
        added.push(nothing, perhaps, certain);
      }
    }
    return added;
  }

  /** Policies with priorities before and behind the NetworkPolicies. */
  function layered(row: Uint32Array, podClass: PodClass, direction: Direction, own: Governing): void {
    const tiers: Tiers = {
      admin: layers.layerOf(own.admin),
      baseline: layers.layerOf(own.baseline),
      isolated: own.isolating !== undefined,
    };
    const answer = new Int32Array(answers.size);
    for (let column = 0; column < columns.count; column++) {
      answer.fill(0);
      if (tiers.isolated) answers.addTo(answer, 0, row[column]!);
      layers.decide(answer, tiers, column, direction === 'ingress' ? podClass : columns.examples[column]);
      row[column] = answers.ofWords(answer);
    }
    steps += columns.count * rulesInTiers(own) * answers.size;
  }

  function compute(podClass: PodClass, direction: Direction, own: Governing): Row {
    const { admin, isolating, baseline, opaque } = own;
    const row = scratch;
    if (isolating === undefined) row.fill(everything);
    let others = isolating === undefined ? [] : fillIsolated(row, isolating, direction, podClass);
    if (podClass.hostNetwork) {
      if (profile.governsHostPods === 'no') return free;
      if (profile.governsHostPods === 'unknown') map(row, (answer) => answers.either(answer, everything));
    } else if (admin.length > 0 || (baseline.length > 0 && isolating === undefined)) {
      layered(row, podClass, direction, own);
      row[mostAt] = row[0]!;
      others = everyPod;
    }
    if (opaque === 'anything') row.fill(answers.id(0n, space.all));
    if (opaque === 'narrows') map(row, (answer) => answers.id(0n, answers.of(answer).high));
    const most = row[mostAt]!;
    const listed = unlike(most, row, others);
    for (let index = 0; index < columns.onNodes.length; index++) {
      const column = columns.onNodes[index]!;
      const answer = besidePolicies(row[column]!, podClass, direction, columns.examples[column]!);
      row[columns.count + index] = answer;
      if (answer !== most) listed.push(columns.count + index);
    }
    return { answers: answers.listOf(row.subarray(0, mostAt)), most, others: listed };
  }

  /** Those of some columns that have another answer, each once. */
  function unlike(most: AnswerId, row: Uint32Array, some: readonly number[]): number[] {
    const listed: number[] = [];
    rowCount++;
    for (let index = 0; index < some.length; index++) {
      const column = some[index]!;
      if (row[column] === most || listedBy[column] === rowCount) continue;
      listedBy[column] = rowCount;
      listed.push(column);
    }
    return listed;
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
    if (isFull()) return beyond;
    const made = compute(podClass, direction, own);
    cells += mostAt;
    known.set(own.signature, made);
    return made;
  }

  function isFull(): boolean {
    return answers.full || steps > mostSteps || cells > mostCells;
  }

  return {
    portsAt,
    layer: (groups, column, destination) => layers.outcome(layers.layerOf(groups), column, destination),
    toOwnNode,
    get full() {
      return isFull();
    },
    row(podClass, direction) {
      return (byClass[direction][podClass.number] ??= find(podClass, direction));
    },
  };
}

function map(row: Uint32Array, of: (answer: AnswerId) => AnswerId): void {
  for (let column = 0; column < row.length; column++) row[column] = of(row[column]!);
}

/** What rules add up to, by how certainly each matches. */
interface Sums {
  /** Three numbers for each rule and kind of column. */
  readonly added: readonly AnswerId[];
  readonly kinds: number;
  /** By column. */
  readonly kindAt: Uint32Array;
  readonly or: Answers['or'];
}

/** Of most pods. */
function sumOf({ added, kinds, or }: Sums, matches: readonly Match[], kind: number): AnswerId {
  return matches.reduce((sum, { most }, rule) => or(sum, added[(rule * kinds + kind) * 3 + most]!), nothing);
}

function fillByKind(row: Uint32Array, sums: readonly AnswerId[], kindAt: Uint32Array, end: number): void {
  for (let column = 0; column < end; column++) row[column] = sums[kindAt[column]!]!;
}

function fillEach(row: Uint32Array, list: readonly number[], { added, kinds, kindAt, or }: Sums, truths: readonly Uint8Array[]): void {
  for (let index = 0; index < list.length; index++) {
    const column = list[index]!;
    let sum = nothing;
    for (let rule = 0, at = kindAt[column]! * 3; rule < truths.length; rule++, at += kinds * 3) {
      const more = added[at + truths[rule]![column]!]!;
      sum = sum === nothing ? more : or(sum, more);
    }
    row[column] = sum;
  }
}
