import { nowhere, type Anchor, type JoinedSubject, type JoinedSubjectKind, type ResourceRef } from '../core/index.ts';
import type { Protocol, ReachEndpoint } from '../core/reach.ts';
import { parseImageReference } from '../kube/image-reference.ts';
import type { Labels } from '../kube/label-selector.ts';
import { buildNetwork, type Network, type NetworkFact } from '../kube/network/index.ts';
import type { PodSpec } from '../kube/types.ts';
import { namespaceNetworkFact, policyFact, policyKinds } from './policy-facts.ts';

/** Pods of kube-system by what they do, with what policies let them do. */
export interface SystemConnectionsSubject {
  /** For messages. */
  readonly name: string;
  readonly role: SystemRole | undefined;
  /** Connections without which the cluster does not work, and that policies deny for certain. */
  readonly missing: readonly string[];
  /** Whether policies let it connect to addresses outside of the cluster, look-ups of names aside. */
  readonly internet: 'allowed' | 'denied' | 'unknown';
  readonly at: Anchor;
}

export type SystemRole = 'dns' | 'metrics';

interface RememberedPod {
  readonly ref: ResourceRef;
  readonly labels: Labels;
  readonly role: SystemRole | undefined;
  readonly at: Anchor;
}

type Memory = { readonly type: 'policy'; readonly fact: NetworkFact } | { readonly type: 'pod'; readonly pod: RememberedPod };

/** The namespace that holds the pods of the system. */
const systemNamespace = 'kube-system';

/** One for each workload of kube-system that is not in the network of its node; it stands at its PodSpec. */
export const systemConnections: JoinedSubjectKind<SystemConnectionsSubject, Memory> = {
  scope: 'joined',
  name: 'workload of the system with its connections',
  reads: { podTemplates: true, kinds: policyKinds, system: true },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref, podTemplates } = resource;
    const namespace = context.namespaceOf(resource);
    const elsewhere = namespace !== undefined && namespace !== systemNamespace;
    if (podTemplates.length === 0) {
      const fact = elsewhere ? undefined : policyFact(resource, anchor, context);
      return fact && { type: 'policy', fact };
    }
    const [template] = podTemplates;
    if (namespace !== systemNamespace || template === undefined) return undefined;
    const spec = template.spec as PodSpec;
    if (spec.hostNetwork === true) return undefined;
    return { type: 'pod', pod: { ref, labels: template.metadata.labels ?? {}, role: roleOf(spec), at: anchor(template.specPath) } };
  },

  *subjects(memories): Generator<JoinedSubject<SystemConnectionsSubject>> {
    const pods = memories.flatMap((memory) => (memory.type === 'pod' ? [memory.pod] : []));
    const policies = memories.flatMap((memory) => (memory.type === 'policy' ? [memory.fact] : []));
    const network = policies.length === 0 ? undefined : networkOf(pods, policies);
    for (const [number, { ref, role, at }] of pods.entries()) {
      const end = endpointOf(systemNamespace, number);
      const missing =
        network === undefined || role === undefined ? [] : needs[role].flatMap((need) => (need.isMissing(network, end) ? [need.what] : []));
      const internet = network === undefined ? 'allowed' : internetOf(network, end);
      yield { subject: { name: ref.name, role, missing, internet, at }, ref, at };
    }
  },
};

/** Last parts of the repositories of what answers for names, and for the use of resources. */
const roles: Readonly<Record<string, SystemRole | undefined>> = Object.assign(Object.create(null) as Record<string, SystemRole>, {
  coredns: 'dns',
  'k8s-dns-kube-dns': 'dns',
  'metrics-server': 'metrics',
});

function roleOf({ containers = [] }: PodSpec): SystemRole | undefined {
  for (const { image = '' } of containers) {
    const reference = parseImageReference(image);
    const role = 'error' in reference ? undefined : roles[reference.repository.split('/').at(-1) ?? ''];
    if (role !== undefined) return role;
  }
  return undefined;
}

/** A pod of another namespace, with labels that nobody selects. */
const anyPod: ReachEndpoint = endpointOf('plimsoll-any', 0);

interface Need {
  readonly what: string;
  isMissing(network: Network, pods: ReachEndpoint): boolean;
}

/** Ports differ with the version of the manifest: all of them have to be denied before something is missing for certain. */
function denied(network: Network, from: ReachEndpoint, to: ReachEndpoint, protocol: Protocol, ports: readonly number[]): boolean {
  return ports.every((port) => network.verdict(from, to, protocol, port) === 'denied');
}

const apiServer: ReachEndpoint = { type: 'virtual', name: 'api-server' };
const node: ReachEndpoint = { type: 'virtual', name: 'node' };
const dnsPorts = [53, 1053, 5353, 8053, 10_053];

const needs: Readonly<Record<SystemRole, readonly Need[]>> = {
  dns: [
    { what: 'look-ups of other namespaces over UDP', isMissing: (network, end) => denied(network, anyPod, end, 'UDP', dnsPorts) },
    { what: 'look-ups of other namespaces over TCP', isMissing: (network, end) => denied(network, anyPod, end, 'TCP', dnsPorts) },
    { what: 'its connection to the API server', isMissing: (network, end) => denied(network, end, apiServer, 'TCP', [443, 6443]) },
  ],
  metrics: [
    {
      what: 'the API server, which asks it',
      isMissing: (network, end) => denied(network, apiServer, end, 'TCP', [443, 4443, 8443, 10_250]),
    },
    { what: 'its connection to the kubelets', isMissing: (network, end) => denied(network, end, node, 'TCP', [10_250]) },
    { what: 'its connection to the API server', isMissing: (network, end) => denied(network, end, apiServer, 'TCP', [443, 6443]) },
  ],
};

function internetOf(network: Network, end: ReachEndpoint): SystemConnectionsSubject['internet'] {
  const { allowed, unknown } = network.between(end, { type: 'virtual', name: 'internet' });
  if (allowed.some(({ ports }) => ports !== '53')) return 'allowed';
  return unknown.some(({ ports }) => ports !== '53') ? 'unknown' : 'denied';
}

function networkOf(pods: readonly RememberedPod[], policies: readonly NetworkFact[]): Network {
  return buildNetwork([
    ...policies,
    namespaceNetworkFact(systemNamespace, {}),
    ...pods.map(({ labels }, number) => workloadFact(systemNamespace, number, labels)),
    workloadFact('plimsoll-any', 0, {}),
  ]);
}

function endpointOf(namespace: string, number: number): ReachEndpoint {
  return { type: 'workload', kind: 'Pod', namespace, name: String(number) };
}

function workloadFact(namespace: string, number: number, labels: Labels): NetworkFact {
  const pod = { labels, ports: [], hostNetwork: false, many: true, everyNode: false, addresses: [] };
  return { type: 'workload', kind: 'Pod', namespace, name: String(number), pods: [pod], at: { resource: 0, path: [], location: nowhere } };
}
