import type { Protocol, ReachEndpoint, ReachPair, VirtualEndpoint } from '../../core/reach.ts';
import { blockOfAddress, formatBlock, parseBlock, type IpBlock } from '../ip-block.ts';
import { directionsOf, type Direction } from '../network-policy.ts';
import type { LabelSelector } from '../types.ts';
import { planAddresses, type AddressPlan, type Whereabouts } from './address-plan.ts';
import { buildAnswers, everything, nothing, type AnswerId } from './answers.ts';
import { askedKeys, buildClasses, selectClasses, type PodClass, type Truth, type WorkloadWorld } from './classes.ts';
import { entrancesOf, type Entrances, type Route } from './exposure.ts';
import type { AdminPolicyFact, NetworkFact, NetworkPolicyFact, OpaquePolicyFact } from './facts.ts';
import { buildMatching } from './matching.ts';
import { buildPortSpace, type PortRange } from './port-space.ts';
import { genericProfile, type PluginProfile } from './profile.ts';
import { buildRows, type Governing, type Layered } from './rows.ts';
import { networkPolicyFault, rulesOfAdminPolicy, rulesOfNetworkPolicy, type Peer, type RefusedPolicy, type Rule } from './rules.ts';

/** The lists of a pair without its ends. */
export type Connection = Pick<ReachPair, 'allowed' | 'denied' | 'unknown'>;

/** What can reach what in a cluster, by its policies and by what leads into it. */
export interface Network {
  /** Workloads, ranges of addresses that policies tell apart, and what is neither. */
  readonly endpoints: readonly ReachEndpoint[];
  /** Policies that the API server would not take: they have no effect. */
  readonly refused: readonly RefusedPolicy[];
  /** Where Ingresses and Gateways lead, from the controller that was found for them or from one that was not. */
  readonly routes: readonly Route[];
  /**
   * The answer for one ordered pair; of an endpoint that was not read, everything is unknown. From `internet` a workload is
   * only reached where something leads to it; from an address range it is asked whether policies would let it in.
   */
  between(from: ReachEndpoint, to: ReachEndpoint): Connection;
  /** The same for one port. */
  verdict(from: ReachEndpoint, to: ReachEndpoint, protocol: Protocol, port: number): 'allowed' | 'denied' | 'unknown';
}

interface Policies {
  readonly network: readonly NetworkPolicyFact[];
  readonly admin: readonly AdminPolicyFact[];
  readonly opaque: readonly OpaquePolicyFact[];
}

