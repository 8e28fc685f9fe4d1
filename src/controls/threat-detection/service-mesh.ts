import { defineControl, type AnyControl } from '../../core/index.ts';
import { clusters, evidence, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
import { exampleSightings } from '../../subjects/example-cluster.ts';

export const serviceMesh: AnyControl = defineControl({
  id: 'threat-detection/service-mesh',
  decides: ['SM-01'],
  title: 'Services encrypt what they say to each other, and know each other',
  why: 'Without it whoever is on a node or in the network reads along, and every pod that reaches a service can pretend to be any other.',
  severity: 'low',
  also: { attack: ['T1040', 'T1557'] },
  subject: clusters,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate(cluster) {
    const seen = sightingsOf(cluster, ['service mesh']);
    if (seen.length === 0)
      return noneSeen(cluster, 'no known service mesh runs in the cluster: services may encrypt by themselves, or not', [
        'events',
        'person',
      ]);
    return evidence(seen, 'whether it refuses plaintext everywhere, its policies and metrics show', ['cluster', 'events']);
  },

  remedy: 'Run a service mesh with mutual TLS, first permissive, and strict once its metrics show no plaintext.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: exampleSightings('docker.io/istio/pilot:1.28.0'),
  }),
});
