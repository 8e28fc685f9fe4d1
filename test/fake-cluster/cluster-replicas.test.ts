import { afterEach, expect, test } from 'vitest';
import { scanCluster, type Report } from '../../src/index.ts';
import { holding, startFakeApi, type ApiObject, type FakeApi } from './fake-api-server.ts';

/* Replicas are passed by what their texts have in common, where an API server writes them as it does; that must not show in the report. */

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

interface Owned {
  readonly kind: string;
  readonly name: string;
  readonly owner?: string;
  readonly labels?: object;
  readonly annotations?: object;
}

/** In the order of Go's struct. */
function metadata({ kind, name, owner, labels = { app: 'web' }, annotations }: Owned): object {
  const [ownerKind = '', ownerName = ''] = owner?.split('/') ?? [];
  return {
    name,
    namespace: 'shop',
    uid: `uid-of-${kind}-${name}`,
    resourceVersion: '7',
    generation: 1,
    creationTimestamp: '2026-03-01T08:30:00Z',
    labels,
    annotations,
    ...(owner === undefined
      ? {}
      : {
          ownerReferences: [
            {
              apiVersion: 'apps/v1',
              kind: ownerKind,
              name: ownerName,
              uid: `uid-of-${ownerKind}-${ownerName}`,
              controller: true,
              blockOwnerDeletion: true,
            },
          ],
        }),
  };
}

const spec = (image: string): object => ({
  containers: [{ name: 'web', image, imagePullPolicy: 'IfNotPresent' }],
  restartPolicy: 'Always',
});

function template(image: string, labels: object = {}): object {
  return { metadata: { creationTimestamp: null, labels: { app: 'web', ...labels } }, spec: spec(image) };
}

function replicaSet(name: string, image: string, replicas: number): ApiObject {
  const labels = { app: 'web', 'pod-template-hash': name };
  return {
    kind: 'ReplicaSet',
    metadata: metadata({ kind: 'ReplicaSet', name, owner: 'Deployment/web', labels }),
    spec: { replicas, selector: { matchLabels: labels }, template: template(image, labels) },
    status: { replicas },
  };
}

function pod(name: string, image: string, phase = 'Running', annotations?: object): ApiObject {
  const labels = { app: 'web', 'pod-template-hash': 'new' };
  const { containers, restartPolicy } = spec(image) as { readonly containers: object; readonly restartPolicy: string };
  return {
    kind: 'Pod',
    metadata: metadata({ kind: 'Pod', name, owner: 'ReplicaSet/new', labels, ...(annotations === undefined ? {} : { annotations }) }),
    spec: { containers, restartPolicy, serviceAccountName: 'default', serviceAccount: 'default', nodeName: `node-of-${name}`, priority: 0 },
    status: { phase },
  };
}

const objects: readonly ApiObject[] = [
  {
    kind: 'Deployment',
    metadata: metadata({ kind: 'Deployment', name: 'web' }),
    spec: { replicas: 9, selector: { matchLabels: { app: 'web' } }, template: template('web:2'), strategy: {}, revisionHistoryLimit: 10 },
  },
  replicaSet('new', 'web:2', 9),
  replicaSet('old', 'web:1', 0),
  replicaSet('other', 'web:1', 1),
  ...['a', 'b', 'c', 'd'].map((name) => pod(name, 'web:2')),
  pod('e', 'web:2', 'Running', { 'cni.example.com/ip': '10.0.0.5' }),
  pod('f', 'web:2', 'Succeeded'),
  ...['g', 'h', 'i'].map((name) => pod(name, 'patched:1')),
  pod('j', 'web:2'),
];

/** The members in another order, which no API server writes. */
function otherwise(object: ApiObject): ApiObject {
  const { name, ...others } = object['metadata'] as { readonly name: string };
  return { ...object, metadata: { ...others, name } };
}

async function reportOf(all: readonly ApiObject[]): Promise<Report> {
  api = await startFakeApi({ kinds: holding(all) });
  const report = await scanCluster({ kubeconfig: api.kubeconfig });
  await api.stop();
  api = undefined;
  return report;
}

test('the report is the same however the objects are written', async () => {
  const glanced = await reportOf(objects);
  expect(glanced.inputs.skipped.map(({ reason, count }) => [count, reason])).toEqual([
    [2, 'ReplicaSet of a Deployment, which is judged in its place'],
    [6, 'Pod of a ReplicaSet, which is judged in its place'],
    [1, 'finished pod: nothing runs in it any more'],
    [2, 'Pod that differs from its ReplicaSet as another one does, which is judged in its place'],
  ]);
  expect(glanced.inputs.drifted?.map(({ count }) => count)).toEqual([1, 3]);
  const parsed = await reportOf(objects.map(otherwise));
  expect(glanced.inputs).toEqual(parsed.inputs);
  expect(glanced.findings).toEqual(parsed.findings);
  expect(glanced.workloads).toEqual(parsed.workloads);
});
