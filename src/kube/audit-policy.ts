import { apiGroup, type ResourceRef } from '../core/index.ts';
import { listOf, recordOf, textOf } from './untyped.ts';

/** What the API server records of a request, from nothing to both bodies. */
export const auditLevels = ['None', 'Metadata', 'Request', 'RequestResponse'] as const;

export type AuditLevel = (typeof auditLevels)[number];

/** The file behind `--audit-policy-file` (audit.k8s.io/v1). */
export interface AuditPolicy {
  readonly apiVersion: string;
  readonly rules: readonly AuditRule[];
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean;
}

export interface AuditRule {
  /** As written: nobody has checked it. */
  readonly level: string;
  readonly users: readonly string[];
  readonly userGroups: readonly string[];
  readonly verbs: readonly string[];
  readonly resources: readonly AuditResources[];
  readonly namespaces: readonly string[];
  readonly nonResourceURLs: readonly string[];
  readonly omitStages: readonly string[];
  readonly omitManagedFields: boolean | undefined;
}

interface AuditResources {
  readonly group: string;
  readonly resources: readonly string[];
  readonly resourceNames: readonly string[];
}

export interface AuditedResource {
  readonly group: string;
  readonly name: string;
  readonly subresource?: string;
  readonly namespace: string;
  /** Of the one object that is asked for. */
  readonly object?: string;
}

/** Who asks for what. A request for a resource names one, any other has a path. */
export interface AuditedRequest {
  readonly user: string;
  readonly groups: readonly string[];
  readonly verb: string;
  readonly resource?: AuditedResource;
  readonly path?: string;
}

export const auditPolicyKind = 'Policy.audit.k8s.io';

export function isAuditPolicy({ apiVersion, kind }: Pick<ResourceRef, 'apiVersion' | 'kind'>): boolean {
  return kind === 'Policy' && apiGroup(apiVersion) === 'audit.k8s.io';
}

/** No decoder has seen the fields of this kind: what is not as it must be is absent. */
export function readAuditPolicy({ apiVersion }: Pick<ResourceRef, 'apiVersion'>, object: object): AuditPolicy {
  return {
    apiVersion,
    rules: listOf(recordOf(object)['rules']).map(ruleOf),
    omitStages: textsOf(recordOf(object)['omitStages']),
    omitManagedFields: recordOf(object)['omitManagedFields'] === true,
  };
}

function ruleOf(value: unknown): AuditRule {
  const omit = recordOf(value)['omitManagedFields'];
  return {
    level: textOf(recordOf(value)['level']) ?? '',
    users: textsOf(recordOf(value)['users']),
    userGroups: textsOf(recordOf(value)['userGroups']),
    verbs: textsOf(recordOf(value)['verbs']),
    resources: listOf(recordOf(value)['resources']).map((each) => ({
      group: textOf(recordOf(each)['group']) ?? '',
      resources: textsOf(recordOf(each)['resources']),
      resourceNames: textsOf(recordOf(each)['resourceNames']),
    })),
    namespaces: textsOf(recordOf(value)['namespaces']),
    nonResourceURLs: textsOf(recordOf(value)['nonResourceURLs']),
    omitStages: textsOf(recordOf(value)['omitStages']),
    omitManagedFields: typeof omit === 'boolean' ? omit : undefined,
  };
}

/** The index of the rule that decides for a request: the first that matches; undefined where none does, and nothing is recorded. */
export function decidingRule(policy: AuditPolicy, request: AuditedRequest): number | undefined {
  const index = policy.rules.findIndex((rule) => matches(rule, request));
  return index === -1 ? undefined : index;
}

/** The level that a policy has for a request; one that is none counts as None. */
export function auditLevelOf(policy: AuditPolicy, request: AuditedRequest): AuditLevel {
  const index = decidingRule(policy, request);
  return auditLevels.find((level) => index !== undefined && level === policy.rules[index]?.level) ?? 'None';
}

/**
 * What is left of a request in the log. Bodies and the outcome come with the stage ResponseComplete: where that is omitted,
 * RequestReceived tells who asked for what (k8s.io/apiserver v0.37, pkg/endpoints/filters/audit.go).
 */
export function recordedLevelOf(policy: AuditPolicy, request: AuditedRequest): AuditLevel {
  const level = auditLevelOf(policy, request);
  const { omitStages = [] } = policy.rules[decidingRule(policy, request) ?? -1] ?? {};
  const omits = (stage: string): boolean => policy.omitStages.includes(stage) || omitStages.includes(stage);
  if (level === 'None' || !omits('ResponseComplete')) return level;
  return omits('RequestReceived') ? 'None' : 'Metadata';
}

/** Source: k8s.io/apiserver v0.37, pkg/audit/policy/checker.go. */
function matches(rule: AuditRule, { user, groups, verb, resource, path }: AuditedRequest): boolean {
  if (rule.users.length > 0 && !rule.users.includes(user)) return false;
  if (rule.userGroups.length > 0 && !groups.some((group) => rule.userGroups.includes(group))) return false;
  if (rule.verbs.length > 0 && !rule.verbs.includes(verb)) return false;
  if (rule.namespaces.length > 0 || rule.resources.length > 0) return resource !== undefined && matchesResource(rule, resource);
  if (rule.nonResourceURLs.length > 0)
    return resource === undefined && rule.nonResourceURLs.some((listed) => matchesPath(listed, path ?? ''));
  return true;
}

function matchesResource({ namespaces, resources }: AuditRule, { group, name, subresource, namespace, object }: AuditedResource): boolean {
  if (namespaces.length > 0 && !namespaces.includes(namespace)) return false;
  if (resources.length === 0) return true;
  const whole = subresource === undefined ? name : `${name}/${subresource}`;
  return resources.some((listed) => {
    if (listed.group !== group && listed.group !== '*') return false;
    if (listed.resources.length === 0) return true;
    if (listed.resourceNames.length > 0 && (object === undefined || !listed.resourceNames.includes(object))) return false;
    return listed.resources.some(
      (each) => each === whole || each === '*' || each === `${name}/*` || (subresource !== undefined && each === `*/${subresource}`),
    );
  });
}

function matchesPath(listed: string, path: string): boolean {
  return listed === '*' || listed === path || (listed.endsWith('*') && path.startsWith(listed.replace(/\*+$/, '')));
}

function textsOf(value: unknown): readonly string[] {
  return listOf(value).filter((each) => typeof each === 'string');
}
