import type { Anchor, AnchorOf, JoinedSubject, JoinedSubjectKind, Resource, ResourceRef } from '../core/index.ts';
import type { MatchResources, ValidatingAdmissionPolicyBindingSpec, ValidatingAdmissionPolicySpec } from '../kube/admission.ts';
import { allNamespaceFacts, namespaceFactsKinds, namespacePart, type NamespaceFacts, type NamespacePart } from './namespace-facts.ts';

/** A ValidatingAdmissionPolicy with its bindings; without a policy, a binding that names none. */
export interface AdmissionPolicySubject {
  /** Of the policy that is, or of the one that is not there. */
  readonly name: string;
  readonly policy: PolicyFacts | undefined;
  readonly bindings: readonly BindingFacts[];
  /** Namespaces whose objects were read. */
  readonly namespaces: readonly NamespaceFacts[];
}

export interface PolicyFacts extends Pick<ValidatingAdmissionPolicySpec, 'failurePolicy' | 'matchConstraints' | 'matchConditions'> {
  readonly at: Anchor;
  /** Where these fields stand or would stand. */
  readonly places: Readonly<Record<'failurePolicy' | 'matchConstraints' | 'matchConditions', Anchor>>;
}

export interface BindingFacts extends Omit<ValidatingAdmissionPolicyBindingSpec, 'policyName' | 'paramRef'> {
  readonly name: string;
  /** Where its parameters are absent, what it is bound to decides nothing. */
  readonly opensWithoutParams: boolean;
  readonly at: Anchor;
  readonly places: Readonly<Record<'policyName' | 'validationActions' | 'matchResources' | 'paramRef', Anchor>>;
}

type Memory =
  | { readonly type: 'policy'; readonly ref: ResourceRef; readonly policy: PolicyFacts }
  | { readonly type: 'binding'; readonly ref: ResourceRef; readonly policyName: string; readonly binding: BindingFacts }
  | NamespacePart;

const group = 'admissionregistration.k8s.io';

/** Stable since 1.30. */
export const policyKinds: readonly string[] = [`ValidatingAdmissionPolicy.${group}`, `ValidatingAdmissionPolicyBinding.${group}`];

export const validatingPolicies: JoinedSubjectKind<AdmissionPolicySubject, Memory> = {
  scope: 'joined',
  name: 'validating admission policy',
  reads: { podTemplates: false, kinds: [...policyKinds, ...namespaceFactsKinds] },
  example: 'objects',
  remember,
  subjects,
};

function remember(resource: Resource, anchor: AnchorOf): Memory | undefined {
  const { ref, object } = resource;
  const part = namespacePart(resource);
  if (part !== undefined) return part;
  if (!ref.apiVersion.startsWith(`${group}/`)) return undefined;
  const at = anchor(['metadata', 'name']);
  const place = (field: string): Anchor => anchor(['spec', field]);
  if (ref.kind === 'ValidatingAdmissionPolicy') {
    const { failurePolicy, matchConstraints, matchConditions } = (object['spec'] ?? {}) as ValidatingAdmissionPolicySpec;
    const places = {
      failurePolicy: place('failurePolicy'),
      matchConstraints: place('matchConstraints'),
      matchConditions: place('matchConditions'),
    };
    const fields = { failurePolicy, matchConstraints: matchConstraints && scopeOf(matchConstraints), matchConditions };
    return { type: 'policy', ref, policy: { ...(fields as ValidatingAdmissionPolicySpec), at, places } };
  }
  if (ref.kind !== 'ValidatingAdmissionPolicyBinding') return undefined;
  const { policyName = '', matchResources, validationActions, paramRef } = (object['spec'] ?? {}) as ValidatingAdmissionPolicyBindingSpec;
  const places = {
    policyName: place('policyName'),
    validationActions: place('validationActions'),
    matchResources: place('matchResources'),
    paramRef: place('paramRef'),
  };
  const opensWithoutParams = paramRef?.parameterNotFoundAction === 'Allow';
  const fields = { name: ref.name, matchResources: matchResources && scopeOf(matchResources), validationActions, opensWithoutParams };
  return { type: 'binding', ref, policyName, binding: { ...(fields as Omit<BindingFacts, 'at' | 'places'>), at, places } };
}

/** Without what else stands there. */
function scopeOf({ namespaceSelector, objectSelector, resourceRules, excludeResourceRules }: MatchResources): MatchResources {
  return { namespaceSelector, objectSelector, resourceRules, excludeResourceRules } as MatchResources;
}

function* subjects(memories: readonly Memory[]): Generator<JoinedSubject<AdmissionPolicySubject>> {
  const namespaces = allNamespaceFacts(memories);
  const bindings = new Map<string, { readonly ref: ResourceRef; readonly binding: BindingFacts }[]>();
  for (const memory of memories) {
    if (memory.type !== 'binding') continue;
    const known = bindings.get(memory.policyName);
    if (known === undefined) bindings.set(memory.policyName, [memory]);
    else known.push(memory);
  }
  for (const memory of memories) {
    if (memory.type !== 'policy') continue;
    const { ref, policy } = memory;
    const bound = (bindings.get(ref.name) ?? []).map(({ binding }) => binding);
    bindings.delete(ref.name);
    yield { subject: { name: ref.name, policy, bindings: bound, namespaces }, ref, at: policy.at };
  }
  for (const [name, stray] of bindings)
    for (const { ref, binding } of stray)
      yield { subject: { name, policy: undefined, bindings: [binding], namespaces }, ref, at: binding.at };
}
