import { defineControl, type AnyControl } from '../../core/index.ts';
import { clusters, evidence, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
import { exampleSightings } from '../../subjects/example-cluster.ts';

export const benchmark: AnyControl = defineControl({
  id: 'upgrading/benchmark',
  decides: ['UPG-05'],
  title: 'The cluster is compared with the CIS benchmark again and again',
  why: 'The benchmark asks for what no manifest shows: files and flags of nodes and of the control plane, and who may write them. They drift with every upgrade and every repair by hand.',
  severity: 'low',
  also: {},
  subject: clusters,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate(cluster) {
    const seen = sightingsOf(cluster, ['benchmark']);
    if (seen.length === 0)
      return noneSeen(cluster, 'nothing known compares nodes with the CIS benchmark: it may be done from outside', ['node', 'person']);
    return evidence(seen, 'what it found, its reports say', ['node', 'person']);
  },

  remedy:
    'Run kube-bench, or an operator that does the same, on all nodes after each change, and decide on each row that fails: mend it, or write down why not.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: exampleSightings('docker.io/aquasec/kube-bench:v0.14.0'),
  }),
});
