import { afterEach, expect, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import { defineControl, pass, type JoinedSubjectKind } from '../../src/core/index.ts';
import { scanCluster, type Report } from '../../src/index.ts';
import { anyJudge, type StartSecondThread } from '../../src/library/portion-judge.ts';
import { judgeCluster } from '../../src/library/scan-cluster.ts';
import { connect } from '../../src/sources/cluster/index.ts';
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

function replicaSet(name: string, image: string, replicas: number, owner = 'Deployment/web'): ApiObject {
  const labels = { app: 'web', 'pod-template-hash': name };
  return {
    kind: 'ReplicaSet',
    metadata: metadata({ kind: 'ReplicaSet', name, owner, labels }),
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
    kind: 'Namespace',
    metadata: { name: 'shop', uid: 'uid-of-shop', labels: { 'pod-security.kubernetes.io/enforce': 'restricted' } },
  },
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

async function reportOf(all: readonly ApiObject[], scan: typeof scanCluster = scanCluster): Promise<Report> {
  api = await startFakeApi({ kinds: holding(all) });
  const report = await scan({ kubeconfig: api.kubeconfig });
  await api.stop();
  api = undefined;
  return report;
}

/** A thread that is no thread: what passes to it and from it is copied as between threads, and from the second portion on it is gone. */
function second(dies: boolean): { readonly start: StartSecondThread; readonly judged: () => number } {
  let judged = 0;
  const start: StartSecondThread = (run) => (answered, lost) => {
    const judge = anyJudge(controls, structuredClone(run));
    return {
      post(number, portion) {
        const sent = structuredClone(portion);
        if (dies && judged > 0) setImmediate(lost);
        else setImmediate(() => answered(number, structuredClone(judge(sent)) as Parameters<typeof answered>[1]));
        if (!dies || judged === 0) judged++;
      },
      end: async () => undefined,
    };
  };
  return { start, judged: () => judged };
}

/** A workload that an API server would refuse: what it owns is judged itself. */
const refused: readonly ApiObject[] = [
  {
    kind: 'Deployment',
    metadata: metadata({ kind: 'Deployment', name: 'broken' }),
    spec: { replicas: 'many', selector: {}, template: template('web:1'), strategy: {} },
  },
  replicaSet('made', 'web:1', 1, 'Deployment/broken'),
  ...['l', 'm'].map((name) => ({
    kind: 'Pod',
    metadata: metadata({ kind: 'Pod', name, owner: 'ReplicaSet/made' }),
    spec: { containers: 'none' },
    status: { phase: 'Running' },
  })),
];

test.each([false, true])('the report is the same with a second thread, lost: %s', async (dies) => {
  const all = [...objects, ...refused];
  const alone = await reportOf(all);
  expect(alone.inputs.unread).toHaveLength(3);
  expect(alone.workloads.map(({ resource }) => resource.name)).toContain('made');
  const thread = second(dies);
  const together = await reportOf(all, async ({ kubeconfig = '' } = {}) => {
    const connection = await connect({ kubeconfig });
    if ('refused' in connection) throw new Error(connection.refused[0]);
    return judgeCluster(connection, {}, undefined, { from: 0, secondThread: thread.start });
  });
  expect(together).toEqual(alone);
  expect(thread.judged()).toBe(dies ? 1 : 4);
  expect(await reportOf(all.map(otherwise))).toEqual(alone);
});

test('controls of others are shown what runs as it is', async () => {
  const specs: unknown[] = [];
  const subject: JoinedSubjectKind<object, never> = {
    scope: 'joined',
    name: 'running pod',
    reads: { podTemplates: true, kinds: ['Pod'], running: true },
    example: 'objects',
    remember({ ref, podTemplates }) {
      if (ref.kind === 'Pod') specs.push(...podTemplates.map((each) => each.spec));
      return undefined;
    },
    subjects: () => [],
  };
  const control = defineControl({
    id: 'pod-security/seen',
    decides: ['POD-01'],
    title: 'Pods are seen',
    why: 'Others judge by other rules.',
    severity: 'low',
    also: {},
    subject,
    evaluate: () => pass,
    examples: () => ({ pass: {}, fail: {} }),
  });
  await reportOf(objects, (options) => scanCluster({ ...options, controls: [control] }));
  expect(specs).toMatchObject([spec('web:2'), spec('patched:1')]);
});

const own = '"labels":{"app":"web"';
const ofSystem = `${own},"kubernetes.io/cluster-service":"true"`;

test.each([
  ['its Deployment', (text: string) => text.replace(own, ofSystem)],
  ['what is made from the template', (text: string) => text.replaceAll(own, ofSystem).replace(ofSystem, own)],
])('a pod of kube-system is excepted by its own labels: %s belongs to the system', async (_, label) => {
  const labelled = JSON.parse(label(JSON.stringify(objects).replaceAll('"shop"', '"kube-system"'))) as ApiObject[];
  const { findings } = await reportOf(labelled);
  expect(findings).toEqual((await reportOf(labelled.map(otherwise))).findings);
});

test('the report is the same however the objects are written', async () => {
  const glanced = await reportOf(objects);
  expect(glanced.inputs.skipped.map(({ reason, count }) => [count, reason])).toEqual([
    [2, 'ReplicaSet of a Deployment, which is judged in its place'],
    [6, 'Pod of a ReplicaSet, which is judged in its place'],
    [1, 'finished pod: nothing runs in it any more'],
    [2, 'Pod that differs from its ReplicaSet as another one does, which is judged in its place'],
  ]);
  expect(glanced.inputs.drifted?.map(({ count }) => count)).toEqual([1, 3]);
  const refusedToday = glanced.findings.filter(({ control }) => control === 'pod-security/running-pods');
  expect(refusedToday.map(({ resource }) => resource.name)).toEqual(['a', 'g']);
  const parsed = await reportOf(objects.map(otherwise));
  expect(glanced.inputs).toEqual(parsed.inputs);
  expect(glanced.findings).toEqual(parsed.findings);
  expect(glanced.workloads).toEqual(parsed.workloads);
});
