// What can open a connection to what: the shapes that the reachability engine answers in and that reports print.

/** What is no workload and no range of addresses, by the name that users type. */
export type VirtualEndpoint = 'internet' | 'node' | 'api-server' | 'ingress-controller' | 'metadata';

/** One end of a connection. */
export type ReachEndpoint =
  | { readonly type: 'workload'; readonly kind: string; readonly namespace: string; readonly name: string }
  /** A block of addresses, or what is left of it. */
  | { readonly type: 'cidr'; readonly cidr: string; readonly except?: readonly string[] }
  | { readonly type: 'virtual'; readonly name: VirtualEndpoint };

export type Protocol = 'TCP' | 'UDP' | 'SCTP';

/** Ports of a protocol as ranges in ascending order: `80-90,443`. Whatever is all of them is `1-65535`. */
export interface ReachPorts {
  readonly protocol: Protocol;
  readonly ports: string;
}

/** Ports of which what was read does not tell whether they are reached. */
export interface UnknownPorts extends ReachPorts {
  readonly because: string;
}

/** The answer for one ordered pair; each port of each protocol is in exactly one of the lists. */
export interface ReachPair {
  readonly from: ReachEndpoint;
  readonly to: ReachEndpoint;
  readonly allowed: readonly ReachPorts[];
  readonly denied: readonly ReachPorts[];
  readonly unknown: readonly UnknownPorts[];
}
