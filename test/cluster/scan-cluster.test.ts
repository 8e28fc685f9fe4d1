import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { scan, scanCluster, type Finding, type Report } from '../../src/index.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, auditLog, kubeconfig, kubernetesVersion, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/* The examples in a real cluster, scanned by users who have the printed role and nothing else. */

const examples = join(import.meta.dirname, '../../examples');
/** Both of the examples with a namespace call it "shop": one of them gets another. */
const objects: readonly ApiObject[] = [
  { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'monitoring' } },
  ...objectsOf('shop.yaml'),
  ...objectsOf('node-agent.json'),
  ...objectsOf('hardened.yaml').map((object) => JSON.parse(JSON.stringify(object).replaceAll('"shop"', '"vault"')) as ApiObject),
];

function objectsOf(file: string): ApiObject[] {
  return parseAllDocuments(readFileSync(join(examples, file), 'utf8'), { version: '1.1' }).flatMap((document): ApiObject[] => {
    const object = document.toJS() as ApiObject & { readonly items?: readonly ApiObject[] };
    return object.items === undefined ? [object] : [...object.items];
  });
}

let plane: ControlPlane;
let admin: ApiClient;
/** The whole cluster as the user sees it who may read all of it. */
let report: Report;

beforeAll(async () => {
  plane = await startControlPlane({ controllerManager: true });
  admin = asAdmin(plane.address);
  await make(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } });
  for (const kind of ['Namespace', 'ServiceAccount']) for (const object of objects) if (object.kind === kind) await make(admin, object);
  for (const object of objects) if (object.kind !== 'Namespace' && object.kind !== 'ServiceAccount') await make(admin, object);
  await make(admin, parse(clusterRoleFor({})) as ApiObject);
  await make(admin, binding('ClusterRoleBinding', 'scanner'));
  await make(admin, { ...(parse(clusterRoleFor({ namespaces: ['shop'] })) as ApiObject), metadata: { name: 'plimsoll-scan-namespace' } });
  await make(admin, binding('RoleBinding', 'tenant'));
  await seenByAuthorizer(admin);
  await pods();
  report = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'scanner') });
});

afterAll(() => plane.stop());

function binding(kind: string, user: string): ApiObject {
  const whole = kind === 'ClusterRoleBinding';
  return {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind,
    metadata: { name: user, ...(whole ? {} : { namespace: 'shop' }) },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: whole ? 'plimsoll-scan' : 'plimsoll-scan-namespace' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
  };
}

interface Owned {
  readonly metadata: { readonly ownerReferences?: readonly { readonly kind: string }[] };
}

/** Waits for a pod of a ReplicaSet. */
async function pods(): Promise<void> {
  const hasPods = async (): Promise<boolean> => {
    const { body } = await admin.request<{ items: readonly Owned[] }>('GET', '/api/v1/pods');
    return body.items.some(({ metadata: { ownerReferences = [] } }) => ownerReferences.some(({ kind }) => kind === 'ReplicaSet'));
  };
  await until(hasPods, () => 'the controllers make no pods');
}

test('the printed role is enough for the whole cluster', () => {
  expect(report.inputs.unread).toEqual([]);
  expect(report.target).toMatchObject({
    kubernetesVersion: kubernetesVersion.replace(/\.\d+$/, ''),
    cluster: { version: `v${kubernetesVersion}` },
  });
});

test('pods and ReplicaSets are judged at their Deployment', () => {
  expect(report.inputs.skipped.map(({ reason }) => reason)).toEqual(
    expect.arrayContaining([
      'ReplicaSet of a Deployment, which is judged in its place',
      'Pod of a ReplicaSet, which is judged in its place',
    ]),
  );
  expect(report.workloads.filter(({ resource }) => resource.kind === 'ReplicaSet' || resource.kind === 'Pod')).toEqual([]);
});

test('the examples get the same findings as their files', async () => {
  const list = JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects });
  const files = await scan({ paths: ['-'], stdin: Readable.from([list]), kubernetesVersion });
  const written = new Set(objects.map(({ kind, metadata }) => `${kind} ${(metadata as { readonly name: string }).name}`));
  const told = ({ findings }: Report): string[] =>
    findings
      .filter(({ resource }) => written.has(`${resource.kind} ${resource.name}`))
      .map(line)
      .sort();
  expect(told(files).length).toBeGreaterThan(20);
  expect(told(report)).toEqual(told(files));
});

function line({ control, resource, container = '', verdict, message, path }: Finding): string {
  return [control, resource.kind, resource.namespace, resource.name, container, verdict, path, message].join(' | ');
}

test('one namespace is enough for who may read only that', async () => {
  const { inputs, target } = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'tenant'), namespaces: ['shop'] });
  expect([inputs.unread, target.cluster?.namespaces]).toEqual([[], ['shop']]);
  expect(inputs.resources).toBeGreaterThan(1);
});

test('who may read one namespace and asks for all is told what is missing, and nothing passes for it', async () => {
  const { inputs, ledger } = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'tenant') });
  expect(inputs.unread.map(({ reason }) => reason)).toContain('list deployments.apps: the user has no permission');
  expect(inputs.resources).toBe(0);
  // What the API server shows of itself needs no permission: its certificate.
  expect(ledger.filter(({ state }) => state === 'pass' || state === 'fail').map(({ code, state }) => [code, state])).toEqual([
    ['TLS-04', 'fail'],
  ]);
});

test('impersonates a user and groups', async () => {
  const administrator = kubeconfig(plane.address, 'administrator', ['system:masters']);
  const asScanner = await scanCluster({ kubeconfig: administrator, as: 'scanner' });
  expect(asScanner.inputs.unread).toEqual([]);
  const asNobody = await scanCluster({ kubeconfig: administrator, as: 'nobody' });
  expect(asNobody.inputs.unread.length).toBeGreaterThan(10);
  const inGroups = await scanCluster({ kubeconfig: administrator, as: 'nobody', asGroups: ['staff', 'system:masters'] });
  expect(inGroups.inputs.unread).toEqual([]);
});

test('the log of the API server shows nothing but reading', () => {
  const events = auditLog(plane.address).filter(({ user }) => user.username === 'scanner' || user.username === 'tenant');
  expect(events.length).toBeGreaterThan(20);
  expect(new Set(events.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']));
  expect(events.filter(({ user, responseStatus }) => user.username === 'scanner' && responseStatus?.code !== 200)).toEqual([]);
});
