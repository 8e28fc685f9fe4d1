import { remembering, type Anchor } from '../../core/index.ts';
import { blockHolds, formatBlock, parseBlock as readBlock, type IpBlock } from '../ip-block.ts';
import { labelMatcher } from '../label-selector.ts';
import { rulesOf, type Direction } from '../network-policy.ts';
import type { LabelSelector, NetworkPolicyPeer, NetworkPolicyPort, NetworkPolicySpec } from '../types.ts';
import type { AdminAction, AdminPeer, AdminPolicyFact, AdminPort, NetworkPolicyFact, RulePlace } from './facts.ts';
import { everyPort, type PortRange } from './port-space.ts';
import { protocolOf } from '../untyped.ts';

const blockOrNull = remembering((cidr) => readBlock(cidr) ?? null);

/** The same few blocks stand in many rules. */
function parseBlock(cidr: string): IpBlock | undefined {
  return blockOrNull(cidr) ?? undefined;
}

/** Rules of every kind of policy in one form. */
export interface Rule {
  /** A rule of a NetworkPolicy only ever accepts. */
  readonly action: AdminAction;
  /** Undefined: everybody. */
  readonly peers: readonly Peer[] | undefined;
  readonly ports: RulePorts;
  readonly place: RulePlace | undefined;
  /** The same number for rules that say the same, whatever policy they are in. */
  readonly alike: number;
}

export interface RulePorts {
  readonly ranges: readonly PortRange[];
  /** Ports of the destination by their names; without a protocol those of every one. */
  readonly names: readonly PortName[];
}

export interface PortName {
  readonly name: string;
  readonly protocol?: PortRange['protocol'];
}

export type Peer =
  | { readonly type: 'pods'; readonly namespaces: NamespaceChoice; readonly podSelector: LabelSelector | undefined }
  /** An ipBlock: whether it is about pods is up to the plugin. */
  | { readonly type: 'block'; readonly block: IpBlock; readonly except: readonly IpBlock[] }
  /** About whatever has one of the addresses, pods among them. */
  | { readonly type: 'networks'; readonly blocks: readonly IpBlock[] }
  | { readonly type: 'nodes'; readonly selector: LabelSelector }
  /** Addresses that only the name service knows. */
  | { readonly type: 'names'; readonly names: readonly string[] };

/** The namespace of the policy by its name, or those that a selector finds. */
export type NamespaceChoice = string | LabelSelector;

const everyRange: RulePorts = { ranges: everyPort, names: [] };

/**
 * Reads the rules of policies that the API server takes. The same few peers and ports stand in many rules: those that say the
 * same are one object.
 */
export function ruleReader(): (policy: NetworkPolicyFact | AdminPolicyFact, direction: Direction) => Rule[] {
  const peersByText = new Map<string, Peer>();
  const listsByText = new Map<string, readonly Peer[]>();
  const portsByText = new Map<string, RulePorts>();
  const numbers = new Map<RulePorts, Map<readonly Peer[] | undefined, Map<AdminAction, number>>>();
  let count = 0;
  const numberOf = (action: AdminAction, list: readonly Peer[] | undefined, ports: RulePorts): number => {
    const byList = numbers.get(ports) ?? put(numbers, ports, new Map<readonly Peer[] | undefined, Map<AdminAction, number>>());
    const byAction = byList.get(list) ?? put(byList, list, new Map<AdminAction, number>());
    return byAction.get(action) ?? put(byAction, action, count++);
  };
  const listOf = (peers: readonly Peer[]): readonly Peer[] => {
    const texts = peers.map(textOf);
    const text = texts.join();
    return (
      listsByText.get(text) ??
      put(
        listsByText,
        text,
        peers.map((peer, at) => peersByText.get(texts[at]!) ?? put(peersByText, texts[at]!, peer)),
      )
    );
  };
  return (policy, direction) => {
    const said = policy.type === 'network-policy' ? ofNetworkPolicy(policy, direction) : ofAdminPolicy(policy, direction);
    return said.map(({ action, peers, ports: saidPorts }, index) => {
      const portsText = saidPorts === everyRange ? '' : JSON.stringify(saidPorts);
      const ports = portsByText.get(portsText) ?? put(portsByText, portsText, saidPorts);
      const list = peers && listOf(peers);
      return { action, peers: list, ports, place: policy.places[direction][index], alike: numberOf(action, list, ports) };
    });
  };
}

function put<K, T>(map: Map<K, T>, key: K, value: T): T {
  map.set(key, value);
  return value;
}

/** Tells peers apart. */
function textOf(peer: Peer): string {
  switch (peer.type) {
    case 'pods':
      return `pods ${JSON.stringify(peer.namespaces)} ${peer.podSelector === undefined ? '' : JSON.stringify(peer.podSelector)}`;
    case 'block':
      return [peer.block, ...peer.except].map(formatBlock).join('-');
    case 'networks':
      return `networks ${peer.blocks.map(formatBlock).join()}`;
    case 'nodes':
      return `nodes ${JSON.stringify(peer.selector)}`;
    case 'names':
      break;
  }
  return `names ${JSON.stringify(peer.names)}`;
}

type Said = Pick<Rule, 'action' | 'peers' | 'ports'>;

function ofNetworkPolicy({ spec, namespace }: NetworkPolicyFact, direction: Direction): Said[] {
  return rulesOf(spec, direction).map(({ peers, ports }) => ({
    action: 'Accept',
    peers: peers.length === 0 ? undefined : peers.map((peer) => peerOf(peer, namespace)),
    ports: ports.length === 0 ? everyRange : portsOf(ports),
  }));
}

