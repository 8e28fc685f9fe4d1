import {
  remembering,
  type Anchor,
  type AnchorOf,
  type JoinedSubject,
  type JoinedSubjectKind,
  type PodTemplate,
  type ResourceRef,
} from '../core/index.ts';
import {
  isControlPlane,
  landsOn,
  lastingTaints,
  passesLastingTaints,
  placementText,
  type NodeFacts,
  type Placement,
} from '../kube/node-placement.ts';
import { nodeOfStaticPod } from '../kube/static-pod.ts';
import type { PodSpec } from '../kube/types.ts';
import { isNode, nodeFacts } from './node.ts';
import { rememberedWorkload, type RememberedPod } from './remembered-workload.ts';

/** A node, or a workload that taints do not keep from the nodes of the control plane. */
export type ControlPlaneNodeSubject =
  | {
      readonly type: 'node';
      readonly name: string;
      readonly controlPlane: boolean;
      /** A taint keeps workloads away. */
      readonly guarded: boolean;
      /** There are other nodes, where workloads could run instead. */
      readonly others: boolean;
      readonly taintsAt: Anchor;
    }
  | {
      readonly type: 'workload';
      readonly ref: ResourceRef;
      readonly at: Anchor;
      /** The first node of the control plane where it may land. */
      readonly node: string;
      /** It has that node by name: it runs there, or will. */
      readonly named: boolean;
    };

type Memory =
  | { readonly type: 'node'; readonly ref: ResourceRef; readonly facts: NodeFacts; readonly at: Anchor; readonly taintsAt: Anchor }
  | { readonly type: 'workload'; readonly ref: ResourceRef; readonly pods: readonly PlacedPod[] };

type PlacedPod = Pick<RememberedPod, 'placement' | 'placedAt'>;

/** More than any cluster has: what pretends to have more must not cost more. */
const mostNodes = 100;

/** Without system workloads: they belong there. */
export const controlPlaneNodes: JoinedSubjectKind<ControlPlaneNodeSubject, Memory> = {
  scope: 'joined',
  name: 'node of the control plane with what may run there',
  reads: { podTemplates: true, kinds: ['Node'] },
  example: 'objects',

  remember(resource, anchor, context) {
    const { ref } = resource;
    if (isNode(resource)) return { type: 'node', ref, facts: nodeFacts(resource), at: anchor([]), taintsAt: anchor(['spec', 'taints']) };
    if (!resource.podTemplates.some(({ spec }) => getsPastTaints(spec))) return undefined;
    // Who owns the node put it there.
    if (nodeOfStaticPod(resource) !== undefined) return undefined;
    // That of a running pod is remembered anyway.
    if (resource.podTemplates.every(({ spec }) => hasNode(spec))) return rememberedWorkload(resource, anchor, context);
    return { type: 'workload', ref, pods: resource.podTemplates.flatMap((template) => placedPod(template, anchor)) };
  },

  *subjects(memories): Generator<JoinedSubject<ControlPlaneNodeSubject>> {
    const guarded: NodeFacts[] = [];
    const others = memories.some((memory) => memory.type === 'node' && !isControlPlane(memory.facts.labels));
    for (const memory of memories) {
      if (memory.type !== 'node') continue;
      const { ref, facts, at, taintsAt } = memory;
      const controlPlane = isControlPlane(facts.labels);
      const isGuarded = lastingTaints(facts.taints).length > 0;
      if (controlPlane && isGuarded && guarded.length < mostNodes) guarded.push(facts);
      yield { subject: { type: 'node', name: facts.name, controlPlane, guarded: isGuarded, others, taintsAt }, ref, at };
    }
    if (guarded.length === 0) return;
    const landing = remembering((text): { readonly node: string; readonly named: boolean } | null => {
      const placement = JSON.parse(text) as Placement;
      const node = guarded.find(landsOn(placement))?.name;
      return node === undefined ? null : { node, named: placement.nodeName !== undefined };
    });
    for (const memory of memories) {
      if (memory.type !== 'workload') continue;
      const { ref } = memory;
      for (const { placedAt: at, placement } of memory.pods) {
        const found = landing(placement);
        if (found !== null) yield { subject: { type: 'workload', ref, at, ...found }, ref, at };
      }
    }
  },
};

function hasNode({ nodeName }: PodSpec): boolean {
  return nodeName !== undefined && nodeName !== '';
}

function getsPastTaints(spec: PodSpec): boolean {
  return hasNode(spec) || spec.tolerations?.some(passesLastingTaints) === true;
}

function placedPod({ spec, specPath }: PodTemplate, anchor: AnchorOf): PlacedPod[] {
  if (!getsPastTaints(spec)) return [];
  return [{ placement: placementText(spec), placedAt: anchor([...specPath, hasNode(spec) ? 'nodeName' : 'tolerations']) }];
}
