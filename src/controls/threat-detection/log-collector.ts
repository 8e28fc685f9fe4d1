import { defineControl, fail, notApplicable, pass, strings, unknown, type AnyControl } from '../../core/index.ts';
import { clusters, coverage, evidence, mayServe, nodesCounted, noneSeen, serves, sightingsOf } from '../../subjects/cluster.ts';
import { exampleCluster, exampleCollector, exampleSensor, exampleWorkload } from '../../subjects/example-cluster.ts';

export const logCollector: AnyControl = defineControl({
  id: 'threat-detection/log-collector',
  decides: ['LOG-03'],
  title: 'A log collector runs on every node',
  why: 'Logs on a node end with the node, and whoever has taken it over deletes them. What no collector has carried away before is missing when somebody asks what happened.',
  severity: 'medium',
  also: {},
  subject: clusters,
  inEveryCluster: true,

  params: { own: strings('Images of collectors that are not known here, such as registry.example.com/logs/shipper', []) },

  evaluate(cluster, { params }) {
    const { server, nodes, daemonSets } = cluster;
    const seen = sightingsOf(cluster, ['log collector']);
    if (server === undefined) {
      if (seen.length === 0) return noneSeen(cluster, '', ['cluster']);
      return evidence(seen, 'on which nodes, the cluster shows', ['cluster']);
    }
    if (nodes.count + nodes.virtual === 0) return notApplicable('the cluster has no nodes');
    const known = daemonSets.filter((each) => each.readsLogs && serves(each, 'log collector', params.own));
    const others = daemonSets.filter((each) => each.readsLogs && mayServe(each) && !known.includes(each));
    const most = Math.max(0, ...known.map(coverage).map(({ ready }) => ready));
    if (nodes.virtual > 0 && most >= nodes.count)
      return unknown(server.at, 'virtual nodes run no DaemonSet: who collects their logs is open', ['cloud']);
    if (known.length > 0 && most >= nodes.count) return pass;
    // Several may share the nodes: one for Linux and one for Windows.
    const wanted = [...known, ...others].reduce((sum, each) => sum + coverage(each).desired, 0);
    const [first] = [...known, ...others];
    if (wanted < nodes.count) {
      const missing = `${nodes.count - wanted} of ${nodesCounted(nodes.count)}`;
      if (first !== undefined) return fail(first.at, `${first.title} leaves out ${missing}: nothing else collects logs there`);
      if (seen.length === 0) return fail(server.at, `no DaemonSet collects the logs of ${nodesCounted(nodes.count)}`);
    }
    if (first === undefined) return evidence(seen, 'whether it collects the logs of nodes is open', ['person']);
    if (known.length === 0) return unknown(first.at, `${first.title} can read the logs of nodes: it may collect them`, ['person']);
    const missing = `not ready on ${nodes.count - most} of ${nodesCounted(nodes.count)}`;
    return seen.length > 0 ? evidence(seen, missing, ['cluster']) : unknown(first.at, `${first.title} is ${missing}`, ['cluster']);
  },

  remedy:
    'Run the collector as a DaemonSet with tolerations for all taints, those of the control plane included, and read-only access to the logs of the node.',

  examples: () => ({
    params: { own: ['registry.example.com/logs'] },
    pass: {
      'on every node': exampleCluster(),
      'one that the user names': exampleCluster({
        workloads: [{ ...exampleCollector, image: 'registry.example.com/logs/shipper:1' }, exampleSensor],
      }),
    },
    fail: {
      'not on the nodes of the control plane': exampleCluster({
        workloads: [exampleCollector, { ...exampleSensor, nodes: [2, 2] }],
        nodes: [{}, { more: 'spec: { taints: [{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }] }' }],
      }),
      'on no node': exampleCluster({ workloads: [exampleSensor] }),
      'only what writes logs itself, or looks at metrics': exampleCluster({
        workloads: [
          {
            name: 'calico-node',
            image: 'quay.io/calico/node:v3.32.0',
            pod: 'volumes: [{ name: logs, hostPath: { path: /var/log/calico } }]',
            nodes: [1, 1],
          },
          {
            name: 'metrics',
            image: 'quay.io/prometheus/node-exporter:v1.9.1',
            pod: 'volumes: [{ name: root, hostPath: { path: / } }]',
            nodes: [1, 1],
          },
          exampleSensor,
        ],
      }),
    },
    unknown: {
      'not ready everywhere': exampleCluster({ workloads: [{ ...exampleCollector, nodes: [1, 0] }, exampleSensor] }),
      'one that the user names, not ready everywhere': exampleCluster({
        workloads: [{ ...exampleCollector, image: 'registry.example.com/logs/shipper:1', nodes: [1, 0] }, exampleSensor],
      }),
      'something else that reads logs': exampleCluster({
        workloads: [{ ...exampleCollector, image: 'registry.example.com/own/shipper:1' }, exampleSensor],
      }),
      'a virtual node': exampleCluster({ nodes: [{}, { labels: 'type: virtual-kubelet' }] }),
      'the agent of a store': exampleCluster({
        workloads: [{ ...exampleCollector, image: 'docker.io/amazon/cloudwatch-agent:1' }, exampleSensor],
      }),
      'among manifests': exampleWorkload(exampleCollector),
    },
    notApplicable: { 'no nodes': exampleCluster({ nodes: [] }) },
  }),
});
