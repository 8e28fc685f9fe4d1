import { beforeAll, describe, expect, inject, test } from 'vitest';
import type { Path } from '../../src/core/index.ts';
import { applyEdits } from '../../src/fix/apply.ts';
import { recreationNeeded } from '../../src/kube/immutable-fields.ts';
import type { ApiObject, Status } from './api-client.ts';
import { asAdmin } from './control-plane.ts';
import { makeNamespace } from './namespace.ts';

/* Which changes of an object that exists the API server refuses: it is made, and each change is tried without being kept. */

const admin = asAdmin(inject('address'));

type Change = readonly [path: string, value: unknown];

const container = {
  name: 'web',
  image: 'web:1',
  terminationMessagePolicy: 'File',
  imagePullPolicy: 'IfNotPresent',
  resources: { requests: { memory: '1Mi' }, limits: { memory: '2Mi' } },
};
const podSpec = {
  restartPolicy: 'Always',
  containers: [container],
  initContainers: [{ ...container, name: 'init' }],
  volumes: [{ name: 'tmp', emptyDir: {} }],
};
const template = { metadata: { labels: { app: 'web' } }, spec: podSpec };
const selector = { matchLabels: { app: 'web' } };
const metadata = { name: 'web', namespace: 'shop' };
const jobSpec = { template: { ...template, spec: { ...podSpec, restartPolicy: 'Never' } } };
const claimSpec = { accessModes: ['ReadWriteOnce'], storageClassName: 'growing', resources: { requests: { storage: '1Gi' } } };

/** What fixes change in pods: in every one of these fields a Pod differs from a template. */
const ofPod: readonly Change[] = [
  ['containers.0.securityContext', { allowPrivilegeEscalation: false }],
  ['initContainers.0.securityContext', { readOnlyRootFilesystem: true }],
  ['securityContext', { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } }],
  ['automountServiceAccountToken', false],
  ['hostPID', true],
  ['hostUsers', false],
  ['serviceAccountName', 'web'],
  ['runtimeClassName', 'gvisor'],
  ['volumes.0.emptyDir', { sizeLimit: '1Mi' }],
  ['containers.0.image', `web:1@sha256:${'a'.repeat(64)}`],
  ['initContainers.0.image', 'web:2'],
  ['containers.0.resources.limits.memory', '3Mi'],
  ['containers.0.readinessProbe', { tcpSocket: { port: 80 } }],
  ['containers.0.ports', [{ containerPort: 80 }]],
  ['activeDeadlineSeconds', 60],
];

function below(prefix: string, changes: readonly Change[]): Change[] {
  return changes.map(([path, value]) => [`${prefix}.${path}`, value]);
}

