import { bootstrapPolicy } from './bootstrap-policy.ts';
import { covers } from './covers.ts';
import type { BindingFact, PolicyRule } from './facts.ts';

/** What Kubernetes gives to everybody by itself: roles by their names, for where they were not read. */
const publicRoles: ReadonlySet<string> = new Set(['ClusterRole system:public-info-viewer', 'Role kubeadm:bootstrap-signer-clusterinfo']);

/** With kubeadm a new node finds the cluster by it, in the namespace kube-public. */
const clusterInfo: PolicyRule = {
  verbs: ['get'],
  apiGroups: [''],
  resources: ['configmaps'],
  resourceNames: ['cluster-info'],
  nonResourceURLs: [],
};

let health: readonly PolicyRule[] | undefined;

/**
 * Whether a binding gives no more than everybody may have, also without credentials: the version and the health of the
 * server, and where a new node finds the cluster. Where the role was not read (`rules` is undefined), its name has to do.
 */
export function isPublicRole(
  { namespace, roleRef }: Pick<BindingFact, 'namespace' | 'roleRef'>,
  rules: readonly PolicyRule[] | undefined,
): boolean {
  const forNodes = namespace === 'kube-public';
  if (rules === undefined) return publicRoles.has(`${roleRef.kind} ${roleRef.name}`) && (roleRef.kind === 'ClusterRole' || forNodes);
  health ??= rulesGivenTo(['system:unauthenticated']);
  return rules.length > 0 && covers(forNodes ? [...health, clusterInfo] : health, rules).length === 0;
}

let discovery: readonly PolicyRule[] | undefined;

/** Whether rules give no more than Kubernetes gives to everybody who is signed in, or to all service accounts. */
export function isCommonRole(rules: readonly PolicyRule[]): boolean {
  discovery ??= rulesGivenTo(['system:unauthenticated', 'system:authenticated', 'system:serviceaccounts']);
  return covers(discovery, rules).length === 0;
}

/** In any minor that is known. */
function rulesGivenTo(groups: readonly string[]): PolicyRule[] {
  const { roles, bindings } = bootstrapPolicy(Infinity);
  const given = bindings.filter(({ subjects }) => subjects.some(({ kind, name }) => kind === 'Group' && groups.includes(name)));
  const names = new Set(given.map(({ roleRef }) => roleRef.name));
  return roles.filter(({ kind, name }) => kind === 'ClusterRole' && names.has(name)).flatMap(({ rules }) => rules);
}
