import { Readable } from 'node:stream';
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { AttackPath } from '../core/index.ts';
import { techniques, type ChangeKindId } from '../paths/index.ts';
import { readInventory } from './inventory.ts';
import { pathsQuestion, pathsReport, planReport, startPathsReading, type PathsWorld } from './paths.ts';
import { runs } from '../../test/runs.ts';

async function worldOf(documents: readonly string[], closeEntries = false, kubernetesVersion = '1.35'): Promise<PathsWorld> {
  const reading = startPathsReading();
  const stdin = Readable.from([documents.join('\n---\n')]);
  const inventory = await readInventory({ paths: ['-'], stdin, kubernetesVersion }, reading.kinds, reading.visit);
  expect(inventory.unread).toEqual([]);
  return reading.finish(inventory, { closeEntries });
}

async function pathsOf(documents: readonly string[], from: string, to: string): Promise<readonly AttackPath[]> {
  const world = await worldOf(documents);
  return pathsReport(world, pathsQuestion(world, [from], [to]), 50).goals[0]!.paths;
}

const rbac = 'rbac.authorization.k8s.io';

const namespace = (name: string, level?: string): string =>
  `apiVersion: v1\nkind: Namespace\nmetadata: { name: ${name}${level === undefined ? '' : `, labels: { pod-security.kubernetes.io/enforce: ${level} }`} }`;

const account = (name: string, more = ''): string =>
  `apiVersion: v1\nkind: ServiceAccount\nmetadata: { name: ${name}, namespace: shop${more} }`;

const pod = (name: string, spec = '', container = ''): string => `apiVersion: v1
kind: Pod
metadata: { name: ${name}, namespace: shop, labels: { app: ${name} } }
spec: { ${spec}containers: [{ name: app, image: registry.example/app, ports: [{ containerPort: 80 }]${container} }] }`;

const role = (kind: 'Role' | 'ClusterRole', name: string, ...rules: readonly string[]): string =>
  `apiVersion: ${rbac}/v1\nkind: ${kind}\nmetadata: { name: ${name}${kind === 'Role' ? ', namespace: shop' : ''} }\nrules: [${rules.map((rule) => `{ ${rule} }`).join(', ')}]`;

const bound = (kind: 'RoleBinding' | 'ClusterRoleBinding', name: string, to: string, subject: string): string =>
  `apiVersion: ${rbac}/v1\nkind: ${kind}\nmetadata: { name: ${name}${kind === 'RoleBinding' ? ', namespace: shop' : ''} }\nroleRef: { apiGroup: ${rbac}, ${to} }\nsubjects: [{ ${subject} }]`;

const jane = 'kind: User, name: jane';

/** Jane may do what the rules say: everywhere, or in namespace shop. */
const everywhere = (...rules: readonly string[]): readonly string[] => [
  namespace('shop'),
  role('ClusterRole', 'own', ...rules),
  bound('ClusterRoleBinding', 'own', 'kind: ClusterRole, name: own', jane),
];
const inShop = (...rules: readonly string[]): readonly string[] => [
  namespace('shop'),
  role('Role', 'own', ...rules),
  bound('RoleBinding', 'own', 'kind: Role, name: own', jane),
];

const rule = (verbs: string, resources: string, group = "''", names = ''): string =>
  `verbs: [${verbs}], resources: [${resources}], apiGroups: [${group}]${names === '' ? '' : `, resourceNames: [${names}]`}`;

const admission = 'admissionregistration.k8s.io';
const certificates = 'certificates.k8s.io';

type Case = readonly [about: string, documents: readonly string[], to: string, expected: string];

/** The technique of the last step but those that follow by themselves, `? …` where it depends on what was not read, or `none`. */
function outcome(paths: readonly AttackPath[]): string {
  const [path] = paths;
  if (path === undefined) return 'none';
  const steps = path.steps.filter(({ technique }) => technique !== 'implied');
  return `${path.certain ? '' : '? '}${steps.map(({ technique }) => technique).join(' > ')}`;
}

const webhook = (name: string): string =>
  `apiVersion: ${admission}/v1\nkind: MutatingWebhookConfiguration\nmetadata: { name: ${name} }\nwebhooks: []`;

const deployment = (name: string): string => `apiVersion: apps/v1
kind: Deployment
metadata: { name: ${name}, namespace: shop }
spec: { selector: { matchLabels: { app: ${name} } }, template: { metadata: { labels: { app: ${name} } }, spec: { containers: [{ name: app, image: registry.example/app }] } } }`;

const volume = (path: string, more = ''): string =>
  `apiVersion: v1\nkind: PersistentVolume\nmetadata: { name: folder }\nspec: { hostPath: { path: ${path} }${more} }`;

const claim = (more = ''): string =>
  `apiVersion: v1\nkind: PersistentVolumeClaim\nmetadata: { name: data, namespace: shop }\nspec: { accessModes: [ReadWriteOnce]${more} }`;

const toClaim = [...inShop(rule('create', 'persistentvolumeclaims, pods')).slice(1), namespace('shop', 'baseline')];

