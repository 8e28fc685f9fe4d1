import { compareText } from '../core/index.ts';

/** A Role or ClusterRole that lets its subjects make pods, or what pods are made of. */
export interface MakerRole {
  readonly kind: string;
  readonly namespace: string | undefined;
  readonly name: string;
}

export interface MakerBinding {
  /** Undefined for a ClusterRoleBinding. */
  readonly namespace: string | undefined;
  readonly roleRef: { readonly kind?: string; readonly name?: string };
  readonly subjects: readonly { readonly kind?: string; readonly name?: string; readonly namespace?: string }[];
}

interface PolicyRule {
  readonly verbs?: readonly string[];
  readonly apiGroups?: readonly string[];
  readonly resources?: readonly string[];
  readonly resourceNames?: readonly string[];
}

/** Of Kubernetes itself; what pods are made of by other controllers depends on those. */
const making: readonly (readonly [string, readonly string[]])[] = [
  ['', ['pods', 'replicationcontrollers']],
  ['apps', ['deployments', 'replicasets', 'statefulsets', 'daemonsets']],
  ['batch', ['jobs', 'cronjobs']],
];

/** A permission to create cannot be bound to names. */
export function letsMakePods(rules: readonly PolicyRule[] | undefined): boolean {
  const has = (list: readonly string[] | undefined, item: string): boolean => list?.some((each) => each === '*' || each === item) === true;
  return (
    rules?.some(
      ({ verbs, apiGroups, resources, resourceNames = [] }) =>
        resourceNames.length === 0 &&
        has(verbs, 'create') &&
        making.some(([group, kinds]) => has(apiGroups, group) && kinds.some((kind) => has(resources, kind))),
    ) === true
  );
}

/** `jane`, `group:developers`, `system:serviceaccount:shop:web`. */
export type Identity = string;

export const groupPrefix = 'group:';

/** Whose permission is that of the API server itself: RBAC is not asked, and nobody may be made one of them without it. */
const masters = `${groupPrefix}system:masters`;

/**
 * Who may make pods or workloads in each namespace by RBAC. The controllers of kube-system that make the pods of workloads
 * have roles like everybody else and are among them.
 */
export function podMakers(
  namespaces: readonly string[],
  roles: readonly MakerRole[],
  bindings: readonly MakerBinding[],
): ReadonlyMap<string, readonly Identity[]> {
  const keyOf = (kind: string, namespace: string | undefined, name: string): string => `${kind}/${namespace ?? ''}/${name}`;
  const known = new Set(roles.map(({ kind, namespace, name }) => keyOf(kind, namespace, name)));
  const everywhere = new Set<Identity>();
  const inNamespace = new Map(namespaces.map((name) => [name, new Set<Identity>()]));
  for (const {
    namespace,
    roleRef: { kind = '', name = '' },
    subjects,
  } of bindings) {
    if (!known.has(keyOf(kind, kind === 'Role' ? namespace : undefined, name))) continue;
    const makers = namespace === undefined ? everywhere : inNamespace.get(namespace);
    for (const subject of subjects) {
      const identity = identityOf(subject, namespace);
      if (identity !== undefined && identity !== masters) makers?.add(identity);
    }
  }
  return new Map([...inNamespace].map(([name, makers]) => [name, [...new Set([...everywhere, ...makers])].sort(compareText)]));
}

function identityOf({ kind, name, namespace }: MakerBinding['subjects'][number], of: string | undefined): Identity | undefined {
  if (name === undefined || name === '') return undefined;
  if (kind === 'User') return name;
  if (kind === 'Group') return `${groupPrefix}${name}`;
  const home = namespace ?? of;
  return kind === 'ServiceAccount' && home !== undefined ? `system:serviceaccount:${home}:${name}` : undefined;
}
