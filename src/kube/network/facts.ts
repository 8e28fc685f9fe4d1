import type { Anchor } from '../../core/index.ts';
import type { Protocol } from '../../core/reach.ts';
import type { Labels } from '../label-selector.ts';
import type { LabelSelector, NetworkPolicySpec } from '../types.ts';

/** The label that the API server gives every namespace, whatever its file says. */
export const namespaceNameLabel = 'kubernetes.io/metadata.name';

/**
 * What the reachability of a cluster depends on, one fact for each object: small plain projections that outlive the text
 * they were read from. The namespace of what says none is `default`, where `kubectl apply` puts it.
 */
export type NetworkFact =
  | WorkloadFact
  | NamespaceFact
  | NodeFact
  | ServiceFact
  | EndpointsFact
  | RouteFact
  | GatewayFact
  | NetworkPolicyFact
  | AdminPolicyFact
  | OpaquePolicyFact;

/** A workload, or a pod that stands for itself. Most have one kind of pod; a JobSet or a training job may have several. */
export interface WorkloadFact {
  readonly type: 'workload';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly pods: readonly PodFact[];
  /** The object that made it, in the same namespace. */
  readonly owner?: { readonly kind: string; readonly name: string };
  readonly at: Anchor;
}

export interface PodFact {
  readonly labels: Labels;
  /** Of containers and of sidecars; init containers that end take their ports with them. */
  readonly ports: readonly DeclaredPort[];
  readonly hostNetwork: boolean;
  /** Whether two of them can be there at a time. */
  readonly many: boolean;
  /** One on each node, as far as the template says. */
  readonly everyNode: boolean;
  /** The pods of an ingress controller or a gateway. */
  readonly takesTrafficIn?: true;
  /** Known of pods that run. */
  readonly addresses: readonly string[];
}

export interface DeclaredPort {
  readonly name?: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** The port of the node that leads to it. */
  readonly hostPort?: number;
}

export interface NamespaceFact {
  readonly type: 'namespace';
  readonly name: string;
  /** With `kubernetes.io/metadata.name`, which the API server sets whatever the file says. */
  readonly labels: Labels;
  readonly at: Anchor;
}

export interface NodeFact {
  readonly type: 'node';
  readonly name: string;
  readonly labels: Labels;
  readonly addresses: readonly string[];
  /** Whether the cloud gave it an address that the world reaches. */
  readonly external: boolean;
}

export interface ServiceFact {
  readonly type: 'service';
  readonly namespace: string;
  readonly name: string;
  readonly service: 'ClusterIP' | 'NodePort' | 'LoadBalancer' | 'ExternalName';
  /** Absent: somebody else writes its endpoints. */
  readonly selector?: Labels;
  readonly ports: readonly ServicePortFact[];
  readonly clusterIPs: readonly string[];
  readonly externalIPs: readonly string[];
  /** Addresses and names that the load balancer has got. */
  readonly balancers: readonly string[];
  readonly sourceRanges: readonly string[];
  /** `externalTrafficPolicy: Local`: pods see the client and not a node. */
  readonly local: boolean;
  /** An annotation makes its load balancer one of the private network. */
  readonly internal: boolean;
  readonly at: Anchor;
}

export interface ServicePortFact {
  readonly name?: string;
  readonly protocol: Protocol;
  readonly port: number;
  /** The number or the name of the port of the pod. */
  readonly target: number | string;
  readonly nodePort?: number;
}

/** Addresses behind a Service that are those of no pod. */
export interface EndpointsFact {
  readonly type: 'endpoints';
  readonly namespace: string;
  readonly service: string;
  readonly addresses: readonly string[];
  readonly ports: readonly { readonly protocol: Protocol; readonly port: number }[];
  readonly at: Anchor;
}

