import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RightsSubject } from '../../src/core/index.ts';
import { startLeastRole } from '../../src/library/rights/least-role.ts';
import { readAuditLogs } from '../../src/sources/audit-log/index.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, asUser, auditLog, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/* The role made of an audit log permits what was logged, by the answers of the API server whose log it is. */

let plane: ControlPlane;
let admin: ApiClient;

const rbac = 'rbac.authorization.k8s.io';
const busy: RightsSubject = { kind: 'User', name: 'busy' };

beforeAll(async () => {
  plane = await startControlPlane();
  admin = asAdmin(plane.address);
  for (const name of ['shop', 'dev']) await make(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name } });
  await make(admin, {
    apiVersion: `${rbac}/v1`,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'busy' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'cluster-admin' },
    subjects: [{ apiGroup: rbac, ...busy }],
  });
  await seenByAuthorizer(admin);
});
afterAll(() => plane?.stop());

const configMap = (name: string): ApiObject => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } });

/** Requests of every kind, which can be sent twice. */
const requests: readonly (readonly [method: string, path: string, body?: object])[] = [
  ['GET', '/api/v1/namespaces/shop/pods'],
  ['GET', '/api/v1/pods?limit=1'],
  ['GET', '/api/v1/namespaces/dev/secrets?fieldSelector=metadata.name%3Dtoken'],
  ['GET', '/api/v1/namespaces/shop/secrets/db'],
  ['POST', '/api/v1/namespaces/shop/configmaps', configMap('posted')],
  ['PATCH', '/api/v1/namespaces/shop/configmaps/applied?fieldManager=x', configMap('applied')],
  [
    'PUT',
    '/apis/coordination.k8s.io/v1/namespaces/shop/leases/put',
    { apiVersion: 'coordination.k8s.io/v1', kind: 'Lease', metadata: { name: 'put' } },
  ],
  ['DELETE', '/api/v1/namespaces/shop/configmaps/applied'],
  ['DELETE', '/apis/coordination.k8s.io/v1/namespaces/shop/leases/put'],
  ['DELETE', '/api/v1/namespaces/dev/configmaps?labelSelector=none%3Dthere'],
  ['POST', '/api/v1/namespaces/shop/pods/gone/eviction', { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'gone' } }],
  ['GET', '/api/v1/namespaces/shop/pods/gone/log'],
  ['GET', '/api/v1/namespaces/shop'],
  ['GET', '/api/v1/nodes/n1'],
  ['GET', '/apis/apps/v1/namespaces/shop/deployments/web/scale'],
  ['GET', '/metrics'],
  ['GET', '/version'],
  ['POST', '/apis/authorization.k8s.io/v1/subjectaccessreviews', review('get')],
];

function review(verb: string): object {
  return {
    apiVersion: 'authorization.k8s.io/v1',
    kind: 'SubjectAccessReview',
    spec: { user: 'x', resourceAttributes: { verb, resource: 'pods' } },
  };
}

async function statuses(client: ApiClient): Promise<string[]> {
  const answers: string[] = [];
  for (const [method, path, body] of requests) {
    const { status } = await client.request(method, path, body);
    answers.push(`${status === 403 ? 'refused' : 'permitted'} ${method} ${path}`);
  }
  return answers;
}

async function objectsFor(subject: RightsSubject): Promise<readonly ApiObject[]> {
  const reading = startLeastRole({ subject, names: 'auto', everybody: false, version: 37 });
  const options = { paths: ['audit.log'], cwd: plane.address.folder };
  const totals = await readAuditLogs(options, reading.visit);
  expect(totals.unread).toEqual([]);
  return reading.finish(totals).objects as readonly ApiObject[];
}

test('whoever has the generated roles may do it all again, and nothing near it', { timeout: 240_000 }, async () => {
  const first = await statuses(asUser(plane.address, 'busy'));
  expect(first.filter((answer) => answer.startsWith('refused'))).toEqual([]);
  // What answers is logged a moment later.
  await until(
    () => auditLog(plane.address).filter(({ user }) => user.username === busy.name).length >= first.length,
    () => 'the log is not complete',
  );
  for (const object of await objectsFor(busy)) {
    const { subjects, ...rest } = object as ApiObject & { readonly subjects?: unknown };
    const { status, body } = await admin.create(
      subjects === undefined ? rest : { ...rest, subjects: [{ apiGroup: rbac, kind: 'User', name: 'again' }] },
    );
    expect(status, JSON.stringify(body)).toBe(201);
  }
  const again = asUser(plane.address, 'again');
  await expect.poll(() => statuses(again), { timeout: 60_000 }).toEqual(first);
  const near: readonly (readonly [string, string, object?])[] = [
    ['GET', '/api/v1/namespaces/dev/secrets'],
    ['GET', '/api/v1/namespaces/shop/secrets/other'],
    ['GET', '/api/v1/namespaces/dev/secrets/db'],
    ['GET', '/api/v1/nodes'],
    ['GET', '/api/v1/nodes/n2'],
    ['POST', '/api/v1/namespaces/dev/configmaps', configMap('x')],
    ['PATCH', '/api/v1/namespaces/shop/configmaps/other?fieldManager=x', configMap('other')],
    ['GET', '/api/v1/namespaces/dev'],
    ['GET', '/api/v1/namespaces'],
    ['GET', '/debug/pprof'],
  ];
  for (const [method, path, body] of near) expect([path, (await again.request(method, path, body)).status]).toEqual([path, 403]);
});
