import { compareText } from '../../core/index.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import { isClusterScoped } from '../../kube/scope.ts';
import { pluralOf, wantedKinds } from './wanted-kinds.ts';

/**
 * What a scan has to be permitted, as the YAML of a ClusterRole; with namespaces what it needs in each of them, to be bound
 * there by a RoleBinding. Whoever follows the cluster watches what it lists, except for Secrets.
 */
export function clusterRole(
  kinds: readonly string[],
  podTemplates: readonly PodTemplateKind[],
  { inNamespaces, watch }: { readonly inNamespaces: boolean; readonly watch: boolean },
): string {
  const byGroup = new Map<string, string[]>();
  const wanted = wantedKinds(kinds, podTemplates);
  for (const { group, kind } of wanted) {
    if (inNamespaces && isClusterScoped({ apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, name: '' })) continue;
    if (group === '' && kind === 'Secret') continue;
    const plurals = byGroup.get(group) ?? [];
    byGroup.set(group, [...plurals, pluralOf(kind)]);
  }
  const rules = [...byGroup]
    .sort(([a], [b]) => compareText(a, b))
    .map(([group, plurals]) =>
      rule(`apiGroups: ['${group}']`, `resources: [${plurals.map(quoted).sort().join(', ')}]`, watch ? 'list, watch' : 'list'),
    );
  const secrets = wanted.some(({ group, kind }) => group === '' && kind === 'Secret') ? [forSecrets] : [];
  const others = inNamespaces
    ? [rule(`apiGroups: ['']`, 'resources: [namespaces]', 'get')]
    : [
        `  # Everybody who is known to the cluster may do this, unless somebody has changed the role system:discovery.\n${rule("nonResourceURLs: ['/version', '/api', '/api/*', '/apis', '/apis/*']", undefined, 'get')}`,
      ];
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: plimsoll-scan
rules:
${[...rules, ...secrets, ...others].join('')}`;
}

/** In YAML a star begins an alias. */
function quoted(plural: string): string {
  return plural === '*' ? "'*'" : plural;
}

/** A rule of its own, so that it can be left out with its reason. */
const forSecrets = `  # A scan asks for the metadata of Secrets with tokens and for no value. Kubernetes has no permission for that alone: whoever
  # may list Secrets may read them. With --skip TOK-03 none are asked for, and this rule goes.
${rule("apiGroups: ['']", 'resources: [secrets]', 'list')}`;

function rule(first: string, second: string | undefined, verb: string): string {
  return `  - ${first}\n${second === undefined ? '' : `    ${second}\n`}    verbs: [${verb}]\n`;
}
