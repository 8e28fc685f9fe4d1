import type { Resource } from '../core/index.ts';

/** What rules read of a Node (k8s.io/api, core/v1). */
export interface NodeObject {
  readonly spec?: { readonly taints?: readonly Taint[]; readonly unschedulable?: boolean };
  readonly status?: { readonly nodeInfo?: { readonly kubeletVersion?: string } };
}

export interface Taint {
  readonly key?: string;
  readonly value?: string;
  readonly effect?: string;
}

export function isNode({ ref }: Resource): boolean {
  return ref.kind === 'Node' && ref.apiVersion === 'v1';
}
