import { nowhere, type Anchor } from '../../core/index.ts';
import { bootstrapBindings, bootstrapMinors, bootstrapRoles } from './bootstrap-policy.generated.ts';
import { covers } from './covers.ts';
import type { BindingFact, PolicyRule, RoleFact, RuleFact, SubjectFact } from './facts.ts';

/**
 * The roles and bindings that every API server makes for itself, and mends when it starts (k8s.io/kubernetes,
 * plugin/pkg/auth/authorizer/rbac/bootstrappolicy). Minors before the first that is known are taken for that one, and what
 * roles of theirs grant beyond is not certain: see `rulesBeyondPolicy`.
 */

/** Nothing of it stands in a text. */
const at: Anchor = { resource: -1, path: [], location: nowhere };

/** The API server puts it on what it makes. Whoever writes roles can put it on others too, so it proves nothing alone. */
const label = { key: 'kubernetes.io/bootstrapping', value: 'rbac-defaults' };

const oldest = bootstrapMinors[0]!;
const newest = bootstrapMinors.at(-1)!;

export interface BootstrapPolicy {
  readonly roles: readonly RoleFact[];
  readonly bindings: readonly BindingFact[];
}

const known = new Map<number, BootstrapPolicy>();

/** The policy of a minor: 35 for 1.35. */
export function bootstrapPolicy(version: number): BootstrapPolicy {
  const minor = Math.min(Math.max(version, oldest), newest);
  const before = known.get(minor);
  if (before !== undefined) return before;
  const policy = readPolicy((minors) => holdsIn(minors, minor));
  known.set(minor, policy);
  return policy;
}

/** Whether the policy of a minor is known, and not taken from the oldest that is. */
export function isPolicyKnown(version: number): boolean {
  return version >= oldest;
}

/** Whether it carries the mark of what an API server makes. */
export function isMarkedAsBootstrap({ labels }: Pick<RoleFact, 'labels'>): boolean {
  return labels[label.key] === label.value;
}

let allowed: ReadonlyMap<string, readonly PolicyRule[]> | undefined;

/**
 * Which of the rules of a role go beyond what any known Kubernetes gives it, feature gates included; undefined for a role
 * that is none of Kubernetes: it needs name and mark. A narrower role is as good as the whole.
 */
export function rulesBeyondPolicy(role: RoleFact): readonly RuleFact[] | undefined {
  if (!isMarkedAsBootstrap(role)) return undefined;
  allowed ??= rulesByRole();
  const own = allowed.get(roleName(role));
  return own && role.rules.filter((rule) => covers(own, [rule]).length > 0);
}

/** All rules of each role, with those of the roles that it aggregates. */
function rulesByRole(): Map<string, readonly PolicyRule[]> {
  const { roles } = readPolicy(() => true);
  const rulesOf = (role: RoleFact): readonly PolicyRule[] => [
    ...role.rules,
    ...role.aggregates.flatMap(({ matchLabels = {} }) => {
      const wanted = Object.keys(matchLabels);
      return roles.filter(({ labels }) => wanted.every((key) => labels[key] === 'true')).flatMap(rulesOf);
    }),
  ];
  return new Map(roles.map((role) => [roleName(role), rulesOf(role)]));
}

let grantedByPolicy: ReadonlySet<string> | undefined;

/** Whether Kubernetes itself, or kubeadm, gives this role to this subject by a binding of this name. */
export function isBootstrapGrant(binding: Pick<BindingFact, 'kind' | 'namespace' | 'name' | 'roleRef'>, subject: SubjectFact): boolean {
  grantedByPolicy ??= new Set([
    ...readPolicy(() => true).bindings.flatMap((each) => each.subjects.map((one) => grantName(each, one))),
    ...kubeadmGrants,
  ]);
  return grantedByPolicy.has(grantName(binding, subject));
}

