import { newestKnownMinor } from '../kubernetes-version.ts';
import type { PolicyRule } from './facts.ts';
import { scopeOf } from './own-resources.ts';
import type { ResourceQuestion } from './question.ts';

/** Where a rule is bound: for the whole cluster, or by a RoleBinding (a Role is never bound otherwise). */
export type BoundFor = 'cluster' | 'namespace';

/** A resource of a rule that grants nothing. */
export interface DeadResource {
  readonly resource: string;
  /** In `resources` of the rule, or in `nonResourceURLs`. */
  readonly index: number;
  /**
   * - `unknown`: no group of the rule has it in Kubernetes (`pod`, or `roles` in the core group);
   * - `cluster-scoped`: its objects live in no namespace, and the rule holds in one;
   * - `nameless`: the rule is limited to names, and no request with its verbs carries one;
   * - `url`: paths are only granted for the whole cluster.
   */
  readonly because: 'unknown' | 'cluster-scoped' | 'nameless' | 'url';
}

/**
 * The resources of a rule that grant nothing, whoever has the rule. What groups of others have, nobody knows: a resource is
 * only unknown where all groups of the rule are Kubernetes' own. So with verbs of others, who may ask about what they like.
 */
export function deadResources(rule: PolicyRule, boundFor: BoundFor, minor: number = newestKnownMinor): DeadResource[] {
  const { apiGroups, resources, nonResourceURLs } = rule;
  const urls = boundFor === 'cluster' ? [] : nonResourceURLs.map((resource, index): DeadResource => ({ resource, index, because: 'url' }));
  const nameless = isNameless(rule);
  const dead = resources.flatMap((resource, index): DeadResource[] => {
    const because = nameless ? 'nameless' : whyDead(rule, resource, boundFor, minor);
    return because === undefined || apiGroups.length === 0 ? [] : [{ resource, index, because }];
  });
  return [...dead, ...urls];
}

/** Whether a rule grants nothing at all. */
export function isDead(rule: PolicyRule, boundFor: BoundFor, minor?: number): boolean {
  if (rule.verbs.length === 0) return true;
  const dead = new Set(deadResources(rule, boundFor, minor).map(({ because, index }) => `${because === 'url'} ${index}`));
  return dead.size === (rule.apiGroups.length === 0 ? 0 : rule.resources.length) + rule.nonResourceURLs.length;
}

const requestVerbs: ReadonlySet<string> = new Set(['get', 'list', 'watch', 'create', 'update', 'patch', 'delete', 'deletecollection']);

/** Verbs that the API server itself asks about, and the cluster-scoped resources that it asks about in no namespace. */
const ownVerbs: ReadonlySet<string> = new Set([...requestVerbs, '*', 'approve', 'bind', 'escalate', 'impersonate', 'sign']);

function whyDead(
  { apiGroups, verbs }: PolicyRule,
  resource: string,
  boundFor: BoundFor,
  minor: number,
): 'unknown' | 'cluster-scoped' | undefined {
  if (resource === '*' || resource.startsWith('*/') || !verbs.every((verb) => ownVerbs.has(verb))) return undefined;
  const scopes = apiGroups.map((group) => (group === '*' ? 'other' : scopeOf(group, resource, minor)));
  if (scopes.every((scope) => scope === undefined)) return 'unknown';
  if (boundFor === 'cluster' || !scopes.every((scope) => scope === undefined || scope === 'cluster')) return undefined;
  return verbs.some((verb) => isLiveInNamespace(resource, verb)) ? undefined : 'cluster-scoped';
}

/**
 * Cluster-scoped resources about which a namespace is asked: a request for one namespace is made in itself, and `bind` on a
 * ClusterRole is asked in the namespace of the RoleBinding that refers to it.
 */
const ofNamespaceItself: ReadonlySet<string> = new Set(['get', 'update', 'patch', 'delete']);
const liveInNamespace: ReadonlyMap<string, ReadonlySet<string>> = new Map([
  ['namespaces', ofNamespaceItself],
  ['namespaces/status', ofNamespaceItself],
  ['namespaces/finalize', ofNamespaceItself],
  ['clusterroles', new Set(['bind'])],
]);

function isLiveInNamespace(resource: string, verb: string): boolean {
  const live = liveInNamespace.get(resource);
  return live !== undefined && (verb === '*' || live.has(verb));
}

/** Whether requests of this kind are ever made in a namespace: not where Kubernetes' own objects live in none. */
export function isAskedInNamespaces(question: Omit<ResourceQuestion, 'namespace'>): boolean {
  const { verb, group, resource, subresource = '' } = question;
  const name = subresource === '' ? resource : `${resource}/${subresource}`;
  return !ownVerbs.has(verb) || scopeOf(group, name, newestKnownMinor) !== 'cluster' || isLiveInNamespace(name, verb);
}

/** A deletion of a collection carries no name. A creation by POST does not either, but one by server-side apply does. */
function isNameless({ verbs, resourceNames }: PolicyRule): boolean {
  return resourceNames.length > 0 && !resourceNames.includes('') && verbs.length > 0 && verbs.every((verb) => verb === 'deletecollection');
}
