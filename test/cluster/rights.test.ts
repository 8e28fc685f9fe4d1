import { afterAll, beforeAll, expect, test } from 'vitest';
import type { RightsRequest, RightsSubject } from '../../src/core/index.ts';
import { readInventory } from '../../src/library/inventory.ts';
import { can } from '../../src/library/rights/can.ts';
import { startRights, type Rights } from '../../src/library/rights/rights.ts';
import { whoCan } from '../../src/library/rights/who-can.ts';
import type { ApiClient } from './api-client.ts';
import { seenByAuthorizer } from './authorizer.ts';
import { asAdmin, kubeconfig, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/* What is answered of a cluster is what its API server answers, and needs no more than to list roles and bindings. */

let plane: ControlPlane;
let admin: ApiClient;
const rbac = 'rbac.authorization.k8s.io';
const apiVersion = `${rbac}/v1`;

beforeAll(async () => {
  // With the controller that puts together what "edit" aggregates.
  plane = await startControlPlane({ controllerManager: true });
  admin = asAdmin(plane.address);
  await make(admin, { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } });
  await make(admin, {
    apiVersion,
    kind: 'ClusterRole',
    metadata: { name: 'reader-of-rights' },
    rules: [{ apiGroups: [rbac], resources: ['roles', 'clusterroles', 'rolebindings', 'clusterrolebindings'], verbs: ['list'] }],
  });
  await make(admin, {
    apiVersion,
    kind: 'ClusterRoleBinding',
    metadata: { name: 'reader-of-rights' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'reader-of-rights' },
    subjects: [{ apiGroup: rbac, kind: 'User', name: 'reader' }],
  });
  await make(admin, {
    apiVersion,
    kind: 'RoleBinding',
    metadata: { name: 'editors', namespace: 'shop' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'edit' },
    subjects: [
      { kind: 'ServiceAccount', name: 'web', namespace: 'shop' },
      { apiGroup: rbac, kind: 'Group', name: 'dev' },
    ],
  });
  const isPutTogether = async (): Promise<boolean> => {
    const { body } = await admin.request<{ rules?: unknown[] | null }>('GET', `/apis/${apiVersion}/clusterroles/edit`);
    return (body.rules ?? []).length > 5;
  };
  await until(isPutTogether, () => 'edit is not put together');
  await seenByAuthorizer(admin);
});
afterAll(() => plane?.stop());

async function rightsAs(user: string): Promise<Rights> {
  const reading = startRights();
  const options = { cluster: { kubeconfig: kubeconfig(plane.address, user), context: 'test' } };
  return reading.finish(await readInventory(options, reading.kinds, reading.visit));
}

const web: RightsSubject = { kind: 'ServiceAccount', namespace: 'shop', name: 'web' };
const jo: RightsSubject = { kind: 'User', name: 'jo' };
const questions: readonly (readonly [RightsSubject, readonly string[], RightsRequest])[] = [
  [web, [], { verb: 'get', group: '', resource: 'secrets', namespace: 'shop' }],
  [web, [], { verb: 'get', group: '', resource: 'secrets' }],
  [web, [], { verb: 'create', group: '', resource: 'pods', subresource: 'exec', name: 'x', namespace: 'shop' }],
  [web, [], { verb: 'create', group: rbac, resource: 'rolebindings', namespace: 'shop' }],
  [jo, ['dev'], { verb: 'delete', group: 'apps', resource: 'deployments', namespace: 'shop' }],
  [jo, [], { verb: 'delete', group: 'apps', resource: 'deployments', namespace: 'shop' }],
  [jo, [], { verb: 'get', url: '/version' }],
  [jo, [], { verb: 'get', url: '/metrics' }],
  [{ kind: 'User', name: 'system:kube-scheduler' }, [], { verb: 'list', group: '', resource: 'nodes' }],
];

test('answers are those of the API server', async () => {
  const rights = await rightsAs('reader');
  expect(rights.inventory.unread).toEqual([]);
  for (const [subject, groups, request] of questions) {
    const user = subject.kind === 'ServiceAccount' ? `system:serviceaccount:${subject.namespace}:${subject.name}` : subject.name;
    const attributes =
      'url' in request ? { nonResourceAttributes: { verb: request.verb, path: request.url } } : { resourceAttributes: request };
    // As the API server itself knows somebody who has proven to be the user.
    const own = subject.kind === 'ServiceAccount' ? ['system:serviceaccounts', 'system:serviceaccounts:shop'] : [];
    const { body } = await admin.create<{ status: { allowed: boolean } }>({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec: { user, groups: [...groups, ...own, 'system:authenticated'], ...attributes },
    });
    const answer = can(rights, { subject, groups, request });
    expect([user, request, answer.answer]).toEqual([user, request, body.status.allowed ? 'yes' : 'no']);
    if (answer.answer === 'yes') expect(answer.chains.length).toBeGreaterThan(0);
  }
});

test('who-can knows what Kubernetes gives its own components', async () => {
  const { holders } = whoCan(await rightsAs('reader'), { verb: 'list', group: '', resource: 'secrets', namespace: 'shop' });
  const [own, others] = [true, undefined].map((mark) => holders.filter(({ chains }) => chains[0]?.bootstrap === mark));
  expect(others?.map(({ subject }) => subject.name).sort()).toEqual(['dev', 'web']);
  expect(own?.map(({ subject }) => subject.name)).toContain('system:masters');
});

test('what may not be listed is told', async () => {
  const rights = await rightsAs('jo');
  expect(rights.input.inputs.unlisted).toContain(`clusterrolebindings.${rbac}`);
  expect(can(rights, { subject: web, groups: [], request: { verb: 'get', url: '/x' } }, 'not read').answer).toBe('unknown');
});