const volumesToClaim: readonly Case[] = [
  ['a volume that nobody has claimed', [...toClaim, volume('/')], 'node', 'claim-volume'],
  ['a volume of no worth', [...toClaim, volume('/data')], 'node', 'none'],
  [
    'a volume without the right to claim it',
    [...inShop(rule('create', 'pods')).slice(1), namespace('shop', 'baseline'), volume('/')],
    'node',
    'none',
  ],
  [
    'a volume for pods that are not root',
    [...toClaim.slice(0, -1), namespace('shop', 'restricted'), volume('/')],
    'node',
    '? claim-volume',
  ],
  ['a volume that is kept for another namespace', [...toClaim, volume('/', ', claimRef: { namespace: bank, name: data }')], 'node', 'none'],
  [
    'a volume that a claim of the namespace has',
    [...inShop(rule('create', 'pods')).slice(1), namespace('shop', 'baseline'), volume('/'), claim(', volumeName: folder')],
    'node',
    'create-workload > claimed-host-path',
  ],
];

/** Jane holds role `mine`, and may change it as the rules say. */
const holding = (kind: 'Role' | 'ClusterRole', ...rules: readonly string[]): readonly string[] => [
  ...(kind === 'Role' ? inShop(...rules) : everywhere(...rules)),
  role(kind, 'mine', rule('get', 'configmaps')),
  bound(`${kind}Binding`, 'mine', `kind: ${kind}, name: mine`, jane),
];

const escalations: readonly Case[] = [
  [
    'escalate by name',
    holding('ClusterRole', rule('escalate, update', 'clusterroles', rbac, 'mine')),
    'cluster-admin',
    'escalate-named-role',
  ],
  [
    'escalate and a change by two rules',
    holding('ClusterRole', rule('escalate', 'clusterroles', rbac), rule('update', 'clusterroles', rbac, 'mine')),
    'cluster-admin',
    'escalate-named-role',
  ],
  ['escalate by name without a change', holding('ClusterRole', rule('escalate', 'clusterroles', rbac, 'mine')), 'cluster-admin', 'none'],
  [
    'escalate by one name and a change by another',
    holding('ClusterRole', rule('escalate', 'clusterroles', rbac, 'mine'), rule('update', 'clusterroles', rbac, 'yours')),
    'cluster-admin',
    'none',
  ],
  ['escalate by the name of a role of others', everywhere(rule('escalate, update', 'clusterroles', rbac, 'view')), 'cluster-admin', 'none'],
  [
    'escalate by the name of a role that is bound in a namespace',
    [
      ...everywhere(rule('escalate, update', 'clusterroles', rbac, 'mine')),
      role('ClusterRole', 'mine', rule('get', 'configmaps')),
      bound('RoleBinding', 'mine', 'kind: ClusterRole, name: mine', jane),
    ],
    'namespace:shop',
    'escalate-named-role',
  ],
  [
    'escalate by the name of a Role',
    holding('Role', rule('escalate, patch', 'roles', rbac, 'mine')),
    'namespace:shop',
    'escalate-named-role',
  ],
  [
    'escalate by the name of a ClusterRole in a namespace',
    [
      ...inShop(rule('escalate, update', 'clusterroles', rbac, 'mine')),
      role('ClusterRole', 'mine', rule('get', 'configmaps')),
      bound('RoleBinding', 'mine', 'kind: ClusterRole, name: mine', jane),
    ],
    'namespace:shop',
    'none',
  ],
];

