/** The cluster of the benchmark of attack paths: 2,000 workloads and 500 service accounts in 100 namespaces, as JSON in YAML documents. */
import { cachedFile, random, type Json, type Random } from './generators.ts';

const namespaces = 100;
const workloadsEach = 20;
const accountsEach = 5;

/**
 * Of the workloads one in twenty is exposed, one in fifty can leave its container; every account has a role in its namespace,
 * of which some lead on; half of the namespaces deny connections by default and allow those among themselves.
 */
export const attackGraph = (): string =>
  cachedFile('attack-graph.yaml', (write) => {
    const dice = random(7);
    for (let index = 0; index < namespaces; index++)
      for (const object of namespaceOf(index, dice)) write(`${JSON.stringify(object)}\n---\n`);
    for (const object of clusterWide()) write(`${JSON.stringify(object)}\n---\n`);
  });

function namespaceOf(index: number, dice: Random): Json[] {
  const namespace = `team-${index}`;
  const level = index % 3 === 0 ? {} : { 'pod-security.kubernetes.io/enforce': index % 3 === 1 ? 'baseline' : 'restricted' };
  const objects: Json[] = [{ apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace, labels: level } }];
  for (let account = 0; account < accountsEach; account++) objects.push(...accountOf(namespace, account, dice));
  for (let workload = 0; workload < workloadsEach; workload++) objects.push(...workloadOf(namespace, workload, dice));
  if (index % 2 === 0)
    objects.push({
      apiVersion: 'networking.k8s.io/v1',
      kind: 'NetworkPolicy',
      metadata: { name: 'own', namespace },
      spec: { podSelector: {}, policyTypes: ['Ingress'], ingress: [{ from: [{ podSelector: {} }] }] },
    });
  return objects;
}

/** Rules of the roles of accounts, the harmless ones first. */
const rules: readonly Json[] = [
  { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['pods', 'services'], verbs: ['get', 'list', 'watch'] },
  { apiGroups: [''], resources: ['secrets'], verbs: ['get', 'list'] },
  { apiGroups: ['apps'], resources: ['deployments'], verbs: ['get', 'create', 'patch'] },
  { apiGroups: [''], resources: ['pods/exec'], verbs: ['create'] },
  { apiGroups: [''], resources: ['serviceaccounts/token'], verbs: ['create'] },
];

function accountOf(namespace: string, account: number, dice: Random): Json[] {
  const name = `account-${account}`;
  const granted = [rules[0]!, rules[1]!, ...(dice.below(100) < 30 ? [rules[2 + dice.below(4)]!] : [])];
  return [
    { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name, namespace } },
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'Role', metadata: { name, namespace }, rules: granted },
    binding('RoleBinding', { name, namespace }, { kind: 'Role', name }, { name, namespace }),
  ];
}

function workloadOf(namespace: string, index: number, dice: Random): Json[] {
  const name = `app-${index}`;
  const labels = { app: name };
  const spec = {
    serviceAccountName: `account-${index % accountsEach}`,
    ...(dice.below(100) < 50 ? { automountServiceAccountToken: false } : {}),
    containers: [
      {
        name: 'app',
        image: 'registry.example/app:1',
        ports: [{ containerPort: 8080 }],
        securityContext: { privileged: dice.below(100) < 2 },
      },
    ],
  };
  return [
    {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name, namespace },
      spec: { selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
    },
    {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name, namespace },
      spec: { type: dice.below(100) < 5 ? 'LoadBalancer' : 'ClusterIP', selector: labels, ports: [{ port: 80, targetPort: 8080 }] },
    },
  ];
}

/** Operators with rights in the whole cluster, and a few people. */
function clusterWide(): Json[] {
  const role = (name: string, ...granted: Json[]): Json => ({
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name },
    rules: granted,
  });
  const objects = [
    role('operator', { apiGroups: ['', 'apps'], resources: ['pods', 'deployments', 'secrets'], verbs: ['*'] }),
    role('certificates', { apiGroups: ['admissionregistration.k8s.io'], resources: ['mutatingwebhookconfigurations'], verbs: ['patch'] }),
    role('backup', { apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }),
  ];
  for (let index = 0; index < 12; index++) {
    const name = ['operator', 'certificates', 'backup', 'cluster-admin'][index % 4]!;
    const namespace = `team-${index * 8}`;
    objects.push(
      binding('ClusterRoleBinding', { name: `${name}-${index}` }, { kind: 'ClusterRole', name }, { name: 'account-1', namespace }),
    );
  }
  return objects;
}

function binding(kind: string, metadata: Json, role: Json, account: Json): Json {
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata,
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', ...role },
    subjects: [{ kind: 'ServiceAccount', ...account }],
  };
}
