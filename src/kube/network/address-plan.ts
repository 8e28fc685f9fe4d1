import { blockOfAddress, parseBlock, type IpBlock } from '../ip-block.ts';
import type { EndpointsFact, NetworkFact, NodeFact } from './facts.ts';
import { buildIpTree, type IpTree } from './ip-tree.ts';

type Family = 32 | 128;

/** Where something may be, atom by atom, one list for each family of addresses: it has one address of each. */
export type Whereabouts = readonly (readonly number[])[];

/** Which addresses of the cluster are whose, as far as that is known. */
export interface AddressPlan {
  readonly tree: IpTree;
  /** Of a pod whose address nobody has said. */
  readonly pods: Whereabouts;
  readonly nodes: Whereabouts;
  readonly apiServer: Whereabouts;
  /** Addresses of the world that no policy singles out. */
  readonly internet: Whereabouts;
  /** Those of the other family, where nobody has said of which the cluster is. */
  readonly internetPerhaps: Whereabouts;
  readonly metadata: Whereabouts;
  /** Whether the addresses are read, and not just any that it could be. */
  readonly known: { readonly nodes: boolean; readonly apiServer: boolean };
  ofAddresses(addresses: readonly string[]): Whereabouts;
}

export const metadataAddress = '169.254.169.254';

/** Where pods have their addresses unless they are known: RFC 1918, RFC 6598, and for IPv6 also those of the world. */
const podRanges = blocks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7', '2000::/3');
/** Nobody's alone: this host, links, groups, and what is kept for later. */
const nobodys = blocks('0.0.0.0/8', '127.0.0.0/8', '169.254.0.0/16', '224.0.0.0/4', '240.0.0.0/4', '::/8', 'fe80::/10', 'ff00::/8');
const privateRanges = blocks('10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '100.64.0.0/10', 'fc00::/7');
const world = blocks('0.0.0.0/0', '2000::/3');

/** A block of the world with more than this many bits of prefix singles addresses out; wider ones cut it in parts. */
const widest: Readonly<Record<Family, number>> = { 32: 8, 128: 16 };

export function planAddresses(facts: readonly NetworkFact[], named: readonly IpBlock[]): AddressPlan {
  const nodes = facts.filter((fact): fact is NodeFact => fact.type === 'node');
  const servers = facts.filter(
    (fact): fact is EndpointsFact => fact.type === 'endpoints' && fact.namespace === 'default' && fact.service === 'kubernetes',
  );
  const nodeAddresses = nodes.flatMap(({ addresses }) => addresses);
  const serverAddresses = servers.flatMap(({ addresses }) => addresses);
  const own = [metadataAddress, ...nodeAddresses, ...serverAddresses].flatMap((address) => blockOfAddress(address) ?? []);
  const tree = buildIpTree([...named, ...own, ...podRanges, ...nobodys, ...privateRanges, ...world]);
  const seen = familiesOf(facts);
  const families: readonly Family[] = seen.length === 0 ? [32] : seen;

  const inside = (ranges: readonly IpBlock[], family: Family, outside: readonly IpBlock[] = []): number[] => {
    const left = new Set(outside.filter(({ bits }) => bits === family).flatMap((range) => tree.atomsOf(range)));
    return [...new Set(ranges.filter(({ bits }) => bits === family).flatMap((range) => tree.atomsOf(range)))].filter(
      (atom) => !left.has(atom),
    );
  };
  const unicast = families.map((family) => inside([...world, ...privateRanges], family, nobodys));
  const ofAddresses = (addresses: readonly string[]): Whereabouts => {
    const found = addresses.flatMap((address) => blockOfAddress(address) ?? []);
    const lists = ([32, 128] as const).map((family) => [...new Set(found.filter(({ bits }) => bits === family).map(tree.around))]);
    return lists.filter((list) => list.length > 0);
  };
  const narrow = named.filter(({ bits, prefix }) => prefix > widest[bits]);
  const ofWorld = (family: Family): number[] => {
    const everywhere = inside(world, family, [...nobodys, ...privateRanges]);
    const single = new Set(narrow.flatMap((block) => tree.atomsOf(block)));
    const rest = everywhere.filter((atom) => !single.has(atom));
    return rest.length === 0 ? everywhere : rest;
  };
  return {
    tree,
    pods: families.map((family) => inside(podRanges, family)),
    nodes: nodeAddresses.length > 0 ? ofAddresses(nodeAddresses) : unicast,
    apiServer: serverAddresses.length > 0 ? ofAddresses(serverAddresses) : unicast,
    internet: families.map(ofWorld),
    internetPerhaps: seen.length === 0 ? [ofWorld(128)] : [],
    metadata: ofAddresses([metadataAddress]),
    known: { nodes: nodeAddresses.length > 0, apiServer: serverAddresses.length > 0 },
    ofAddresses,
  };
}

/** Of the addresses that were read. Where none was, those of the cluster are taken to be IPv4. */
function familiesOf(facts: readonly NetworkFact[]): Family[] {
  const seen = new Set<Family>();
  const see = (addresses: readonly string[]): void => {
    for (const address of addresses) if (address !== '') seen.add(address.includes(':') ? 128 : 32);
  };
  for (const fact of facts) {
    if (fact.type === 'node' || fact.type === 'endpoints') see(fact.addresses);
    else if (fact.type === 'service') see(fact.clusterIPs);
    else if (fact.type === 'workload') for (const { addresses } of fact.pods) see(addresses);
  }
  return [...seen].sort((a, b) => a - b);
}

function blocks(...cidrs: readonly string[]): IpBlock[] {
  return cidrs.flatMap((cidr) => parseBlock(cidr) ?? []);
}
