/** The cluster of the benchmark: 50,000 objects as an API server answers lists of them, in pages that bench/api-server.mjs serves. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { conditions, folder, managedFields, podSpec, random, settle, time, type Json, type Random } from './generators.ts';

interface Kind {
  readonly group: string;
  readonly kind: string;
  readonly plural: string;
  readonly count: number;
  /** Outside of namespaces. */
  readonly cluster?: true;
  readonly object?: (index: number) => Json;
}

const pageSize = 500;
const namespaces = 500;
const deployments = 6_000;
const pods = 21_000;

/**
 * Teams with a dozen Deployments each; every Deployment has an old ReplicaSet without pods, and three or four pods. Nine of
 * ten containers are hardened, as where a policy is in force.
 */
const kinds: readonly Kind[] = [
  kind('', 'ConfigMap', 'configmaps', 5_000, (index) => ({ ...named('settings', index), data: settings(index) })),
  outside('', 'Namespace', 'namespaces', namespaces, (index) => ({
    metadata: metadata(`team-${index}`, index, { labels: { 'kubernetes.io/metadata.name': `team-${index}` } }),
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  })),
  kind('', 'Pod', 'pods', pods, pod),
  kind('', 'Service', 'services', 1_000, (index) => ({
    ...named(`app-${index}`, index),
    spec: { clusterIP: '10.0.0.1', ports: [{ port: 80, protocol: 'TCP', targetPort: 8080 }], type: 'ClusterIP' },
    status: { loadBalancer: {} },
  })),
  kind('', 'ServiceAccount', 'serviceaccounts', 1_000, (index) => named('default', index)),
  kind('apps', 'Deployment', 'deployments', deployments, (index) => ({
    metadata: placed(`app-${index}`, index),
    spec: { ...replicated(index), strategy: { type: 'RollingUpdate' }, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 },
    status: { observedGeneration: 2, availableReplicas: 3, conditions: conditions(['Available', 'Progressing'], random(index)) },
  })),
  kind('apps', 'ReplicaSet', 'replicasets', 2 * deployments, replicaSet),
  kind('apps', 'StatefulSet', 'statefulsets', 500, (index) => ({
    metadata: placed(`db-${index}`, index),
    spec: { ...replicated(index), serviceName: `db-${index}` },
    status: { availableReplicas: 3 },
  })),
  kind('batch', 'CronJob', 'cronjobs', 500, (index) => ({
    metadata: placed(`clean-${index}`, index),
    spec: { schedule: '@daily', jobTemplate: { spec: { template: template(index, 'OnFailure') } } },
  })),
  kind('batch', 'Job', 'jobs', 1_000, (index) => ({
    metadata: placed(`clean-${index}`, index, ownedBy('CronJob', `clean-${index >> 1}`, index >> 1)),
    spec: { template: template(index >> 1, 'OnFailure') },
    status: { conditions: [{ type: 'Complete', status: 'True' }], succeeded: 1 },
  })),
  kind('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', 500, (index) => ({
    ...named('default-deny', index),
    spec: { podSelector: {}, policyTypes: index % 2 === 0 ? ['Ingress', 'Egress'] : ['Ingress'] },
  })),
  kind('rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings', 1_000, (index) => ({
    ...named('readers', index),
    subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: `team-${index % namespaces}` }],
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
  })),
  // Served, and empty: a scan asks for some of them.
  ...['LimitRange', 'PersistentVolumeClaim', 'PodTemplate', 'ReplicationController', 'ResourceQuota', 'Secret'].map((each) =>
    empty('', each),
  ),
  ...['Node', 'PersistentVolume'].map((each) => outside('', each)),
  ...['ControllerRevision', 'DaemonSet'].map((each) => empty('apps', each)),
  ...['MutatingWebhookConfiguration', 'ValidatingWebhookConfiguration'].map((each) => outside('admissionregistration.k8s.io', each)),
  outside('admissionregistration.k8s.io', 'ValidatingAdmissionPolicy', 'validatingadmissionpolicies'),
  outside('admissionregistration.k8s.io', 'ValidatingAdmissionPolicyBinding'),
  ...['CustomResourceDefinition'].map((each) => outside('apiextensions.k8s.io', each)),
  ...['APIService'].map((each) => outside('apiregistration.k8s.io', each)),
  outside('certificates.k8s.io', 'CertificateSigningRequest'),
  empty('networking.k8s.io', 'Ingress', 'ingresses'),
  outside('networking.k8s.io', 'IngressClass', 'ingressclasses'),
  empty('policy', 'PodDisruptionBudget'),
  ...['ClusterRole', 'ClusterRoleBinding'].map((each) => outside('rbac.authorization.k8s.io', each)),
  empty('rbac.authorization.k8s.io', 'Role'),
  outside('storage.k8s.io', 'StorageClass', 'storageclasses'),
];

