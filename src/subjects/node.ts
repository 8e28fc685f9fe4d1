import type { Resource } from '../core/index.ts';
import type { NodeFacts } from '../kube/node-placement.ts';
import type { Taint } from '../kube/types.ts';

/** What rules read of a Node (k8s.io/api, core/v1). */
export interface NodeObject {
  readonly spec?: { readonly taints?: readonly Taint[] };
  readonly status?: { readonly nodeInfo?: { readonly kubeletVersion?: string } };
}

export function isNode({ ref }: Resource): boolean {
  return ref.kind === 'Node' && ref.apiVersion === 'v1';
}

export function nodeFacts({ ref, metadata, object }: Resource): NodeFacts {
  const { spec: { taints = [] } = {} } = object as NodeObject;
  return { name: ref.name, labels: metadata.labels ?? {}, taints };
}
