import {
  compareText,
  unknown,
  type Anchor,
  type AnchorOf,
  type JoinedSubject,
  type JoinedSubjectKind,
  type Place,
  type Resource,
  type ResourceRef,
  type Verdict,
} from '../core/index.ts';
import { isObservedApiServer, observedApiServerKind, type ObservedApiServer, type ServedApi } from '../kube/api-server.ts';
import { imageMatches, parseImageReference } from '../kube/image-reference.ts';
import { productsOfApi, productsOfWorkload, type KnownProduct, type ProductRole } from '../kube/known-products.ts';
import type { Container, PodSpec, Volume } from '../kube/types.ts';
import { listOf, recordOf } from '../kube/untyped.ts';
import { isNode, type NodeObject } from './node.ts';

/** What runs in a cluster, or in the manifests for one, as far as products are recognised. */
export interface ClusterSubject {
  /** Present where an API server was asked: then what was not seen is not there. */
  readonly server: ClusterServer | undefined;
  readonly nodes: ClusterNodes;
  /** What is known of its products by what runs. */
  readonly workloads: readonly ProductWorkload[];
  /** All of them, known or not. */
  readonly daemonSets: readonly DaemonSetFacts[];
}

export interface ClusterServer {
  readonly at: Anchor;
  readonly version: string;
  readonly apis: readonly ServedApi[];
}

export interface ClusterNodes {
  /** Those that run pods of DaemonSets. */
  readonly count: number;
  /** Stand for a service that runs pods elsewhere: no DaemonSet reaches what is behind them. */
  readonly virtual: number;
  /** Some kubelet is part of a distribution that enforces network policies by itself. */
  readonly enforcePolicies: boolean;
}

export interface ProductWorkload {
  /** `DaemonSet kube-system/cilium` */
  readonly title: string;
  readonly at: Anchor;
  readonly product: KnownProduct;
  /** What becomes of network policies, where its arguments decide it. */
  readonly policies: KnownProduct['networkPolicy'];
  /** Whether it goes on working, as far as its object tells. */
  readonly work: ProductWork;
}

/** `once`: a Job or a pod that nobody makes anew. Otherwise why nothing comes of it: `is suspended`. */
export type ProductWork = 'goes on' | 'once' | { readonly idle: string };

export interface DaemonSetFacts {
  readonly title: string;
  readonly at: Anchor;
  readonly products: readonly KnownProduct[];
  readonly images: readonly string[];
  /** It can read the logs of the node. */
  readonly readsLogs: boolean;
  /** It can see the processes of the node. */
  readonly seesProcesses: boolean;
  /** It can change the network of the node. */
  readonly changesNetwork: boolean;
  /** On how many nodes it is to run, and on how many it is ready; undefined where nobody said. */
  readonly desired: number | undefined;
  readonly ready: number | undefined;
}

/** The evidence that an unknown verdict names. */
type Needs = Extract<Verdict, { readonly verdict: 'unknown' }>['needs'];

type Memory =
  | { readonly type: 'server'; readonly ref: ResourceRef; readonly server: ClusterServer }
  | { readonly type: 'node'; readonly virtual: boolean; readonly enforcesPolicies: boolean }
  | {
      readonly type: 'workload';
      readonly ref: ResourceRef;
      readonly at: Anchor;
      readonly workloads: readonly ProductWorkload[];
      readonly daemonSet: DaemonSetFacts | undefined;
    };

/**
 * The one cluster, where an API server was asked; in manifests one for each workload with a product. Parts of the system
 * count: a network plugin is one.
 */
export const clusters: JoinedSubjectKind<ClusterSubject, Memory> = {
  scope: 'joined',
  name: 'cluster',
  reads: {
    podTemplates: true,
    kinds: ['DaemonSet.apps', 'Deployment.apps', 'StatefulSet.apps', 'Pod', 'Node', observedApiServerKind],
    system: true,
  },
  example: 'objects',

  remember(resource, anchor) {
    const { ref, object } = resource;
    if (resource.podTemplates.length > 0) return rememberWorkload(resource, anchor);
    if (isObservedApiServer(ref)) {
      const { version = '', apis } = (object as { readonly status?: ObservedApiServer }).status ?? {};
      // Who knows what is served has asked for what runs.
      return apis === undefined ? undefined : { type: 'server', ref, server: { at: anchor(['metadata', 'name']), version, apis } };
    }
    return isNode(resource) ? { type: 'node', virtual: isVirtual(resource), enforcesPolicies: enforcesPolicies(resource) } : undefined;
  },

  *subjects(memories) {
    const found = memories.find((memory) => memory.type === 'server');
    const nodes = { count: 0, virtual: 0, enforcePolicies: false };
    const workloads: ProductWorkload[] = [];
    const daemonSets: DaemonSetFacts[] = [];
    for (const memory of memories) {
      if (memory.type === 'node') {
        if (memory.virtual) nodes.virtual++;
        else nodes.count++;
        nodes.enforcePolicies ||= memory.enforcesPolicies;
      } else if (memory.type === 'workload') {
        for (const workload of memory.workloads) workloads.push(workload);
        if (memory.daemonSet !== undefined) daemonSets.push(memory.daemonSet);
        if (found === undefined && memory.workloads.length > 0) yield alone(memory);
      }
    }
    if (found === undefined) return;
    const { ref, server } = found;
    // What is named of several does not hang on who answered first.
    workloads.sort((a, b) => compareText(a.title, b.title));
    daemonSets.sort((a, b) => compareText(a.title, b.title));
    yield { ref, at: server.at, subject: { server, nodes, workloads, daemonSets } };
  },
};

