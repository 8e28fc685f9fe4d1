import { defineControl, fail, notApplicable, pass, unknown, type AnyControl } from '../../core/index.ts';
import { clusters, coverage, evidence, nodesCounted, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
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

  evaluate(cluster) {
    const { server, nodes, daemonSets } = cluster;
    const seen = sightingsOf(cluster, ['log collector']);
    if (server === undefined) {
      if (seen.length === 0) return noneSeen(cluster, '', ['cluster']);
      return evidence(seen, 'on which nodes, the cluster shows', ['cluster']);
    }
    if (nodes.count + nodes.virtual === 0) return notApplicable('the cluster has no nodes');
    const known = daemonSets.filter(
      ({ products, readsLogs }) => readsLogs && products.some(({ roles }) => roles.includes('log collector')),
    );
    const others = daemonSets.filter(({ products, readsLogs }) => readsLogs && products.length === 0);
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
    if (known.length > 0) return evidence(seen, `not ready on ${nodes.count - most} of ${nodesCounted(nodes.count)}`, ['cluster']);
    if (first !== undefined) return unknown(first.at, `${first.title} can read the logs of nodes: it may collect them`, ['person']);
    return evidence(seen, 'whether it collects the logs of nodes is open', ['person']);
  },

  remedy:
    'Run the collector as a DaemonSet with tolerations for all taints, those of the control plane included, and read-only access to the logs of the node.',

  examples: {
    pass: { 'on every node': exampleCluster() },
    fail: {
      'not on the nodes of the control plane': exampleCluster({
        workloads: [exampleCollector, { ...exampleSensor, nodes: [2, 2] }],
        nodes: [{}, { more: 'spec: { taints: [{ key: node-role.kubernetes.io/control-plane, effect: NoSchedule }] }' }],
      }),
      'on no node': exampleCluster({ workloads: [exampleSensor] }),
    },
    unknown: {
      'not ready everywhere': exampleCluster({ workloads: [{ ...exampleCollector, nodes: [1, 0] }, exampleSensor] }),
      'something else that reads logs': exampleCluster({
        workloads: [{ ...exampleCollector, image: 'registry.example.com/own/shipper:1' }, exampleSensor],
      }),
      'a virtual node': exampleCluster({ nodes: [{}, { labels: 'type: virtual-kubelet' }] }),
      'among manifests': exampleWorkload(exampleCollector),
    },
    notApplicable: { 'no nodes': exampleCluster({ nodes: [] }) },
  },
});
