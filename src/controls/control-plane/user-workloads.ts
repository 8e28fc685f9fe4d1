import { defineControl, fail, notApplicable, pass, unknown, type AnyControl } from '../../core/index.ts';
import { controlPlaneNodes } from '../../subjects/control-plane-node.ts';

const otherNode = notApplicable('the node is none of the control plane');

const taint = '{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }';
const tolerating = 'tolerations: [{ key: node-role.kubernetes.io/control-plane, operator: Exists }]';
const worker = exampleNode('worker-1', 'pool: edge', '');

/** What the scheduler would do; what was there before the taint is seen where a pod says its node. */
export const userWorkloads: AnyControl = defineControl({
  id: 'control-plane/user-workloads',
  decides: ['CP-07'],
  title: 'Nodes of the control plane run no workloads of users',
  why: 'Who breaks out of a container owns its node. On a node of the control plane that is the API server with its keys, and often etcd with every Secret of the cluster.',
  severity: 'medium',
  also: { attack: ['T1611'] },
  subject: controlPlaneNodes,
  inEveryCluster: true,

  evaluate(subject) {
    if (subject.type === 'node') {
      const { name, controlPlane, guarded, others, taintsAt } = subject;
      if (!controlPlane) return otherNode;
      if (guarded) return pass;
      const node = `node "${name}" of the control plane`;
      if (!others) return fail(taintsAt, `${node} has no taint that keeps workloads away, nor have they another node`, 'low');
      return fail(taintsAt, `${node} has no taint that keeps workloads away`);
    }
    const { ref, at, node, named } = subject;
    const workload = `${ref.kind === 'Pod' ? 'pod' : ref.kind} "${ref.name}"`;
    if (named) return fail(at, `${workload} runs on node "${node}" of the control plane`);
    // Agents of nodes, for logs or metrics, are meant to run on all of them.
    if (ref.kind === 'DaemonSet')
      return unknown(at, `${workload} runs on nodes of the control plane too, as agents of nodes do`, ['person']);
    return fail(at, `${workload} tolerates the taints of node "${node}" of the control plane`);
  },

  remedy:
    'Taint the node (kubectl taint nodes NAME node-role.kubernetes.io/control-plane:NoSchedule), drain it of what runs there, and take the toleration from workloads that are no part of the control plane.',

  examples: () => ({
    pass: {
      'the taint of kubeadm': controlNode(taint) + worker,
      'another taint': controlNode('{ key: CriticalAddonsOnly, value: "true", effect: NoExecute }') + worker,
      'a workload that only workers take': controlNode(taint) + worker + web(`{ ${tolerating}, nodeSelector: { pool: edge } }`),
    },
    fail: {
      'no taint': controlNode('') + worker,
      'the only node': controlNode(''),
      'a taint that only asks': controlNode('{ key: node-role.kubernetes.io/control-plane, effect: PreferNoSchedule }') + worker,
      'a workload that tolerates it': controlNode(taint) + web(`{ ${tolerating} }`),
      'a workload that was put there': controlNode(taint) + web('{ nodeName: cp-1 }'),
    },
    notApplicable: { 'a control plane that is not shown': worker },
  }),
});

function controlNode(taints: string): string {
  return exampleNode('cp-1', 'node-role.kubernetes.io/control-plane: ""', taints);
}

function exampleNode(name: string, labels: string, taints: string): string {
  return `
---
apiVersion: v1
kind: Node
metadata: { name: ${name}, labels: { ${labels} } }
spec: { taints: [${taints}] }
`;
}

/** With a spec of its pods. */
function web(spec: string): string {
  return `
---
kind: Deployment
metadata: { name: web }
spec: { template: { spec: ${spec} } }
`;
}
