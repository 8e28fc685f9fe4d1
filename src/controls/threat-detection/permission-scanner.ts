import { defineControl, type AnyControl } from '../../core/index.ts';
import { clusters, evidence, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
import { exampleSightings } from '../../subjects/example-cluster.ts';

export const permissionScanner: AnyControl = defineControl({
  id: 'threat-detection/permission-scanner',
  decides: ['TOOL-03'],
  title: 'Tools that examine roles and permissions are in use',
  why: 'Rights add up over roles, groups and bindings until nobody sees who can become administrator: that takes a tool, and somebody who reads what it says.',
  severity: 'low',
  also: {},
  subject: clusters,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate(cluster) {
    const seen = sightingsOf(cluster, ['permission scanner']);
    if (seen.length === 0) return noneSeen(cluster, 'no known scanner of permissions runs in the cluster: it may run outside', ['person']);
    return evidence(seen, 'that its reports are read and acted on, somebody has to say', ['person']);
  },

  remedy: 'Examine roles and bindings regularly, in the cluster or from outside, and act on what is found.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: exampleSightings('ghcr.io/aquasecurity/trivy-operator:0.29.0'),
  }),
});
