import { apiGroup, type Anchor, type AnchorOf, type Path, type Resource } from '../../core/index.ts';
import type { LabelSelector } from '../types.ts';

/** What a rule of a role permits (k8s.io/api, rbac/v1, PolicyRule); absent lists are empty. */
export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups: readonly string[];
  readonly resources: readonly string[];
  /** Empty: every object. */
  readonly resourceNames: readonly string[];
  readonly nonResourceURLs: readonly string[];
}

/** A rule with its place. */
export interface RuleFact extends PolicyRule {
  readonly at: Anchor;
}

export interface RoleFact {
  readonly type: 'role';
  readonly kind: 'Role' | 'ClusterRole';
  /** Of a Role; empty where nobody said which. Undefined for a ClusterRole. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** The selectors of its aggregation rule: the controller overwrites its rules with those of the ClusterRoles that they select. */
  readonly aggregates: readonly LabelSelector[];
  /** As they stand in the object. */
  readonly rules: readonly RuleFact[];
  readonly at: Anchor;
}

/** A subject as a binding names it. */
export interface SubjectFact {
  /** `User`, `Group` or `ServiceAccount`; anything else is nobody. */
  readonly kind: string;
  /** Of a ServiceAccount, that of its RoleBinding where the subject names none. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly at: Anchor;
}

export interface BindingFact {
  readonly type: 'binding';
  readonly kind: 'RoleBinding' | 'ClusterRoleBinding';
  /** Where it grants: undefined for the whole cluster, empty for a RoleBinding whose namespace nobody said. */
  readonly namespace: string | undefined;
  readonly name: string;
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects: readonly SubjectFact[];
  readonly at: Anchor;
}

export interface ServiceAccountFact {
  readonly type: 'service-account';
  readonly namespace: string;
  readonly name: string;
  readonly at: Anchor;
}

export interface NamespaceFact {
  readonly type: 'namespace';
  readonly name: string;
}

/** What the engine keeps of an object. */
export type RbacFact = RoleFact | BindingFact | ServiceAccountFact | NamespaceFact;

export const rbacGroup = 'rbac.authorization.k8s.io';

/** The kinds of objects that `rbacFact` reads. */
export const rbacKinds: readonly string[] = [
  ...['Role', 'ClusterRole', 'RoleBinding', 'ClusterRoleBinding'].map((kind) => `${kind}.${rbacGroup}`),
  'ServiceAccount',
  'Namespace',
];

/**
 * What the engine keeps of an object, undefined for kinds that it does not read. `namespace` is where the object will live,
 * undefined where nobody said: such objects live in one namespace of their own, whose name is empty.
 */
export function rbacFact(resource: Resource, anchor: AnchorOf, namespace: string | undefined): RbacFact | undefined {
  const { kind, name, apiVersion } = resource.ref;
  const group = apiGroup(apiVersion);
  if (group === '') {
    if (kind === 'ServiceAccount') return { type: 'service-account', namespace: namespace ?? '', name, at: anchor([]) };
    return kind === 'Namespace' ? { type: 'namespace', name } : undefined;
  }
  if (group !== rbacGroup) return undefined;
  if (kind === 'Role' || kind === 'ClusterRole') {
    const role: RoleObject = resource.object;
    return {
      type: 'role',
      kind,
      namespace: kind === 'Role' ? (namespace ?? '') : undefined,
      name,
      labels: resource.metadata.labels ?? {},
      aggregates: kind === 'ClusterRole' ? (role.aggregationRule?.clusterRoleSelectors ?? []) : [],
      rules: (role.rules ?? []).map((rule, index) => ruleFact(rule, anchor(['rules', index]))),
      at: anchor([]),
    };
  }
  if (kind !== 'RoleBinding' && kind !== 'ClusterRoleBinding') return undefined;
  const { roleRef = {}, subjects = [] }: BindingObject = resource.object;
  const scope = kind === 'RoleBinding' ? (namespace ?? '') : undefined;
  return {
    type: 'binding',
    kind,
    namespace: scope,
    name,
    roleRef: { kind: roleRef.kind ?? '', name: roleRef.name ?? '' },
    subjects: subjects.map((subject, index) => subjectFact(subject, scope, anchor, ['subjects', index])),
    at: anchor([]),
  };
}

interface RoleObject {
  readonly rules?: readonly Partial<PolicyRule>[];
  readonly aggregationRule?: { readonly clusterRoleSelectors?: readonly LabelSelector[] };
}

interface SubjectObject {
  readonly kind?: string;
  readonly name?: string;
  readonly namespace?: string;
}

interface BindingObject {
  readonly roleRef?: { readonly kind?: string; readonly name?: string };
  readonly subjects?: readonly SubjectObject[];
}

function ruleFact(
  { verbs = [], apiGroups = [], resources = [], resourceNames = [], nonResourceURLs = [] }: Partial<PolicyRule>,
  at: Anchor,
): RuleFact {
  return { verbs, apiGroups, resources, resourceNames, nonResourceURLs, at };
}

function subjectFact(
  { kind = '', name = '', namespace }: SubjectObject,
  scope: string | undefined,
  anchor: AnchorOf,
  path: Path,
): SubjectFact {
  return { kind, namespace: kind === 'ServiceAccount' ? namespace || scope : undefined, name, at: anchor(path) };
}