describe('what rights lead to', () => {
  const cases: readonly Case[] = [
    ['every right', everywhere(rule("'*'", "'*'", "'*'")), 'cluster-admin', 'all-rights'],
    ['every right in a namespace', inShop(rule("'*'", "'*'", "'*'")), 'namespace:shop', 'all-rights'],
    ['nothing that leads on', everywhere(rule('get, list', 'pods, configmaps')), 'cluster-admin', 'none'],
    ['escalate with a change', everywhere(rule('escalate, update', 'clusterroles', rbac)), 'cluster-admin', 'escalate-cluster-role'],
    ['escalate without a change', everywhere(rule('escalate', 'clusterroles', rbac)), 'cluster-admin', 'none'],
    ['escalate by a Role of its own', inShop(rule('escalate, patch', 'roles', rbac)), 'namespace:shop', 'escalate-role'],
    [
      'bind with a write to bindings',
      everywhere(rule('bind', 'clusterroles', rbac), rule('create', 'clusterrolebindings', rbac)),
      'cluster-admin',
      'bind-cluster-wide',
    ],
    ['a write to bindings alone', everywhere(rule('create', 'clusterrolebindings', rbac)), 'cluster-admin', 'none'],
    [
      'bind in a namespace',
      inShop(rule('bind', 'clusterroles', rbac), rule('create', 'rolebindings', rbac)),
      'namespace:shop',
      'bind-in-namespace',
    ],
    [
      'bind of a role by name',
      everywhere(rule('bind', 'clusterroles', rbac, 'cluster-admin'), rule('create', 'clusterrolebindings', rbac)),
      'cluster-admin',
      'bind-named-role',
    ],
    [
      'bind of a harmless role by name',
      everywhere(rule('bind', 'clusterroles', rbac, 'view'), rule('create', 'clusterrolebindings', rbac)),
      'cluster-admin',
      'none',
    ],
    ['impersonate on users', everywhere(rule('impersonate', 'users')), 'cluster-admin', 'impersonate-users'],
    ['impersonate on a user by name', everywhere(rule('impersonate', 'users', "''", 'bob')), 'cluster-admin', 'none'],
    ['impersonate on groups alone', everywhere(rule('impersonate', 'groups')), 'cluster-admin', 'none'],
    [
      'impersonate on groups and one user',
      everywhere(rule('impersonate', 'groups'), rule('impersonate', 'users', "''", 'bob')),
      'cluster-admin',
      'impersonate-groups',
    ],
    [
      'impersonate on system:masters and one user',
      everywhere(rule('impersonate', 'groups', "''", 'system:masters'), rule('impersonate', 'users', "''", 'bob')),
      'cluster-admin',
      'named-identity',
    ],
    [
      'approval of certificates',
      everywhere(
        rule('create', 'certificatesigningrequests', certificates),
        rule('update', 'certificatesigningrequests/approval', certificates),
        rule('approve', 'signers', certificates, 'kubernetes.io/kube-apiserver-client'),
      ),
      'cluster-admin',
      'approve-certificate',
    ],
    [
      'approval without the signer',
      everywhere(
        rule('create', 'certificatesigningrequests', certificates),
        rule('update', 'certificatesigningrequests/approval', certificates),
      ),
      'cluster-admin',
      'none',
    ],
    ['mutating webhooks', everywhere(rule('patch', 'mutatingwebhookconfigurations', admission)), 'cluster-admin', 'mutating-webhook'],
    ['validating webhooks', everywhere(rule('create', 'validatingwebhookconfigurations', admission)), 'secrets', '? validating-webhook'],
    [
      'mutating policies before they were served',
      everywhere(rule('create', 'mutatingadmissionpolicies, mutatingadmissionpolicybindings', admission)),
      'cluster-admin',
      'none',
    ],
    ['reading Secrets', everywhere(rule('list', 'secrets')), 'secrets', 'read-secrets'],
    ['reading Secrets of a namespace', inShop(rule('list', 'secrets')), 'secrets', 'none'],
    ['what all Secrets hold', everywhere(rule('list', 'secrets')), 'cluster-admin', '? read-secrets > unread-secrets'],
    [
      'a PersistentVolume and a pod',
      everywhere(rule('create', 'persistentvolumes, persistentvolumeclaims, pods')),
      'node',
      'host-path-volume',
    ],
    ['aws-auth', everywhere(rule('patch', 'configmaps')), 'cluster-admin', '? administrators-by-config-map'],
    ['aws-auth by name', everywhere(rule('patch', 'configmaps', "''", 'aws-auth')), 'cluster-admin', '? administrators-by-config-map'],
    ['a ConfigMap of another name', everywhere(rule('patch', 'configmaps', "''", 'coredns')), 'cluster-admin', 'none'],
    ['aws-auth of another namespace', inShop(rule('patch', 'configmaps', "''", 'aws-auth')), 'cluster-admin', 'none'],
    ...escalations,
    [
      'a webhook by its name',
      [...everywhere(rule('patch', 'mutatingwebhookconfigurations', admission, 'own')), webhook('own')],
      'cluster-admin',
      'mutating-webhook',
    ],
    [
      'a webhook by a name that was not read',
      everywhere(rule('patch', 'mutatingwebhookconfigurations', admission, 'own')),
      'cluster-admin',
      '? mutating-webhook',
    ],
    [
      'changing a workload by its name',
      [...inShop(rule('patch', 'deployments', 'apps', 'web')), deployment('web')],
      'namespace:shop',
      'change-workload',
    ],
    [
      'changing a workload by another name',
      [...inShop(rule('patch', 'deployments', 'apps', 'api')), deployment('web')],
      'namespace:shop',
      'none',
    ],
    [
      'changing the image of a pod by its name',
      [...inShop(rule('patch', 'pods', "''", 'agent')), pod('agent', '', ', securityContext: { privileged: true }')],
      'node',
      'change-image > privileged-container',
    ],
    [
      'the labels of a namespace by its name',
      [...inShop(rule('patch', 'namespaces', "''", 'shop'), rule('create', 'pods')).slice(1), namespace('shop', 'restricted')],
      'node',
      'lift-level',
    ],
    [
      'the labels of another namespace',
      [...inShop(rule('patch', 'namespaces', "''", 'bank'), rule('create', 'pods')).slice(1), namespace('shop', 'restricted')],
      'node',
      'none',
    ],
    ['custom resources', inShop(rule('create', 'workflows', 'argoproj.io')), 'namespace:shop', '? create-custom-workload'],
    ['custom resources of another group', inShop(rule('create', 'workflows', 'example.com')), 'namespace:shop', 'none'],
    ...volumesToClaim,
    ['nodes/proxy in a cluster without anything', everywhere(rule('get', 'nodes/proxy')), 'cluster-admin', 'none'],
    [
      'a role that was not read',
      [namespace('shop'), bound('ClusterRoleBinding', 'own', 'kind: ClusterRole, name: elsewhere', jane)],
      'cluster-admin',
      '? unread-role',
    ],
    [
      'a role of Kubernetes that was not read',
      [namespace('shop'), bound('ClusterRoleBinding', 'own', 'kind: ClusterRole, name: cluster-admin', jane)],
      'cluster-admin',
      'all-rights',
    ],
    [
      'a role of Kubernetes without danger',
      [namespace('shop'), bound('ClusterRoleBinding', 'own', 'kind: ClusterRole, name: view', jane)],
      'cluster-admin',
      'none',
    ],
    ['making pods where no level is enforced', inShop(rule('create', 'pods')), 'node', 'create-workload > privileged-pod'],
    ['making pods where a level is enforced', [...inShop(rule('create', 'pods')).slice(1), namespace('shop', 'baseline')], 'node', 'none'],
    ['making pods where nobody knows the level', inShop(rule('create', 'pods')).slice(1), 'node', '? create-workload > privileged-pod'],
    [
      'lifting the level',
      [...inShop(rule('create', 'pods'), rule('patch', 'namespaces')).slice(1), namespace('shop', 'restricted')],
      'node',
      'lift-level',
    ],
    ['changing a workload that is not there', inShop(rule('patch', 'deployments', 'apps')), 'namespace:shop', 'none'],
    [
      'exec into a privileged pod',
      [...inShop(rule('create', 'pods/exec')), pod('agent', '', ', securityContext: { privileged: true }')],
      'node',
      'exec > privileged-container',
    ],
    [
      'exec into pods by a right on pods alone',
      [
        ...inShop(rule('create', 'pods/exec')).slice(0, 1),
        role('Role', 'own', rule('get', 'pods')),
        bound('RoleBinding', 'own', 'kind: Role, name: own', jane),
        pod('agent', '', ', securityContext: { privileged: true }'),
      ],
      'node',
      'none',
    ],
    [
      'exec into a pod by name',
      [...inShop(rule('create', 'pods/exec', "''", 'agent')), pod('agent', '', ', securityContext: { privileged: true }')],
      'node',
      'exec > privileged-container',
    ],
    ['a container for debugging', [...inShop(rule('patch', 'pods/ephemeralcontainers')), pod('web')], 'node', 'privileged-pod'],
  ];

  test.each(cases)('%s', async (_, documents, to, expected) => {
    expect(outcome(await pathsOf(documents, 'user:jane', to))).toBe(expected);
  });
});

