import { virtualEndpoints, type ReachEndpoint } from '../../core/reach.ts';
import { blockOfAddress, formatBlock, parseBlock, type IpBlock } from '../ip-block.ts';
import type { Direction } from '../network-policy.ts';
import type { LabelSelector } from '../types.ts';
import { planAddresses, type AddressPlan, type Whereabouts } from './address-plan.ts';
import { buildAnswers, everything, nothing, type AnswerId, type Answers } from './answers.ts';
import { askedKeys, buildClasses, type Classes, type PodClass } from './classes.ts';
import { entrancesOf, type Entrances } from './exposure.ts';
import type { NetworkFact } from './facts.ts';
import { governingOf, type Governing, type Policies } from './governing.ts';
import { buildMatching, type Matching } from './matching.ts';
import { buildPortSpace, type PortRange, type PortSpace } from './port-space.ts';
import type { PluginProfile } from './profile.ts';
import { buildRows, type Row, type Rows } from './rows.ts';
import { networkPolicyFault, ruleReader, type Peer, type RefusedPolicy, type Rule, type RulePorts } from './rules.ts';

/** Pods at one end, or whatever else is there. */
export type Outside = Exclude<ReachEndpoint, { readonly type: 'workload' }>;

/** All that answers and explanations are made of. */
export interface Engine {
  readonly profile: PluginProfile;
  readonly facts: readonly NetworkFact[];
  readonly policies: Policies;
  readonly refused: readonly RefusedPolicy[];
  readonly world: Classes;
  readonly plan: AddressPlan;
  readonly entrances: Entrances;
  readonly space: PortSpace;
  readonly answers: Answers;
  readonly matching: Matching;
  readonly rows: Rows;
  readonly governing: Readonly<Record<Direction, readonly Governing[]>>;
  readonly endpoints: readonly ReachEndpoint[];
  /** What an engine needs so as to count as this one does. */
  readonly needs: Beside;
  /** The index of a workload, or undefined where it was not read. */
  workloadOf(endpoint: ReachEndpoint): number | undefined;
  placeOf(endpoint: Outside): Whereabouts;
  /** What policies of a pod say of one column. */
  policyAnswer(direction: Direction, podClass: PodClass, column: number): AnswerId;
  /** What policies say of something at one of these addresses. */
  ofPlace(row: Row, at: Whereabouts): AnswerId;
  /** Undefined where an end was not read. */
  answerOf(from: ReachEndpoint, to: ReachEndpoint): AnswerId | undefined;
  podToPod(from: PodClass, to: PodClass): AnswerId;
  toOutside(podClass: PodClass, to: Outside, at?: Whereabouts): AnswerId;
  /** The workload by its index, as what leads to it counts too. */
  fromOutside(from: Outside, podClass: PodClass, workload: number, at?: Whereabouts): AnswerId;
}

/** What else has to be told apart, so that two engines count in the same ports and addresses. */
export interface Beside {
  readonly ranges: readonly PortRange[];
  readonly blocks: readonly IpBlock[];
}

