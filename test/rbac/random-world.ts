import { subjectOf, type Question, type RbacSubject } from '../../src/kube/rbac/index.ts';
import type { Random } from '../upstream/random.ts';
import { binding, clusterRole, role, type Manifest, type Rule } from './facts-of.ts';

/** Roles and bindings from a small vocabulary, so that much of it meets, and questions in the same words. */
export interface World {
  readonly namespaces: readonly string[];
  readonly manifests: readonly Manifest[];
  readonly questions: readonly { readonly subject: RbacSubject; readonly question: Question }[];
  /** Those who may write some roles and bindings. */
  readonly writers: readonly RbacSubject[];
}

export interface WorldOptions {
  /** Begins all names, so that worlds do not meet: what holds for everybody in the cluster is only granted in the group `id`.example. */
  readonly id: string;
  readonly questions: number;
  /** Nothing that the API server refuses or has a controller for. */
  readonly valid: boolean;
}

interface BindingManifest extends Manifest {
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly roleRef: { readonly kind: string; readonly name: string };
  readonly subjects?: readonly { readonly kind: string; readonly name: string; readonly namespace?: string }[];
}

const rbac = 'rbac.authorization.k8s.io';

export function randomWorld(random: Random, { id, questions, valid }: WorldOptions): World {
  const upTo = (count: number): number => Math.floor(random() * count);
  const one = <T>(list: readonly T[]): T => list[upTo(list.length)]!;
  const some = <T>(list: readonly T[], most = 2): T[] => Array.from({ length: 1 + upTo(most) }, () => one(list));
  const chance = (probability: number): boolean => random() < probability;

  const own = `${id}.example`;
  const namespaces = [`${id}-a`, `${id}-b`];
  const verbs = ['get', 'list', 'create', 'update', 'deletecollection', 'bind', 'escalate', '*'];
  const groups = ['', 'apps', rbac, own, '*'];
  const resources = [
    'pods',
    'pods/exec',
    'pods/*',
    '*/exec',
    '*/scale',
    'deployments/scale',
    'roles',
    'clusterroles',
    'rolebindings',
    'secrets',
    '*',
  ];
  const names = ['one', 'two', '', '*'];
  const urls = ['/healthz', '/a', `/${id}/*`, `/${id}/x`, `/${id}/x*`, `/${id}*/x`, `/${id}/x***`, '*'];
  const roleNames = ['r1', 'r2', 'r3'];
  const clusterRoleNames = ['c1', 'c2', 'c3', 'c4'].map((name) => `${id}-${name}`);
  /** Safe to be bound to everybody where other worlds are. */
  const open = `${id}-open`;

  const resourceRule = (): Rule => ({
    verbs: some(verbs),
    apiGroups: some(groups),
    resources: some(resources),
    ...(chance(0.3) ? { resourceNames: some(names) } : {}),
  });
  const urlRule = (): Rule => ({ verbs: some(['get', 'post', '*']), nonResourceURLs: some(urls) });
  const openRule = (): Rule =>
    chance(0.7) ? { ...resourceRule(), apiGroups: [own] } : { ...urlRule(), nonResourceURLs: [`/${id}/*`, `/${id}/x`].slice(upTo(2)) };
  const writing: Rule = {
    verbs: some(['create', 'update', 'patch', '*']),
    apiGroups: [rbac],
    resources: some(['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'], 4),
  };
  const rulesOf = (make: () => Rule): Rule[] => Array.from({ length: upTo(4) }, make);

  const users = ['u1', 'u2', 'u3'].map((name) => `${id}-${name}`);
  const userGroups = ['g1', 'g2'].map((name) => `${id}-${name}`);
  const anyNamespace = (): string => one(namespaces);
  const subjects = (inNamespace: boolean): string[] => [
    ...users.map((name) => `User ${name}`),
    ...userGroups.map((name) => `Group ${name}`),
    `Group system:serviceaccounts:${anyNamespace()}`,
    `User system:serviceaccount:${anyNamespace()}:s1`,
    `ServiceAccount ${anyNamespace()}/s1`,
    `ServiceAccount ${anyNamespace()}/s2`,
    ...(inNamespace ? ['ServiceAccount s1', 'ServiceAccount s2', ...everybody] : []),
    ...(valid ? [] : ['Robot r2', 'ServiceAccount s1', 'ServiceAccount s2']),
  ];

  const bindings: Manifest[] = [];
  for (let count = 1 + upTo(5); count > 0; count--) {
    const namespace = chance(0.65) ? anyNamespace() : undefined;
    const isRole = namespace !== undefined ? chance(0.5) : !valid && chance(0.2);
    const roleRef = isRole ? `Role ${one([...roleNames, 'gone'])}` : `ClusterRole ${one([...clusterRoleNames, open, `${id}-gone`])}`;
    const bound = some(subjects(namespace !== undefined), 3);
    bindings.push(binding(namespace, `${id}-b${count}`, roleRef, ...bound));
  }
  if (chance(0.5)) bindings.push(binding(undefined, `${id}-everybody`, `ClusterRole ${open}`, one(everybody)));
  bindings.push(binding(chance(0.5) ? anyNamespace() : undefined, `${id}-writers`, `ClusterRole ${id}-write`, `User ${users[0]}`));

  const aggregated = (name: string): Manifest => {
    const made = clusterRole(name, ...rulesOf(() => (chance(0.25) ? urlRule() : resourceRule())));
    if (valid) return made;
    const aggregationRule = chance(0.3)
      ? { aggregationRule: { clusterRoleSelectors: some([{ matchLabels: { to: 'a' } }, { matchLabels: { to: 'b' } }]) } }
      : {};
    return { ...made, ...aggregationRule, metadata: { name, labels: { to: one(['a', 'b', 'c']) } } };
  };
  const manifests = [
    ...namespaces.flatMap((namespace) => roleNames.map((name) => role(namespace, name, ...rulesOf(resourceRule)))),
    ...clusterRoleNames.map(aggregated),
    clusterRole(open, ...rulesOf(openRule)),
    clusterRole(`${id}-write`, writing, ...rulesOf(resourceRule)),
    ...bindings,
  ];

  const anySubject = (): RbacSubject =>
    one<RbacSubject>([
      ...users.map((name) => ({ kind: 'User', name }) as const),
      { kind: 'User', name: 'system:anonymous' },
      { kind: 'Group', name: one(userGroups) },
      ...['s1', 's2', 's3'].map((name) => ({ kind: 'ServiceAccount', namespace: anyNamespace(), name }) as const),
    ]);
  /** In the words of a binding and of a rule of its role, which is often right, with one of them changed at times. */
  const anyQuestion = (): World['questions'][number] => {
    const { metadata, roleRef, subjects: named = [] } = one(bindings) as BindingManifest;
    const bound = manifests.find((manifest) => {
      const { name, namespace } = manifest['metadata'] as BindingManifest['metadata'];
      return (
        manifest['kind'] === roleRef.kind && name === roleRef.name && (roleRef.kind === 'ClusterRole' || namespace === metadata.namespace)
      );
    });
    const rule = one((bound?.['rules'] as readonly Rule[] | undefined) ?? []) as Rule | undefined;
    const word = (field: string, others: readonly string[]): string => {
      const given = rule?.[field];
      const wanted = given === undefined || given.length === 0 || chance(0.15) ? one(others) : one(given);
      return wanted.includes('*') && chance(0.9) ? one(others.filter((other) => !other.includes('*'))) : wanted;
    };
    const { kind, name: subjectName, namespace: subjectNamespace = metadata.namespace } = one(named);
    const subject = subjectOf({ kind, name: subjectName, namespace: subjectNamespace });
    const who = subject === undefined || chance(0.2) ? anySubject() : subject;
    const verb = word('verbs', verbs);
    if (rule === undefined ? chance(0.1) : rule['nonResourceURLs'] !== undefined)
      return { subject: who, question: { verb, url: word('nonResourceURLs', urls) } };
    const [resource = '', subresource] = word('resources', resources).split('/');
    const name = rule?.['resourceNames'] === undefined && chance(0.6) ? undefined : word('resourceNames', names);
    const namespace = chance(0.7) ? metadata.namespace : chance(0.8) ? anyNamespace() : undefined;
    const question = {
      verb,
      group: word('apiGroups', groups),
      resource,
      ...(subresource === undefined ? {} : { subresource }),
      ...(name === undefined ? {} : { name }),
      ...(namespace === undefined ? {} : { namespace }),
    };
    return { subject: who, question };
  };
  return {
    namespaces,
    manifests,
    questions: Array.from({ length: questions }, anyQuestion),
    writers: [{ kind: 'User', name: users[0]! }],
  };
}

/** Groups that the API server puts people into by itself. */
const everybody: readonly string[] = ['Group system:authenticated', 'Group system:serviceaccounts', 'Group system:unauthenticated'];
