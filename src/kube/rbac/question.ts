import type { PolicyRule } from './facts.ts';

/**
 * What the API server asks an authorizer about a request for objects. `name` is what the request carries: a POST carries
 * none, nor does a deletion of a collection; a list or a watch carries that of a field selector `metadata.name=…`; a creation
 * by PUT or by server-side apply is asked as `create` with the name, besides `update` or `patch`. POST to a subresource
 * (pods/exec) carries the name of the object.
 */
export interface ResourceQuestion {
  readonly verb: string;
  /** Empty for the core group. */
  readonly group: string;
  readonly resource: string;
  readonly subresource?: string;
  readonly name?: string;
  /** Whether there is any name, or none, with which the request is permitted. */
  readonly anyName?: true;
  /**
   * Absent: the object lives in no namespace, or all namespaces are meant. A namespace lives in itself (k8s.io/apiserver,
   * RequestInfo): to get, change or delete namespace `x` is asked in `x`, to create or list namespaces in none.
   */
  readonly namespace?: string;
}

/** The same about a request for anything else: `{ verb: 'get', url: '/healthz' }`. */
export interface UrlQuestion {
  readonly verb: string;
  readonly url: string;
}

export type Question = ResourceQuestion | UrlQuestion;

/** The namespace whose RoleBindings may answer a question. */
export function namespaceOf(question: Question): string | undefined {
  return 'url' in question ? undefined : question.namespace;
}

/**
 * Whether a rule, wherever it is bound, permits what is asked. `pods` does not include `pods/exec`, `*` does; `*` in a verb
 * includes every verb, also those that nobody thinks of (bind, escalate, impersonate); names are never patterns.
 * Source: RuleAllows of k8s.io/kubernetes v1.37 (plugin/pkg/auth/authorizer/rbac), pkg/apis/rbac/v1/evaluation_helpers.go.
 */
export function ruleAllows(rule: PolicyRule, question: Question): boolean {
  if (!rule.verbs.includes('*') && !rule.verbs.includes(question.verb)) return false;
  if ('url' in question) return rule.nonResourceURLs.some((pattern) => urlMatches(pattern, question.url));
  const { group, resource, subresource = '', name = '', anyName = false } = question;
  if (!rule.apiGroups.includes('*') && !rule.apiGroups.includes(group)) return false;
  if (rule.resourceNames.length > 0 && !anyName && !rule.resourceNames.includes(name)) return false;
  const { resources } = rule;
  if (subresource === '') return resources.includes('*') || resources.includes(resource);
  return resources.includes('*') || resources.includes(`${resource}/${subresource}`) || resources.includes(`*/${subresource}`);
}

/** A star matches anything at the end of a pattern and nothing but itself elsewhere; several at the end are as one. */
export function urlMatches(pattern: string, url: string): boolean {
  if (!pattern.endsWith('*')) return pattern === url;
  let end = pattern.length - 1;
  while (end > 0 && pattern[end - 1] === '*') end--;
  return url.startsWith(pattern.slice(0, end));
}
