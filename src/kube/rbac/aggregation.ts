import { indexSelectors } from '../selector-index.ts';
import type { PolicyRule, RoleFact, RuleFact } from './facts.ts';

/** A rule that a role has, with the role in which it stands: another one where it is aggregated. */
export interface OwnedRule {
  readonly rule: RuleFact;
  readonly source: RoleFact;
}

/**
 * The rules that each role grants. Those of a ClusterRole with an aggregation rule are what its controller writes: the rules
 * of all ClusterRoles that one of its selectors selects, through further aggregation, each once. Where none of those was
 * read, its own rules are what the controller wrote.
 * Source: pkg/controller/clusterroleaggregation of k8s.io/kubernetes v1.37.
 */
export function ownedRules(roles: readonly RoleFact[]): (role: RoleFact) => readonly OwnedRule[] {
  const selected = selectedRoles(roles);
  const known = new Map<RoleFact, readonly OwnedRule[]>();
  return (role) => {
    const before = known.get(role);
    if (before !== undefined) return before;
    const owned = (selected.has(role) ? sourcesOf(role, selected) : [role]).flatMap((source) =>
      source.rules.map((rule) => ({ rule, source })),
    );
    const rules = selected.has(role) ? withoutRepeats(owned) : owned;
    known.set(role, rules);
    return rules;
  };
}

/** For each role that aggregates others those that it selects; a role never selects itself. */
export function selectedRoles(roles: readonly RoleFact[]): Map<RoleFact, RoleFact[]> {
  const aggregating = roles.flatMap((role) => role.aggregates.map((selector) => ({ role, selector })));
  const selected = new Map<RoleFact, RoleFact[]>();
  if (aggregating.length === 0) return selected;
  const index = indexSelectors(aggregating, ({ selector }) => selector);
  for (const role of roles) {
    if (role.kind !== 'ClusterRole') continue;
    for (const aggregate of new Set(index.matching(role.labels).map((entry) => entry.role))) {
      if (aggregate.name === role.name) continue;
      const before = selected.get(aggregate);
      if (before === undefined) selected.set(aggregate, [role]);
      else before.push(role);
    }
  }
  return selected;
}

/** The roles whose own rules a role ends up with. */
function sourcesOf(role: RoleFact, selected: ReadonlyMap<RoleFact, readonly RoleFact[]>): RoleFact[] {
  const seen = new Set([role]);
  const sources: RoleFact[] = [];
  for (const each of seen) {
    const further = selected.get(each);
    if (further === undefined) sources.push(each);
    else for (const next of further) seen.add(next);
  }
  return sources;
}

function withoutRepeats(owned: readonly OwnedRule[]): OwnedRule[] {
  const texts = new Set<string>();
  return owned.filter(({ rule }) => {
    const text = ruleText(rule);
    return !texts.has(text) && texts.add(text);
  });
}

/** The same for rules that say the same in the same order. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
}
