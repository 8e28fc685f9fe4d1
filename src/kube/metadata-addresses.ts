import { blockContains } from './ip-block.ts';
import type { PolicyRule } from './network-policy.ts';
import type { NetworkPolicyPeer, NetworkPolicyPort } from './types.ts';

/**
 * Where clouds hand out the credentials of a node: AWS, GCP, Azure, Oracle, DigitalOcean and OpenStack share the first one;
 * then GKE's own server on the node, Amazon's task and pod identity, Azure's wire server, Alibaba, and AWS over IPv6.
 */
const addresses: readonly string[] = [
  '169.254.169.254',
  '169.254.169.252',
  '169.254.170.2',
  '169.254.170.23',
  '168.63.129.16',
  '100.100.100.200',
  'fd00:ec2::254',
  'fd00:ec2::23',
];

/** HTTP everywhere; 988 behind GKE's redirection, 32526 the agent port of Azure. */
const ports: readonly number[] = [80, 988, 32526];

/** Each address as a block, with each port. */
export const metadataServices: readonly { readonly cidr: string; readonly port: number }[] = addresses.flatMap((address) =>
  ports.map((port) => ({ cidr: `${address}/${address.includes(':') ? 128 : 32}`, port })),
);

/**
 * The first address of a metadata service that a rule for egress lets a pod connect to. Selectors name pods, and no pod has one
 * of these addresses; a block that cannot be read counts as if it held them.
 */
export function allowedMetadata({ ports: asked, peers }: PolicyRule): string | undefined {
  if (asked.length > 0 && !asked.some(coversPort)) return undefined;
  return addresses.find((address) => peers.length === 0 || peers.some((peer) => covers(peer, address)));
}

function covers({ ipBlock }: NetworkPolicyPeer, address: string): boolean {
  if (ipBlock === undefined || blockContains(ipBlock.cidr ?? '', address) === false) return false;
  return !(ipBlock.except ?? []).some((block) => blockContains(block, address) === true);
}

/** A named port is looked up on the pod at the other end: here there is none. */
function coversPort({ protocol = 'TCP', port, endPort }: NetworkPolicyPort): boolean {
  if (protocol !== 'TCP') return false;
  if (port === undefined) return true;
  return typeof port === 'number' && ports.some((known) => port <= known && known <= (endPort ?? port));
}