const admin = bound(
  'ClusterRoleBinding',
  'admin',
  'kind: ClusterRole, name: cluster-admin',
  'kind: ServiceAccount, name: admin, namespace: shop',
);

describe('acting as others for single verbs', () => {
  const authn = 'authentication.k8s.io';
  const bob = [
    role('ClusterRole', 'bobs', rule('create', 'pods')),
    bound('RoleBinding', 'bobs', 'kind: ClusterRole, name: bobs', 'kind: User, name: bob'),
  ];
  const web = [
    role('ClusterRole', 'webs', rule('list', 'secrets')),
    bound('ClusterRoleBinding', 'webs', 'kind: ClusterRole, name: webs', 'kind: ServiceAccount, name: web, namespace: shop'),
  ];
  const asUser = rule("'impersonate:user-info'", 'users', authn);
  const asAccount = rule("'impersonate:serviceaccount'", 'serviceaccounts', authn);
  test.each<[string, readonly string[], string, string]>([
    [
      'a user for the verb',
      [...everywhere(asUser, rule("'impersonate-on:user-info:create'", 'pods')), ...bob],
      'namespace:shop',
      'impersonate-within-bounds',
    ],
    [
      'a user by name',
      [...everywhere(rule("'impersonate:user-info'", 'users', authn, 'bob'), rule("'impersonate-on:user-info:create'", 'pods')), ...bob],
      'namespace:shop',
      'impersonate-within-bounds',
    ],
    [
      'a user of another name',
      [...everywhere(rule("'impersonate:user-info'", 'users', authn, 'joe'), rule("'impersonate-on:user-info:create'", 'pods')), ...bob],
      'namespace:shop',
      'none',
    ],
    ['a user for another verb', [...everywhere(asUser, rule("'impersonate-on:user-info:list'", 'pods')), ...bob], 'namespace:shop', 'none'],
    ['a user without a verb', [...everywhere(asUser), ...bob], 'namespace:shop', 'none'],
    ['a verb without a user', [...everywhere(rule("'impersonate-on:user-info:create'", 'pods')), ...bob], 'namespace:shop', 'none'],
    ['a user who may not', [...everywhere(asUser, rule("'impersonate-on:user-info:create'", 'pods'))], 'namespace:shop', 'none'],
    [
      'an account of the namespace',
      [
        ...inShop(asAccount),
        role('ClusterRole', 'acts', rule("'impersonate-on:serviceaccount:list'", 'secrets')),
        bound('ClusterRoleBinding', 'acts', 'kind: ClusterRole, name: acts', jane),
        ...web,
      ],
      'secrets',
      'impersonate-within-bounds',
    ],
    [
      'an account in the way of users',
      [
        ...everywhere(asUser, rule("'impersonate-on:user-info:create'", 'pods')),
        bob[0]!,
        bound('RoleBinding', 'bobs', 'kind: ClusterRole, name: bobs', 'kind: ServiceAccount, name: web, namespace: shop'),
      ],
      'namespace:shop',
      'none',
    ],
    // The controller manager is a user, who lists Secrets.
    [
      'a user of Kubernetes',
      everywhere(asUser, rule("'impersonate-on:user-info:list'", 'secrets')),
      'secrets',
      'impersonate-within-bounds',
    ],
    [
      'who may bind, which is no request of its own',
      [
        ...everywhere(asUser, rule("'impersonate-on:user-info:create'", 'clusterrolebindings', rbac)),
        role('ClusterRole', 'bobs', rule('bind', 'clusterroles', rbac), rule('create', 'clusterrolebindings', rbac)),
        bound('ClusterRoleBinding', 'bobs', 'kind: ClusterRole, name: bobs', 'kind: User, name: bob'),
      ],
      'cluster-admin',
      'impersonate-within-bounds',
    ],
  ])('%s', async (_, documents, to, expected) => {
    const outcomeOf = async (version: string): Promise<string> => {
      const world = await worldOf(documents, false, version);
      return outcome(pathsReport(world, pathsQuestion(world, ['user:jane'], [to]), 50).goals[0]!.paths);
    };
    expect(await outcomeOf('1.36')).toBe(expected);
    expect(await outcomeOf('1.35')).toBe('none');
  });
});

