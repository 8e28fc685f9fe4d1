import { afterAll, beforeAll, expect, test } from 'vitest';
import { scanCluster, type Report } from '../../src/index.ts';
import { aggregatedDiscovery, readAggregated } from '../../src/sources/cluster/served-kinds.ts';
import type { ApiClient, ApiObject } from './api-client.ts';
import { asAdmin, kubeconfig, startControlPlane, type ControlPlane } from './control-plane.ts';
import { make } from './make.ts';
import { until } from './until.ts';

/* What is told of products by what the controllers of a real cluster count. */

let plane: ControlPlane;
let admin: ApiClient;

beforeAll(async () => {
  plane = await startControlPlane({ controllerManager: true });
  admin = asAdmin(plane.address);
  await make(admin, node('worker'));
  await make(admin, node('controller', [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }]));
  await make(
    admin,
    daemonSet('logs', 'docker.io/fluent/fluent-bit:4.1.0', { volumes: [{ name: 'logs', hostPath: { path: '/var/log' } }] }),
  );
  await make(admin, daemonSet('falco', 'docker.io/falcosecurity/falco:0.42.0', { hostPID: true, tolerations: [{ operator: 'Exists' }] }));
  await make(
    admin,
    daemonSet('network', 'ghcr.io/flannel-io/flannel:v0.28.9', { hostNetwork: true, tolerations: [{ operator: 'Exists' }] }),
  );
  await make(admin, {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'vmsingles.operator.victoriametrics.com' },
    spec: {
      group: 'operator.victoriametrics.com',
      scope: 'Namespaced',
      names: { plural: 'vmsingles', kind: 'VMSingle' },
      versions: [{ name: 'v1beta1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
    },
  });
  await counted('logs', 1);
  await counted('falco', 2);
  const isServed = async (): Promise<boolean> => {
    const { body } = await admin.request('GET', '/apis', undefined, aggregatedDiscovery);
    return readAggregated(body)?.kinds.some(({ group }) => group === 'operator.victoriametrics.com') === true;
  };
  await until(isServed, () => 'the definition is not served');
});

afterAll(() => plane.stop());

function node(name: string, taints: readonly object[] = []): ApiObject {
  return { apiVersion: 'v1', kind: 'Node', metadata: { name }, spec: { taints } };
}

function daemonSet(name: string, image: string, pod: object): ApiObject {
  const metadata = { labels: { app: name } };
  const spec = { selector: { matchLabels: { app: name } }, template: { metadata, spec: { containers: [{ name, image }], ...pod } } };
  return { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace: 'kube-system' }, spec };
}

/** Waits until the controller has counted the nodes of a DaemonSet. */
async function counted(name: string, nodes: number): Promise<void> {
  const path = `/apis/apps/v1/namespaces/kube-system/daemonsets/${name}`;
  const isCounted = async (): Promise<boolean> => {
    const { body } = await admin.request<{ status?: { desiredNumberScheduled?: number } }>('GET', path);
    return body.status?.desiredNumberScheduled === nodes;
  };
  await until(isCounted, () => `${name} is not counted on ${nodes} nodes`);
}

function said({ findings }: Report, code: string): string[] {
  return findings.filter(({ codes }) => codes.includes(code)).map(({ verdict, message }) => `${verdict}: ${message}`);
}

test('products, their nodes and their APIs', async () => {
  const report = await scanCluster({ kubeconfig: kubeconfig(plane.address, 'administrator', ['system:masters']) });
  expect(report.inputs.unread).toEqual([]);
  // Nothing tolerates the taint of the control plane.
  expect(said(report, 'LOG-03')).toEqual(['fail: DaemonSet kube-system/logs leaves out 1 of 2 nodes: nothing else collects logs there']);
  expect(said(report, 'TOOL-04')).toEqual([
    'unknown: DaemonSet kube-system/falco runs Falco: that its alarms arrive somewhere, a harmless event shows',
  ]);
  expect(said(report, 'NET-01')).toEqual(['fail: DaemonSet kube-system/network runs flannel, which enforces no network policies itself']);
  expect(said(report, 'LOG-09')).toEqual([
    'unknown: API operator.victoriametrics.com belongs to VictoriaMetrics: whether nodes, pods and control plane are in it is open',
  ]);
});
