import { defineControl, fail, type AnyControl } from '../../core/index.ts';
import { clusters, evidence, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
import { exampleCluster, exampleCollector, exampleSensor, exampleWorkload } from '../../subjects/example-cluster.ts';

export const metrics: AnyControl = defineControl({
  id: 'threat-detection/metrics',
  decides: ['LOG-09'],
  title: 'Metrics of nodes, pods and control plane are collected and kept',
  why: 'A miner, a scan or a flood of requests shows in metrics first, and only beside those of an ordinary day.',
  severity: 'low',
  also: {},
  subject: clusters,
  inEveryCluster: true,
  never: ['pass'],

  evaluate(cluster) {
    const stores = sightingsOf(cluster, ['metrics store']);
    if (stores.length > 0) return evidence(stores, 'whether nodes, pods and control plane are in it is open', ['events']);
    const { server } = cluster;
    const sources = sightingsOf(cluster, ['metrics source']);
    if (server === undefined) return evidence(sources, 'it keeps no metrics itself', ['cluster']);
    // Whoever scales by metrics serves it, the Metrics Server or the adapter of a store.
    if (sources.length === 0 && !server.apis.some(({ group }) => group === 'metrics.k8s.io'))
      return fail(server.at, 'the cluster serves no metrics, and nothing known collects them');
    if (sources.length > 0) return evidence(sources, 'it keeps no metrics itself, and no known store does', ['cloud', 'person']);
    return noneSeen(cluster, 'the cluster serves its current metrics, and nothing known keeps them', ['cloud', 'person']);
  },

  remedy:
    'Scrape kubelets, API server, etcd and nodes into a time-series store; the account that does it needs the subresource nodes/metrics and no more.',

  examples: () => ({
    pass: {},
    fail: { 'neither metrics nor a store': exampleCluster({ apis: [] }) },
    unknown: {
      'a store': withWorkload('quay.io/prometheus/prometheus:v3.5.0'),
      'current metrics only': exampleCluster(),
      'a source of metrics only': withWorkload('registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0'),
      'a store known by its API': exampleCluster({ apis: [{ group: 'operator.victoriametrics.com', resource: 'vmsingles' }] }),
      'a source among manifests': exampleWorkload({
        name: 'state',
        image: 'registry.k8s.io/kube-state-metrics/kube-state-metrics:v2.17.0',
      }),
    },
  }),
});

function withWorkload(image: string): string {
  return exampleCluster({ workloads: [exampleCollector, exampleSensor, { kind: 'Deployment', name: 'metrics', image }], apis: [] });
}