const cases: readonly {
  readonly object: ApiObject;
  readonly changes: readonly Change[];
}[] = [
  {
    object: {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { ...metadata, annotations: { 'container.apparmor.security.beta.kubernetes.io/web': 'runtime/default' } },
      spec: podSpec,
    },
    changes: [
      ...below('spec', ofPod),
      ['metadata.labels', { app: 'web' }],
      ['metadata.annotations', { 'container.apparmor.security.beta.kubernetes.io/web': 'runtime/default', a: 'b' }],
      ['spec.tolerations', [{ key: 'a', operator: 'Exists' }]],
    ],
  },
  {
    object: { apiVersion: 'v1', kind: 'PodTemplate', metadata, template },
    changes: below(
      'template.spec',
      ofPod.filter(([path]) => path !== 'activeDeadlineSeconds'),
    ),
  },
  {
    object: { apiVersion: 'v1', kind: 'ReplicationController', metadata, spec: { replicas: 1, selector: { app: 'web' }, template } },
    changes: below('spec.template.spec', ofPod.slice(0, -1)),
  },
  ...['Deployment', 'ReplicaSet', 'DaemonSet', 'StatefulSet'].map((kind) => ({
    object: {
      apiVersion: 'apps/v1',
      kind,
      metadata,
      spec: {
        selector,
        template: { metadata: { labels: { app: 'web', tier: 'a' } }, spec: podSpec },
        ...(kind === 'StatefulSet' ? { serviceName: 'web' } : {}),
      },
    },
    changes: [
      ...below('spec.template.spec', ofPod.slice(0, -1)),
      ['spec.selector', { matchLabels: { app: 'web', tier: 'a' } }],
      ['spec.minReadySeconds', 5],
      ...(kind === 'ReplicaSet' ? [] : ([['spec.revisionHistoryLimit', 5]] as Change[])),
      ['spec.template.metadata.annotations', { a: 'b' }],
      ...(kind === 'StatefulSet'
        ? ([
            ['spec.serviceName', 'other'],
            ['spec.podManagementPolicy', 'Parallel'],
            ['spec.volumeClaimTemplates', [{ metadata: { name: 'data' }, spec: claimSpec }]],
            ['spec.replicas', 3],
            ['spec.updateStrategy', { type: 'OnDelete' }],
            ['spec.persistentVolumeClaimRetentionPolicy', { whenDeleted: 'Delete', whenScaled: 'Retain' }],
          ] as Change[])
        : []),
    ] as Change[],
  })),
  {
    object: {
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata,
      spec: {
        ...jobSpec,
        selector,
        template: { ...jobSpec.template, metadata: { labels: { app: 'web', tier: 'a' } } },
        manualSelector: true,
        completions: 1,
        parallelism: 1,
      },
    },
    changes: [
      ...below('spec.template.spec', ofPod),
      ['spec.selector', { matchLabels: { tier: 'a' } }],
      ['spec.completions', 3],
      ['spec.completionMode', 'Indexed'],
      ['spec.managedBy', 'example.org/other'],
      ['spec.parallelism', 2],
      ['spec.suspend', true],
      ['spec.ttlSecondsAfterFinished', 5],
      ['spec.activeDeadlineSeconds', 5],
    ],
  },
  {
    object: { apiVersion: 'batch/v1', kind: 'CronJob', metadata, spec: { schedule: '* * * * *', jobTemplate: { spec: jobSpec } } },
    changes: [...below('spec.jobTemplate.spec.template.spec', ofPod), ['spec.suspend', true]],
  },
  {
    object: {
      apiVersion: 'v1',
      kind: 'Service',
      metadata,
      spec: {
        type: 'ClusterIP',
        selector: { app: 'web' },
        ports: [{ port: 80 }],
        clusterIP: '10.0.7.1',
        clusterIPs: ['10.0.7.1'],
        ipFamilies: ['IPv4'],
        ipFamilyPolicy: 'SingleStack',
      },
    },
    changes: [
      ['spec.clusterIP', '10.0.7.2'],
      ['spec.clusterIPs.0', '10.0.7.2'],
      ['spec.selector', { app: 'other' }],
      ['spec.externalIPs', ['192.0.2.1']],
      ['metadata.annotations', { a: 'b' }],
    ],
  },
  { object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata }, changes: [['automountServiceAccountToken', false]] },
  {
    object: { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { a: 'Yg==' } },
    changes: [
      ['type', 'example.org/other'],
      ['data.a', 'Yw=='],
      ['immutable', true],
    ],
  },
  {
    object: { apiVersion: 'v1', kind: 'Secret', metadata, type: 'Opaque', data: { a: 'Yg==' }, immutable: true },
    changes: [
      ['data.a', 'Yw=='],
      ['immutable', false],
      ['metadata.labels', { a: 'b' }],
    ],
  },
  {
    object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' }, immutable: true },
    changes: [
      ['data.a', 'c'],
      ['immutable', false],
      ['binaryData', { x: 'Yg==' }],
    ],
  },
  { object: { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { a: 'b' } }, changes: [['data.a', 'c']] },
  {
    object: { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec: { hard: { pods: '5' } } },
    changes: [
      ['spec.hard.pods', '6'],
      ['spec.scopes', ['BestEffort']],
    ],
  },
  {
    object: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata, spec: { ...claimSpec, volumeName: 'data' } },
    changes: [
      ['spec.accessModes', ['ReadOnlyMany']],
      ['spec.storageClassName', 'slow'],
      ['spec.resources.requests.storage', '2Gi'],
      ['spec.volumeName', 'other'],
    ],
  },
  {
    object: {
      apiVersion: 'v1',
      kind: 'PersistentVolume',
      metadata: { name: 'data' },
      spec: {
        capacity: { storage: '1Gi' },
        accessModes: ['ReadWriteOnce'],
        persistentVolumeReclaimPolicy: 'Retain',
        hostPath: { path: '/data' },
      },
    },
    changes: [
      ['spec.hostPath.path', '/other'],
      ['spec.capacity.storage', '2Gi'],
      ['spec.persistentVolumeReclaimPolicy', 'Delete'],
      ['spec.storageClassName', 'fast'],
      ['spec.mountOptions', ['ro']],
    ],
  },
  ...['RoleBinding', 'ClusterRoleBinding'].map((kind) => ({
    object: {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind,
      metadata: kind === 'RoleBinding' ? metadata : { name: 'web' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'view' },
      subjects: [{ kind: 'ServiceAccount', name: 'a', namespace: 'shop' }],
    },
    changes: [
      ['roleRef.name', 'edit'],
      ['subjects.0.name', 'b'],
    ] as Change[],
  })),
  {
    object: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'fast' },
      provisioner: 'example.org/disk',
      parameters: { a: 'b' },
    },
    changes: [
      ['provisioner', 'example.org/other'],
      ['parameters.a', 'c'],
      ['reclaimPolicy', 'Retain'],
      ['volumeBindingMode', 'WaitForFirstConsumer'],
      ['allowVolumeExpansion', true],
      ['mountOptions', ['ro']],
    ],
  },
  {
    object: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'CSIDriver',
      metadata: { name: 'web' },
      spec: { attachRequired: true, volumeLifecycleModes: ['Persistent'] },
    },
    changes: [
      ['spec.attachRequired', false],
      ['spec.volumeLifecycleModes', ['Ephemeral']],
      ['spec.podInfoOnMount', true],
      ['spec.fsGroupPolicy', 'File'],
    ],
  },
  {
    object: {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'VolumeAttachment',
      metadata: { name: 'web' },
      spec: { attacher: 'example.org', nodeName: 'a', source: { persistentVolumeName: 'data' } },
    },
    changes: [
      ['spec.nodeName', 'b'],
      ['metadata.labels', { a: 'b' }],
    ],
  },
  {
    object: {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IngressClass',
      metadata: { name: 'web' },
      spec: { controller: 'example.org/a' },
    },
    changes: [
      ['spec.controller', 'example.org/b'],
      ['spec.parameters', { kind: 'ConfigMap', name: 'a', scope: 'Cluster' }],
    ],
  },
  {
    object: { apiVersion: 'scheduling.k8s.io/v1', kind: 'PriorityClass', metadata: { name: 'web' }, value: 5 },
    changes: [
      ['value', 6],
      ['preemptionPolicy', 'Never'],
      ['description', 'a'],
      ['globalDefault', true],
    ],
  },
  {
    object: { apiVersion: 'node.k8s.io/v1', kind: 'RuntimeClass', metadata: { name: 'web' }, handler: 'runsc' },
    changes: [
      ['handler', 'kata'],
      ['overhead', { podFixed: { memory: '1Mi' } }],
    ],
  },
];

