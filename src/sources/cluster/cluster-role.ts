import { compareText } from '../../core/index.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import { ownResource } from '../../kube/rbac/own-resources.ts';
import { isClusterScoped } from '../../kube/scope.ts';
import { pluralOf, wantedKinds } from './wanted-kinds.ts';

export interface ClusterRoleOptions {
  /** The command of plimsoll that needs it. */
  readonly command: string;
  /** The minor version of the API server: what Kubernetes took away before has no place in a role. */
  readonly version: number;
  /** False: kinds with pod templates are not read besides. */
  readonly workloads?: boolean;
  /** What it needs in each of some namespaces, to be bound there by a RoleBinding. */
  readonly inNamespaces: boolean;
  /** Whoever follows the cluster watches what it lists, except for Secrets. */
  readonly watch?: boolean;
}

/** What reading these kinds of a cluster has to be permitted, as the YAML of a ClusterRole. */
export function clusterRole(
  kinds: readonly string[],
  podTemplates: readonly PodTemplateKind[],
  { command, version, workloads = true, inNamespaces, watch = false }: ClusterRoleOptions,
): string {
  const byGroup = new Map<string, string[]>();
  const wanted = wantedKinds(kinds, podTemplates, { workloads });
  for (const { group, kind } of wanted) {
    if (inNamespaces && isClusterScoped({ apiVersion: group === '' ? 'v1' : `${group}/v1`, kind, name: '' })) continue;
    if (group === '' && kind === 'Secret') continue;
    const plural = pluralOf(kind);
    if ((ownResource(group, plural)?.until ?? Infinity) < version) continue;
    byGroup.set(group, [...(byGroup.get(group) ?? []), plural]);
  }
  const rules = [...byGroup]
    .sort(([a], [b]) => compareText(a, b))
    .map(([group, plurals]) =>
      rule(`apiGroups: ['${group}']`, `resources: [${plurals.map(quoted).sort().join(', ')}]`, watch ? 'list, watch' : 'list'),
    );
  const secrets = wanted.some(({ group, kind }) => group === '' && kind === 'Secret') ? [forSecrets(command)] : [];
  const others = inNamespaces
    ? [rule(`apiGroups: ['']`, 'resources: [namespaces]', 'get')]
    : [
        `  # Everybody who is known to the cluster may do this, unless somebody has changed the role system:discovery.\n${rule("nonResourceURLs: ['/version', '/api', '/api/*', '/apis', '/apis/*']", undefined, 'get')}`,
      ];
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: plimsoll-${command}
rules:
${[...rules, ...secrets, ...others].join('')}`;
}

/** In YAML a star begins an alias. */
function quoted(plural: string): string {
  return plural === '*' ? "'*'" : plural;
}

/** A rule of its own, so that it can be left out with its reason. */
function forSecrets(command: string): string {
  const without = command === 'scan' ? ' With --skip TOK-03 none are asked for, and this rule goes.' : '';
  return `  # The metadata of Secrets with tokens is asked for, and no value. Kubernetes has no permission for that alone: whoever
  # may list Secrets may read them.${without}
${rule("apiGroups: ['']", 'resources: [secrets]', 'list')}`;
}

function rule(first: string, second: string | undefined, verb: string): string {
  return `  - ${first}\n${second === undefined ? '' : `    ${second}\n`}    verbs: [${verb}]\n`;
}
