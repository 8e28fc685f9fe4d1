import { nowhere, type Protocol, type ReachChange, type ReachEndpoint, type ReachPair, type ReachPorts } from '../core/index.ts';
import { productsOfWorkload, type KnownProduct } from '../kube/known-products.ts';
import type { Labels } from '../kube/label-selector.ts';
import {
  buildNetwork,
  diffNetworks,
  networkFact,
  networkKinds,
  profiles,
  type Connection,
  type Network,
  type NetworkFact,
  type PluginProfile,
} from '../kube/network/index.ts';
import type { KnownEndpoints, WorkloadEndpoint } from '../options/reach-endpoints.ts';
import type { Inventory, InventoryKinds, Seen } from './inventory.ts';

/** What was read, ready to be asked who can reach what. */
export interface ReachWorld extends KnownEndpoints {
  readonly network: Network;
  readonly facts: readonly NetworkFact[];
  readonly profile: PluginProfile;
  /** What the answers depend on, a sentence each. */
  readonly notes: readonly string[];
  /** What may lead into the cluster and was not read. */
  readonly unreadEntrances: readonly string[];
}

const leadsInside = /^(?:services|ingresses|gateways|[a-z]+routes|endpointslices)(?:\.|$)/;

/** What changes between two states, by the plugin of the second one. */
export function compareReach(before: ReachWorld, after: ReachWorld): ReachComparison {
  const { groups, cells, added, removed, full } = diffNetworks(before.facts, after.facts, after.profile);
  function* changes(): Generator<ReachChange, void> {
    for (const { from, to, self, opened, closed, mayOpen, mayClose } of cells) {
      for (const [index, source] of groups[from]!.entries()) {
        for (const [at, target] of self ? [[index, source] as const] : groups[to]!.entries()) {
          if (from === to && !self && index === at) continue;
          if (source.type === 'workload' || target.type === 'workload')
            yield { from: source, to: target, opened, closed, mayOpen, mayClose };
        }
      }
    }
  }
  return { changes, added, removed, full, endpoints: [...before.endpoints, ...after.endpoints] };
}

export interface ReachComparison {
  readonly changes: () => Iterable<ReachChange>;
  readonly endpoints: readonly ReachEndpoint[];
  readonly added: readonly ReachEndpoint[];
  readonly removed: readonly ReachEndpoint[];
  /** Policies told more sets of ports apart than are computed: what is beyond may open and may close. */
  readonly full: boolean;
}

/** A single port to be asked about. */
export interface AskedPort {
  readonly protocol: Protocol;
  readonly port: number;
}

/** Gathers what reachability depends on while an inventory is read. */
export interface ReachReading {
  readonly kinds: InventoryKinds;
  readonly visit: (seen: Seen) => void;
  /** When all is read; `plugin` names a profile, default: that of the plugin that was seen. */
  readonly finish: (inventory: Inventory, plugin: string | undefined) => ReachWorld;
}

export function startReachReading(): ReachReading {
  const facts: NetworkFact[] = [];
  const labels = new Map<string, readonly Labels[]>();
  const products = new Set<KnownProduct>();
  return {
    kinds: { podTemplates: true, kinds: networkKinds },
    visit({ resource, namespace, anchor }) {
      for (const product of productsOfWorkload(resource)) if (product.networkPolicy !== undefined) products.add(product);
      const fact = networkFact(resource, anchor, namespace);
      if (fact === undefined) return;
      facts.push(fact);
      if (fact.type !== 'workload') return;
      const key = keyOf(fact);
      labels.set(key, [...(labels.get(key) ?? []), ...fact.pods.map((pod) => pod.labels)]);
    },
    finish(inventory, plugin) {
      const profile = profileOf(plugin, products);
      facts.push(...inventory.unlisted.filter((resource) => /policies(?:\.|$)/.test(resource)).map(unreadPolicies));
      const network = buildNetwork(facts, profile);
      return {
        network,
        facts,
        profile,
        endpoints: network.endpoints,
        labelsOf: (workload) => labels.get(keyOf(workload)) ?? [],
        notes: notesOf(network, inventory, plugin, products),
        unreadEntrances: inventory.unlisted.filter((resource) => leadsInside.test(resource)),
      };
    },
  };
}

/** Nobody knows what policies say that were not read: they may allow and deny whatever others do. */
function unreadPolicies(resource: string): NetworkFact {
  return {
    type: 'opaque-policy',
    kind: 'the unread',
    namespace: undefined,
    name: resource,
    mayAllow: true,
    selections: [{ ingress: true, egress: true }],
    at: { resource: -1, path: [], location: nowhere },
  };
}

function keyOf({ kind, namespace, name }: Pick<WorkloadEndpoint, 'kind' | 'namespace' | 'name'>): string {
  return `${kind}/${namespace}/${name}`;
}

function profileOf(plugin: string | undefined, products: ReadonlySet<KnownProduct>): PluginProfile {
  const name =
    plugin ?? [...products].map((product) => product.name.toLowerCase()).find((known) => isProfile(known) && known !== 'flannel');
  return profiles.find((profile) => profile.name === name) ?? profiles[0]!;
}

function isProfile(name: string): boolean {
  return profiles.some((profile) => profile.name === name);
}

