import type { PolicyRule, RoleFact } from './facts.ts';
import type { RightQuestion } from './dangerous-rights.ts';
import { servedResources } from './served-resources.generated.ts';

/** Resources of a group, and whether each lives in namespaces. */
type Group = ReadonlyMap<string, boolean>;

const groups: ReadonlyMap<string, Group> = new Map(
  Object.entries(servedResources).map(([group, text]) => [
    group,
    new Map(
      text.split(' ').map((each) => {
        const [name = ''] = each.split('/');
        return name.startsWith('+') ? [name.slice(1), true] : [name, false];
      }),
    ),
  ]),
);

/** What nothing serves and authorizers are asked about all the same, by group. */
const virtual: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['', new Set(['users', 'groups'])],
  ['authentication.k8s.io', new Set(['users', 'groups', 'serviceaccounts', 'nodes', 'uids', 'userextras'])],
  ['certificates.k8s.io', new Set(['signers'])],
]);

/** What older servers have, with the minor that took it away. */
const removed: readonly { readonly group: string; readonly resource?: string; readonly in: number }[] = [
  { group: 'extensions', in: 22 },
  { group: 'policy', resource: 'podsecuritypolicies', in: 25 },
];

/**
 * Whether a Role can grant this at all. What lives in no namespace is asked about in none, but for two: a namespace lives in
 * itself, and `bind` on a ClusterRole is asked in the namespace of the new RoleBinding.
 */
export function isLiveInNamespace({ verb, group, resource }: Pick<RightQuestion, 'verb' | 'group' | 'resource'>): boolean {
  if (virtual.get(group)?.has(resource) === true) return group !== '' && resource === 'serviceaccounts';
  if (groups.get(group)?.get(resource) !== false) return true;
  if (group === '' && resource === 'namespaces') return ['get', 'update', 'patch', 'delete', '*'].includes(verb);
  return group === 'rbac.authorization.k8s.io' && resource === 'clusterroles' && (verb === 'bind' || verb === '*');
}

/** A resource in a rule that grants nothing. */
export interface DeadResource {
  readonly resource: string;
  /** As after its name: `which the API does not have`. */
  readonly because: string;
}

/**
 * The resources of a rule that grant nothing, because no group of the rule has them or because a Role cannot grant them.
 * Groups that Kubernetes does not serve itself may have any resource, if they can exist.
 */
export function deadResources(rule: PolicyRule, kind: RoleFact['kind'], version: number): DeadResource[] {
  return rule.resources.flatMap((resource) => {
    const reasons = rule.apiGroups.map((group) => deadIn(group, resource, { kind, version, verbs: rule.verbs }));
    const [because] = reasons;
    return because === undefined || reasons.includes(undefined) ? [] : [{ resource, because: reasons.find(isOfResource) ?? because }];
  });
}

/** What is wrong with the resource says more than what is wrong with one of the groups. */
function isOfResource(reason: string | undefined): reason is string {
  return reason !== undefined && !reason.startsWith('and the group');
}

interface Asked {
  readonly kind: RoleFact['kind'];
  readonly version: number;
  readonly verbs: readonly string[];
}

function deadIn(group: string, resource: string, { kind, version, verbs }: Asked): string | undefined {
  const [base = '', subresource] = resource.split('/');
  // Extra fields of users are asked about by their keys.
  if (subresource === '*' && base !== 'userextras') return 'where the star is no pattern: only "*" and "*/x" are';
  if (group === '*' || base === '*') return undefined;
  const gone = removed.find((each) => each.group === group && (each.resource ?? base) === base);
  if (gone !== undefined) return version < gone.in ? undefined : `which Kubernetes 1.${gone.in} took away`;
  const served = groups.get(group);
  if (served === undefined) {
    // A group without a dot is one of Kubernetes' own; a version is no part of a group.
    return group.includes('.') && !group.includes('/') ? undefined : `and the group "${group}", which no API has`;
  }
  if (!served.has(base) && virtual.get(group)?.has(base) !== true) return 'which the API does not have';
  const inVain = kind === 'Role' && !verbs.some((verb) => isLiveInNamespace({ verb, group, resource: base }));
  return inVain ? 'which lives in no namespace, so a Role cannot grant it' : undefined;
}
