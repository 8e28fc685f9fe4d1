import type { PolicyRule } from './facts.ts';
import { urlMatches } from './question.ts';

/** More parts of one rule than this are not told apart: nobody writes such a rule, and its parts would fill the memory. */
const mostAtoms = 50_000;

/**
 * What of the wanted rules the owner does not have, broken down to one group, resource, verb and name each: empty where the
 * owner may hand all of it on. Each part must be covered by one rule of the owner. No list of verbs, groups or resources
 * covers a star; a rule without names covers every name.
 * Source: Covers of k8s.io/component-helpers v0.37 (auth/rbac/validation).
 */
export function covers(owner: readonly PolicyRule[], wanted: readonly PolicyRule[]): PolicyRule[] {
  const missing = (rules: readonly PolicyRule[]): PolicyRule[] => rules.filter((rule) => !owner.some((each) => ruleCovers(each, rule)));
  return missing(wanted).flatMap((rule) => missing(atoms(rule)));
}

/** One group, resource, verb and name, or one URL and verb. */
function atoms(rule: PolicyRule): PolicyRule[] {
  const { verbs, apiGroups, resources, resourceNames, nonResourceURLs } = rule;
  if (verbs.length * (apiGroups.length * resources.length * (resourceNames.length || 1) + nonResourceURLs.length) > mostAtoms)
    return [rule];
  const named = resourceNames.length === 0 ? [[]] : resourceNames.map((name) => [name]);
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        named.map((names) => ({ verbs: [verb], apiGroups: [group], resources: [resource], resourceNames: names, nonResourceURLs: [] })),
      ),
    ),
  );
  const ofUrls = nonResourceURLs.flatMap((url) =>
    verbs.map((verb) => ({ verbs: [verb], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [url] })),
  );
  return [...ofResources, ...ofUrls];
}

function ruleCovers(owner: PolicyRule, atom: PolicyRule): boolean {
  return (
    hasAll(owner.verbs, atom.verbs) &&
    hasAll(owner.apiGroups, atom.apiGroups) &&
    atom.resources.every((resource) => coversResource(owner.resources, resource)) &&
    coversNames(owner.resourceNames, atom.resourceNames) &&
    atom.nonResourceURLs.every((url) => owner.nonResourceURLs.some((pattern) => urlMatches(pattern, url)))
  );
}

function hasAll(list: readonly string[], wanted: readonly string[]): boolean {
  return list.includes('*') || wanted.every((each) => list.includes(each));
}

function coversResource(resources: readonly string[], wanted: string): boolean {
  if (resources.includes('*') || resources.includes(wanted)) return true;
  const slash = wanted.indexOf('/');
  return slash !== -1 && resources.includes(`*${wanted.slice(slash)}`);
}

function coversNames(names: readonly string[], wanted: readonly string[]): boolean {
  return names.length === 0 || (wanted.length > 0 && wanted.every((name) => names.includes(name)));
}