describe('what ServiceAccounts lead to', () => {
  const cases: readonly Case[] = [
    [
      'a pod that runs as one',
      [...inShop(rule('create', 'pods')), account('admin'), admin],
      'cluster-admin',
      'create-workload > pod-with-account > all-rights',
    ],
    [
      'a token that is asked for',
      [...inShop(rule('create', 'serviceaccounts/token')), account('admin'), admin],
      'cluster-admin',
      'mint-token > all-rights',
    ],
    [
      'a token by name',
      [...inShop(rule('create', 'serviceaccounts/token', "''", 'admin')), account('admin'), admin],
      'cluster-admin',
      'mint-token > all-rights',
    ],
    [
      'a token of another name',
      [...inShop(rule('create', 'serviceaccounts/token', "''", 'other')), account('admin'), account('other'), admin],
      'cluster-admin',
      'none',
    ],
    [
      'impersonation',
      [...inShop(rule('impersonate', 'serviceaccounts')), account('admin'), admin],
      'cluster-admin',
      'impersonate-accounts > all-rights',
    ],
    [
      'a Secret with its token',
      [
        ...inShop(rule('get', 'secrets')),
        account('admin'),
        admin,
        'apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: { name: old, namespace: shop, annotations: { kubernetes.io/service-account.name: admin } }',
      ],
      'cluster-admin',
      'read-secrets > all-rights',
    ],
    [
      'a Secret that is made for its token',
      [...inShop(rule('create, get', 'secrets')), account('admin'), admin],
      'cluster-admin',
      'mint-token-secret > all-rights',
    ],
    [
      'an identity in a cloud',
      [...inShop(rule('create', 'pods')), account('admin', ", annotations: { eks.amazonaws.com/role-arn: 'arn:aws:iam::1:role/x' }")],
      'cloud-credentials',
      'create-workload > cloud-identity',
    ],
  ];

  test.each(cases)('%s', async (_, documents, to, expected) => {
    expect(outcome(await pathsOf(documents, 'user:jane', to))).toBe(expected);
  });
});

