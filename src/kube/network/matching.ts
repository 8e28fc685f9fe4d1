import { labelMatcher } from '../label-selector.ts';
import type { AddressPlan, Whereabouts } from './address-plan.ts';
import { maybe, no, selectClasses, yes, type Classes, type PodClass, type Truth } from './classes.ts';
import type { NodeFact } from './facts.ts';
import type { Does, PluginProfile } from './profile.ts';
import type { Peer, Rule } from './rules.ts';

/**
 * What can be at the other end of a connection, by number: pods that no peer of any rule tells apart, then atoms of
 * addresses, then an ingress controller that nobody has seen.
 */
export interface Columns {
  /** Of pods: the atoms begin here. */
  readonly pods: number;
  readonly controller: number;
  readonly count: number;
  /** One class for each column of pods. */
  readonly examples: readonly PodClass[];
  of(podClass: PodClass): number;
  /** Those of pods that are on the network of a node, in the order in which rows tell behind `count` what passes besides policies. */
  readonly onNodes: readonly number[];
  /** Where a row tells what passes between two different pods. */
  ofPeer(podClass: PodClass): number;
}

export interface Matching {
  readonly columns: Columns;
  /** Whether any of the peers of a rule is at the other end, for each column. */
  match(rule: Rule): Uint8Array;
  /** As `match`, for some of its peers. */
  matchPeers(peers: readonly Peer[]): Uint8Array;
}

type PodsPeer = Extract<Peer, { readonly type: 'pods' }>;

export function buildMatching(
  world: Classes,
  named: readonly Peer[],
  plan: AddressPlan,
  nodes: readonly NodeFact[],
  profile: PluginProfile,
): Matching {
  const selected = new Map<PodsPeer, readonly (readonly [PodClass, Truth])[]>();
  for (const peer of named) if (peer.type === 'pods') foundBy(peer);
  const places = placesOf(world.classes, plan);
  const columns = columnsOf(world.classes, places, [...selected.values()], plan.tree.blocks.length);
  const placeColumns = places.map(({ at, host, members }) => ({ at, host, members: [...new Set(members.map(columns.of))] }));
  const { atomsOf } = plan.tree;
  const everybody = new Uint8Array(columns.count).fill(yes);
  const byPeers = new Map<Peer | readonly Peer[], Uint8Array>();

  function foundBy(peer: PodsPeer): readonly (readonly [PodClass, Truth])[] {
    const before = selected.get(peer);
    if (before !== undefined) return before;
    const limit = limitOf(profile.selectsHostPods);
    const made = selectClasses(peer, world.namespaces).map(
      ([podClass, truth]) => [podClass, podClass.hostNetwork ? lower(truth, limit) : truth] as const,
    );
    selected.set(peer, made);
    return made;
  }

  /** Peers that say the same are the same. */
  function matchPeers(peers: readonly Peer[]): Uint8Array {
    const key = peers.length === 1 ? peers[0]! : peers;
    const before = byPeers.get(key);
    if (before !== undefined) return before;
    const made = new Uint8Array(columns.count);
    fill(made, peers);
    byPeers.set(key, made);
    return made;
  }

  function fill(row: Uint8Array, peers: readonly Peer[]): void {
    for (const peer of peers) if (peer.type === 'pods') fillPods(row, peer);
    // A pod has one of the addresses where it may be: blocks of a rule that cover them all together hold it for certain.
    fillAddresses(row, coverOf(peers, 'block'), limitOf(profile.blocksMatchPods));
    fillAddresses(row, coverOf(peers, 'networks'), yes);
    for (const peer of peers) if (peer.type === 'nodes') fillNodes(row, peer);
    if (peers.some(({ type }) => type === 'names')) for (const atom of plan.internet.flat()) raise(row, columns.pods + atom, maybe);
    if (peers.length > 0) raise(row, columns.controller, maybe);
  }

  function fillPods(row: Uint8Array, peer: PodsPeer): void {
    for (const [podClass, truth] of foundBy(peer)) raise(row, columns.of(podClass), truth);
  }

  /** The atoms that peers of a kind hold; undefined where there is no such peer. */
  function coverOf(peers: readonly Peer[], type: 'block' | 'networks'): Cover | undefined {
    let cover: Uint8Array | undefined;
    for (const peer of peers) {
      if (peer.type !== type) continue;
      cover ??= new Uint8Array(plan.tree.blocks.length);
      if (peer.type === 'networks') for (const block of peer.blocks) for (const atom of atomsOf(block)) cover[atom] = 1;
      if (peer.type !== 'block') continue;
      const out = new Set(peer.except.flatMap(atomsOf));
      for (const atom of atomsOf(peer.block)) if (!out.has(atom)) cover[atom] = 1;
    }
    return cover;
  }

  function fillAddresses(row: Uint8Array, cover: Cover | undefined, limit: Truth): void {
    if (cover === undefined) return;
    for (let atom = 0; atom < cover.length; atom++) if (cover[atom] === 1) raise(row, columns.pods + atom, yes);
    for (const { at, host, members } of placeColumns) {
      const truth = covered(at, cover);
      const raised = host ? truth : lower(truth, limit);
      for (const number of members) raise(row, number, raised);
    }
  }

  function fillNodes(row: Uint8Array, { selector }: Extract<Peer, { readonly type: 'nodes' }>): void {
    const isSelected = labelMatcher(selector);
    if (typeof isSelected !== 'function') return;
    const hosts = placeColumns.flatMap(({ host, members }) => (host ? members : []));
    if (!plan.known.nodes) {
      for (const atom of plan.nodes.flat()) raise(row, columns.pods + atom, maybe);
      const every = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
      for (const column of hosts) raise(row, column, every ? yes : maybe);
      return;
    }
    const found = nodes.filter(({ labels }) => isSelected(labels));
    const cover = new Uint8Array(plan.tree.blocks.length);
    for (const { addresses } of found) for (const atom of plan.ofAddresses(addresses).flat()) cover[atom] = 1;
    for (let atom = 0; atom < cover.length; atom++) if (cover[atom] === 1) raise(row, columns.pods + atom, yes);
    for (const column of hosts) raise(row, column, covered(plan.nodes, cover));
  }

  return { columns, match: ({ peers }) => (peers === undefined ? everybody : matchPeers(peers)), matchPeers };
}

