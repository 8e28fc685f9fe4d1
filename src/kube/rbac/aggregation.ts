import { indexSelectors } from '../selector-index.ts';
import type { PolicyRule, RoleFact, RuleFact } from './facts.ts';

/** A rule that a role has, with the role in which it stands: another one where it is aggregated. */
export interface OwnedRule {
  readonly rule: RuleFact;
  readonly source: RoleFact;
}

/** Which ClusterRoles stand together from others. */
export interface Aggregation {
  /** For each role that aggregates others those that it selects; a role never selects itself. */
  readonly selected: ReadonlyMap<RoleFact, readonly RoleFact[]>;
  /** For each of them the roles whose own rules it ends up with, through further aggregation. */
  readonly sources: ReadonlyMap<RoleFact, readonly RoleFact[]>;
}

/**
 * Selectors that are tried, selections that are followed and rules that are gathered. Clusters with hundreds of operators take
 * some ten thousand; a thousand roles that all select each other would take a thousand million.
 */
const mostSteps = 2_000_000;

/**
 * Follows the aggregation rules; undefined where they take too many steps: then nobody can say what any of them gathers.
 * Source: pkg/controller/clusterroleaggregation of k8s.io/kubernetes v1.37.
 */
export function aggregate(roles: readonly RoleFact[]): Aggregation | undefined {
  const aggregating = roles.flatMap((role) => role.aggregates.map((selector) => ({ role, selector })));
  const selected = new Map<RoleFact, RoleFact[]>();
  const sources = new Map<RoleFact, readonly RoleFact[]>();
  if (aggregating.length === 0) return { selected, sources };
  let steps = 0;
  const index = indexSelectors(aggregating, ({ selector }) => selector);
  for (const role of roles) {
    if (role.kind !== 'ClusterRole') continue;
    steps += index.cost(role.labels);
    if (steps > mostSteps) return undefined;
    for (const each of new Set(index.matching(role.labels).map((entry) => entry.role))) {
      if (each.name === role.name) continue;
      const before = selected.get(each);
      if (before === undefined) selected.set(each, [role]);
      else before.push(role);
    }
  }
  for (const role of selected.keys()) {
    const seen = new Set([role]);
    const gathered: RoleFact[] = [];
    for (const each of seen) {
      const further = selected.get(each);
      steps += further?.length ?? each.rules.length;
      if (steps > mostSteps) return undefined;
      if (further === undefined) gathered.push(each);
      else for (const next of further) seen.add(next);
    }
    sources.set(role, gathered);
  }
  return { selected, sources };
}

/**
 * The rules that each role grants. Those of a ClusterRole with an aggregation rule are what its controller writes: the rules
 * of all ClusterRoles that one of its selectors selects, through further aggregation, each once. Where none of those was
 * read, its own rules are what the controller wrote.
 */
export function ownedRules({ sources }: Aggregation): (role: RoleFact) => readonly OwnedRule[] {
  const known = new Map<RoleFact, readonly OwnedRule[]>();
  const texts = new Map<RuleFact, string>();
  const textOf = (rule: RuleFact): string => {
    const before = texts.get(rule);
    if (before !== undefined) return before;
    const text = ruleText(rule);
    texts.set(rule, text);
    return text;
  };
  return (role) => {
    const before = known.get(role);
    if (before !== undefined) return before;
    const gathered = sources.get(role);
    const owned = (gathered ?? [role]).flatMap((source) => source.rules.map((rule) => ({ rule, source })));
    const rules = gathered === undefined ? owned : withoutRepeats(owned, textOf);
    known.set(role, rules);
    return rules;
  };
}

function withoutRepeats(owned: readonly OwnedRule[], textOf: (rule: RuleFact) => string): OwnedRule[] {
  const texts = new Set<string>();
  return owned.filter(({ rule }) => {
    const text = textOf(rule);
    return !texts.has(text) && texts.add(text);
  });
}

/** The same for rules that say the same in the same order. */
export function ruleText({ verbs, apiGroups, resources, resourceNames, nonResourceURLs }: PolicyRule): string {
  return JSON.stringify([verbs, apiGroups, resources, resourceNames, nonResourceURLs]);
}
