import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';
import { scan, scanCluster, snapshotCluster, type Report, type ScanClusterOptions, type SnapshotSummary } from '../../src/index.ts';
import { readInventory } from '../../src/library/inventory.ts';
import { startPathsReading } from '../../src/library/paths.ts';
import { snapshotRoleFor } from '../../src/library/snapshot-cluster.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, auditLog, kubeconfig, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/* A recording of a real cluster is as good as the cluster, and holds none of its secrets. */

const secret = ['nobody', 'may', 'see', 'this', '4f1c'].join('-');
const random = 'q7Zt0pXc4LmB2vRk9sWy5dGhJ8nF3aQe1TuO';
const folder = mkdtempSync(join(tmpdir(), 'plimsoll-snapshot-'));
const file = join(folder, 'cluster.plimsoll');

const objects: readonly ApiObject[] = [
  ...parseAllDocuments(readFileSync(join(import.meta.dirname, '../../examples/shop.yaml'), 'utf8'), { version: '1.1' }).map(
    (document) => document.toJS() as ApiObject,
  ),
  {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'secrets', namespace: 'shop' },
    data: { DB_PASSWORD: secret, 'app.yaml': `db:\n  password: ${secret}\n  token: ${random}\n` },
  },
  {
    apiVersion: 'discovery.k8s.io/v1',
    kind: 'EndpointSlice',
    metadata: { name: 'ledger', namespace: 'shop', labels: { 'kubernetes.io/service-name': 'ledger' } },
    addressType: 'IPv4',
    endpoints: [{ addresses: ['192.0.2.8'] }],
    ports: [{ name: '', port: 80, protocol: 'TCP' }],
  },
  { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'database', namespace: 'shop' }, stringData: { password: secret } },
  { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot', namespace: 'shop' } },
  {
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'token', namespace: 'shop', annotations: { 'kubernetes.io/service-account.name': 'robot' } },
    type: 'kubernetes.io/service-account-token',
  },
  {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'leaky', namespace: 'shop', annotations: { 'example.com/api-token': random, 'example.com/note': secret } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'leaky' } },
      template: {
        metadata: { labels: { app: 'leaky' } },
        spec: {
          containers: [
            {
              name: 'web',
              image: 'registry.example.com/web:1',
              args: ['--verbose', `--db-password=${secret}`],
              env: [
                { name: 'API_TOKEN', value: random },
                { name: 'GREETING', value: secret },
              ],
              livenessProbe: { httpGet: { port: 80, httpHeaders: [{ name: 'Authorization', value: secret }] } },
            },
          ],
        },
      },
    },
  },
];

let plane: ControlPlane;
let admin: ApiClient;
let summary: SnapshotSummary;

beforeAll(async () => {
  plane = await startControlPlane({ controllerManager: true });
  admin = asAdmin(plane.address);
  for (const kind of ['Namespace', 'ServiceAccount']) for (const object of objects) if (object.kind === kind) await make(admin, object);
  for (const object of objects) if (object.kind !== 'Namespace' && object.kind !== 'ServiceAccount') await make(admin, object);
  await make(admin, parse(snapshotRoleFor({})) as ApiObject);
  await make(admin, {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'recorder' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'plimsoll-snapshot' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'recorder' }],
  });
  await seenByAuthorizer(admin);
  await settled();
  summary = await snapshotCluster({ kubeconfig: kubeconfig(plane.address, 'recorder'), file });
});

afterAll(async () => {
  await plane.stop();
  rmSync(folder, { recursive: true });
});

/** Waits until the controllers have made their pods, one of which somebody then changes. */
async function settled(): Promise<void> {
  let before = '';
  let quiet = 0;
  const isSettled = async (): Promise<boolean> => {
    const { items } = (await admin.request<{ items: readonly ApiObject[] }>('GET', '/api/v1/pods')).body;
    const now = JSON.stringify(items);
    quiet = now === before && items.length > 4 ? quiet + 1 : 0;
    before = now;
    return quiet > 20;
  };
  await until(isSettled, () => 'the controllers make no pods');
}

/** Without what only a clock, or a counter of changes, makes different from one moment to the next. */
function timeless(report: Report): string {
  const { cluster } = report.target;
  const { snapshot: _, ...live } = cluster!;
  return JSON.stringify({ ...report, target: { ...report.target, cluster: live } }).replace(
    // Whether the system writes something while it is read is chance.
    /(?:all that was read is of one moment|nothing changed while it was read)[^"]*/,
    'moments',
  );
}

test.each<[string, Omit<ScanClusterOptions, 'onProgress'>]>([
  ['everything', {}],
  ['the system too', { system: true }],
  ['what passes too', { all: true }],
  ['a namespace', { namespaces: ['shop'] }],
  ['a profile', { profile: 'restricted' }],
  ['some controls', { only: ['SEC', 'POD', 'TOK'] }],
])('the report is that of the cluster: %s', async (_, options) => {
  // To read one namespace by its name is another permission than to list them.
  const live = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'admin', ['system:masters']), ...options });
  const { namespaces: [namespace] = [], ...others } = options;
  const recorded = await scan({ paths: [file], ...others, ...(namespace === undefined ? {} : { namespace }) });
  expect(recorded.target.cluster?.snapshot).toBeDefined();
  expect(recorded.findings.length).toBeGreaterThan(5);
  expect(timeless(recorded)).toBe(timeless(live));
});

test('with the role that it prints it is whole', () => {
  expect(summary.unread).toEqual([]);
});

test('it answers what paths ask as the cluster does', async () => {
  const kept = async (from: Parameters<typeof readInventory>[0]): Promise<unknown> => {
    const { kinds, visit, finish } = startPathsReading(true);
    const inventory = await readInventory(from, kinds, visit);
    expect(inventory.unread).toEqual([]);
    return finish(inventory).facts;
  };
  const live = await kept({ cluster: { kubeconfig: kubeconfig(plane.address, 'admin', ['system:masters']) } });
  expect(JSON.stringify(live)).toContain('192.0.2.8');
  expect(await kept({ paths: [file] })).toEqual(live);
});

test('the credentials are found, and are not there', async () => {
  const report = await scan({ paths: [file], only: ['SEC-01'] });
  const messages = report.findings.map(({ message }) => message).join('\n');
  expect(messages).toMatch(/DB_PASSWORD/);
  expect(messages).toMatch(/API_TOKEN/);
  expect(messages).toMatch(/api-token/);
  const text = gunzipSync(readFileSync(file)).toString('utf8');
  for (const gone of [secret, random, btoa(secret), 'managedFields', 'BEGIN CERTIFICATE']) expect(text).not.toContain(gone);
});

test('what was tried and observed is recorded too', async () => {
  const asking = {
    kubeconfig: kubeconfig(plane.address, 'admin', ['system:masters']),
    verifyEnforcement: { as: ['everybody'] },
    probeAnonymous: true,
    readSecretKeys: true,
  };
  const other = join(folder, 'tried.plimsoll');
  await snapshotCluster({ ...asking, file: other });
  const live = await scanCluster(asking);
  const recorded = await scan({ paths: [other] });
  expect(timeless(recorded)).toBe(timeless(live));
  const { enforcement, anonymous } = (
    JSON.parse(gunzipSync(readFileSync(other)).toString('utf8').split('\n')[0]!) as { observed: Record<string, unknown> }
  ).observed;
  expect([enforcement, anonymous]).not.toContain(undefined);
});

test('nothing was asked but to get and to list', () => {
  const events = auditLog(plane.address).filter(({ user }) => user.username === 'recorder');
  expect(events.length).toBeGreaterThan(10);
  expect(new Set(events.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']));
});