export function buildNetwork(facts: readonly NetworkFact[], profile: PluginProfile = genericProfile): Network {
  const refused: RefusedPolicy[] = [];
  const ofType = <T extends NetworkFact['type']>(type: T): Extract<NetworkFact, { type: T }>[] =>
    facts.filter((fact): fact is Extract<NetworkFact, { type: T }> => fact.type === type);
  const policies: Policies = {
    network: ofType('network-policy').filter(({ spec, namespace, name, at }) => {
      const reason = networkPolicyFault(spec);
      if (reason !== undefined) refused.push({ kind: 'NetworkPolicy', namespace, name, reason, at });
      return reason === undefined;
    }),
    admin: ofType('admin-policy').filter(({ kind, name, refused: reason, at }) => {
      if (reason !== undefined) refused.push({ kind, name, reason, at });
      return reason === undefined;
    }),
    opaque: ofType('opaque-policy'),
  };
  const rulesOf = new Map<NetworkPolicyFact | AdminPolicyFact, Readonly<Record<Direction, readonly Rule[]>>>([
    ...policies.network.map(
      (policy) => [policy, { ingress: rulesOfNetworkPolicy(policy, 'ingress'), egress: rulesOfNetworkPolicy(policy, 'egress') }] as const,
    ),
    ...policies.admin.map(
      (policy) => [policy, { ingress: rulesOfAdminPolicy(policy, 'ingress'), egress: rulesOfAdminPolicy(policy, 'egress') }] as const,
    ),
  ]);
  const rules = [...rulesOf.values()].flatMap(({ ingress, egress }) => [...ingress, ...egress]);
  const peers = rules.flatMap((rule) => rule.peers ?? []);

  const plan = planAddresses(
    facts,
    peers.flatMap((peer): readonly IpBlock[] => {
      if (peer.type === 'block') return [peer.block, ...peer.except];
      return peer.type === 'networks' ? peer.blocks : [];
    }),
  );
  const world = buildClasses(
    ofType('workload'),
    ofType('namespace'),
    policies.network.map(({ namespace }) => namespace),
    {
      labels: askedKeys(podSelectors(policies, rules)),
      ports: new Set(rules.flatMap(({ ports }) => ports.names.map(({ name }) => name))),
    },
    plan.ofAddresses,
  );
  const entrances = entrancesOf(world.workloads, facts);
  const space = buildPortSpace(portRanges(rules, world.workloads, entrances));
  const answers = buildAnswers(space.all);
  const matching = buildMatching(world, plan, ofType('node'), profile);
  const rowsOf = buildRows(world.classes, matching, space, answers, profile);
  const governing = { ingress: governingOf('ingress'), egress: governingOf('egress') };
  const { columns } = matching;

  /** What governs each class in a direction. */
  function governingOf(direction: Direction): readonly Governing[] {
    const isolating: number[][] = world.classes.map(() => []);
    const admin: [number, Truth][][] = world.classes.map(() => []);
    const opaque: ('none' | 'narrows' | 'anything')[] = world.classes.map(() => 'none');
    for (const [index, { namespace, spec }] of policies.network.entries()) {
      if (!directionsOf(spec).includes(direction)) continue;
      const selected = selectClasses({ type: 'pods', namespaces: namespace, podSelector: spec.podSelector }, world.namespaces);
      for (const [{ number }] of selected) isolating[number]!.push(index);
    }
    for (const [index, { subject }] of policies.admin.entries()) {
      const selected = selectClasses(
        { type: 'pods', namespaces: subject.namespaceSelector, podSelector: subject.podSelector },
        world.namespaces,
      );
      for (const [{ number }, truth] of selected) admin[number]!.push([index, truth]);
    }
    for (const { namespace, mayAllow, selections } of policies.opaque) {
      for (const selection of selections) {
        if (!selection[direction]) continue;
        const chosen = namespace ?? selection.namespaceSelector ?? {};
        const selected = selectClasses({ type: 'pods', namespaces: chosen, podSelector: selection.podSelector }, world.namespaces);
        for (const [{ number }] of selected) if (opaque[number] !== 'anything') opaque[number] = mayAllow ? 'anything' : 'narrows';
      }
    }
    return world.classes.map((podClass) => {
      const { number, hostNetwork, named } = podClass;
      const [own, over, unread] = [isolating[number]!, admin[number]!, opaque[number]!];
      const ports = direction === 'ingress' ? named.map(({ name, protocol, port }) => `${name}/${protocol}/${port}`).sort() : [];
      return {
        signature: `${direction}|${own.join(',')}|${over.map(([index, truth]) => `${index}:${truth}`).join(',')}|${unread}|${hostNetwork}|${ports.join(',')}`,
        admin: tierOf('Admin', over, direction),
        isolating: own.length === 0 ? undefined : own.map((index) => rulesOf.get(policies.network[index]!)![direction]),
        baseline: tierOf('Baseline', over, direction),
        opaque: unread,
      };
    });
  }

  function tierOf(tier: AdminPolicyFact['tier'], selecting: readonly [number, Truth][], direction: Direction): Layered[][] {
    const byPriority = new Map<number, Layered[]>();
    for (const [index, subject] of selecting) {
      const policy = policies.admin[index]!;
      if (policy.tier !== tier) continue;
      const layered = { rules: rulesOf.get(policy)![direction], subject };
      const group = byPriority.get(policy.priority);
      if (group === undefined) byPriority.set(policy.priority, [layered]);
      else group.push(layered);
    }
    return [...byPriority].sort(([a], [b]) => a - b).map(([, group]) => group);
  }

  const byName = new Map(world.workloads.map((workload, index) => [nameOf(workload), index]));
  const endpoints: readonly ReachEndpoint[] = [
    ...world.workloads.map(({ kind, namespace, name }): ReachEndpoint => ({ type: 'workload', kind, namespace, name })),
    ...rangesOf(plan, peers),
    ...virtualEndpoints
      .filter((name) => name !== 'ingress-controller' || entrances.routes.some(({ from }) => from.type === 'virtual'))
      .map((name): ReachEndpoint => ({ type: 'virtual', name })),
  ];

  function policyAnswer(direction: Direction, { number }: PodClass, column: number): AnswerId {
    return rowsOf.row(world.classes[number]!, direction, governing[direction][number]!)[column]!;
  }

  /** Between two different pods. */
  function podToPod(from: PodClass, to: PodClass): AnswerId {
    let out = policyAnswer('egress', from, to.number);
    // A pod of the host network may be on the pod's own node.
    if (to.hostNetwork && !from.hostNetwork) out = toOwnNode(out, to.everyNode);
    let inward = policyAnswer('ingress', to, from.number);
    // A node always reaches its own pods.
    if (from.hostNetwork) inward = from.everyNode ? everything : answers.either(inward, everything);
    return answers.and(out, inward);
  }

  function toOwnNode(answer: AnswerId, certain: boolean): AnswerId {
    if (profile.governsOwnNode === 'yes') return answer;
    return profile.governsOwnNode === 'no' && certain ? everything : answers.either(answer, everything);
  }

  /** From or to something at one of these addresses: of two families, it is enough that one is let through. */
  function podAndPlace(direction: Direction, podClass: PodClass, at: Whereabouts): AnswerId {
    const each = at.map((atoms) => anyOf(atoms.map((atom) => policyAnswer(direction, podClass, columns.classes + atom))));
    return each.reduce((a, b) => answers.or(a, b), nothing);
  }

  /** Nobody knows which of them it is. */
  function anyOf(list: readonly AnswerId[]): AnswerId {
    return list.reduce((a, b) => answers.either(a, b), list[0] ?? nothing);
  }

  function placeOf(endpoint: Exclude<ReachEndpoint, { readonly type: 'workload' }>): Whereabouts {
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
    return [atomsOfRange(endpoint.cidr, endpoint.except)];
  }

  function atomsOfRange(cidr: string, except: readonly string[] = []): number[] {
    const block = parseBlock(cidr) ?? blockOfAddress(cidr);
    const out = new Set(except.flatMap((each) => blockAtoms(each)));
    return block === undefined ? [] : plan.tree.atomsOf(block).filter((atom) => !out.has(atom));
  }

  function blockAtoms(cidr: string): number[] {
    const block = parseBlock(cidr);
    return block === undefined ? [] : plan.tree.atomsOf(block);
  }

  function toOutside(podClass: PodClass, to: Exclude<ReachEndpoint, { readonly type: 'workload' }>): AnswerId {
    if (to.type === 'virtual' && to.name === 'ingress-controller') return policyAnswer('egress', podClass, columns.controller);
    const answer = podAndPlace('egress', podClass, placeOf(to));
    return to.type === 'virtual' && to.name === 'node' && !podClass.hostNetwork ? toOwnNode(answer, false) : answer;
  }

  function fromOutside(from: Exclude<ReachEndpoint, { readonly type: 'workload' }>, podClass: PodClass, workload: number): AnswerId {
    if (from.type === 'virtual' && from.name === 'node') return everything;
    if (from.type === 'virtual' && from.name === 'ingress-controller') return policyAnswer('ingress', podClass, columns.controller);
    const client = podAndPlace('ingress', podClass, placeOf(from));
    if (from.type === 'cidr' || from.name !== 'internet') return client;
    const other = podAndPlace('ingress', podClass, plan.nodes);
    let answer: AnswerId = nothing;
    for (const { ports, unless, keepsClient } of entrances.exposures[workload]!) {
      const set = space.setOf(ports);
      const way = answers.id(unless === undefined ? set : 0n, set);
      answer = answers.or(answer, answers.and(way, keepsClient ? client : answers.either(client, other)));
    }
    return answer;
  }

  /** Undefined where an end was not read. */
  function answerOf(from: ReachEndpoint, to: ReachEndpoint): AnswerId | undefined {
    const [source, target] = [from, to].map((end) => (end.type === 'workload' ? byName.get(nameOf(end)) : -1));
    if (source === undefined || target === undefined) return undefined;
    const [sender, receiver] = [world.workloads[source], world.workloads[target]];
    if (sender !== undefined && receiver !== undefined) {
      // A pod always reaches itself, and nobody else is there.
      if (source === target && !sender.many) return everything;
      return anyOf(sender.classes.flatMap((out) => receiver.classes.map((into) => podToPod(out, into))));
    }
    if (sender !== undefined && to.type !== 'workload') return anyOf(sender.classes.map((podClass) => toOutside(podClass, to)));
    if (receiver !== undefined && from.type !== 'workload')
      return anyOf(receiver.classes.map((podClass) => fromOutside(from, podClass, target)));
    return everything;
  }

  return {
    endpoints,
    refused,
    routes: entrances.routes,
    between(from, to) {
      const id = answerOf(from, to);
      const { low, high } = id === undefined ? { low: 0n, high: space.all } : answers.of(id);
      return {
        allowed: space.portsOf(low),
        denied: space.portsOf(space.all & ~high),
        unknown: space.portsOf(high & ~low).map((ports) => ({ ...ports, because: 'what was read does not tell' })),
      };
    },
    verdict(from, to, protocol, port) {
      const id = answerOf(from, to);
      if (id === undefined) return 'unknown';
      const set = space.setOf([{ protocol, first: port, last: port }]);
      const { low, high } = answers.of(id);
      return (low & set) !== 0n ? 'allowed' : (high & set) === 0n ? 'denied' : 'unknown';
    },
  };
}