function steps(path: string): Path {
  return path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step));
}

beforeAll(async () => {
  // A claim may grow where its class allows that, and while a volume is bound to it.
  const growing = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'growing' },
    provisioner: 'example.org/disk',
    allowVolumeExpansion: true,
  };
  await admin.create(growing);
});

/** Makes the object, and returns it as the server keeps it. */
async function made(object: ApiObject, namespace: string): Promise<ApiObject> {
  const { status, body } = await admin.create<ApiObject>(object, { namespace });
  expect(status, JSON.stringify(body)).toBe(201);
  if (object.kind !== 'PersistentVolumeClaim') return body;
  const path = `/api/v1/namespaces/${namespace}/persistentvolumeclaims/web/status`;
  return (await admin.request<ApiObject>('PUT', path, { ...body, status: { phase: 'Bound' } })).body;
}

describe('a change is refused where the object must be made again, and only there', () => {
  test.each(cases.map(({ object, changes }) => [`${object.apiVersion} ${object.kind}`, object, changes] as const))(
    '%s',
    async (_, object, changes) => {
      const namespace = await makeNamespace(admin);
      const existing = await made(object, namespace);
      const ref = { apiVersion: object.apiVersion, kind: object.kind, name: 'web' };
      const answers = await Promise.all(
        changes.map(async ([path, value]) => {
          const changed = applyEdits(existing, [{ op: 'set', path: steps(path), value }]) as ApiObject;
          const { status, body } = await admin.update<Status>(changed, { namespace, dryRun: true, strict: true });
          return { path, status, ...(status === 200 ? {} : { message: body.message }) };
        }),
      );
      const unexpected = answers.filter(({ path, status }) => {
        return status !== (recreationNeeded(ref, steps(path), object) === undefined ? 200 : 422);
      });
      expect(unexpected).toEqual([]);
    },
  );
});
