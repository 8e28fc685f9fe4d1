import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { scanCluster, type Report } from '../../src/index.ts';
import { clusterRoleFor } from '../../src/library/scan-cluster.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, auditLog, kubeconfig, startControlPlane, type AuditEvent, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/* What a scan is told of Secrets, by the API server's own record of its answers. */

const value = 'nobody-may-see-this';
const encoded = Buffer.from(value).toString('base64');

let plane: ControlPlane;
let admin: ApiClient;

beforeAll(async () => {
  plane = await startControlPlane({
    controllerManager: true,
    // What is sent, and not only that something was.
    auditRules: [{ level: 'RequestResponse', resources: [{ group: '', resources: ['secrets'] }] }, { level: 'Metadata' }],
  });
  admin = asAdmin(plane.address);
  await make(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await make(admin, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'ci', namespace: 'shop' } });
  await make(admin, secret('password', { stringData: { password: value } }));
  await make(admin, secret('copy', { stringData: { token: value, 'ca.crt': value, namespace: 'shop' } }));
  await make(admin, secret('ci-token', { type: 'kubernetes.io/service-account-token', metadata: account }));
  await make(admin, { ...(parse(clusterRoleFor({})) as ApiObject), metadata: { name: 'scan' } });
  for (const user of ['scanner', 'key-reader'])
    await make(admin, {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: user },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'scan' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: user }],
    });
  await filled('ci-token');
  await seenByAuthorizer(admin);
});

afterAll(() => plane.stop());

const account = {
  annotations: { 'kubernetes.io/service-account.name': 'ci' },
  labels: { 'kubernetes.io/legacy-token-last-used': '2026-06-30' },
};

function secret(name: string, { metadata = {}, ...rest }: { readonly metadata?: object; readonly [field: string]: unknown }): ApiObject {
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace: 'shop', ...metadata }, ...rest };
}

/** The controllers put the token into the Secret. */
async function filled(name: string): Promise<void> {
  const hasToken = async (): Promise<boolean> => {
    const { body } = await admin.request<{ data?: object }>('GET', `/api/v1/namespaces/shop/secrets/${name}`);
    return body.data !== undefined && 'token' in body.data;
  };
  await until(hasToken, () => 'the controllers make no token');
}

function eventsOf(user: string): AuditEvent[] {
  return auditLog(plane.address).filter((event) => event.user.username === user);
}

function said({ findings }: Report): string[] {
  return findings
    .filter(({ control }) => control === 'pod-security/legacy-tokens')
    .map(({ verdict, message }) => `${verdict}: ${message}`)
    .sort();
}

/** What is told of it. */
const token = 'fail: Secret "ci-token" holds a token of "ci" that never expires, last used 2026-06-30';

describe('what a scan is told of Secrets', () => {
  test('by default: the metadata of those that hold tokens', async () => {
    const report = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'scanner') });
    expect([said(report), report.inputs.unread]).toEqual([[token], []]);
    const events = eventsOf('scanner');
    expect(new Set(events.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']));
    // What was sent, as the server itself recorded it.
    const answers = events.filter(({ objectRef }) => objectRef?.resource === 'secrets').map(({ responseObject }) => responseObject);
    expect(answers).toMatchObject([{ kind: 'PartialObjectMetadataList', items: [{ metadata: { name: 'ci-token' } }] }]);
    expect(answers.flatMap(({ items = [] } = {}) => items).filter((item) => 'data' in item || 'stringData' in item)).toEqual([]);
  });

  test('where somebody asks for keys: their names, and values that nothing keeps', async () => {
    const report = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'key-reader'), readSecretKeys: true });
    expect(said(report)).toEqual([token, 'unknown: Secret "copy" has the keys of a token: if it is a copy of one, it may never expire']);
    expect(report.inputs.unread).toEqual([]);
    expect([value, encoded].filter((each) => JSON.stringify(report).includes(each))).toEqual([]);
    const events = eventsOf('key-reader');
    expect(new Set(events.map(({ verb }) => verb))).toEqual(new Set(['get', 'list']));
    const answers = events.filter(({ objectRef }) => objectRef?.resource === 'secrets').map(({ responseObject }) => responseObject);
    expect(answers).toMatchObject([{ kind: 'SecretList' }]);
  });

  test('nothing where no control asks', async () => {
    const before = eventsOf('scanner').length;
    await scanCluster({ kubeconfig: kubeconfig(plane.address, 'scanner'), skip: ['TOK-03'] });
    const events = eventsOf('scanner').slice(before);
    expect(events.length).toBeGreaterThan(10);
    expect(events.filter(({ objectRef }) => objectRef?.resource === 'secrets')).toEqual([]);
  });
});
