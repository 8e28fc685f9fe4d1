import {
  compareText,
  type CanReport,
  type ResourceRequest,
  type RightsMiss,
  type RightsRequest,
  type RightsSubject,
} from '../../core/index.ts';
import {
  groupsOf,
  namedResource,
  ruleAllows,
  subjectKey,
  subjectOf,
  type Grant,
  type PolicyRule,
  type SubjectFact,
} from '../../kube/rbac/index.ts';
import { isBootstrapGrant } from '../../kube/rbac/bootstrap-policy.ts';
import { heldBy, type Rights } from './rights.ts';

export interface CanQuestion {
  readonly subject: RightsSubject;
  readonly groups: readonly string[];
  readonly request: RightsRequest;
}

/**
 * Answers whether somebody may do something. A yes stands whatever else was not read, because rights only add up; a no does
 * not where a role that the subject is bound to was not read, or `missing` says what else was not.
 */
export function can(rights: Rights, { subject, groups, request }: CanQuestion, missing?: string): CanReport {
  const { rbac, input, chainOf } = rights;
  const { allowed, grants, privileged } = rbac.can(subject, request, groups);
  const everywhere = !('url' in request) && request.namespace === undefined && isNamespaced(rights, request);
  const asked = { ...input, command: 'can' as const, subject, groups, request, everywhere };
  const chains = grants.map(chainOf);
  if (privileged) {
    const because = 'RBAC is not asked about members of system:masters';
    return { ...asked, answer: 'yes', because, chains, namespaces: [], misses: [] };
  }
  if (allowed) return { ...asked, answer: 'yes', chains, namespaces: [], misses: [] };
  const unknown = missing ?? missingRole(rights, { subject, groups, request });
  const near = misses(rights, { subject, groups, request });
  const because = unknown ?? (near.length > 0 ? undefined : farOff(rights, { subject, groups, request }));
  return {
    ...asked,
    answer: unknown === undefined ? 'no' : 'unknown',
    ...(because === undefined ? {} : { because }),
    chains,
    namespaces: everywhere ? namespacesWhere(rights, { subject, groups, request }) : [],
    misses: near,
  };
}

/** Whether its objects live in namespaces, as far as anybody knows. */
export function isNamespaced({ defined }: Rights, { group, resource }: ResourceRequest): boolean {
  const known = namedResource(group, resource) ?? defined.find((each) => each.group === group && each.name === resource);
  return known?.namespaced !== false;
}

/** Why nothing that the subject holds comes near. */
function farOff(rights: Rights, { subject, groups }: CanQuestion): string {
  const held = heldBy(rights, subject, groups).filter((grant) => !isBootstrapGrant(grant.binding, grant.subject)).length;
  if (held === 0) return 'no binding gives it more than Kubernetes gives everybody';
  return held === 1 ? 'the one rule that it holds is about something else' : `the ${held} rules that it holds are about something else`;
}

/** A role that might permit it, and was not read. */
function missingRole({ rbac }: Rights, { subject, groups, request }: CanQuestion): string | undefined {
  const scope = 'url' in request ? undefined : request.namespace;
  const keys = new Set([subject, ...groupsOf(subject, groups).map((name) => ({ kind: 'Group' as const, name }))].map(subjectKey));
  const applies = (named: SubjectFact): boolean => {
    const identity = subjectOf(named);
    return identity !== undefined && keys.has(subjectKey(identity));
  };
  const binding = rbac.missingRoles.find(
    ({ namespace, subjects, roleRef }) =>
      (namespace === undefined || namespace === scope) &&
      (roleRef.kind === 'ClusterRole' || (roleRef.kind === 'Role' && namespace !== undefined)) &&
      subjects.some(applies),
  );
  if (binding === undefined) return undefined;
  const { kind, name, roleRef } = binding;
  return `${kind} ${name} grants ${roleRef.kind} ${roleRef.name}, which was not read`;
}

