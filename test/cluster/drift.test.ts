import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanCluster, type Report } from '../../src/index.ts';
import type { ApiClient, ApiObject, Json } from './api-client.ts';
import { asAdmin, kubeconfig, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/*
 * Pods that real controllers make, with everything that the API server, its plugins and the controllers put in: none of it
 * is a difference from the template, and what others change is.
 */

const labels = { app: 'web' };
const selector = { matchLabels: labels };
/** With as many things as possible that are filled in, rewritten or merged somewhere on the way to a pod. */
const podSpec = {
  priorityClassName: 'important',
  runtimeClassName: 'sandboxed',
  hostNetwork: true,
  initContainers: [{ name: 'init', image: 'registry.example.com/init', restartPolicy: 'Always' }],
  containers: [
    {
      name: 'web',
      image: 'registry.example.com/web:1',
      ports: [{ containerPort: 8080 }],
      env: [
        { name: 'KEY', value: 'some value' },
        { name: 'NAME', valueFrom: { fieldRef: { fieldPath: 'metadata.name' } } },
        { name: 'CPU', valueFrom: { resourceFieldRef: { resource: 'limits.cpu' } } },
      ],
      resources: { limits: { cpu: 1, 'example.com/gpu': 1 } },
      livenessProbe: { httpGet: { port: 8080 } },
      readinessProbe: { grpc: { port: 8080 } },
      lifecycle: { preStop: { httpGet: { port: 8080 } } },
      volumeMounts: [{ name: 'data', mountPath: '/data' }],
    },
    { name: 'other', image: 'registry.example.com/other@sha256:' + 'a'.repeat(64), securityContext: { privileged: false } },
  ],
  volumes: [
    { name: 'data' },
    { name: 'map', configMap: { name: 'map' } },
    { name: 'secret', secret: { secretName: 'secret', optional: false } },
    { name: 'host', hostPath: { path: '/var/log' } },
    { name: 'sized', emptyDir: { sizeLimit: '1024Mi' } },
    { name: 'token', projected: { sources: [{ serviceAccountToken: { path: 'token', audience: 'vault' } }] } },
    {
      name: 'claim',
      ephemeral: { volumeClaimTemplate: { spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } } },
    },
  ],
  topologySpreadConstraints: [
    {
      maxSkew: 1,
      topologyKey: 'zone',
      whenUnsatisfiable: 'ScheduleAnyway',
      labelSelector: selector,
      matchLabelKeys: ['pod-template-hash'],
    },
  ],
};
const annotated = { labels, annotations: { 'container.apparmor.security.beta.kubernetes.io/web': 'runtime/default' } };

function workload(kind: string, name: string, more: Json = {}, spec: Json = podSpec): ApiObject {
  const template = { metadata: annotated, spec };
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace: 'shop' }, spec: { selector, template, ...more } };
}

const once = { ...podSpec, restartPolicy: 'Never' };

function job(name: string, metadata: Json = {}): ApiObject {
  const spec = { completions: 2, parallelism: 2, completionMode: 'Indexed', template: { metadata: annotated, spec: once } };
  return { apiVersion: 'batch/v1', kind: 'Job', metadata: { name, namespace: 'shop', ...metadata }, spec };
}

const around: readonly ApiObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  { apiVersion: 'v1', kind: 'Node', metadata: { name: 'node-1', labels: { zone: 'a' } } },
  { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'important' }, value: 10 },
  {
    apiVersion: 'node.k8s.io/v1',
    kind: 'RuntimeClass',
    metadata: { name: 'sandboxed' },
    handler: 'sandboxed',
    overhead: { podFixed: { cpu: '10m' } },
    scheduling: { nodeSelector: { sandbox: 'yes' }, tolerations: [{ key: 'sandbox', operator: 'Exists' }] },
  },
  {
    apiVersion: 'v1',
    kind: 'LimitRange',
    metadata: { name: 'defaults', namespace: 'shop' },
    spec: { limits: [{ type: 'Container', default: { memory: '1Gi' }, defaultRequest: { memory: '1Gi' } }] },
  },
];

