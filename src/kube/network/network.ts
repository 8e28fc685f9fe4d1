import type { Protocol, ReachAnswer, ReachEndpoint, ReachExplanation, ReachPair } from '../../core/reach.ts';
import { anything, type AnswerId } from './answers.ts';
import { buildEngine, type Engine } from './engine.ts';
import { answerIn, explain } from './explain.ts';
import type { Route } from './exposure.ts';
import type { NetworkFact } from './facts.ts';
import { groupsOf, rowsOfGroups, type Group } from './groups.ts';
import { writeSet, type PortSet } from './port-space.ts';
import { genericProfile, type PluginProfile } from './profile.ts';
import { reasonsOf, tooMuch, type Reason } from './reasons.ts';
import type { RefusedPolicy } from './rules.ts';

/** The lists of a pair without its ends. */
export type Connection = Pick<ReachPair, 'allowed' | 'denied' | 'unknown'>;

/** What can reach what in a cluster, by its policies and by what leads into it. */
export interface Network {
  /** Workloads, ranges of addresses that policies tell apart, and what is neither. */
  readonly endpoints: readonly ReachEndpoint[];
  /** Endpoints that nothing tells apart: each is in exactly one group. */
  readonly groups: readonly (readonly ReachEndpoint[])[];
  /** Policies that the API server would not take: they have no effect. */
  readonly refused: readonly RefusedPolicy[];
  /**
   * Policies told more sets of ports apart than are computed, so that some of the answers that were asked for are unknown.
   * Who asks about fewer pairs may get them.
   */
  readonly full: boolean;
  /** Where Ingresses and Gateways lead, from the controller that was found for them or from one that was not. */
  readonly routes: readonly Route[];
  /**
   * The answer for one ordered pair; of an endpoint that was not read, everything is unknown. From `internet` a workload is
   * only reached where something leads to it; from an address range it is asked whether policies would let it in.
   */
  between(from: ReachEndpoint, to: ReachEndpoint): Connection;
  /** The same for one port. */
  verdict(from: ReachEndpoint, to: ReachEndpoint, protocol: Protocol, port: number): ReachAnswer;
  /** Every layer that is asked about one port, the rules that match and the nearest misses of the others, and what would turn it round. */
  explain(from: ReachEndpoint, to: ReachEndpoint, protocol: Protocol, port: number): ReachExplanation;
  /**
   * All pairs, a row for each group at the sending end: the numbers of connections to each group. For two members of one
   * group it is what holds between different ones; an endpoint and itself are a case of their own (`between`). A row is
   * only valid until the next one.
   */
  rows(): Iterable<{ readonly from: number; readonly to: Uint32Array }>;
  /** A connection by its number in a row, without the reasons of what is unknown. */
  connection(number: number): Connection;
}

export function buildNetwork(facts: readonly NetworkFact[], profile: PluginProfile = genericProfile): Network {
  return networkOf(buildEngine(facts, profile));
}

function networkOf(engine: Engine): Network {
  const { endpoints, refused, entrances, space, answers } = engine;
  // Who asks about single pairs needs none.
  let known: readonly Group[] | undefined;
  const groups = (): readonly Group[] => (known ??= groupsOf(engine));
  const every = new Int32Array(space.width);
  writeSet(space.all, every, 0, space.width);
  const setsOfPorts = new Map<string, PortSet>();
  /** The same few ports are asked about for every workload. */
  const setOfPort = (protocol: Protocol, port: number): PortSet => {
    const key = `${protocol}/${port}`;
    const before = setsOfPorts.get(key);
    if (before !== undefined) return before;
    const set = space.setOf([{ protocol, first: port, last: port }]);
    setsOfPorts.set(key, set);
    return set;
  };
  const idOf = (from: ReachEndpoint, to: ReachEndpoint): AnswerId => engine.answerOf(from, to) ?? anything;
  const isFull = (): boolean => engine.rows.full;
  const reasons = (from: ReachEndpoint, to: ReachEndpoint, id: AnswerId, open: PortSet): Reason[] =>
    id === anything && isFull() ? [{ set: open, because: tooMuch }] : reasonsOf(engine, from, to, open);
  return {
    endpoints,
    get full() {
      return isFull();
    },
    get groups() {
      return groups().map(({ members }) => members);
    },
    refused,
    routes: entrances.routes,
    between(from, to) {
      const id = idOf(from, to);
      const { low, high } = answers.of(id);
      const open = high & ~low;
      return {
        allowed: space.portsOf(low),
        denied: space.portsOf(space.all & ~high),
        unknown:
          open === 0n
            ? []
            : reasons(from, to, id, open).flatMap(({ set, because }) => space.portsOf(set).map((ports) => ({ ...ports, because }))),
      };
    },
    verdict: (from, to, protocol, port) => answerIn(answers.of(idOf(from, to)), setOfPort(protocol, port)),
    explain: (from, to, protocol, port) => explain(engine, from, to, protocol, port),
    rows: () => rowsOfGroups(engine, groups()),
    connection(number) {
      const words = new Int32Array(answers.size);
      answers.addTo(words, 0, number);
      const [low, high] = [words.subarray(0, space.width), words.subarray(space.width)];
      return {
        allowed: space.portsIn(low),
        denied: space.portsIn(every.map((word, at) => word & ~high[at]!)),
        unknown: space.portsIn(high.map((word, at) => word & ~low[at]!)).map((ports) => ({ ...ports, because: '' })),
      };
    },
  };
}