/** An Ingress, a route of the Gateway API or of OpenShift, or a VirtualService: which Services it leads to. */
export interface RouteFact {
  readonly type: 'route';
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  readonly backends: readonly BackendFact[];
  /** The IngressClass, or the Gateways as `NAMESPACE/NAME`. */
  readonly parents: readonly string[];
  /** Addresses and names under which it is reached. */
  readonly addresses: readonly string[];
  readonly at: Anchor;
}

export interface BackendFact {
  readonly namespace: string;
  readonly service: string;
  /** The number or the name of the port of the Service; absent: every one. */
  readonly port?: number | string;
  /** The port of its pods, where that is what is named. */
  readonly target?: number;
}

export interface GatewayFact {
  readonly type: 'gateway';
  readonly namespace: string;
  readonly name: string;
  readonly className: string;
  /** Of one of Istio: the pods that serve it, in whatever namespace they are. */
  readonly selector?: Labels;
  readonly addresses: readonly string[];
  readonly at: Anchor;
}

/** Where rules, peers and ports of one direction stand. */
export interface RulePlace {
  readonly at: Anchor;
  readonly peers: readonly Anchor[];
  readonly ports: readonly Anchor[];
}

export interface PolicyPlaces {
  readonly ingress: readonly RulePlace[];
  readonly egress: readonly RulePlace[];
}

/** A NetworkPolicy of networking.k8s.io. */
export interface NetworkPolicyFact {
  readonly type: 'network-policy';
  readonly namespace: string;
  readonly name: string;
  readonly spec: NetworkPolicySpec;
  readonly at: Anchor;
  readonly places: PolicyPlaces;
}

export type AdminAction = 'Accept' | 'Deny' | 'Pass';

/** A policy of policy.networking.k8s.io, of any version, in one form. */
export interface AdminPolicyFact {
  readonly type: 'admin-policy';
  readonly kind: string;
  readonly name: string;
  readonly tier: 'Admin' | 'Baseline';
  readonly priority: number;
  readonly subject: PodsPeer;
  readonly ingress: readonly AdminRule[];
  readonly egress: readonly AdminRule[];
  /** Why the schema of the kind refuses it. */
  readonly refused?: string;
  readonly at: Anchor;
  readonly places: PolicyPlaces;
}

export interface AdminRule {
  readonly action: AdminAction;
  /** A peer or a port that nobody knows: an Accept then matches nothing, anything else denies everything. */
  readonly closed: boolean;
  readonly peers: readonly AdminPeer[];
  /** Absent: every port of every protocol. */
  readonly ports?: readonly AdminPort[];
}

export interface PodsPeer {
  readonly type: 'pods';
  readonly namespaceSelector: LabelSelector;
  /** Absent selects every pod, as an empty one does. */
  readonly podSelector?: LabelSelector;
}

export type AdminPeer =
  | PodsPeer
  | { readonly type: 'nodes'; readonly selector: LabelSelector }
  | { readonly type: 'networks'; readonly cidrs: readonly string[] }
  | { readonly type: 'domain-names'; readonly names: readonly string[] };

export type AdminPort =
  | { readonly protocol: Protocol; readonly first: number; readonly last: number }
  /** Whatever port of whatever protocol has this name. */
  | { readonly name: string };

/** A policy of a plugin or of a mesh: whom it selects is read, what it does is not. */
export interface OpaquePolicyFact {
  readonly type: 'opaque-policy';
  readonly kind: string;
  /** Undefined for what holds in every namespace. */
  readonly namespace: string | undefined;
  readonly name: string;
  /** Whether it may allow what other policies deny. What stands above the network only narrows. */
  readonly mayAllow: boolean;
  readonly selections: readonly PodSelection[];
  readonly at: Anchor;
}

/** Whom a policy selects, as far as it can be read: what is left out selects more, never less. */
export interface PodSelection {
  readonly ingress: boolean;
  readonly egress: boolean;
  /** Absent: every pod. */
  readonly podSelector?: LabelSelector;
  /** Absent: every namespace, or the policy's own. */
  readonly namespaceSelector?: LabelSelector;
}
