import type { Anchor, AnchorOf, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import { isControlPlane, landsOn, lastingTaints, placementOf, type NodeFacts, type Placement } from '../kube/node-placement.ts';
import { nodeOfStaticPod } from '../kube/static-pod.ts';
import { isNode, nodeFacts } from './node.ts';

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

interface PlacedPod {
  readonly placement: Placement;
  readonly at: Anchor;
}

/** More than any cluster has: what pretends to have more must not cost more. */
const mostNodes = 100;

/** Without system workloads: they belong there. */
export const controlPlaneNodes: JoinedSubjectKind<ControlPlaneNodeSubject, Memory> = {
  scope: 'joined',
  name: 'node of the control plane with what may run there',
  reads: { podTemplates: true, kinds: ['Node'] },
  example: 'objects',

  remember(resource, anchor) {
    const { ref } = resource;
    if (isNode(resource)) return { type: 'node', ref, facts: nodeFacts(resource), at: anchor([]), taintsAt: anchor(['spec', 'taints']) };
    // Who owns the node put it there.
    if (resource.podTemplates.length === 0 || nodeOfStaticPod(resource) !== undefined) return undefined;
    const pods = placementsOf(resource, anchor);
    return pods.length === 0 ? undefined : { type: 'workload', ref, pods };
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
    for (const memory of memories) {
      if (memory.type !== 'workload') continue;
      const { ref } = memory;
      for (const { at, placement } of memory.pods) {
        const node = guarded.find(landsOn(placement))?.name;
        if (node === undefined) continue;
        const named = placement.nodeName !== undefined;
        yield { subject: { type: 'workload', ref, at, node, named }, ref, at };
      }
    }
  },
};

/** Of those alone that could get past a taint. */
function placementsOf({ podTemplates }: Resource, anchor: AnchorOf): PlacedPod[] {
  return podTemplates.flatMap(({ spec, specPath }): PlacedPod[] => {
    const placement = placementOf(spec);
    const { nodeName, tolerations = [] } = placement;
    if (nodeName === undefined && tolerations.length === 0) return [];
    return [{ placement, at: anchor([...specPath, nodeName === undefined ? 'tolerations' : 'nodeName']) }];
  });
}
