import { expect, test } from 'vitest';
import { judge } from '../../testing/control-proofs.ts';
import { exposedNodes } from './exposed-nodes.ts';

function verdicts(...objects: object[]): string[] {
  const { findings } = judge([exposedNodes], objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  return findings.map(({ resource, verdict, message }) => `${resource.kind} ${verdict} ${message}`);
}

const node = (name: string): object => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { name } } });

const service = (type: string, selector?: object): object => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'front', namespace: 'shop' },
  spec: { type, selector },
});

function workload(kind: string, name: string, spec: object = {}, namespace = 'shop'): object {
  const template = { metadata: { labels: { app: name } }, spec: { containers: [], ...spec } };
  return { apiVersion: 'apps/v1', kind, metadata: { name, namespace }, spec: { template } };
}

const on = (name: string): object => ({ nodeSelector: { name } });

test.each([
  ['a load balancer', service('LoadBalancer', { app: 'web' }), 'Deployment fail'],
  ['a node port', service('NodePort', { app: 'web' }), 'Deployment fail'],
  ['a Service inside of the cluster', service('ClusterIP', { app: 'web' }), 'Node not-applicable'],
  ['a Service without a selector', service('LoadBalancer'), 'Node not-applicable'],
  ['a Service of other pods', service('LoadBalancer', { app: 'x' }), 'Node not-applicable'],
])('%s', (_, front, expected) => {
  const [verdict] = verdicts(node('n-1'), front, workload('Deployment', 'web'), workload('StatefulSet', 'db'));
  expect(verdict).toContain(expected);
});

test('the Service of another namespace leads elsewhere', () => {
  const elsewhere = workload('Deployment', 'web', {}, 'bank');
  expect(verdicts(node('n-1'), service('LoadBalancer', { app: 'web' }), elsewhere)).toMatchObject([expect.stringContaining('Node')]);
});

test('the place is where somebody chose, the reason who else may', () => {
  const web = workload('Deployment', 'web', on('n-1'));
  const front = service('LoadBalancer', { app: 'web' });
  expect(verdicts(node('n-1'), node('n-2'), front, web, workload('StatefulSet', 'db', on('n-2')))).toEqual(['Deployment pass holds']);
  expect(verdicts(node('n-1'), node('n-2'), front, web, workload('StatefulSet', 'db'))).toEqual([
    'Deployment fail Deployment "web", behind Service "front", may run on node "n-1" beside StatefulSet "db"',
  ]);
});

test('agents of nodes run beside everything', () => {
  const front = service('LoadBalancer', { app: 'web' });
  expect(verdicts(node('n-1'), front, workload('Deployment', 'web'), workload('DaemonSet', 'agent'))).toEqual(['Deployment pass holds']);
});

test('too many nodes and ways to choose among them are not tried out', () => {
  const nodes = Array.from({ length: 2100 }, (_, index) => node(`n-${index}`));
  const others = Array.from({ length: 1100 }, (_, index) => workload('Deployment', `w-${index}`, on(`x-${index}`)));
  const [verdict] = verdicts(...nodes, ...others, service('LoadBalancer', { app: 'web' }), workload('Deployment', 'web'));
  expect(verdict).toContain('Deployment unknown');
});

test('without nodes the entry is open, and no workload is to blame', () => {
  const objects = [service('LoadBalancer', { app: 'web' }), workload('Deployment', 'web'), workload('Deployment', 'db')];
  const report = judge([exposedNodes], objects.map((object) => JSON.stringify(object)).join('\n---\n'));
  expect(report.findings).toEqual([]);
  expect(report.ledger.find(({ code }) => code === 'NODE-02')).toMatchObject({ state: 'unknown', needs: ['cluster', 'cloud'] });
});