function rememberWorkload(resource: Resource, anchor: AnchorOf): Memory | undefined {
  const { ref } = resource;
  const daemonSet = ref.kind === 'DaemonSet';
  const products = productsOfWorkload(resource);
  if (products.length === 0 && !daemonSet) return undefined;
  const title = `${ref.kind} ${ref.namespace === undefined ? '' : `${ref.namespace}/`}${ref.name}`;
  const at = anchor(['metadata', 'name']);
  const specs = resource.podTemplates.map(({ spec }) => spec as PodSpec);
  const work = workOf(resource);
  const workloads = products.map((product) => ({ title, at, product, policies: policiesOf(product, specs), work }));
  return {
    type: 'workload',
    ref,
    at,
    workloads,
    daemonSet: daemonSet ? { title, at, products, ...factsOf(resource, specs) } : undefined,
  };
}

/** In manifests each product stands for itself: what else there is in their cluster is not known. */
function alone({ ref, at, workloads }: Extract<Memory, { readonly type: 'workload' }>): JoinedSubject<ClusterSubject> {
  const nodes = { count: 0, virtual: 0, enforcePolicies: false };
  return { ref, at, subject: { server: undefined, nodes, workloads, daemonSets: [] } };
}

function workOf({ ref, object }: Resource): ProductWork {
  const { replicas, suspend } = recordOf(object['spec']);
  if (replicas === 0) return { idle: 'is told to run no pods' };
  if (suspend === true) return { idle: 'is suspended' };
  if (ref.kind === 'Job' || ref.kind === 'Pod') return 'once';
  const { lastScheduleTime, lastSuccessfulTime, active } = recordOf(object['status']);
  const failed = ref.kind === 'CronJob' && lastScheduleTime !== undefined && lastSuccessfulTime === undefined;
  return failed && listOf(active).length === 0 ? { idle: 'has not come to its end yet' } : 'goes on';
}

/** Fargate and Virtual Kubelet show one node for each pod, or for a whole service. */
function isVirtual({ metadata: { labels = {} } }: Resource): boolean {
  return labels['eks.amazonaws.com/compute-type'] === 'fargate' || labels['type'] === 'virtual-kubelet';
}

/**
 * K3s and RKE2 have a controller for network policies in the process of the node (docs.k3s.io, "Network Policy Controller"):
 * no pod shows it.
 */
function enforcesPolicies({ object }: Resource): boolean {
  return hasOwnPolicyController((object as NodeObject).status?.nodeInfo?.kubeletVersion ?? '');
}

/** By the version of its API server or kubelet: `v1.35.1+k3s1`. */
export function hasOwnPolicyController(version: string): boolean {
  return /\+(?:k3s|rke2)/.test(version);
}

function policiesOf({ networkPolicy, networkPolicyFlag: flag }: KnownProduct, specs: readonly PodSpec[]): KnownProduct['networkPolicy'] {
  if (flag === undefined) return networkPolicy;
  const pattern = new RegExp(`^--?${flag.name}(?:=(.*))?$`);
  for (const { command = [], args = [] } of specs.flatMap(({ containers = [] }) => containers)) {
    for (const text of [...command, ...args]) {
      const match = text.length > 1024 ? null : pattern.exec(text);
      if (match !== null) return /^(?:false|f|0)$/i.test(match[1] ?? '') ? 'ignored' : 'enforced';
    }
  }
  return flag.default ? 'enforced' : 'ignored';
}