/** A folder with the pages, and what the server serves of which kind. */
export function cluster(): string {
  const target = join(folder, 'cluster');
  if (existsSync(target)) return target;
  const unfinished = `${target}.${process.pid}`;
  mkdirSync(unfinished, { recursive: true });
  for (const { group, kind: name, plural, count, object } of kinds) {
    const pages = Math.max(1, Math.ceil(count / pageSize));
    for (let page = 0; page < pages; page++) {
      const more = page + 1 < pages ? { continue: String(page + 1), remainingItemCount: count - (page + 1) * pageSize } : {};
      const size = Math.min(pageSize, count - page * pageSize);
      const items = Array.from({ length: size }, (_, index) => object?.(page * pageSize + index));
      const apiVersion = group === '' ? 'v1' : `${group}/v1`;
      const list = { kind: `${name}List`, apiVersion, metadata: { resourceVersion: '1000000', ...more }, items };
      writeFileSync(join(unfinished, `${plural}-${page}.json`), JSON.stringify(list));
    }
  }
  writeFileSync(join(unfinished, 'kinds.json'), JSON.stringify(kinds));
  return settle(unfinished, target);
}

/** Serves such a folder, from a process of its own, and writes a kubeconfig for it; resolves with what ends that. */
export async function apiServer(served: string, kubeconfig: string): Promise<() => void> {
  const server = spawn(process.execPath, ['bench/api-server.mjs', served, kubeconfig], { stdio: ['ignore', 'pipe', 'inherit'] });
  await once(server.stdout, 'data');
  return () => {
    server.kill();
    rmSync(kubeconfig);
  };
}

function kind(group: string, name: string, plural: string, count: number, object?: Kind['object']): Kind {
  return { group, kind: name, plural, count, ...(object === undefined ? {} : { object }) };
}

function empty(group: string, name: string, plural: string = `${name.toLowerCase()}s`): Kind {
  return kind(group, name, plural, 0);
}

function outside(group: string, name: string, plural: string = `${name.toLowerCase()}s`, count = 0, object?: Kind['object']): Kind {
  return { ...kind(group, name, plural, count, object), cluster: true };
}

const uidOf = (name: string, index: number): string => `${name}-${String(index).padStart(12, '0')}`;

/** In the order of Go's struct, in which the API server writes it. */
function metadata(name: string, index: number, more: Json): Json {
  const { generateName, namespace, ...others } = more;
  return {
    name,
    generateName,
    namespace,
    uid: uidOf(name, index),
    resourceVersion: String(100_000 + index),
    generation: 2,
    creationTimestamp: time,
    ...others,
    managedFields: managedFields(index),
  };
}

function placed(name: string, index: number, more: Json = {}): Json {
  const labels = { 'app.kubernetes.io/name': name, 'app.kubernetes.io/part-of': 'shop' };
  return metadata(name, index, { namespace: `team-${index % namespaces}`, labels, ...applied(name, index), ...more });
}

/** Half of what teams write is applied by kubectl. */
function applied(name: string, index: number): Json {
  if (index % 2 === 1) return {};
  const text = JSON.stringify({ apiVersion: 'v1', kind: 'Object', metadata: { name }, spec: specOf(index) });
  return { annotations: { 'kubectl.kubernetes.io/last-applied-configuration': text } };
}

const named = (name: string, index: number): Json => ({ metadata: placed(`${name}-${index}`, index) });

