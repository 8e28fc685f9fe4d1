import type { ValueEdit } from './edit.ts';
import type { Anchor } from './verdict.ts';

// What can open a connection to what: the shapes that the reachability engine answers in and that reports print.

/** What is no workload and no range of addresses, by the name that users type. */
export const virtualEndpoints = ['internet', 'node', 'api-server', 'ingress-controller', 'metadata'] as const;
export type VirtualEndpoint = (typeof virtualEndpoints)[number];

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

export type ReachAnswer = 'allowed' | 'denied' | 'unknown';

/** Why a port is reached or not. */
export interface ReachExplanation {
  readonly from: ReachEndpoint;
  readonly to: ReachEndpoint;
  readonly protocol: Protocol;
  readonly port: number;
  readonly answer: ReachAnswer;
  /** What would have to be known, where nobody knows. */
  readonly because: readonly string[];
  /** What is asked, in order: what leads there, then the policies of the sender, then those of the receiver. */
  readonly layers: readonly ReachLayer[];
  /**
   * The smallest change of policies that turns the answer round, all of it together. None where no policy decides it, and
   * where nobody knows the answer.
   */
  readonly changes: readonly PolicyChange[];
}

export interface ReachLayer {
  /** `always`: no policy is asked. `unread`: policies of other makers, which are not evaluated. */
  readonly layer: 'always' | 'entrance' | 'unread' | 'admin' | 'network-policy' | 'baseline';
  /** Whose policies: `egress` those of the sender. */
  readonly direction?: 'egress' | 'ingress';
  /** `passed`: left to the next layer. */
  readonly answer: ReachAnswer | 'passed';
  /** Lower case, no full stop. */
  readonly says: string;
  readonly policies: readonly ExplainedPolicy[];
}

export interface ExplainedPolicy {
  readonly kind: string;
  /** Absent for what stands outside of namespaces. */
  readonly namespace?: string;
  readonly name: string;
  readonly at: Anchor;
  readonly rules: readonly ExplainedRule[];
}

export interface ExplainedRule {
  readonly at?: Anchor;
  /** Where it stands in its list, from 0. */
  readonly index: number;
  readonly action: 'Accept' | 'Deny' | 'Pass';
  readonly matches: 'yes' | 'perhaps' | 'no';
  /** What keeps it from matching, for the peer and the port that come nearest. */
  readonly misses: readonly RuleMiss[];
}

export interface RuleMiss {
  readonly what: 'namespace' | 'labels' | 'address' | 'port' | 'protocol';
  readonly at?: Anchor;
  readonly says: string;
}

/** Edits of one policy, or a policy that has to be made. */
export interface PolicyChange {
  readonly says: string;
  readonly kind: string;
  readonly namespace?: string;
  readonly name: string;
  readonly at?: Anchor;
  /** Paths count from the root of the object. */
  readonly edits: readonly ValueEdit[];
  /** The whole object, where there is none yet. */
  readonly creates?: Readonly<Record<string, unknown>>;
}

/** What a change does to one pair. What is in none of the lists stayed as it was. */
export interface ReachChange {
  readonly from: ReachEndpoint;
  readonly to: ReachEndpoint;
  /** Denied before, allowed now. */
  readonly opened: readonly ReachPorts[];
  /** Allowed before, denied now. */
  readonly closed: readonly ReachPorts[];
  /** Denied before and unknown now, or unknown before and allowed now. */
  readonly mayOpen: readonly ReachPorts[];
  /** Allowed before and unknown now, or unknown before and denied now. */
  readonly mayClose: readonly ReachPorts[];
}
