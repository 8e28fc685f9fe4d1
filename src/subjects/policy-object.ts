import { apiGroup, nowhere, type AnchorOf, type LocalSubjectKind } from '../core/index.ts';
import { adminPolicyFact } from '../kube/network/admin-policy-fact.ts';
import { opaquePolicyFact } from '../kube/network/opaque-policy-fact.ts';
import { recordOf } from '../kube/untyped.ts';
import { isNetworkPolicy, policyKinds, unnamedNamespace } from './policy-facts.ts';

/** A policy on the connections of pods, of any kind that is known. */
export interface PolicyObject {
  readonly kind: string;
  readonly name: string;
  /** `idle`: it enforces nothing; `opaque`: it does, and what is not read here. */
  readonly standing: 'understood' | 'opaque' | 'refused' | 'idle';
  readonly because?: string;
}

/** Of Calico: they only tell in the flow log what they would do (docs.tigera.io, "Staged network policies"). */
const stagedKinds: readonly string[] = ['StagedNetworkPolicy', 'StagedGlobalNetworkPolicy', 'StagedKubernetesNetworkPolicy'].map(
  (kind) => `${kind}.projectcalico.org`,
);

const kinds: readonly string[] = [...policyKinds, ...stagedKinds];
const known: ReadonlySet<string> = new Set(kinds);

const anywhere: AnchorOf = (path) => ({ resource: 0, path, location: nowhere });

/** Paths of controls are relative to the object. */
export const policyObjects: LocalSubjectKind<PolicyObject> = {
  scope: 'local',
  name: 'policy on connections',
  reads: { podTemplates: false, kinds },
  example: 'objects',
  subjects(resource, context) {
    const { kind, name, apiVersion } = resource.ref;
    // A host policy of Cilium is about nodes.
    if (recordOf(resource.object['spec'])['nodeSelector'] !== undefined) return [];
    const kindInGroup = `${kind}.${apiGroup(apiVersion)}`;
    if (!known.has(kindInGroup)) return [];
    const standing = ((): Pick<PolicyObject, 'standing' | 'because'> => {
      if (isNetworkPolicy(resource)) return { standing: 'understood' };
      if (stagedKinds.includes(kindInGroup)) return { standing: 'idle', because: 'it is only staged' };
      const admin = adminPolicyFact(resource, anywhere);
      if (admin?.refused !== undefined) return { standing: 'refused', because: admin.refused };
      if (admin !== undefined) return { standing: 'understood' };
      const opaque = opaquePolicyFact(resource, anywhere, context.namespaceOf(resource) ?? unnamedNamespace);
      return opaque === undefined ? { standing: 'idle', because: 'it has no rules for pods' } : { standing: 'opaque' };
    })();
    return [{ subject: { kind, name, ...standing }, path: [] }];
  },
};