interface Place {
  readonly at: Whereabouts;
  readonly host: boolean;
  readonly members: PodClass[];
}

/** Classes are split by each peer that finds some of them and not others, until no peer can tell those together apart. */
function columnsOf(
  classes: readonly PodClass[],
  places: readonly Place[],
  found: readonly (readonly (readonly [PodClass, Truth])[])[],
  atoms: number,
): Columns {
  const column = new Uint32Array(classes.length);
  const first = new Map<string, number>();
  for (const [place, { members }] of places.entries()) {
    for (const { number, namedAlike, hostNetwork, everyNode } of members) {
      const key = `${place}/${namedAlike}/${hostNetwork && everyNode}`;
      const known = first.get(key) ?? first.size;
      first.set(key, known);
      column[number] = known;
    }
  }
  let count = first.size;
  for (const list of found) {
    const parts = new Map<number, number>();
    for (const [{ number }, truth] of list) {
      const key = column[number]! * 3 + truth;
      const known = parts.get(key) ?? count++;
      parts.set(key, known);
      column[number] = known;
    }
  }
  // Numbers in the order of the classes, without those that nobody has any more.
  const dense = new Map<number, number>();
  const examples: PodClass[] = [];
  for (const podClass of classes) {
    const number = column[podClass.number]!;
    const known = dense.get(number);
    if (known === undefined) examples.push(podClass);
    column[podClass.number] = known ?? dense.size;
    if (known === undefined) dense.set(number, dense.size);
  }
  const pods = examples.length;
  const all = pods + atoms + 1;
  const onNodes = examples.flatMap(({ hostNetwork }, index) => (hostNetwork ? [index] : []));
  const placeOfPeer = Uint32Array.from(examples, (_, index) => index);
  for (const [index, number] of onNodes.entries()) placeOfPeer[number] = all + index;
  const of = ({ number }: PodClass): number => column[number]!;
  return { pods, controller: pods + atoms, count: all, examples, of, onNodes, ofPeer: (podClass) => placeOfPeer[of(podClass)]! };
}

/** Classes that are in the same place, together. */
function placesOf(classes: readonly PodClass[], plan: AddressPlan): Place[] {
  const places = new Map<string, Place>();
  for (const podClass of classes) {
    const { hostNetwork, whereabouts } = podClass;
    const at = hostNetwork ? plan.nodes : (whereabouts ?? plan.pods);
    const key = hostNetwork ? 'host' : JSON.stringify(whereabouts);
    const place = places.get(key);
    if (place === undefined) places.set(key, { at, host: hostNetwork, members: [podClass] });
    else place.members.push(podClass);
  }
  return [...places.values()];
}

/** One for each atom that is in it. */
type Cover = Uint8Array;

/** By an address of either family: certainly if wherever it may be is covered. */
function covered(at: Whereabouts, cover: Cover): Truth {
  let best: Truth = no;
  for (const atoms of at) {
    let inside = 0;
    for (const atom of atoms) inside += cover[atom]!;
    if (inside === atoms.length) return yes;
    if (inside > 0) best = maybe;
  }
  return best;
}

/** How certain a match may be that is up to the plugin. */
function limitOf(does: Does): Truth {
  return does === 'yes' ? yes : does === 'no' ? no : maybe;
}

function raise(row: Uint8Array, column: number, truth: Truth): void {
  if (row[column]! < truth) row[column] = truth;
}

function lower(a: Truth, b: Truth): Truth {
  return a < b ? a : b;
}
