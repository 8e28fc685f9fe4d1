import { defineControl, fail, notApplicable, strings, unknown, type AnyControl } from '../../core/index.ts';
import { clusters, coverage, evidence, mayServe, nodesCounted, noneSeen, serves, sightingsOf } from '../../subjects/cluster.ts';
import { exampleCluster, exampleCollector, exampleSensor, exampleWorkload } from '../../subjects/example-cluster.ts';

const shownBy = 'that its alarms arrive somewhere, a harmless event shows';

export const runtimeSensor: AnyControl = defineControl({
  id: 'threat-detection/runtime-sensor',
  decides: ['TOOL-04'],
  title: 'Intrusion detection watches the processes of every node',
  why: 'Admission looks at a pod once. What a process does later, a shell in a web server or a read of a token that is not its own, nobody sees without a sensor on the node.',
  severity: 'medium',
  also: {},
  subject: clusters,
  inEveryCluster: true,
  never: ['pass'],

  params: { own: strings('Images of sensors that are not known here, such as registry.example.com/security/sensor', []) },

  evaluate(cluster, { params }) {
    const { server, nodes, daemonSets } = cluster;
    const seen = sightingsOf(cluster, ['runtime sensor']);
    if (server === undefined) {
      if (seen.length === 0) return noneSeen(cluster, '', ['cluster']);
      return evidence(seen, 'on which nodes, the cluster shows', ['cluster', 'events']);
    }
    if (nodes.count + nodes.virtual === 0) return notApplicable('the cluster has no nodes');
    const known = daemonSets.filter((each) => serves(each, 'runtime sensor', params.own));
    const others = daemonSets.filter((each) => each.seesProcesses && mayServe(each) && !known.includes(each));
    const wanted = [...known, ...others].reduce((sum, each) => sum + coverage(each).desired, 0);
    const [first] = known;
    if (first !== undefined && wanted < nodes.count)
      return fail(first.at, `${first.title} leaves out ${nodes.count - wanted} of ${nodesCounted(nodes.count)}: nothing else watches them`);
    if (seen.length > 0) return evidence(seen, shownBy, ['events']);
    if (first !== undefined) return unknown(first.at, `${first.title} watches processes: ${shownBy}`, ['events']);
    const [other] = others;
    if (other !== undefined)
      return unknown(other.at, `${other.title} can see the processes of nodes: it may be a sensor`, ['person', 'events']);
    if (nodes.count === 0) return unknown(server.at, 'virtual nodes run no DaemonSet: who watches their pods is open', ['cloud']);
    return fail(server.at, `no DaemonSet watches the processes of ${nodesCounted(nodes.count)}`);
  },

  remedy:
    'Install a sensor on all nodes (Falco, Tetragon, Tracee, or that of a vendor) and show by a harmless event, such as reading a decoy file, that its alarms reach somebody.',

  examples: () => ({
    params: { own: ['registry.example.com/security'] },
    pass: {},
    fail: {
      'no sensor': exampleCluster({ workloads: [exampleCollector] }),
      'only what has many rights for other work': exampleCluster({
        workloads: [exampleCollector, { ...exampleSensor, image: 'registry.k8s.io/kube-proxy:v1.37.0' }],
      }),
      'not on all nodes': exampleCluster({ workloads: [{ ...exampleCollector, nodes: [2, 2] }, exampleSensor], nodes: [{}, {}] }),
    },
    unknown: {
      'on every node': exampleCluster(),
      'one that the user names': exampleCluster({
        workloads: [exampleCollector, { ...exampleSensor, image: 'registry.example.com/security/sensor:1' }],
      }),
      'the agent of a store': exampleCluster({ workloads: [{ ...exampleSensor, image: 'gcr.io/datadoghq/agent:7' }, exampleCollector] }),
      'something else that sees processes': exampleCluster({
        workloads: [exampleCollector, { ...exampleSensor, image: 'registry.example.com/own/agent:1' }],
      }),
      'virtual nodes only': exampleCluster({ workloads: [], nodes: [{ labels: 'eks.amazonaws.com/compute-type: fargate' }] }),
      'among manifests': exampleWorkload(exampleSensor),
      'known by its API alone': exampleCluster({
        workloads: [exampleCollector],
        apis: [
          { group: 'security.kubearmor.com', resource: 'kubearmorpolicies' },
          { group: 'metrics.k8s.io', resource: 'pods' },
        ],
      }),
    },
    notApplicable: { 'no nodes': exampleCluster({ nodes: [] }) },
  }),
});