describe('what a pod leads to', () => {
  const mounts = (path: string, more = ''): readonly [string, string] => [
    `volumes: [{ name: node, hostPath: { path: ${path} } }], `,
    `, volumeMounts: [{ name: node, mountPath: /node${more} }]`,
  ];
  const claims = (more = ''): readonly [string, string] => [
    'volumes: [{ name: data, persistentVolumeClaim: { claimName: data } }], ',
    `, volumeMounts: [{ name: data, mountPath: /data${more} }]`,
  ];
  const kept = ', claimRef: { namespace: shop, name: data }';
  const cases: readonly Case[] = [
    ['nothing', [pod('web')], 'node', 'none'],
    ['privileged', [pod('web', '', ', securityContext: { privileged: true }')], 'node', 'privileged-container'],
    [
      'privileged, and not root',
      [pod('web', '', ', securityContext: { privileged: true, runAsUser: 1000 }')],
      'node',
      '? privileged-container',
    ],
    [
      'an init container that ends',
      [pod('web', 'initContainers: [{ name: first, image: registry.example/first, securityContext: { privileged: true } }], ')],
      'node',
      '? privileged-container',
    ],
    ['privileged in a user namespace', [pod('web', 'hostUsers: false, ', ', securityContext: { privileged: true }')], 'node', 'none'],
    ['a capability', [pod('web', '', ', securityContext: { capabilities: { add: [SYS_ADMIN] } }')], 'node', 'dangerous-capability'],
    ['a harmless capability', [pod('web', '', ', securityContext: { capabilities: { add: [NET_BIND_SERVICE] } }')], 'node', 'none'],
    ['processes of the node', [pod('web', 'hostPID: true, ')], 'node', '? host-processes'],
    [
      'processes of the node that may be traced',
      [pod('web', 'hostPID: true, ', ', securityContext: { capabilities: { add: [SYS_PTRACE] } }')],
      'node',
      'host-processes',
    ],
    ['the root of the node', [pod('web', ...mounts('/'))], 'node', 'host-path'],
    ['the root of the node to read', [pod('web', ...mounts('/', ', readOnly: true'))], 'node', '? host-path'],
    ['a folder of its own', [pod('web', ...mounts('/data/web'))], 'node', 'none'],
    ['a volume that no container mounts', [pod('web', mounts('/')[0])], 'node', 'none'],
    ['a claim of a folder of the node', [pod('web', ...claims()), volume('/etc/kubernetes', kept)], 'node', 'claimed-host-path'],
    ['a claim to read', [pod('web', ...claims(', readOnly: true')), volume('/etc/kubernetes', kept)], 'node', '? claimed-host-path'],
    ['a claim of another volume', [pod('web', ...claims()), volume('/etc/kubernetes')], 'node', 'none'],
    ['a socket to read', [pod('web', ...mounts('/var/run/docker.sock', ', readOnly: true'))], 'node', 'runtime-socket'],
    ['its token', [pod('web', 'serviceAccountName: admin, '), account('admin'), admin], 'cluster-admin', 'mounted-token > all-rights'],
    [
      'no token',
      [pod('web', 'serviceAccountName: admin, automountServiceAccountToken: false, '), account('admin'), admin],
      'cluster-admin',
      'none',
    ],
    [
      'no token by its account',
      [pod('web', 'serviceAccountName: admin, '), `${account('admin')}\nautomountServiceAccountToken: false`, admin],
      'cluster-admin',
      'none',
    ],
    ['perhaps a token', [pod('web', 'serviceAccountName: admin, '), admin], 'cluster-admin', '? mounted-token > all-rights'],
    [
      'a projected token',
      [
        pod(
          'web',
          'serviceAccountName: admin, automountServiceAccountToken: false, volumes: [{ name: api, projected: { sources: [{ serviceAccountToken: { path: token } }] } }], ',
        ),
        account('admin'),
        admin,
      ],
      'cluster-admin',
      'mounted-token > all-rights',
    ],
    [
      'a projected token for somebody else',
      [
        pod(
          'web',
          'serviceAccountName: admin, automountServiceAccountToken: false, volumes: [{ name: api, projected: { sources: [{ serviceAccountToken: { path: token, audience: vault } }] } }], ',
        ),
        account('admin'),
        admin,
      ],
      'cluster-admin',
      'none',
    ],
    [
      'another pod',
      [pod('web'), pod('agent', '', ', securityContext: { privileged: true }')],
      'node',
      'network-reach > privileged-container',
    ],
    [
      'another pod behind a policy',
      [
        pod('web'),
        pod('agent', '', ', securityContext: { privileged: true }'),
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: closed, namespace: shop }\nspec: { podSelector: { matchLabels: { app: agent } }, policyTypes: [Ingress] }',
      ],
      'node',
      'none',
    ],
    ['the metadata service', [pod('web')], 'cloud-credentials', '? cloud-of-node'],
    [
      'no metadata service behind a policy',
      [
        pod('web'),
        'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: closed, namespace: shop }\nspec: { podSelector: {}, policyTypes: [Egress] }',
      ],
      'cloud-credentials',
      'none',
    ],
  ];

  test.each(cases)('%s', async (_, documents, to, expected) => {
    expect(outcome(await pathsOf([namespace('shop'), ...documents], 'shop/web', to))).toBe(expected);
  });
});

