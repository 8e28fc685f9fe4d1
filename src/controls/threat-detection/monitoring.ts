import { defineControl, type AnyControl } from '../../core/index.ts';
import { clusters, evidence, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
import { exampleSightings } from '../../subjects/example-cluster.ts';

export const monitoring: AnyControl = defineControl({
  id: 'threat-detection/monitoring',
  decides: ['TOOL-01'],
  title: 'A monitoring stack keeps and evaluates what happens in the cluster',
  why: 'Whoever keeps no history cannot tell what an intruder did before somebody noticed, and alarms that nobody evaluates are none.',
  severity: 'low',
  also: {},
  subject: clusters,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate(cluster) {
    const seen = sightingsOf(cluster, ['log store', 'metrics store', 'dashboard']);
    if (seen.length === 0)
      return noneSeen(cluster, 'no known monitoring stack runs in the cluster: it may be outside', ['cloud', 'person']);
    return evidence(seen, 'what it takes in, for how long, and who may look is open', ['events', 'person']);
  },

  remedy:
    'Install a stack that takes in events, logs and metrics of all nodes, keeps them, raises alarms, and is closed to anonymous access.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: exampleSightings('docker.io/grafana/loki:3.5.0'),
  }),
});
