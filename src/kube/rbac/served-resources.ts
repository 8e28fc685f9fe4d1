import type { PolicyRule, RoleFact } from './facts.ts';
import { isOwnGroup, ownResource } from './own-resources.ts';
import type { ResourceQuestion } from './question.ts';

/** Verbs that the API server asks about by itself. With others anybody may ask about what they like, wherever they like. */
const ownVerbs: ReadonlySet<string> = new Set(
  '* get list watch create update patch delete deletecollection approve bind escalate impersonate sign use'.split(' '),
);

/**
 * Whether a Role can grant this at all. What lives in no namespace is asked about in none, but for two: a namespace lives in
 * itself, and `bind` on a ClusterRole is asked in the namespace of the new RoleBinding.
 */
export function isLiveInNamespace({ verb, group, resource, subresource = '' }: Omit<ResourceQuestion, 'namespace' | 'name'>): boolean {
  const name = subresource === '' ? resource : `${resource}/${subresource}`;
  if (!ownVerbs.has(verb) || ownResource(group, name)?.scope !== 'cluster') return true;
  if (group === '' && resource === 'namespaces') return ['get', 'update', 'patch', 'delete', '*'].includes(verb);
  return group === 'rbac.authorization.k8s.io' && name === 'clusterroles' && (verb === 'bind' || verb === '*');
}

/** A resource in a rule that grants nothing. */
export interface DeadResource {
  readonly resource: string;
  /** As behind its name: `, which the API does not have`. */
  readonly because: string;
}

/**
 * The resources of a rule that grant nothing: because no group of the rule has them, because a Role cannot grant them, or
 * because the rule is limited to names that no request with its verbs carries. Groups that Kubernetes does not serve itself
 * may have any resource, if they can exist.
 */
export function deadResources(rule: PolicyRule, kind: RoleFact['kind'], version: number): DeadResource[] {
  if (!rule.verbs.every((verb) => ownVerbs.has(verb))) return [];
  const nameless = isNameless(rule);
  return rule.resources.flatMap((resource) => {
    const reasons = rule.apiGroups.map((group) => deadIn(group, resource, { kind, version, verbs: rule.verbs }) ?? nameless);
    const [because] = reasons;
    return because === undefined || reasons.includes(undefined) ? [] : [{ resource, because: reasons.find(isOfResource) ?? because }];
  });
}

/** What is wrong with the resource says more than what is wrong with one of the groups. */
function isOfResource(reason: string | undefined): reason is string {
  return reason !== undefined && !reason.endsWith('which no API has');
}

interface Asked {
  readonly kind: RoleFact['kind'];
  readonly version: number;
  readonly verbs: readonly string[];
}

function deadIn(group: string, resource: string, { kind, version, verbs }: Asked): string | undefined {
  const [base = '', subresource] = resource.split('/', 3);
  // Extra fields of users are asked about by their keys.
  if (subresource === '*' && base !== 'userextras') return ', where the star is no pattern: only "*" and "*/x" are';
  if (group === '*' || base === '*') return undefined;
  if (!isOwnGroup(group)) {
    // A group without a dot is one of Kubernetes' own; a version is no part of a group.
    return group.includes('.') && !group.includes('/') ? undefined : ` of group "${group}", which no API has`;
  }
  const known = ownResource(group, resource);
  if (known === undefined) return ', which the API does not have';
  if (known.until < version)
    return `${group === 'extensions' ? ' of group "extensions"' : ''}, which Kubernetes 1.${known.until + 1} took away`;
  const inVain =
    kind === 'Role' && !verbs.some((verb) => isLiveInNamespace({ verb, group, resource: base, ...(subresource && { subresource }) }));
  return inVain ? ', which lives in no namespace, so a Role cannot grant it' : undefined;
}

/** A creation by POST carries no name either, but one by server-side apply does. */
function isNameless({ verbs, resourceNames }: PolicyRule): string | undefined {
  const isNamed = resourceNames.length > 0 && !resourceNames.includes('');
  const inVain = isNamed && verbs.length > 0 && verbs.every((verb) => verb === 'deletecollection');
  return inVain ? ' by names, which the deletion of a collection does not carry' : undefined;
}
