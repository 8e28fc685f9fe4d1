import type { Anchor, JoinedSubject, JoinedSubjectKind, ResourceRef } from '../core/index.ts';
import { landsOn, type NodeFacts, type Placement } from '../kube/node-placement.ts';
import { indexByNamespace, type SelectorIndex } from '../kube/selector-index.ts';
import { meshFronts } from './mesh-fronts.ts';
import type { RememberedPod } from './remembered-workload.ts';
import { rememberWayIn, wayInKinds, type NamedService, type RouteWay, type WayIn } from './way-in.ts';

/**
 * A workload to which a Service leads from outside of the cluster, by itself or behind an Ingress or a route of a Gateway; or a
 * node where there is none. Without nodes nothing is known.
 */
export type ExposedWorkloadSubject =
  | { readonly type: 'node' }
  | {
      readonly type: 'workload';
      readonly ref: ResourceRef;
      readonly service: string;
      /** `Ingress "shop"`, where that leads to the Service. */
      readonly route?: string;
      /** What of its pod decides where it runs. */
      readonly at: Anchor;
      /** `many`: there are too many ways to place workloads to try them all. */
      readonly shares: SharedNode | 'nothing' | 'many';
    };

/** A node where the workload may land, and an internal one too. */
export interface SharedNode {
  readonly node: string;
  readonly internal: string;
}

interface ExposingService extends NamedService {
  readonly route?: string;
}

interface Exposing {
  readonly namespace: string | undefined;
  readonly service: ExposingService;
}

/** Questions whether a pod may land on a node: some hundred thousand take a moment. */
const mostQuestions = 2_000_000;

export const exposedWorkloads: JoinedSubjectKind<ExposedWorkloadSubject, WayIn> = {
  scope: 'joined',
  name: 'workload that is reached from outside, with the nodes',
  reads: { podTemplates: true, kinds: wayInKinds },
  example: 'objects',

  remember: rememberWayIn,

  *subjects(memories): Generator<JoinedSubject<ExposedWorkloadSubject>> {
    const nodes = memories.flatMap((memory) => (memory.type === 'node' ? [memory.facts] : []));
    if (nodes.length === 0) return;
    const services = servicesByNamespace(memories);
    const exposed: { readonly ref: ResourceRef; readonly service: ExposingService; readonly pod: RememberedPod }[] = [];
    /** Placements of internal workloads, with the first that has it. */
    const internal = new Map<string, string>();
    for (const memory of memories) {
      // An agent runs on every node and says nothing of where the others may.
      if (memory.type !== 'workload' || memory.ref.kind === 'DaemonSet') continue;
      for (const pod of memory.pods) {
        const [exposing] = services.get(memory.namespace)?.matching(pod.labels) ?? [];
        if (exposing !== undefined) exposed.push({ ref: memory.ref, service: exposing.service, pod });
        else if (!internal.has(pod.placement)) internal.set(pod.placement, `${memory.ref.kind} "${memory.ref.name}"`);
      }
    }
    const sharing = startSharing(nodes, internal);
    for (const { ref, service, pod } of exposed) {
      const { placedAt: at } = pod;
      const { name, route } = service;
      const leading = route === undefined ? { service: name } : { service: name, route };
      yield { subject: { type: 'workload', ref, ...leading, at, shares: sharing(pod.placement) }, ref, at };
    }
    if (exposed.length > 0) return;
    for (const memory of memories) if (memory.type === 'node') yield { subject: { type: 'node' }, ref: memory.ref, at: memory.at };
  },
};

function servicesByNamespace(memories: readonly WayIn[]): Map<string | undefined, SelectorIndex<Exposing>> {
  const routes = new Map<string, string>();
  const { internal, behindOthers } = meshFronts(memories);
  const isShut = (gateway: string): boolean => internal.has(gateway) && !behindOthers.has(gateway);
  const leadsIn = ({ parents }: RouteWay): boolean => parents.length === 0 || !parents.every(({ gateway }) => isShut(gateway));
  for (const memory of memories)
    if (memory.type === 'route' && leadsIn(memory)) for (const service of memory.services) routes.set(service, memory.title);
  const exposing = memories.flatMap((memory): Exposing[] => {
    if (memory.type !== 'service') return [];
    const { namespace, service } = memory;
    const route = routes.get(`${namespace ?? ''}/${service.name}`);
    if (!service.exposes && route === undefined) return [];
    return [{ namespace, service: service.exposes || route === undefined ? service : { ...service, route } }];
  });
  return indexByNamespace(
    exposing,
    ({ namespace }) => namespace,
    ({ service }) => ({ matchLabels: service.selector }),
  );
}

type Shares = Extract<ExposedWorkloadSubject, { readonly type: 'workload' }>['shares'];

function startSharing(nodes: readonly NodeFacts[], internal: ReadonlyMap<string, string>): (placement: string) => Shares {
  let questions = 0;
  /** Nodes where something internal may land, with one of those that may. */
  const taken = new Map<NodeFacts, string>();
  let free = nodes;
  for (const [placement, title] of internal) {
    questions += free.length;
    if (questions > mostQuestions) break;
    const lands = landsOn(JSON.parse(placement) as Placement);
    const left: NodeFacts[] = [];
    for (const node of free) {
      if (lands(node)) taken.set(node, title);
      else left.push(node);
    }
    free = left;
  }
  const answers = new Map<string, Shares>();
  return (placement) => {
    const known = answers.get(placement);
    if (known !== undefined) return known;
    const lands = landsOn(JSON.parse(placement) as Placement);
    questions += taken.size;
    const found = questions > mostQuestions ? undefined : [...taken].find(([node]) => lands(node));
    const answer = found === undefined ? (questions > mostQuestions ? 'many' : 'nothing') : { node: found[0].name, internal: found[1] };
    answers.set(placement, answer);
    return answer;
  };
}