export function buildEngine(facts: readonly NetworkFact[], profile: PluginProfile, beside?: Beside): Engine {
  const refused: RefusedPolicy[] = [];
  const ofType = <T extends NetworkFact['type']>(type: T): Extract<NetworkFact, { type: T }>[] =>
    facts.filter((fact): fact is Extract<NetworkFact, { type: T }> => fact.type === type);
  const network = ofType('network-policy').filter(({ spec, namespace, name, at }) => {
    const reason = networkPolicyFault(spec);
    if (reason !== undefined) refused.push({ kind: 'NetworkPolicy', namespace, name, reason, at });
    return reason === undefined;
  });
  const admin = ofType('admin-policy').filter(({ kind, name, refused: reason, at }) => {
    if (reason !== undefined) refused.push({ kind, name, reason, at });
    return reason === undefined;
  });
  const readRules = ruleReader();
  const rulesOf: Policies['rulesOf'] = new Map(
    [...network, ...admin].map((policy) => [policy, { ingress: readRules(policy, 'ingress'), egress: readRules(policy, 'egress') }]),
  );
  const policies: Policies = { network, admin, opaque: ofType('opaque-policy'), rulesOf };
  // Peers and ports that say the same are the same.
  const peers = new Set<Peer>();
  const rulePorts = new Set<RulePorts>();
  const collect = (rules: readonly Rule[]): void => {
    for (const rule of rules) {
      rulePorts.add(rule.ports);
      if (rule.peers !== undefined) for (const peer of rule.peers) peers.add(peer);
    }
  };
  for (const { ingress, egress } of rulesOf.values()) {
    collect(ingress);
    collect(egress);
  }

  const blocks = [...new Set([...blocksOf(peers), ...(beside?.blocks ?? [])])];
  const plan = planAddresses(facts, blocks);
  const world = buildClasses(
    ofType('workload'),
    ofType('namespace'),
    policies.network.map(({ namespace }) => namespace),
    {
      labels: askedKeys(podSelectors(policies, peers)),
      ports: namesOf(rulePorts),
    },
    plan.ofAddresses,
  );
  const entrances = entrancesOf(world.workloads, facts);
  const ranges = [...portRanges(rulePorts, world.classes, entrances), ...(beside?.ranges ?? [])];
  const space = buildPortSpace(ranges);
  const answers = buildAnswers(space.all);
  const matching = buildMatching(world, [...peers], plan, ofType('node'), profile);
  const governing = governingOf(world, policies);
  const rows = buildRows(world.classes, governing, matching, space, answers, profile);
  const { columns } = matching;

  const byName = new Map(world.workloads.map((workload, index) => [nameOf(workload), index]));
  const endpoints: readonly ReachEndpoint[] = [
    ...world.workloads.map(({ kind, namespace, name }): ReachEndpoint => ({ type: 'workload', kind, namespace, name })),
    ...rangesOf(plan, blocks),
    ...virtualEndpoints
      .filter((name) => name !== 'ingress-controller' || entrances.routes.some(({ from }) => from.type === 'virtual'))
      .map((name): ReachEndpoint => ({ type: 'virtual', name })),
  ];

  // Who asks about all of them in turn has these.
  const byEndpoint = new Map(world.workloads.map((_, index) => [endpoints[index]!, index]));

  function policyAnswer(direction: Direction, podClass: PodClass, column: number): AnswerId {
    return rows.row(podClass, direction).answers[column]!;
  }

  /** Between two different pods. */
  function podToPod(from: PodClass, to: PodClass): AnswerId {
    return answers.and(policyAnswer('egress', from, columns.ofPeer(to)), policyAnswer('ingress', to, columns.ofPeer(from)));
  }

  /** From or to something at one of these addresses: of two families, it is enough that one is let through. */
  function ofPlace({ answers: row }: Row, at: Whereabouts): AnswerId {
    let answer: AnswerId = nothing;
    for (let family = 0; family < at.length; family++) {
      const atoms = at[family]!;
      if (atoms.length === 0) continue;
      let each = row[columns.pods + atoms[0]!]!;
      for (let index = 1; index < atoms.length; index++) {
        const other = row[columns.pods + atoms[index]!]!;
        if (other !== each) each = answers.either(each, other);
      }
      answer = answer === nothing ? each : answers.or(answer, each);
    }
    return answer;
  }

  function ofInternet(row: Row): AnswerId {
    const answer = ofPlace(row, plan.internet);
    return plan.internetPerhaps.length === 0 ? answer : answers.either(answer, answers.or(answer, ofPlace(row, plan.internetPerhaps)));
  }

  /** Nobody knows which of them it is. */
  function anyOf(classes: readonly PodClass[], answerOfClass: (podClass: PodClass) => AnswerId): AnswerId {
    let answer = nothing;
    for (let index = 0; index < classes.length; index++) {
      const next = answerOfClass(classes[index]!);
      answer = index === 0 ? next : answers.either(answer, next);
    }
    return answer;
  }

  /** The same few objects are asked about for every workload. */
  const places = new WeakMap<Outside, Whereabouts>();

  function placeOf(endpoint: Outside): Whereabouts {
    const before = places.get(endpoint);
    if (before !== undefined) return before;
    const place = findPlace(endpoint);
    places.set(endpoint, place);
    return place;
  }

  function findPlace(endpoint: Outside): Whereabouts {
    if (endpoint.type === 'virtual') {
      switch (endpoint.name) {
        case 'internet':
          return plan.internet;
        case 'node':
          return plan.nodes;
        case 'api-server':
          return plan.apiServer;
        case 'metadata':
          return plan.metadata;
        case 'ingress-controller':
          return [];
      }
    }
    const { cidr, except = [] } = endpoint;
    const block = parseBlock(cidr) ?? blockOfAddress(cidr);
    const out = new Set(except.flatMap((each) => blockAtoms(each)));
    return [block === undefined ? [] : plan.tree.atomsOf(block).filter((atom) => !out.has(atom))];
  }

  function blockAtoms(cidr: string): number[] {
    const block = parseBlock(cidr);
    return block === undefined ? [] : plan.tree.atomsOf(block);
  }

  function toOutside(podClass: PodClass, to: Outside, at: Whereabouts = placeOf(to)): AnswerId {
    if (to.type === 'virtual' && to.name === 'ingress-controller') return policyAnswer('egress', podClass, columns.controller);
    const row = rows.row(podClass, 'egress');
    if (to.type === 'virtual' && to.name === 'internet') return ofInternet(row);
    const answer = ofPlace(row, at);
    return to.type === 'virtual' && to.name === 'node' && !podClass.hostNetwork ? rows.toOwnNode(answer, false) : answer;
  }

  function fromOutside(from: Outside, podClass: PodClass, workload: number, at: Whereabouts = placeOf(from)): AnswerId {
    if (from.type === 'virtual' && from.name === 'node') return everything;
    if (from.type === 'virtual' && from.name === 'ingress-controller') return policyAnswer('ingress', podClass, columns.controller);
    const isInternet = from.type === 'virtual' && from.name === 'internet';
    const exposures = isInternet ? entrances.exposures[workload]! : [];
    if (isInternet && exposures.length === 0) return nothing;
    const row = rows.row(podClass, 'ingress');
    if (!isInternet) return ofPlace(row, at);
    const client = ofInternet(row);
    const other = ofPlace(row, plan.nodes);
    let answer: AnswerId = nothing;
    for (const { ports, unless, keepsClient } of exposures) {
      const set = space.setOf(ports);
      const way = answers.id(unless === undefined ? set : 0n, set);
      answer = answers.or(answer, answers.and(way, keepsClient ? client : answers.either(client, other)));
    }
    return answer;
  }

  /** Undefined where an end was not read. */
  function answerOf(from: ReachEndpoint, to: ReachEndpoint): AnswerId | undefined {
    const source = workloadOf(from);
    const target = workloadOf(to);
    if ((source === undefined && from.type === 'workload') || (target === undefined && to.type === 'workload')) return undefined;
    const senders = source === undefined ? [] : world.workloads[source]!.classes;
    const receivers = target === undefined ? [] : world.workloads[target]!.classes;
    if (to.type !== 'workload') return from.type === 'workload' ? anyOf(senders, (podClass) => toOutside(podClass, to)) : everything;
    if (from.type !== 'workload') return anyOf(receivers, (podClass) => fromOutside(from, podClass, target!));
    // A pod always reaches itself, and nobody else is there.
    if (source === target && !world.workloads[source!]!.many) return everything;
    return anyOf(senders, (out) => anyOf(receivers, (into) => podToPod(out, into)));
  }

  function workloadOf(end: ReachEndpoint): number | undefined {
    return end.type === 'workload' ? (byEndpoint.get(end) ?? byName.get(nameOf(end))) : undefined;
  }

  return {
    profile,
    facts,
    policies,
    refused,
    world,
    plan,
    entrances,
    space,
    answers,
    matching,
    rows,
    governing,
    endpoints,
    needs: { ranges, blocks },
    workloadOf,
    placeOf,
    policyAnswer,
    ofPlace,
    answerOf,
    podToPod,
    toOutside,
    fromOutside,
  };
}

