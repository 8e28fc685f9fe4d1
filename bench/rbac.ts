import { nowhere, type Path } from '../src/core/index.ts';
import { dangerousRights } from '../src/kube/rbac/dangerous-rights.ts';
import {
  buildRbac,
  type Question,
  type Rbac,
  type RbacFact,
  type RbacSubject,
  type ResourceQuestion,
  type RuleFact,
  type SubjectFact,
} from '../src/kube/rbac/index.ts';
import { random, type Random } from '../test/upstream/random.ts';
import { median } from './measure.ts';

/*
 * A cluster with 500 namespaces: 5,000 roles, most of which operators made alike, and 50,000 bindings with two subjects each,
 * a twentieth of them for the whole cluster.
 */

const namespaceCount = 500;
const roleCount = 5_000;
const bindingCount = 50_000;

/** What roles are made of; every tenth is dangerous. */
const verbSets = [['get', 'list', 'watch'], ['get'], ['create', 'update', 'patch', 'delete'], ['*'], ['list', 'watch'], ['create']];
const resourceSets = [
  ['', 'configmaps services endpoints'],
  ['', 'pods pods/log'],
  ['', 'secrets'],
  ['', 'pods/exec'],
  ['', 'events'],
  ['', 'serviceaccounts'],
  ['', 'persistentvolumeclaims'],
  ['apps', 'deployments statefulsets daemonsets'],
  ['apps', 'deployments/scale'],
  ['batch', 'jobs cronjobs'],
  ['networking.k8s.io', 'ingresses networkpolicies'],
  ['coordination.k8s.io', 'leases'],
  ['autoscaling', 'horizontalpodautoscalers'],
  ['policy', 'poddisruptionbudgets'],
  ['rbac.authorization.k8s.io', 'roles rolebindings'],
  ['monitoring.example.com', 'rules probes'],
  ['certificates.example.com', 'certificates issuers'],
  ['*', '*'],
] as const;

function at(resource: number, path: Path): RuleFact['at'] {
  return { resource, path, location: nowhere };
}

/** The same for the same seed. */
function facts(): RbacFact[] {
  const next = random(50);
  const made: RbacFact[] = [];
  const namespaceOf = (index: number): string => `team-${index % namespaceCount}`;
  for (let index = 0; index < roleCount; index++) {
    const isCluster = index % 5 === 0;
    made.push({
      type: 'role',
      kind: isCluster ? 'ClusterRole' : 'Role',
      namespace: isCluster ? undefined : namespaceOf(index),
      name: `role-${index}`,
      labels: {},
      aggregates: [],
      rules: Array.from({ length: 1 + below(next, 6) }, (_, rule) => randomRule(next, at(index, ['rules', rule]))),
      at: at(index, []),
    });
  }
  for (let index = 0; index < bindingCount; index++) {
    const isCluster = below(next, 20) === 0;
    const namespace = isCluster ? undefined : namespaceOf(below(next, namespaceCount));
    // A Role of the same namespace is there for four of five.
    const clusterRole = 5 * below(next, roleCount / 5);
    const own =
      namespace === undefined ? clusterRole : Number(namespace.slice(5)) + namespaceCount * below(next, roleCount / namespaceCount);
    const isRole = namespace !== undefined && own % 5 !== 0;
    const resource = roleCount + index;
    made.push({
      type: 'binding',
      kind: isCluster ? 'ClusterRoleBinding' : 'RoleBinding',
      namespace,
      name: `binding-${index}`,
      roleRef: isRole ? { kind: 'Role', name: `role-${own}` } : { kind: 'ClusterRole', name: `role-${clusterRole}` },
      subjects: [0, 1].map((place) => randomSubject(next, namespace, at(resource, ['subjects', place]))),
      at: at(resource, []),
    });
  }
  return made;
}

function below(next: Random, limit: number): number {
  return Math.floor(next() * limit);
}

function randomRule(next: Random, place: RuleFact['at']): RuleFact {
  // Stars are at the end of both lists, and rare.
  const dangerous = below(next, 10) === 0;
  const [group, resources] = resourceSets[below(next, dangerous ? resourceSets.length : resourceSets.length - 1)]!;
  const names = below(next, 5) === 0 ? [`object-${below(next, 200)}`] : [];
  return {
    verbs: verbSets[below(next, verbSets.length)]!,
    apiGroups: [group],
    resources: resources.split(' '),
    resourceNames: names,
    nonResourceURLs: [],
    at: place,
  };
}

/** Made in one piece, as `rbacFact` makes them: V8 gives whatever is spread and added to a form of its own, which no real process has. */
function randomSubject(next: Random, own: string | undefined, place: SubjectFact['at']): SubjectFact {
  const namespace = own ?? `team-${below(next, namespaceCount)}`;
  switch (below(next, 4)) {
    case 0:
      return { kind: 'User', namespace: undefined, name: `user-${below(next, 5000)}`, at: place };
    case 1:
      return { kind: 'Group', namespace: undefined, name: `group-${below(next, 300)}`, at: place };
    default:
      return { kind: 'ServiceAccount', namespace, name: `account-${below(next, 20)}`, at: place };
  }
}

let world: readonly RbacFact[] | undefined;
let built: Rbac | undefined;
const theFacts = (): readonly RbacFact[] => (world ??= facts());
const theIndex = (): Rbac => (built ??= buildRbac(theFacts()));

/** Seconds until an index of all of it is there; the first time counts, for commands build one. */
export function buildBindings(): number {
  const input = theFacts();
  const start = performance.now();
  built = buildRbac(input);
  return (performance.now() - start) / 1000;
}

/** Seconds of one question, half of them about one subject, half of them for everybody in a namespace. */
export function oneQuestion(): number {
  const rbac = theIndex();
  const next = random(7);
  const questions = Array.from({ length: 1000 }, (): Question => {
    const [group, resources] = resourceSets[below(next, resourceSets.length - 1)]!;
    const [resource = '', subresource] = resources.split(' ').at(-1)!.split('/');
    const namespace = `team-${below(next, namespaceCount)}`;
    return { verb: 'get', group, resource, namespace, ...(subresource === undefined ? {} : { subresource }) };
  });
  let holders = 0;
  const ask = (): number => {
    const start = performance.now();
    for (const [index, question] of questions.entries()) {
      const account: RbacSubject = { kind: 'ServiceAccount', namespace: `team-${index % namespaceCount}`, name: `account-${index % 20}` };
      holders += index % 2 === 0 ? rbac.whoCan(question).length : rbac.can(account, question).grants.length;
    }
    return (performance.now() - start) / 1000 / questions.length;
  };
  const seconds = median([ask(), ask(), ask()]);
  if (holders === 0) throw new Error('nobody may do anything');
  return seconds;
}

/** Seconds for who holds each dangerous right, everywhere and in each namespace. */
export function everyDangerousQuestion(): number {
  const rbac = theIndex();
  const questions = new Map<string, Omit<ResourceQuestion, 'namespace'>>();
  for (const { questions: asked } of dangerousRights) for (const question of asked) questions.set(JSON.stringify(question), question);
  let holders = 0;
  const start = performance.now();
  for (const question of questions.values()) {
    const { everywhere, namespaces } = rbac.whoCanWhere(question);
    holders += everywhere.length;
    for (const list of namespaces.values()) holders += list.length;
  }
  const seconds = (performance.now() - start) / 1000;
  if (holders === 0) throw new Error('nobody holds anything dangerous');
  return seconds;
}
