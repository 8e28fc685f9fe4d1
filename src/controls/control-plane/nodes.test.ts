import { expect, test } from 'vitest';
import type { AnyControl } from '../../core/index.ts';
import { judge } from '../../testing/control-proofs.ts';
import { etcdNodes } from './etcd-nodes.ts';
import { userWorkloads } from './user-workloads.ts';

const node = `
apiVersion: v1
kind: Node
metadata: { name: cp-1, labels: { node-role.kubernetes.io/control-plane: "" } }
spec: { taints: [{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }] }
---
`;

const owned = 'ownerReferences: [{ kind: Node, name: cp-1 }]';

function verdicts(yaml: string, control: AnyControl = userWorkloads): string[] {
  return judge([control], node + yaml).findings.map(({ resource, verdict, message }) => `${resource.kind} ${verdict} ${message}`.trim());
}

const spec = '{ tolerations: [{ operator: Exists }], containers: [{ name: agent, image: registry.example.com/agent }] }';

test('agents that run on every node are told, and not judged', () => {
  const agents = `{ apiVersion: apps/v1, kind: DaemonSet, metadata: { name: agent, namespace: logs }, spec: { template: { spec: ${spec} } } }`;
  expect(verdicts(agents)).toEqual([
    'Node pass holds',
    'DaemonSet unknown DaemonSet "agent" runs on nodes of the control plane too, as agents of nodes do',
  ]);
});

test('static pods and workloads of the system belong there', () => {
  const placed = 'spec: { nodeName: cp-1, containers: [{ name: c, image: registry.k8s.io/kube-apiserver }] }';
  const mirror = `{ apiVersion: v1, kind: Pod, metadata: { name: vip, namespace: net, annotations: { kubernetes.io/config.mirror: x }, ${owned} }, ${placed} }`;
  const system = `{ apiVersion: v1, kind: Pod, metadata: { name: kube-apiserver-cp-1, namespace: kube-system }, ${placed} }`;
  const user = `{ apiVersion: v1, kind: Pod, metadata: { name: debug, namespace: shop }, ${placed} }`;
  expect(verdicts(`${mirror}\n---\n${system}\n---\n${user}`)).toEqual([
    'Node pass holds',
    'Pod fail pod "debug" runs on node "cp-1" of the control plane',
  ]);
});

test('what lands nowhere near is no subject', () => {
  expect(
    verdicts('{ apiVersion: v1, kind: Pod, metadata: { name: web, namespace: shop }, spec: { nodeName: worker-1, containers: [] } }'),
  ).toEqual(['Node pass holds']);
});

test('etcd beside the API server is told, and judged where somebody says that it matters', () => {
  const pod = (annotations: string): string =>
    `{ apiVersion: v1, kind: Pod, metadata: { name: etcd-cp-1, namespace: kube-system, annotations: { ${annotations} }, ${owned} }, spec: { nodeName: cp-1, containers: [{ name: etcd, image: registry.k8s.io/etcd }] } }`;
  expect(verdicts(pod('kubernetes.io/config.mirror: x'), etcdNodes)).toEqual([
    'Node unknown node "cp-1" runs etcd beside the API server: whether that will do is for the required protection to say',
  ]);
  // Not a static pod: an etcd of somebody else.
  expect(verdicts(pod(''), etcdNodes)).toEqual([]);
});
