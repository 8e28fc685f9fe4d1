import type { IpBlock } from '../ip-block.ts';
import { labelMatcher } from '../label-selector.ts';
import type { AddressPlan, Whereabouts } from './address-plan.ts';
import { maybe, no, selectClasses, yes, type Classes, type PodClass, type Truth } from './classes.ts';
import type { NodeFact } from './facts.ts';
import type { Does, PluginProfile } from './profile.ts';
import type { Peer, Rule } from './rules.ts';

/**
 * What can be at the other end of a connection, by number: classes of pods, then atoms of addresses, then an ingress
 * controller that nobody has seen.
 */
export interface Columns {
  readonly classes: number;
  readonly atoms: number;
  readonly controller: number;
  readonly count: number;
}

export interface Matching {
  readonly columns: Columns;
  /** Whether any of the peers of a rule is at the other end, for each column. */
  match(rule: Rule): Uint8Array;
  /** The same for some of its peers. */
  matchPeers(peers: readonly Peer[]): Uint8Array;
}

export function buildMatching(world: Classes, plan: AddressPlan, nodes: readonly NodeFact[], profile: PluginProfile): Matching {
  const classes = world.classes.length;
  const atoms = plan.tree.blocks.length;
  const columns: Columns = { classes, atoms, controller: classes + atoms, count: classes + atoms + 1 };
  const everybody = new Uint8Array(columns.count).fill(yes);
  const byRule = new Map<Rule, Uint8Array>();
  const byPeers = new Map<string, Uint8Array>();
  const places = placesOf(world.classes, plan);

  function match(rule: Rule): Uint8Array {
    const before = byRule.get(rule);
    if (before !== undefined) return before;
    const made = rule.peers === undefined ? everybody : matchPeers(rule.peers);
    byRule.set(rule, made);
    return made;
  }

  function matchPeers(peers: readonly Peer[]): Uint8Array {
    const key = JSON.stringify(peers, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
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
    if (peers.some(({ type }) => type === 'names')) for (const atom of plan.internet.flat()) raise(row, classes + atom, maybe);
    if (peers.length > 0) raise(row, columns.controller, maybe);
  }

  function fillPods(row: Uint8Array, peer: Extract<Peer, { readonly type: 'pods' }>): void {
    const limit = limitOf(profile.selectsHostPods);
    for (const [{ number, hostNetwork }, truth] of selectClasses(peer, world.namespaces))
      raise(row, number, hostNetwork ? lower(truth, limit) : truth);
  }

  /** The atoms that peers of a kind hold. */
  function coverOf(peers: readonly Peer[], type: 'block' | 'networks'): Set<number> {
    const cover = new Set<number>();
    for (const peer of peers) {
      if (peer.type !== type) continue;
      if (peer.type === 'networks') for (const block of peer.blocks) for (const atom of plan.tree.atomsOf(block)) cover.add(atom);
      if (peer.type === 'block') for (const atom of atomsWithout(peer.block, peer.except)) cover.add(atom);
    }
    return cover;
  }

  function atomsWithout(block: IpBlock, except: readonly IpBlock[]): number[] {
    const out = new Set(except.flatMap((each) => plan.tree.atomsOf(each)));
    return plan.tree.atomsOf(block).filter((atom) => !out.has(atom));
  }

  function fillAddresses(row: Uint8Array, cover: ReadonlySet<number>, limit: Truth): void {
    if (cover.size === 0) return;
    for (const atom of cover) raise(row, classes + atom, yes);
    for (const { at, host, members } of places) {
      const truth = covered(at, cover);
      for (const number of members) raise(row, number, host ? truth : lower(truth, limit));
    }
  }

  function fillNodes(row: Uint8Array, { selector }: Extract<Peer, { readonly type: 'nodes' }>): void {
    const selected = labelMatcher(selector);
    if (typeof selected !== 'function') return;
    const hosts = world.classes.filter(({ hostNetwork }) => hostNetwork);
    if (!plan.known.nodes) {
      for (const atom of plan.nodes.flat()) raise(row, classes + atom, maybe);
      const every = Object.keys(selector.matchLabels ?? {}).length + (selector.matchExpressions ?? []).length === 0;
      for (const { number } of hosts) raise(row, number, every ? yes : maybe);
      return;
    }
    const found = nodes.filter(({ labels }) => selected(labels));
    const atomsOf = new Set(found.flatMap(({ addresses }) => plan.ofAddresses(addresses).flat()));
    for (const atom of atomsOf) raise(row, classes + atom, yes);
    for (const { number } of hosts) raise(row, number, covered(plan.nodes, atomsOf));
  }

  return { columns, match, matchPeers };
}

interface Place {
  readonly at: Whereabouts;
  readonly host: boolean;
  readonly members: number[];
}

/** Classes that are in the same place, together. */
function placesOf(classes: readonly PodClass[], plan: AddressPlan): Place[] {
  const places = new Map<string, Place>();
  for (const { number, hostNetwork, whereabouts } of classes) {
    const at = hostNetwork ? plan.nodes : (whereabouts ?? plan.pods);
    const key = hostNetwork ? 'host' : JSON.stringify(whereabouts);
    const place = places.get(key);
    if (place === undefined) places.set(key, { at, host: hostNetwork, members: [number] });
    else place.members.push(number);
  }
  return [...places.values()];
}

/** By an address of either family: certainly if wherever it may be is covered. */
function covered(at: Whereabouts, cover: ReadonlySet<number>): Truth {
  let best: Truth = no;
  for (const atoms of at) {
    if (atoms.every((atom) => cover.has(atom))) return yes;
    if (atoms.some((atom) => cover.has(atom))) best = maybe;
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