/** Of kubeadm those that give more than a new node needs (cmd/kubeadm/app/constants; the group of administrators since 1.29). */
const kubeadmGrants: readonly string[] = [
  'ClusterRoleBinding kubeadm:cluster-admins: ClusterRole cluster-admin: Group kubeadm:cluster-admins',
  'ClusterRoleBinding kubeadm:apiserver-kubelet-client: ClusterRole system:kubelet-api-admin: User kube-apiserver-kubelet-client',
];

function grantName(
  { kind, namespace, name, roleRef }: Pick<BindingFact, 'kind' | 'namespace' | 'name' | 'roleRef'>,
  subject: SubjectFact,
): string {
  return `${objectName(kind, namespace, name)}: ${roleRef.kind} ${roleRef.name}: ${objectName(subject.kind, subject.namespace, subject.name)}`;
}

function roleName({ kind, namespace, name }: RoleFact): string {
  return objectName(kind, namespace, name);
}

function objectName(kind: string, namespace: string | undefined, name: string): string {
  return namespace === undefined ? `${kind} ${name}` : `${kind} ${namespace}/${name}`;
}

/** `36,37?`: from the policy of 1.36, and from that of 1.37 with a feature gate. */
function holdsIn(minors: string, minor: number): boolean {
  return minors === '' || minors.split(',').includes(String(minor));
}

function readPolicy(isWanted: (minors: string) => boolean): BootstrapPolicy {
  const roles = bootstrapRoles.flatMap(([name, minors, labels, aggregates, rules]): RoleFact[] => {
    if (!isWanted(minors)) return [];
    return [
      {
        type: 'role',
        ...nameOf(name),
        kind: name.startsWith('Cluster') ? 'ClusterRole' : 'Role',
        labels: { ...Object.fromEntries(list(labels).map((key) => [key, 'true'])), [label.key]: label.value },
        aggregates: list(aggregates).map((key) => ({ matchLabels: { [key]: 'true' } })),
        rules: wantedTexts(rules, isWanted).map(ruleOf),
        at,
      },
    ];
  });
  const bindings = bootstrapBindings.flatMap(([name, minors, role, subjects]): BindingFact[] => {
    if (!isWanted(minors)) return [];
    return [
      {
        type: 'binding',
        ...nameOf(name),
        kind: name.startsWith('Cluster') ? 'ClusterRoleBinding' : 'RoleBinding',
        roleRef: nameOf(role),
        subjects: wantedTexts(subjects, isWanted).map((text) => ({ ...nameOf(text), at })),
        at,
      },
    ];
  });
  return { roles, bindings };
}

/** `a@36,37;b`: the texts that a minor has. */
function wantedTexts(texts: string, isWanted: (minors: string) => boolean): string[] {
  if (texts === '') return [];
  return texts.split(';').flatMap((each) => {
    const end = each.lastIndexOf('@');
    if (end === -1) return [each];
    return isWanted(each.slice(end + 1)) ? [each.slice(0, end)] : [];
  });
}

/** `Role kube-system/x`, `User system:kube-scheduler`. */
function nameOf(text: string): { kind: string; namespace: string | undefined; name: string } {
  const space = text.indexOf(' ');
  const rest = text.slice(space + 1);
  const slash = rest.indexOf('/');
  const kind = text.slice(0, space);
  return slash === -1 ? { kind, namespace: undefined, name: rest } : { kind, namespace: rest.slice(0, slash), name: rest.slice(slash + 1) };
}

function ruleOf(text: string): RuleFact {
  const [verbs = '', apiGroups = '', resources = '', resourceNames = '', nonResourceURLs = ''] = text.split('|');
  return {
    verbs: list(verbs),
    // The core group is the empty text.
    apiGroups: resources === '' ? [] : apiGroups.split(','),
    resources: list(resources),
    resourceNames: list(resourceNames),
    nonResourceURLs: list(nonResourceURLs),
    at,
  };
}

function list(text: string): string[] {
  return text === '' ? [] : text.split(',');
}