describe('what nodes lead to', () => {
  const agent = pod('agent', '', ', securityContext: { privileged: true }');
  const node = (name: string, labels = '', spec = ''): string =>
    `apiVersion: v1\nkind: Node\nmetadata: { name: ${name}, labels: { ${labels} } }\nspec: { ${spec} }`;
  const apart =
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: { name: closed, namespace: shop }\nspec: { podSelector: {}, policyTypes: [Ingress] }';
  const asAdmin = pod('operator', 'serviceAccountName: admin, ');
  const cases: readonly Case[] = [
    [
      'pods that may be elsewhere',
      [agent, asAdmin, account('admin'), admin, apart, node('a'), node('b')],
      'cluster-admin',
      '? privileged-container > pods-of-node > mounted-token > all-rights',
    ],
    [
      'pods of the only node',
      [agent, asAdmin, account('admin'), admin, apart, node('a')],
      'cluster-admin',
      'privileged-container > pods-of-node > mounted-token > all-rights',
    ],
    [
      'the control plane, where it is the only node',
      [agent, node('a', "node-role.kubernetes.io/control-plane: ''")],
      'cluster-admin',
      'privileged-container > control-plane-node',
    ],
    ['no control plane among the nodes', [agent, node('a')], 'cluster-admin', 'none'],
    [
      'credentials of a machine',
      [agent, node('a', '', 'providerID: aws:///eu-1/i-1')],
      'cloud-credentials',
      'privileged-container > cloud-of-node',
    ],
  ];

  test.each(cases)('%s', async (_, documents, to, expected) => {
    expect(outcome(await pathsOf([namespace('shop'), ...documents], 'shop/agent', to))).toBe(expected);
  });
});

describe('entries', () => {
  const exposed =
    'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }';
  const agent = pod('web', '', ', securityContext: { privileged: true }');

  test('from the internet over a Service', async () => {
    expect(outcome(await pathsOf([namespace('shop'), agent, exposed], 'internet', 'node'))).toBe('exposed-service > privileged-container');
    expect(outcome(await pathsOf([namespace('shop'), agent, exposed.replace('LoadBalancer', 'ClusterIP')], 'internet', 'node'))).toBe(
      'none',
    );
  });

  test('from the internet as an anonymous user, as far as nobody knows better', async () => {
    const anonymous = bound(
      'ClusterRoleBinding',
      'all',
      'kind: ClusterRole, name: cluster-admin',
      'kind: Group, name: system:unauthenticated',
    );
    expect(outcome(await pathsOf([namespace('shop'), anonymous], 'internet', 'cluster-admin'))).toBe('? anonymous-request > all-rights');
  });

  test.each(['ns:shop', 'shop/web', 'shop/Pod/web'])('%s', async (from) => {
    expect(outcome(await pathsOf([namespace('shop'), agent], from, 'node'))).toBe('privileged-container');
  });

  test.each([
    ['ns:shpo', 'did you mean ns:shop?'],
    ['shop/wbe', 'did you mean shop/web?'],
    ['sa:shop/defualt', 'did you mean sa:shop/default?'],
    ['intranet', 'did you mean internet?'],
  ])('%s is nowhere', async (from, advice) => {
    const world = await worldOf([namespace('shop'), agent]);
    expect(() => pathsQuestion(world, [from], ['node'])).toThrow(advice);
  });
});

