import { afterEach, expect, test } from 'vitest';
import type { PathsReport, PlanReport } from '../../src/core/index.ts';
import { pathsSchema } from '../../src/report/json-schema.ts';
import { plimsollBeside } from '../cli/run.ts';
import { validatorOf } from '../schema.ts';
import { holding, send, startFakeApi, status, type ApiObject, type FakeApi, type FakeOptions } from './fake-api-server.ts';

/* Attack paths in a cluster. */

let api: FakeApi | undefined;

afterEach(async () => {
  await api?.stop();
  api = undefined;
});

const validate = validatorOf(pathsSchema());
const rbac = 'rbac.authorization.k8s.io';

const objects: readonly ApiObject[] = [
  { kind: 'Namespace', apiVersion: 'v1', metadata: { name: 'shop' } },
  { kind: 'Node', apiVersion: 'v1', metadata: { name: 'one', labels: {} }, spec: { providerID: 'aws:///eu-1a/i-1' } },
  { kind: 'ServiceAccount', apiVersion: 'v1', metadata: { name: 'web', namespace: 'shop' } },
  {
    kind: 'Deployment',
    apiVersion: 'apps/v1',
    metadata: { name: 'web', namespace: 'shop', uid: 'uid-web' },
    spec: {
      selector: { matchLabels: { app: 'web' } },
      template: {
        metadata: { labels: { app: 'web' } },
        spec: { serviceAccountName: 'web', containers: [{ name: 'web', image: 'web:1', ports: [{ containerPort: 80 }] }] },
      },
    },
  },
  {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: { name: 'web', namespace: 'shop' },
    spec: { type: 'LoadBalancer', selector: { app: 'web' }, ports: [{ port: 80, targetPort: 80, protocol: 'TCP' }] },
  },
  {
    kind: 'Role',
    apiVersion: `${rbac}/v1`,
    metadata: { name: 'deployer', namespace: 'shop' },
    rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['create'] }],
  },
  {
    kind: 'RoleBinding',
    apiVersion: `${rbac}/v1`,
    metadata: { name: 'deployer', namespace: 'shop' },
    roleRef: { apiGroup: rbac, kind: 'Role', name: 'deployer' },
    subjects: [{ kind: 'ServiceAccount', name: 'web', namespace: 'shop' }],
  },
  {
    kind: 'ClusterRoleBinding',
    apiVersion: `${rbac}/v1`,
    metadata: { name: 'left-over' },
    roleRef: { apiGroup: rbac, kind: 'ClusterRole', name: 'gone' },
    subjects: [{ kind: 'User', name: 'jane' }],
  },
];

async function run(fake: FakeOptions, command: 'paths' | 'plan', ...args: string[]) {
  api = await startFakeApi(fake);
  return plimsollBeside([command, '--cluster', '--kubeconfig', api.kubeconfig, '-o', 'json', ...args]);
}

function without(plural: string): FakeOptions {
  return {
    kinds: holding(objects),
    intercept(_, response, url) {
      if (!url.pathname.endsWith(`/${plural}`)) return false;
      send(response, 403, status(403, 'no'));
      return true;
    },
  };
}

test('the objects of the cluster are the evidence', async () => {
  const { stdout, status: code } = await run({ kinds: holding(objects) }, 'paths', '--to', 'node', '--to', 'cloud-credentials');
  expect(code).toBe(1);
  expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  const { goals } = JSON.parse(stdout) as PathsReport;
  const steps = goals[0]?.paths[0]?.steps ?? [];
  expect(steps.map(({ technique }) => technique)).toEqual([
    'exposed-service',
    'mounted-token',
    'create-workload',
    'privileged-pod',
    'implied',
  ]);
  expect(steps[2]?.evidence[0]).toEqual({
    what: 'RoleBinding shop/deployer gives Role deployer to ServiceAccount shop/web',
    file: 'cluster/shop/RoleBinding.rbac.authorization.k8s.io/deployer',
  });
  expect(goals[1]?.certain).toBeGreaterThan(0);
});

test('a role that is not there gives nothing, and one that could not be listed may give anything', async () => {
  expect((await run({ kinds: holding(objects) }, 'paths', '--from', 'user:jane')).status).toBe(0);
  await api?.stop();
  const unlisted = await run(without('clusterroles'), 'paths', '--from', 'user:jane', '--allow-partial');
  expect(unlisted.status).toBe(2);
  expect((JSON.parse(unlisted.stdout) as PathsReport).goals[0]).toMatchObject({ certain: 0, possible: 1 });
});

test('a webhook that could not be listed may refuse the pod', async () => {
  const { stdout } = await run(without('validatingwebhookconfigurations'), 'paths', '--to', 'node', '--allow-partial');
  expect((JSON.parse(stdout) as PathsReport).goals[0]).toMatchObject({ certain: 0 });
});

test('a plan names the objects to change', async () => {
  const { stdout, status: code } = await run({ kinds: holding(objects) }, 'plan', '--to', 'node');
  expect(code).toBe(1);
  expect(validate(JSON.parse(stdout)), JSON.stringify(validate.errors)).toBe(true);
  const { changes, proof } = JSON.parse(stdout) as PlanReport;
  expect(changes).toHaveLength(1);
  expect(proof).toMatchObject({ proven: true, left: 0 });
});