const made: readonly ApiObject[] = [
  workload('Deployment', 'web', { replicas: 2, strategy: { rollingUpdate: { maxUnavailable: 0 } } }),
  workload('StatefulSet', 'store', {
    serviceName: 'store',
    volumeClaimTemplates: [
      { metadata: { name: 'data' }, spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } } },
    ],
  }),
  workload('DaemonSet', 'agent'),
  workload('ReplicaSet', 'set'),
  { ...workload('ReplicationController', 'old', { selector: labels }), apiVersion: 'v1' },
  job('index'),
  {
    apiVersion: 'batch/v1',
    kind: 'CronJob',
    metadata: { name: 'nightly', namespace: 'shop' },
    spec: { schedule: '0 0 1 1 *', jobTemplate: { spec: job('nightly')['spec'] as object } },
  },
];

let plane: ControlPlane;
let admin: ApiClient;

beforeAll(async () => {
  plane = await startControlPlane({
    controllerManager: true,
    flags: ['--enable-admission-plugins=NodeRestriction,AlwaysPullImages,ExtendedResourceToleration,PodNodeSelector'],
  });
  admin = asAdmin(plane.address);
  for (const object of around) await make(admin, object);
  const account = {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'default', namespace: 'shop' },
    imagePullSecrets: [{ name: 'registry' }],
  };
  // The controllers make it.
  await until(
    async () => (await admin.request('PUT', '/api/v1/namespaces/shop/serviceaccounts/default', account)).status === 200,
    () => 'there is no default account',
  );
  for (const object of made) await make(admin, object);
  const { body } = await admin.request<{ metadata: Json }>('GET', '/apis/batch/v1/namespaces/shop/cronjobs/nightly');
  const { uid } = body.metadata;
  await make(
    admin,
    job('nightly-1', { ownerReferences: [{ apiVersion: 'batch/v1', kind: 'CronJob', name: 'nightly', uid, controller: true }] }),
  );
  // Two of the Deployment and of each Job, one of each of the others.
  await podsOf(10);
});

afterAll(() => plane.stop());

interface Pod extends Json {
  readonly metadata: { readonly name: string; readonly ownerReferences?: readonly { readonly name: string; readonly kind: string }[] };
  readonly spec: Json & { readonly containers: readonly Json[] };
}

async function pods(): Promise<readonly Pod[]> {
  return (await admin.request<{ items: readonly Pod[] }>('GET', '/api/v1/namespaces/shop/pods')).body.items;
}

async function podsOf(count: number): Promise<void> {
  let found: readonly Pod[] = [];
  await until(
    async () => (found = await pods()).length >= count,
    async () => {
      const { body } = await admin.request('GET', '/api/v1/namespaces/shop/events');
      const names = found.map(({ metadata }) => metadata.name);
      return `of ${count} pods there are ${names.join(', ')}: ${JSON.stringify(body).slice(-2000)}`;
    },
  );
}

function scanned(): Promise<Report> {
  return scanCluster({ kubeconfig: kubeconfig(plane.address, 'administrator', ['system:masters']), namespaces: ['shop'] });
}

/** What is told of the pods and ReplicaSets of an owner, each as often as there are such. */
function told({ inputs }: Report, owner: string): string[] {
  return inputs.drifted
    .filter(({ resource }) => resource.owner?.name === owner)
    .flatMap(({ resource, count, differences }) => differences.map(({ path, change }) => `${count} ${resource.kind}: ${change} ${path}`));
}

test('nothing that Kubernetes itself adds to pods is a difference', async () => {
  const { inputs, workloads } = await scanned();
  expect(inputs.drifted).toEqual([]);
  expect(workloads.map(({ resource }) => `${resource.kind} ${resource.name}`).sort()).toEqual(
    made.map(({ kind, metadata }) => `${kind} ${(metadata as Pod['metadata']).name}`).sort(),
  );
  expect(inputs.skipped.reduce((sum, { reason, count }) => sum + (reason.startsWith('Pod of') ? count : 0), 0)).toBe(10);
});