function settings(index: number): Json {
  const dice = random(index);
  return Object.fromEntries(Array.from({ length: 30 }, (_, line) => [`setting-${line}`, dice.letters(80)]));
}

function ownedBy(owner: string, name: string, index: number): Json {
  return {
    ownerReferences: [{ apiVersion: 'apps/v1', kind: owner, name, uid: uidOf(name, index), controller: true, blockOwnerDeletion: true }],
  };
}

const specOf = (index: number): Json => podSpec(`app-${index}`, random(index + 2_000_000));

/** The fields of a pod in the order of Go's struct. */
const fields: readonly string[] = [
  'volumes',
  'containers',
  'restartPolicy',
  'terminationGracePeriodSeconds',
  'dnsPolicy',
  'serviceAccountName',
  'serviceAccount',
  'automountServiceAccountToken',
  'nodeName',
  'securityContext',
  'schedulerName',
  'tolerations',
  'priority',
  'enableServiceLinks',
  'preemptionPolicy',
];

function inOrder(spec: Json): Json {
  return Object.fromEntries(fields.map((field) => [field, spec[field]]));
}

/** What admission adds to pods. */
const ofPods: ReadonlySet<string> = new Set(['enableServiceLinks', 'preemptionPolicy', 'priority', 'tolerations']);

function template(index: number, restartPolicy = 'Always'): Json {
  const spec = Object.fromEntries(Object.entries(specOf(index)).filter(([field]) => !ofPods.has(field)));
  return { metadata: { labels: { 'app.kubernetes.io/name': `app-${index}` } }, spec: inOrder({ ...spec, restartPolicy }) };
}

function replicated(index: number): Json {
  return { replicas: 3, selector: { matchLabels: { 'app.kubernetes.io/name': `app-${index}` } }, template: template(index) };
}

/** The current one of a Deployment, and beside it the one before. */
function replicaSet(index: number): Json {
  const deployment = index >> 1;
  const hash = index % 2 === 0 ? 'new' : 'old';
  const replicas = index % 2 === 0 ? 3 : 0;
  const { metadata: made, spec } = template(deployment) as { readonly metadata: { readonly labels: Json }; readonly spec: Json };
  const labels = { ...made.labels, 'pod-template-hash': hash };
  return {
    metadata: metadata(`app-${deployment}-${hash}`, deployment, {
      namespace: `team-${deployment % namespaces}`,
      labels,
      ...ownedBy('Deployment', `app-${deployment}`, deployment),
    }),
    spec: { replicas, selector: { matchLabels: labels }, template: { metadata: { ...made, labels }, spec } },
    status: { replicas },
  };
}

function pod(index: number): Json {
  // Those of one Deployment stand together, as names are sorted.
  const deployment = Math.floor((index * deployments) / pods);
  const dice = random(index + 3_000_000);
  const generateName = `app-${deployment}-new-`;
  return {
    metadata: metadata(`${generateName}${dice.letters(5)}-${index}`, index, {
      generateName,
      namespace: `team-${deployment % namespaces}`,
      labels: { 'app.kubernetes.io/name': `app-${deployment}`, 'pod-template-hash': 'new' },
      ...ownedBy('ReplicaSet', `app-${deployment}-new`, deployment),
    }),
    spec: inOrder({ ...specOf(deployment), nodeName: `node-${dice.below(200)}` }),
    status: statusOf(dice),
  };
}

function statusOf(dice: Random): Json {
  return {
    conditions: conditions(['Initialized', 'Ready', 'ContainersReady', 'PodScheduled'], dice),
    containerStatuses: ['app', 'proxy'].map((container) => ({
      containerID: `containerd://${dice.hex(64)}`,
      image: `registry.example.com/shop/${container}:1.4`,
      imageID: `registry.example.com/shop/${container}@sha256:${dice.hex(64)}`,
      lastState: {},
      name: container,
      ready: true,
      restartCount: dice.below(4),
      started: true,
      state: { running: { startedAt: time } },
    })),
    hostIP: `10.1.0.${dice.below(255)}`,
    phase: 'Running',
    podIP: `10.2.${dice.below(255)}.${dice.below(255)}`,
    qosClass: 'Burstable',
    startTime: time,
  };
}