function factsOf({ object }: Resource, specs: readonly PodSpec[]): Omit<DaemonSetFacts, 'title' | 'at' | 'products'> {
  const { desiredNumberScheduled, numberReady } = (object['status'] ?? {}) as Readonly<Record<string, number | undefined>>;
  const containers = specs.flatMap((spec) => [...(spec.containers ?? []), ...(spec.initContainers ?? [])]);
  const privileged = containers.some(({ securityContext }) => securityContext?.privileged === true);
  return {
    images: specs.flatMap(({ containers: own = [] }) => own.flatMap(({ image }) => image ?? [])),
    readsLogs: specs.some(({ volumes = [] }) => volumes.some(holdsLogs)),
    seesProcesses:
      privileged || specs.some(({ hostPID }) => hostPID === true) || addsCapability(containers, ['SYS_ADMIN', 'BPF', 'SYS_PTRACE']),
    changesNetwork: specs.some(({ hostNetwork }) => hostNetwork === true) && (privileged || addsCapability(containers, ['NET_ADMIN'])),
    desired: desiredNumberScheduled,
    // Where none is ready the field is 0, and there.
    ready: numberReady,
  };
}

function addsCapability(containers: readonly Container[], names: readonly string[]): boolean {
  const added = containers.flatMap(({ securityContext }) => securityContext?.capabilities?.add ?? []);
  return added.some((name) => name === 'ALL' || names.includes(name.replace(/^CAP_/, '')));
}

/** Where kubelets, engines and journald write; whoever mounts what contains them sees them too. */
const logFolders = ['/var/log/pods', '/var/log/containers', '/var/log/journal', '/run/log/journal', '/var/lib/docker/containers'];

function holdsLogs({ hostPath }: Volume): boolean {
  const path = `${hostPath?.path?.replace(/\/+$/, '') ?? ''}/`;
  return hostPath?.path !== undefined && logFolders.some((folder) => `${folder}/`.startsWith(path) || path.startsWith(`${folder}/`));
}

/** Runs a product with this role, or one of the images that the user names as such. */
export function serves({ products, images }: DaemonSetFacts, role: ProductRole, own: readonly string[]): boolean {
  return products.some(({ roles }) => roles.includes(role)) || images.some((image) => isAmong(image, own));
}

/** Nothing that is known, or the agent of a store of metrics: those of vendors do much besides. */
export function mayServe({ products }: DaemonSetFacts): boolean {
  return products.every(({ roles }) => roles.includes('metrics store'));
}

function isAmong(image: string, entries: readonly string[]): boolean {
  const parsed = parseImageReference(image);
  return !('error' in parsed) && entries.some((entry) => imageMatches(parsed, entry));
}

/** On how many nodes a DaemonSet is to be, and is. One that nobody has counted may be everywhere, and is proven nowhere. */
export function coverage({ desired = Infinity, ready = 0 }: DaemonSetFacts): { readonly desired: number; readonly ready: number } {
  return { desired, ready: Math.min(desired, ready) };
}

export function nodesCounted(count: number): string {
  return count === 1 ? '1 node' : `${count} nodes`;
}

/** A product that was seen, and where; each product once. */
export interface Sighting {
  readonly product: KnownProduct;
  /** `DaemonSet kube-system/cilium`, or `API security.istio.io`. */
  readonly by: string;
  readonly at: Anchor;
  /** As in `ProductWorkload`. */
  readonly policies: KnownProduct['networkPolicy'];
}

/** Products with one of the roles, in the order in which they were met; by an API alone only where nothing runs that is known. */
export function sightingsOf({ workloads, server }: ClusterSubject, roles: readonly ProductRole[]): Sighting[] {
  const wanted = (product: KnownProduct): boolean => product.roles.some((role) => roles.includes(role));
  // By name: what was remembered in another thread is a copy.
  const found = new Map<string, Sighting>();
  for (const { product, title, at, policies } of workloads)
    if (wanted(product) && !found.has(product.name)) found.set(product.name, { product, by: `${title} runs`, at, policies });
  if (server === undefined) return [...found.values()];
  for (const { group, resource = '' } of server.apis)
    for (const product of productsOfApi(group, resource))
      if (wanted(product) && !found.has(product.name))
        found.set(product.name, { product, by: `API ${group} belongs to`, at: server.at, policies: product.networkPolicy });
  return [...found.values()];
}

/** More than that is no evidence but a list. */
const mostPlaces = 8;

/** Products were seen, and that proves nothing yet: what each of them leaves open. */
export function evidence(sightings: readonly Sighting[], open: string, needs: Needs): Verdict {
  const places = sightings
    .slice(0, mostPlaces)
    .map(({ by, product, at }): Place => ({ where: at, message: `${by} ${product.name}: ${open}` }));
  return { verdict: 'unknown', places, needs };
}

/** Nothing known was seen. Of manifests there is nothing to say then: their cluster may have it from elsewhere. */
export function noneSeen({ server }: ClusterSubject, message: string, needs: Needs): Verdict {
  return server === undefined ? { verdict: 'unknown', places: [], needs: ['cluster'] } : unknown(server.at, message, needs);
}
