import type { Anchor, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import { isControlPlane, type NodeFacts } from '../kube/node-placement.ts';
import { nodeOfStaticPod } from '../kube/static-pod.ts';
import type { PodSpec } from '../kube/types.ts';
import { isNode, nodeFacts } from './node.ts';

/** A node that runs etcd for the API server. */
export interface EtcdNodeSubject {
  readonly name: string;
  /** It is one of the control plane too. */
  readonly controlPlane: boolean;
  /** What shows that: the role of the node, or a pod that runs there. */
  readonly at: Anchor;
}

type Memory =
  | { readonly type: 'node'; readonly ref: ResourceRef; readonly facts: NodeFacts; readonly at: Anchor; readonly labelsAt: Anchor }
  | { readonly type: 'etcd'; readonly ref: ResourceRef; readonly node: string; readonly at: Anchor };

/** As K3s, RKE and RKE2 label the nodes that have it, inside of another process or not. */
const etcdRole = 'node-role.kubernetes.io/etcd';

/** None where etcd runs outside of the cluster, or where its maker keeps the control plane to himself. */
export const nodesWithEtcd: JoinedSubjectKind<EtcdNodeSubject, Memory> = {
  scope: 'joined',
  name: 'node with etcd',
  reads: { podTemplates: false, kinds: ['Node', 'Pod'], system: true },
  example: 'objects',

  remember(resource, anchor) {
    const { ref } = resource;
    if (isNode(resource))
      return { type: 'node', ref, facts: nodeFacts(resource), at: anchor([]), labelsAt: anchor(['metadata', 'labels', etcdRole]) };
    const node = nodeOfEtcd(resource);
    return node === undefined ? undefined : { type: 'etcd', ref, node, at: anchor(['spec', 'nodeName']) };
  },

  *subjects(memories): Generator<JoinedSubject<EtcdNodeSubject>> {
    const pods = new Map<string, Extract<Memory, { readonly type: 'etcd' }>>();
    for (const memory of memories) if (memory.type === 'etcd') pods.set(memory.node, memory);
    for (const memory of memories) {
      if (memory.type !== 'node') continue;
      const { ref, at, labelsAt, facts } = memory;
      const pod = pods.get(facts.name);
      const byRole = Object.hasOwn(facts.labels, etcdRole);
      if (pod === undefined && !byRole) continue;
      pods.delete(facts.name);
      const subject = { name: facts.name, controlPlane: isControlPlane(facts.labels), at: byRole ? labelsAt : (pod?.at ?? at) };
      yield { subject, ref, at };
    }
  },
};

/** As a static pod, as kubeadm and others write it; an application may have an etcd of its own. */
function nodeOfEtcd(resource: Resource): string | undefined {
  const node = nodeOfStaticPod(resource);
  const { containers = [] }: PodSpec = resource.podTemplates[0]?.spec ?? {};
  return node !== undefined && containers.some(({ name }) => name === 'etcd') ? node : undefined;
}
