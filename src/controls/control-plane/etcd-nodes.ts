import { defineControl, fail, flag, pass, unknown, type AnyControl } from '../../core/index.ts';
import { nodesWithEtcd } from '../../subjects/etcd-node.ts';

const etcd = `
---
apiVersion: v1
kind: Pod
metadata:
  name: etcd-cp-1
  namespace: kube-system
  annotations: { kubernetes.io/config.mirror: 4b6c9a0d }
  ownerReferences: [{ apiVersion: v1, kind: Node, name: cp-1, uid: 5d1f, controller: true }]
spec: { nodeName: cp-1, containers: [{ name: etcd, image: "registry.k8s.io/etcd:3.6.5-0" }] }
`;

export const etcdNodes: AnyControl = defineControl({
  id: 'control-plane/etcd-nodes',
  decides: ['ETCD-05'],
  title: 'Where the required protection is high, etcd runs on nodes of its own',
  why: 'Who reaches the files of etcd has every Secret and may write what the API server takes for the state of the cluster. On nodes of its own nothing else has to be trusted with them.',
  severity: 'low',
  also: {},
  subject: nodesWithEtcd,
  inEveryCluster: true,
  params: { required: flag('The required protection is high: etcd beside the API server fails', false) },

  evaluate({ name, controlPlane, at }, { params }) {
    if (!controlPlane) return pass;
    const shared = `node "${name}" runs etcd beside the API server`;
    if (params.required) return fail(at, `${shared}, which the required protection rules out`);
    return unknown(at, `${shared}: whether that will do is for the required protection to say`, ['person']);
  },

  remedy: 'Plan an external etcd for the next cluster, on nodes that only the API servers reach; a running one is seldom worth the move.',

  examples: () => ({
    params: { required: true },
    pass: { 'a node for etcd alone': node('etcd-1', 'node-role.kubernetes.io/etcd: "true"') },
    fail: {
      'a node with both roles': node('cp-1', 'node-role.kubernetes.io/control-plane: "true", node-role.kubernetes.io/etcd: "true"'),
      'etcd as a static pod of kubeadm': `${node('cp-1', 'node-role.kubernetes.io/control-plane: ""')}${etcd}`,
    },
  }),
});

function node(name: string, labels: string): string {
  return `
apiVersion: v1
kind: Node
metadata: { name: ${name}, labels: { ${labels} } }
spec: { taints: [{ key: node-role.kubernetes.io/etcd, effect: NoExecute }] }
`;
}