/** Where it is permitted. */
function namespacesWhere(rights: Rights, { subject, groups, request }: CanQuestion): string[] {
  const where = heldBy(rights, subject, groups)
    .filter(({ binding, rule }) => binding.namespace !== undefined && ruleAllows(rule, request))
    .map(({ binding }) => binding.namespace ?? '');
  return [...new Set(where)].sort(compareText);
}

const mostMisses = 10;

/** What the subject holds that permits it but for one thing, the nearest first. */
function misses(rights: Rights, { subject, groups, request }: CanQuestion): RightsMiss[] {
  const found = heldBy(rights, subject, groups).flatMap((grant) => {
    const miss = missOf(grant, request);
    return miss === undefined ? [] : [{ ...miss, grant }];
  });
  return found
    .sort((a, b) => order.indexOf(a.differs) - order.indexOf(b.differs))
    .slice(0, mostMisses)
    .map(({ grant, differs, because }) => ({ chain: rights.chainOf(grant), differs, because }));
}

const order: readonly RightsMiss['differs'][] = ['namespace', 'name', 'verb', 'resource', 'group'];

function missOf({ rule, binding }: Grant, request: RightsRequest): Omit<RightsMiss, 'chain'> | undefined {
  const scope = 'url' in request ? undefined : request.namespace;
  const reaches = binding.namespace === undefined || binding.namespace === scope;
  if (ruleAllows(rule, request)) return reaches ? undefined : { differs: 'namespace', because: outOfReach(binding.namespace, request) };
  if (!reaches) return undefined;
  const isAlone = (part: Partial<PolicyRule>): boolean => ruleAllows({ ...rule, ...part }, request);
  if (isAlone({ verbs: ['*'] })) return { differs: 'verb', because: `it permits ${rule.verbs.join(', ')}, not ${request.verb}` };
  if ('url' in request) return undefined;
  const { group, resource, subresource, name, verb } = request;
  if (isAlone({ resourceNames: [] })) {
    const names = rule.resourceNames.length > 5 ? `${rule.resourceNames.length} names` : rule.resourceNames.join(', ');
    const because =
      name !== undefined
        ? `it is limited to ${names}`
        : verb === 'create' || verb === 'deletecollection'
          ? `it is limited to ${names}, and a ${verb} carries no name`
          : `it is limited to ${names}, and the request names none`;
    return { differs: 'name', because };
  }
  if (isAlone({ resources: ['*'] })) {
    const near = rule.resources.filter((each) => each.split('/', 1)[0] === resource || isSingular(each, group, resource));
    if (near.length === 0) return undefined;
    const wanted = subresource === undefined ? resource : `${resource}/${subresource}`;
    const star = near.includes(`${resource}/*`) ? `, and ${resource}/* is no wildcard` : '';
    return { differs: 'resource', because: `it is about ${near.join(', ')}, not ${wanted}${star}` };
  }
  if (!isAlone({ apiGroups: ['*'] })) return undefined;
  return { differs: 'group', because: `it is about ${rule.apiGroups.map(groupName).join(', ')}, not ${groupName(group)}` };
}

function groupName(group: string): string {
  return group === '' ? 'the core group' : `group ${group}`;
}

/** `pod` and `Pod` are what rules say that mean `pods`, and they mean nothing. */
function isSingular(word: string, group: string, resource: string): boolean {
  return namedResource(group, resource)?.singular === word.toLowerCase();
}

function outOfReach(namespace: string | undefined, request: RightsRequest): string {
  if ('url' in request) return 'a RoleBinding grants no paths';
  if (namedResource(request.group, request.resource)?.namespaced === false)
    return `${request.resource} stand outside of namespaces, and a RoleBinding does not reach there`;
  return namespace === ''
    ? 'it holds where its RoleBinding will be applied, which nobody says'
    : `it holds in namespace ${namespace} alone`;
}