describe('a plan', () => {
  const planOf = async (documents: readonly string[], from: string, to: string, prefer: 'fewest' | 'safest' = 'fewest') => {
    const world = await worldOf(documents);
    return planReport(world, { ...pathsQuestion(world, [from], [to]), prefer, possible: true, riskOf: () => undefined });
  };

  test('is one change where all paths share a step', async () => {
    const documents = [
      ...inShop(rule('create', 'pods'), rule('create', 'serviceaccounts/token'), rule('impersonate', 'serviceaccounts')),
      account('admin'),
      admin,
    ];
    const { state, changes, proof } = await planOf(documents, 'user:jane', 'cluster-admin');
    expect(state).toBe('planned');
    expect(changes).toHaveLength(1);
    expect(proof).toMatchObject({ fewest: 1, left: 0 });
  });

  test('names a path that nothing breaks', async () => {
    const { state, unbreakable } = await planOf([namespace('shop')], 'group:system:masters', 'cluster-admin');
    expect(state).toBe('impossible');
    expect(unbreakable?.steps.at(-1)?.to.type).toBe('cluster-admin');
  });

  test('is empty where there is no path', async () => {
    expect(await planOf([namespace('shop'), pod('web')], 'shop/web', 'node')).toMatchObject({ state: 'none', changes: [] });
  });

  test('removes both of two rules that are aggregated as one', async () => {
    const aggregated = ['a', 'b'].map(
      (name) =>
        `apiVersion: ${rbac}/v1\nkind: ClusterRole\nmetadata: { name: part-${name}, labels: { all: 'yes' } }\nrules: [{ ${rule('impersonate', 'users')} }]`,
    );
    const whole = `apiVersion: ${rbac}/v1\nkind: ClusterRole\nmetadata: { name: whole }\naggregationRule: { clusterRoleSelectors: [{ matchLabels: { all: 'yes' } }] }\nrules: []`;
    const documents = [
      namespace('shop'),
      ...aggregated,
      whole,
      bound('ClusterRoleBinding', 'own', 'kind: ClusterRole, name: whole', 'kind: Group, name: system:masters'),
      bound('ClusterRoleBinding', 'other', 'kind: ClusterRole, name: whole', jane),
    ];
    const { proof, state } = await planOf(documents, 'user:jane', 'cluster-admin');
    expect(state).toBe('planned');
    expect(proof.left).toBe(0);
  });

  test('leaves no path in a copy of what was read, whatever that is', async () => {
    const rules = fc.constantFrom(
      rule('create', 'pods'),
      rule('create', 'pods/exec'),
      rule('list', 'secrets'),
      rule('create', 'serviceaccounts/token'),
      rule('impersonate', 'users'),
      rule('bind', 'clusterroles', rbac),
      rule('create', 'rolebindings', rbac),
      rule('escalate, patch', 'roles, clusterroles', rbac),
      rule('escalate, patch', 'roles, clusterroles', rbac, 'role-0'),
      rule('create', 'persistentvolumeclaims'),
      rule('patch', 'namespaces', "''", 'shop'),
      rule('get', 'nodes/proxy'),
      rule("'*'", "'*'", "'*'"),
    );
    const subjects = fc.constantFrom(
      jane,
      'kind: ServiceAccount, name: a, namespace: shop',
      'kind: ServiceAccount, name: b, namespace: shop',
      'kind: Group, name: system:serviceaccounts',
    );
    const grants = fc.array(
      fc.tuple(fc.boolean(), fc.array(rules, { minLength: 1, maxLength: 3 }), fc.array(subjects, { minLength: 1, maxLength: 2 })),
      { minLength: 1, maxLength: 4 },
    );
    const pods = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'default'), fc.boolean(), fc.boolean()), { maxLength: 3 });
    await fc.assert(
      fc.asyncProperty(grants, pods, fc.constantFrom('baseline', undefined), async (granted, running, level) => {
        const documents = [
          namespace('shop', level),
          account('a'),
          account('b'),
          volume('/etc/kubernetes', running.length % 2 === 0 ? '' : ', claimRef: { namespace: shop, name: data }'),
          ...running.map(([as, mounts, privileged], index) =>
            pod(
              `pod-${index}`,
              `serviceAccountName: ${as}, automountServiceAccountToken: ${mounts}, `,
              `, securityContext: { privileged: ${privileged} }`,
            ),
          ),
          ...granted.flatMap(([wide, rulesOf, who], index) => {
            const kind = wide ? 'ClusterRole' : 'Role';
            return [
              role(kind, `role-${index}`, ...rulesOf),
              ...who.map((subject, at) => bound(`${kind}Binding`, `role-${index}-${at}`, `kind: ${kind}, name: role-${index}`, subject)),
            ];
          }),
        ];
        for (const to of ['cluster-admin', 'node']) {
          const { state, proof } = await planOf(documents, 'user:jane', to);
          expect(state).not.toBe('impossible');
          expect(proof).toMatchObject({ left: 0, proven: true, leastCost: proof.cost });
        }
      }),
      { seed: 68, numRuns: runs(5, 60) },
    );
  });
});

test('every step is broken by what its technique says', async () => {
  const documents = [
    ...everywhere(
      rule('create', 'pods, pods/exec, serviceaccounts/token, persistentvolumeclaims'),
      rule('bind', 'clusterroles', rbac, 'admin'),
      rule('create', 'rolebindings', rbac),
      rule('impersonate', 'users', "''", 'bob'),
    ),
    account('admin', ", annotations: { iam.gke.io/gcp-service-account: 'x@y.iam.gserviceaccount.com' }"),
    admin,
    pod(
      'web',
      'hostPID: true, volumes: [{ name: node, hostPath: { path: /run } }, { name: data, persistentVolumeClaim: { claimName: data } }], ',
      ', securityContext: { privileged: true }, volumeMounts: [{ name: node, mountPath: /node }, { name: data, mountPath: /data }]',
    ),
    volume('/root', ', claimRef: { namespace: shop, name: data }'),
    volume('/root').replace('folder', 'free'),
    pod(
      'api',
      'serviceAccountName: admin, ',
      ', securityContext: { capabilities: { add: [SYS_ADMIN] } }, envFrom: [{ secretRef: { name: old } }]',
    ),
    'apiVersion: v1\nkind: Secret\ntype: kubernetes.io/service-account-token\nmetadata: { name: old, namespace: shop, annotations: { kubernetes.io/service-account.name: admin } }',
    'apiVersion: v1\nkind: Service\nmetadata: { name: web, namespace: shop }\nspec: { type: LoadBalancer, selector: { app: web }, ports: [{ port: 80 }] }',
  ];
  const { graph } = await worldOf(documents, true);
  const ofRights: readonly ChangeKindId[] = ['remove-subject', 'narrow-rule'];
  const used = new Set<string>();
  for (const { technique, changes } of graph.edges) {
    const { brokenBy } = techniques.find(({ id }) => id === technique) ?? { brokenBy: ofRights };
    for (const change of changes) {
      const { kind } = graph.changes[change]!;
      used.add(kind);
      expect([...ofRights, ...brokenBy]).toContain(kind);
    }
  }
  expect(used.size).toBeGreaterThan(10);
});