/** Tells endpoints apart. */
export function endpointKey(endpoint: ReachEndpoint): string {
  if (endpoint.type === 'workload') return nameOf(endpoint);
  return endpoint.type === 'virtual' ? endpoint.name : [endpoint.cidr, ...(endpoint.except ?? [])].join(' ');
}

function nameOf({ kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return `${kind}/${namespace}/${name}`;
}

function blocksOf(peers: Iterable<Peer>): IpBlock[] {
  const blocks: IpBlock[] = [];
  for (const peer of peers) {
    if (peer.type === 'block') blocks.push(peer.block, ...peer.except);
    else if (peer.type === 'networks') blocks.push(...peer.blocks);
  }
  return blocks;
}

function namesOf(rulePorts: Iterable<RulePorts>): Set<string> {
  const found = new Set<string>();
  for (const { names } of rulePorts) for (const { name } of names) found.add(name);
  return found;
}

/** The blocks that policies name, each without those inside of it: what holds for one of its addresses holds for all. */
function rangesOf({ tree }: AddressPlan, named: readonly IpBlock[]): ReachEndpoint[] {
  const numbers = [...new Set(named.map(tree.around))].sort((a, b) => a - b);
  const isNamed = new Set(numbers);
  const inside = new Map<number, number[]>();
  for (const number of numbers) {
    let outer = tree.parents[number]!;
    while (!isNamed.has(outer) && tree.parents[outer] !== outer) outer = tree.parents[outer]!;
    if (outer === number || !isNamed.has(outer)) continue;
    const list = inside.get(outer);
    if (list === undefined) inside.set(outer, [number]);
    else list.push(number);
  }
  return numbers.flatMap((number): ReachEndpoint[] => {
    const cidr = formatBlock(tree.blocks[number]!);
    const except = (inside.get(number) ?? []).map((inner) => formatBlock(tree.blocks[inner]!));
    if (tree.empty[number] && except.length > 0) return [];
    return [{ type: 'cidr', cidr, ...(except.length === 0 ? {} : { except }) }];
  });
}

function portRanges(rulePorts: Iterable<RulePorts>, classes: readonly PodClass[], { exposures }: Entrances): PortRange[] {
  const found: PortRange[] = [];
  for (const { ranges } of rulePorts) for (const range of ranges) found.push(range);
  for (const { named } of classes) for (const { protocol, port } of named) found.push({ protocol, first: port, last: port });
  for (const list of exposures) for (const { ports } of list) for (const range of ports) found.push(range);
  return found;
}

/** Every selector that looks at labels of pods. */
function* podSelectors({ network, admin, opaque }: Policies, peers: Iterable<Peer>): Generator<LabelSelector> {
  for (const { spec } of network) if (spec.podSelector !== undefined) yield spec.podSelector;
  for (const { subject } of admin) if (subject.podSelector !== undefined) yield subject.podSelector;
  for (const { selections } of opaque) for (const { podSelector } of selections) if (podSelector !== undefined) yield podSelector;
  for (const peer of peers) if (peer.type === 'pods' && peer.podSelector !== undefined) yield peer.podSelector;
}