const virtualEndpoints: readonly VirtualEndpoint[] = ['internet', 'node', 'api-server', 'ingress-controller', 'metadata'];

function nameOf({ kind, namespace, name }: { readonly kind: string; readonly namespace: string; readonly name: string }): string {
  return `${kind}/${namespace}/${name}`;
}

/** The blocks that policies name, each without those inside of it: what holds for one of its addresses holds for all. */
function rangesOf({ tree }: AddressPlan, peers: readonly Peer[]): ReachEndpoint[] {
  const named = peers.flatMap((peer): readonly IpBlock[] => {
    if (peer.type === 'block') return [peer.block, ...peer.except];
    return peer.type === 'networks' ? peer.blocks : [];
  });
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

function portRanges(rules: readonly Rule[], workloads: readonly WorkloadWorld[], entrances: Entrances): PortRange[] {
  const names = new Set(rules.flatMap(({ ports }) => ports.names.map(({ name }) => name)));
  const declared = workloads.flatMap(({ pods }) =>
    pods.flatMap(({ ports }) => ports.filter(({ name }) => name !== undefined && names.has(name))),
  );
  return [
    ...rules.flatMap(({ ports }) => ports.ranges),
    ...declared.map(({ protocol, port }) => ({ protocol, first: port, last: port })),
    ...entrances.exposures.flatMap((list) => list.flatMap(({ ports }) => ports)),
  ];
}

/** Every selector that looks at labels of pods. */
function* podSelectors({ network, admin, opaque }: Policies, rules: readonly Rule[]): Generator<LabelSelector> {
  for (const { spec } of network) if (spec.podSelector !== undefined) yield spec.podSelector;
  for (const { subject } of admin) if (subject.podSelector !== undefined) yield subject.podSelector;
  for (const { selections } of opaque) for (const { podSelector } of selections) if (podSelector !== undefined) yield podSelector;
  for (const { peers = [] } of rules)
    for (const peer of peers) if (peer.type === 'pods' && peer.podSelector !== undefined) yield peer.podSelector;
}
