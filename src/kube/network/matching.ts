import { labelMatcher } from '../label-selector.ts';
import type { AddressPlan, Whereabouts } from './address-plan.ts';
import { maybe, no, selectClasses, yes, type Classes, type PodClass, type Selected, type Truth } from './classes.ts';
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

/** Whether some peers are at the other end. */
export interface Match {
  /** For each column. */
  readonly truths: Uint8Array;
  /** For all pods but some. */
  readonly most: Truth;
  /** The columns of these. */
  readonly others: readonly number[];
  /** Whether it is about addresses too: if not, nothing is certain of any. */
  readonly addresses: boolean;
}

export interface Matching {
  readonly columns: Columns;
  matchOf(rule: Rule): Match;
  /** Whether any of the peers of a rule is at the other end, for each column. */
  match(rule: Rule): Uint8Array;
  /** As `match`, for some of its peers. */
  matchPeers(peers: readonly Peer[]): Uint8Array;
}

type PodsPeer = Extract<Peer, { readonly type: 'pods' }>;
type AddressPeer = Extract<Peer, { readonly type: 'block' | 'networks' }>;

export function buildMatching(
  world: Classes,
  named: readonly Peer[],
  plan: AddressPlan,
  nodes: readonly NodeFact[],
  profile: PluginProfile,
): Matching {
  const selected = new Map<PodsPeer, Selected>();
  for (const peer of named) if (peer.type === 'pods') selectedBy(peer);
  const places = placesOf(world.classes, plan);
  const columns = columnsOf(world.classes, places, [...selected.values()], plan.tree.blocks.length);
  const placeColumns = places.map(({ at, host, members }) => ({ at, host, members: [...new Set(members.map(columns.of))] }));
  const [largest] = [...placeColumns].sort((a, b) => b.members.length - a.members.length);
  const { atomsOf } = plan.tree;
  const everybody: Match = { truths: new Uint8Array(columns.count).fill(yes), most: yes, others: [], addresses: true };
  const byPeers = new Map<Peer | readonly Peer[], Match>();
  const covers = new Map<Peer, Cover>();

  function selectedBy(peer: PodsPeer): Selected {
    let found = selected.get(peer);
    if (found === undefined) selected.set(peer, (found = selectClasses(peer, world.namespaces, limitOf(profile.selectsHostPods))));
    return found;
  }

  /** Peers that say the same are the same. */
  function matchOfPeers(peers: readonly Peer[]): Match {
    const key = peers.length === 1 ? peers[0]! : peers;
    const before = byPeers.get(key);
    if (before !== undefined) return before;
    const made = makeMatch(peers);
    byPeers.set(key, made);
    return made;
  }

  function makeMatch(peers: readonly Peer[]): Match {
    const truths = new Uint8Array(columns.count);
    let others: number[] = [];
    let most = fillAddresses(truths, peers, others);
    for (const peer of peers) {
      if (peer.type === 'pods') fillPods(truths, selectedBy(peer), others);
      if (peer.type === 'nodes') fillNodes(truths, peer, others);
      if (peer.type === 'names')
        for (const atom of [plan.internet, plan.internetPerhaps].flat(2)) raise(truths, columns.pods + atom, maybe);
    }
    if (peers.length > 0) raise(truths, columns.controller, maybe);
    // A selector may find all pods but one.
    if (others.length * 2 > columns.pods) {
      const pods = truths.subarray(0, columns.pods);
      const counts = [0, 0, 0];
      for (const truth of pods) counts[truth]!++;
      most = counts.indexOf(Math.max(...counts)) as Truth;
      others = Array.from(pods.keys()).filter((column) => pods[column] !== most);
    }
    return { truths, most, others, addresses: peers.some(({ type }) => type !== 'pods') };
  }

  function fillPods(truths: Uint8Array, found: Selected, others: number[]): void {
    for (const truth of [yes, maybe] as const) {
      const classes = found[truth];
      for (let index = 0; index < classes.length; index++) {
        const column = columns.of(classes[index]!);
        if (truths[column]! >= truth) continue;
        truths[column] = truth;
        others.push(column);
      }
    }
  }

  /** A pod has one of the addresses where it may be: blocks of a rule that cover them all together hold it for certain. */
  function fillAddresses(truths: Uint8Array, peers: readonly Peer[], others: number[]): Truth {
    const blocks = coverOf(peers, 'block');
    const networks = coverOf(peers, 'networks');
    if (blocks === undefined && networks === undefined) return no;
    for (const cover of [blocks, networks])
      if (cover !== undefined) for (let atom = 0; atom < cover.length; atom++) if (cover[atom] === 1) truths[columns.pods + atom] = yes;
    const limit = limitOf(profile.blocksMatchPods);
    const truthOf = ({ at, host }: PlaceColumns): Truth => {
      const inBlocks = blocks === undefined ? no : covered(at, blocks);
      return higher(networks === undefined ? no : covered(at, networks), host ? inBlocks : lower(inBlocks, limit));
    };
    const most = largest === undefined ? no : truthOf(largest);
    truths.fill(most, 0, columns.pods);
    for (const place of placeColumns) {
      const truth = truthOf(place);
      if (truth === most) continue;
      for (const column of place.members) {
        truths[column] = truth;
        others.push(column);
      }
    }
    return most;
  }

  /** The atoms that peers of a kind hold; undefined where there is no such peer. */
  function coverOf(peers: readonly Peer[], type: AddressPeer['type']): Cover | undefined {
    let all: Cover | undefined;
    for (const peer of peers) {
      if ((peer.type !== 'block' && peer.type !== 'networks') || peer.type !== type) continue;
      let cover = covers.get(peer);
      if (cover === undefined) covers.set(peer, (cover = coverOfPeer(peer)));
      all = all?.map((inside, atom) => inside | cover[atom]!) ?? cover;
    }
    return all;
  }

  function coverOfPeer(peer: AddressPeer): Cover {
    const cover = new Uint8Array(plan.tree.blocks.length);
    for (const block of peer.type === 'block' ? [peer.block] : peer.blocks) for (const atom of atomsOf(block)) cover[atom] = 1;
    if (peer.type === 'block') for (const block of peer.except) for (const atom of atomsOf(block)) cover[atom] = 0;
    return cover;
  }

  function fillNodes(row: Uint8Array, { selector }: Extract<Peer, { readonly type: 'nodes' }>, others: number[]): void {
    const isSelected = labelMatcher(selector);
    if (typeof isSelected !== 'function') return;
    const hosts = placeColumns.flatMap(({ host, members }) => (host ? members : []));
    for (const column of hosts) others.push(column);
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

  const matchOf = ({ peers }: Rule): Match => (peers === undefined ? everybody : matchOfPeers(peers));
  return { columns, matchOf, match: (rule) => matchOf(rule).truths, matchPeers: (peers) => matchOfPeers(peers).truths };
}

interface Place {
  readonly at: Whereabouts;
  readonly host: boolean;
  readonly members: PodClass[];
}

type PlaceColumns = Omit<Place, 'members'> & { readonly members: readonly number[] };

/** Classes are split by each peer that finds some of them and not others, until no peer can tell those together apart. */
function columnsOf(classes: readonly PodClass[], places: readonly Place[], found: readonly Selected[], atoms: number): Columns {
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
  /** For each number the last list that had some of its classes, and the number that it has given them. */
  const lists: number[] = [...first.values()].fill(0);
  const parts: number[] = [...first.values()];
  let list = 0;
  const split = (members: readonly PodClass[]): void => {
    list++;
    for (let index = 0; index < members.length; index++) {
      const { number } = members[index]!;
      const before = column[number]!;
      if (lists[before] !== list) {
        lists[before] = list;
        parts[before] = lists.push(0) - 1;
        parts.push(0);
      }
      column[number] = parts[before]!;
    }
  };
  for (const { [yes]: certain, [maybe]: perhaps } of found) {
    split(certain);
    split(perhaps);
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
    for (let index = 0; index < atoms.length; index++) inside += cover[atoms[index]!]!;
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

function higher(a: Truth, b: Truth): Truth {
  return a > b ? a : b;
}
