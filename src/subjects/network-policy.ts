import { apiGroup, type LocalSubjectKind } from '../core/index.ts';
import type { NetworkPolicySpec } from '../kube/types.ts';

/** A NetworkPolicy as it is written. */
export interface NetworkPolicySubject {
  readonly name: string;
  readonly spec: NetworkPolicySpec;
}

/** Paths of controls are relative to the object. */
export const networkPolicies: LocalSubjectKind<NetworkPolicySubject> = {
  scope: 'local',
  name: 'network policy',
  reads: { podTemplates: false, kinds: ['NetworkPolicy.networking.k8s.io'] },
  example: 'objects',
  subjects({ ref, object }) {
    if (ref.kind !== 'NetworkPolicy' || apiGroup(ref.apiVersion) !== 'networking.k8s.io') return [];
    const { spec = {} } = object as { readonly spec?: NetworkPolicySpec };
    return [{ subject: { name: ref.name, spec }, path: [] }];
  },
};
