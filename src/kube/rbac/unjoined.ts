import type { Aggregation } from './aggregation.ts';
import type { BindingFact, RbacFact, RoleFact, SubjectFact } from './facts.ts';

/** A subject of a binding that is not there. */
export interface MissingSubject {
  readonly binding: BindingFact;
  readonly subject: SubjectFact;
  /** `nobody`: of no kind that the API server knows, or an account in no namespace. */
  readonly missing: 'account' | 'namespace' | 'nobody';
}

/** For each role the bindings that grant it, directly or through aggregation. */
export function bindingsByRole(
  { selected }: Aggregation,
  bindings: readonly BindingFact[],
  rolesOf: (binding: BindingFact) => readonly RoleFact[],
): ReadonlyMap<RoleFact, readonly BindingFact[]> {
  const bound = new Map<RoleFact, BindingFact[]>();
  for (const binding of bindings) {
    // A set grows while it is walked.
    const granted = new Set(rolesOf(binding));
    for (const role of granted) {
      const before = bound.get(role);
      if (before === undefined) bound.set(role, [binding]);
      else before.push(binding);
      for (const source of selected.get(role) ?? []) granted.add(source);
    }
  }
  return bound;
}

/** Users and groups are known to nobody but who signs them in; the account `default` is in every namespace. */
export function findMissingSubjects(facts: readonly RbacFact[]): MissingSubject[] {
  const accounts = new Set(facts.flatMap((fact) => (fact.type === 'service-account' ? [`${fact.namespace}/${fact.name}`] : [])));
  const namespaces = new Set(facts.flatMap((fact) => (fact.type === 'namespace' ? [fact.name] : [])));
  const missingOf = ({ kind, namespace, name }: SubjectFact): MissingSubject['missing'] | undefined => {
    if (kind === 'User' || kind === 'Group') return undefined;
    if (kind !== 'ServiceAccount' || namespace === undefined) return 'nobody';
    if (accounts.has(`${namespace}/${name}`)) return undefined;
    if (!namespaces.has(namespace)) return 'namespace';
    return name === 'default' ? undefined : 'account';
  };
  return facts.flatMap((binding) => {
    if (binding.type !== 'binding') return [];
    return binding.subjects.flatMap((subject) => {
      const missing = missingOf(subject);
      return missing === undefined ? [] : [{ binding, subject, missing }];
    });
  });
}