function peerOf({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer, namespace: string): Peer {
  if (ipBlock === undefined) return { type: 'pods', namespaces: namespaceSelector ?? namespace, podSelector };
  const [block, ...except] = [ipBlock.cidr ?? '', ...(ipBlock.except ?? [])].flatMap((cidr) => parseBlock(cidr) ?? []);
  return block === undefined ? { type: 'networks', blocks: [] } : { type: 'block', block, except };
}

function portsOf(ports: readonly NetworkPolicyPort[]): RulePorts {
  const ranges: PortRange[] = [];
  const names: PortName[] = [];
  for (const { protocol: said, port, endPort } of ports) {
    const protocol = protocolOf(said);
    if (protocol === undefined) continue;
    if (typeof port === 'string') names.push({ name: port, protocol });
    else ranges.push(port === undefined ? { protocol, first: 1, last: 65535 } : { protocol, first: port, last: endPort ?? port });
  }
  return { ranges, names };
}

/** A rule with a field that nobody knows accepts nothing, or else denies everything. */
function ofAdminPolicy(policy: AdminPolicyFact, direction: Direction): Said[] {
  return policy[direction].map(({ action, closed, peers, ports }): Said => {
    if (closed && action === 'Accept') return { action, peers: [], ports: everyRange };
    if (closed) return { action: 'Deny', peers: undefined, ports: everyRange };
    return { action, peers: peers.map(adminPeer), ports: ports === undefined ? everyRange : adminPorts(ports) };
  });
}

function adminPeer(peer: AdminPeer): Peer {
  if (peer.type === 'pods') return { type: 'pods', namespaces: peer.namespaceSelector, podSelector: peer.podSelector };
  if (peer.type === 'networks') return { type: 'networks', blocks: peer.cidrs.flatMap((cidr) => parseBlock(cidr) ?? []) };
  return peer.type === 'nodes' ? peer : { type: 'names', names: peer.names };
}

function adminPorts(ports: readonly AdminPort[]): RulePorts {
  return {
    ranges: ports.flatMap((port) => ('name' in port ? [] : [port])),
    names: ports.flatMap((port) => ('name' in port ? [{ name: port.name }] : [])),
  };
}

/** A policy that the API server does not take, and why. */
export interface RefusedPolicy {
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly reason: string;
  readonly at: Anchor;
}

/**
 * Why the API server refuses a NetworkPolicy, or undefined. One that stands in a file only is then in no cluster.
 * Source: pkg/apis/networking/validation (ValidateNetworkPolicySpec), v1.37.
 */
export function networkPolicyFault(spec: NetworkPolicySpec): string | undefined {
  const { podSelector = {}, policyTypes = [] } = spec;
  if (policyTypes.length > 2 || policyTypes.some((type) => type !== 'Ingress' && type !== 'Egress'))
    return 'policyTypes holds neither Ingress nor Egress';
  const fault = selectorFault(podSelector);
  if (fault !== undefined) return fault;
  for (const direction of ['ingress', 'egress'] as const) {
    for (const { peers, ports } of rulesOf(spec, direction)) {
      const found = firstOf(peers, peerFault) ?? firstOf(ports, portFault);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

function firstOf<T>(items: readonly T[], faultOf: (item: T) => string | undefined): string | undefined {
  for (const item of items) {
    const fault = faultOf(item);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function selectorFault(selector: LabelSelector | undefined): string | undefined {
  const matcher = labelMatcher(selector);
  return typeof matcher === 'function' ? undefined : matcher.error;
}

function peerFault({ podSelector, namespaceSelector, ipBlock }: NetworkPolicyPeer): string | undefined {
  if (ipBlock === undefined && podSelector === undefined && namespaceSelector === undefined) return 'a peer says nothing';
  const fault = selectorFault(podSelector) ?? selectorFault(namespaceSelector);
  if (fault !== undefined || ipBlock === undefined) return fault;
  if (podSelector !== undefined || namespaceSelector !== undefined) return 'a peer has both a block and a selector';
  const { cidr = '', except = [] } = ipBlock;
  const block = parseBlock(cidr);
  if (block === undefined) return `${JSON.stringify(cidr)} is no block of addresses`;
  const wrong = except.find((each) => {
    const inner = parseBlock(each);
    return inner === undefined || !blockHolds(block, inner) || inner.prefix === block.prefix;
  });
  return wrong === undefined ? undefined : `${JSON.stringify(wrong)} is no block inside of ${cidr}`;
}

const isPort = (port: number): boolean => Number.isInteger(port) && port >= 1 && port <= 65535;

function portFault({ protocol, port, endPort }: NetworkPolicyPort): string | undefined {
  if (protocolOf(protocol) === undefined) return `${JSON.stringify(protocol)} is no protocol`;
  if (endPort !== undefined && typeof port !== 'number') return 'endPort needs a port that is a number';
  if (typeof port === 'string') return isPortName(port) ? undefined : `${JSON.stringify(port)} is no name of a port`;
  if (port !== undefined && !isPort(port)) return `${port} is no port`;
  if (endPort === undefined) return undefined;
  return isPort(endPort) && endPort >= (port ?? 0) ? undefined : `endPort ${endPort} is no port from ${port} on`;
}

/** Source: k8s.io/apimachinery, IsValidPortName. */
function isPortName(name: string): boolean {
  return name.length <= 15 && /^[a-z0-9]+(?:-[a-z0-9]+)*$/.test(name) && /[a-z]/.test(name);
}