/** A policy without a plugin that enforces it changes nothing: that must be said before anything else. */
function notesOf({ refused }: Network, inventory: Inventory, plugin: string | undefined, products: ReadonlySet<KnownProduct>): string[] {
  const notes: string[] = [];
  const enforcing = [...products].filter(({ networkPolicy }) => networkPolicy === 'enforced');
  if (plugin === undefined && enforcing.length === 0) {
    const seen = [...products].map(({ name }) => name).sort();
    const perhaps = seen.length === 0 ? '' : ` (seen: ${seen.join(', ')})`;
    notes.push(
      `no network plugin that surely enforces policies is evident in what was read${perhaps}: without one every connection is allowed, whatever is said here. --plugin names one`,
    );
  }
  for (const { kind, namespace, name, reason } of refused)
    notes.push(`${kind} ${namespace === undefined ? '' : `${namespace}/`}${name} has no effect, the API server refuses it: ${reason}`);
  if (inventory.unlisted.length > 0)
    notes.push(`not read, or not to the end: ${inventory.unlisted.join(', ')}. What depends on them is unknown, or missing`);
  else if (inventory.unread.length > 0)
    notes.push(
      `not everything could be read (unread documents: ${inventory.unread.length}): where one of them is a policy, the answers are not those of the whole`,
    );
  return notes;
}

/**
 * The answers for every ordered pair of `from` and `to` that has a workload in it, one after the other; by default of all
 * endpoints. With a port the lists tell of that port alone.
 */
export function* reachPairs({ network, unreadEntrances }: ReachWorld, { from, to, port }: ReachQuestion): Generator<ReachPair, void> {
  const known = from === undefined && to === undefined ? allPairs(network) : somePairs(network, from, to);
  const pairs = unreadEntrances.length === 0 ? known : withUnreadEntrances(known, unreadEntrances);
  const narrowed = port === undefined ? undefined : narrowing(port);
  if (narrowed === undefined) yield* pairs;
  else
    for (const { from: source, to: target, allowed, denied, unknown } of pairs)
      yield { from: source, to: target, allowed: narrowed(allowed), denied: narrowed(denied), unknown: narrowed(unknown) };
}

function* somePairs(network: Network, from: ReachQuestion['from'], to: ReachQuestion['to']): Generator<ReachPair, void> {
  for (const source of from ?? network.endpoints) {
    if (from === undefined && isSilent(source)) continue;
    for (const target of to ?? network.endpoints) {
      // What passes between two addresses outside is nobody's question, unless somebody asks it.
      const asked = from !== undefined && to !== undefined;
      if (asked || source.type === 'workload' || target.type === 'workload')
        yield { from: source, to: target, ...network.between(source, target) };
    }
  }
}

/** Row by row: what nothing tells apart has one answer, which is only written once. */
function* allPairs(network: Network): Generator<ReachPair, void> {
  const { groups } = network;
  const connectionOf = connectionsOf(network);
  for (const { from, to } of network.rows()) {
    for (const source of groups[from]!) {
      if (isSilent(source)) continue;
      for (const [index, targets] of groups.entries()) {
        const { allowed, denied, unknown } = connectionOf(to[index]!);
        for (const target of targets) {
          if (source.type !== 'workload' && target.type !== 'workload') continue;
          // Why nobody knows differs from pair to pair, and so does what a workload may open to itself.
          if (unknown.length > 0 || source === target) yield { from: source, to: target, ...network.between(source, target) };
          else yield { from: source, to: target, allowed, denied, unknown };
        }
      }
    }
  }
}

/** So many characters of lists of ports are remembered. */
const mostCharacters = 2 ** 23;

/** Connections by their numbers: mostly few, but policies can be written that make another one for each pair. */
function connectionsOf(network: Network): (number: number) => Connection {
  const known = new Map<number, Connection>();
  let characters = 0;
  return (number) => {
    const before = known.get(number);
    if (before !== undefined) return before;
    const made = network.connection(number);
    for (const list of [made.allowed, made.denied, made.unknown]) for (const { ports } of list) characters += ports.length;
    if (characters > mostCharacters) {
      known.clear();
      characters = 0;
    }
    known.set(number, made);
    return made;
  };
}

/** What was not read may lead in where nothing seems to. */
function* withUnreadEntrances(pairs: Iterable<ReachPair>, unread: readonly string[]): Generator<ReachPair, void> {
  const because = `${unread.join(', ')} were not read`;
  for (const pair of pairs) {
    const { from, denied, unknown } = pair;
    if (from.type === 'virtual' && (from.name === 'internet' || from.name === 'ingress-controller'))
      yield { ...pair, denied: [], unknown: [...unknown, ...denied.map((ports) => ({ ...ports, because }))] };
    else yield pair;
  }
}

/** A metadata server answers and opens nothing. */
function isSilent(endpoint: ReachEndpoint): boolean {
  return endpoint.type === 'virtual' && endpoint.name === 'metadata';
}

export interface ReachQuestion {
  readonly from?: readonly ReachEndpoint[];
  readonly to?: readonly ReachEndpoint[];
  readonly port?: AskedPort;
}

/** Lists of ports without all others; equal lists stay one list. */
function narrowing({ protocol, port }: AskedPort): <Item extends ReachPorts>(list: readonly Item[]) => readonly Item[] {
  const known = new WeakMap<readonly ReachPorts[], readonly ReachPorts[]>();
  return <Item extends ReachPorts>(list: readonly Item[]) => {
    const before = known.get(list) as readonly Item[] | undefined;
    if (before !== undefined) return before;
    const kept = list
      .filter((item) => item.protocol === protocol && holdsPort(item.ports, port))
      .map((item) => ({ ...item, ports: String(port) }));
    known.set(list, kept);
    return kept;
  };
}

function holdsPort(ports: string, port: number): boolean {
  return ports.split(',').some((range) => {
    const [first, last = first] = range.split('-').map(Number);
    return first! <= port && port <= last!;
  });
}