test('what is changed, injected and left behind is told', async () => {
  const ofWeb = (await pods()).filter(({ metadata }) => metadata.ownerReferences?.[0]?.name.startsWith('web-'));
  const [edited, debugged] = ofWeb;
  const put = async (pod: Pod, sub: string): Promise<void> => {
    const { status, body } = await admin.request('PUT', `/api/v1/namespaces/shop/pods/${pod.metadata.name}${sub}`, pod);
    expect([status, JSON.stringify(body)]).toEqual([200, expect.anything()]);
  };
  const containers = edited!.spec.containers.map((each) =>
    each['name'] === 'web' ? { ...each, image: 'registry.example.com/web:2' } : each,
  );
  await put({ ...edited!, spec: { ...edited!.spec, containers } }, '');
  const shell = { name: 'debugger', image: 'registry.example.com/shell:1', securityContext: { privileged: true } };
  await put({ ...debugged!, spec: { ...debugged!.spec, ephemeralContainers: [shell] } }, '/ephemeralcontainers');

  // What meshes do by a webhook, by the API server's own means.
  const inject = `Object{spec: Object.spec{containers: [Object.spec.containers{name: "proxy", image: "registry.example.com/proxy:1"}]}}`;
  await make(admin, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicy',
    metadata: { name: 'inject' },
    spec: {
      matchConstraints: { resourceRules: [{ apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] }] },
      mutations: [{ patchType: 'ApplyConfiguration', applyConfiguration: { expression: inject } }],
      reinvocationPolicy: 'Never',
      failurePolicy: 'Fail',
    },
  });
  await make(admin, {
    apiVersion: 'admissionregistration.k8s.io/v1',
    kind: 'MutatingAdmissionPolicyBinding',
    metadata: { name: 'inject' },
    spec: { policyName: 'inject' },
  });
  // It is obeyed a moment later.
  const probe = {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'probe', namespace: 'shop' },
    spec: { containers: [{ name: 'a', image: 'a' }] },
  };
  const isObeyed = async (): Promise<boolean> => (await admin.create<Pod>(probe, { dryRun: true })).body.spec.containers.length > 1;
  await until(isObeyed, () => 'nothing is injected');
  // A rollout that never ends, because nothing ever runs here: the former template stays, beside pods with the new one.
  const { body: web } = await admin.request<Json & { metadata: Json; spec: Json }>('GET', '/apis/apps/v1/namespaces/shop/deployments/web');
  const template = { metadata: annotated, spec: { ...podSpec, shareProcessNamespace: true } };
  const { status } = await admin.request('PUT', '/apis/apps/v1/namespaces/shop/deployments/web', {
    ...web,
    // Whatever the controllers have written meanwhile.
    metadata: { ...web.metadata, resourceVersion: undefined },
    spec: { ...web.spec, template },
  });
  expect(status).toBe(200);
  await podsOf(11);

  const report = await scanned();
  expect(told(report, 'web').sort()).toEqual([
    '1 Pod: added spec.containers[proxy]',
    '1 ReplicaSet: removed spec.template.spec.shareProcessNamespace',
  ]);
  const former = report.inputs.drifted.find(({ resource }) => resource.kind === 'ReplicaSet')!.resource.name;
  expect(told(report, former).sort()).toEqual([
    '1 Pod: added spec.ephemeralContainers[debugger]',
    '1 Pod: changed spec.containers[web].image',
  ]);
  const failing = report.findings.filter(({ verdict, resource }) => verdict === 'fail' && resource.owner !== undefined);
  expect(failing.map(({ control, container }) => `${control} ${container}`)).toContain('pod-security/privileged debugger');
  expect(failing.some(({ container }) => container === 'proxy')).toBe(true);
  expect(failing.filter(({ container, resource }) => container === 'other' && resource.kind === 'Pod')).toEqual([]);
});
