import { defineControl, type AnyControl } from '../../core/index.ts';
import { clusters, evidence, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
import { exampleSightings } from '../../subjects/example-cluster.ts';

export const policyEngine: AnyControl = defineControl({
  id: 'pod-security/policy-engine',
  decides: ['ENF-06'],
  title: 'What Pod Security leaves out is enforced by policies',
  why: 'The level restricted says nothing of read-only file systems, of the source of images, of tokens and of limits. What nobody refuses comes in with the next manifest.',
  severity: 'low',
  also: {},
  subject: clusters,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate(cluster) {
    const seen = sightingsOf(cluster, ['policy engine']);
    if (seen.length === 0)
      return noneSeen(cluster, 'no known policy engine runs: policies of the API server itself may do its work', ['cluster', 'person']);
    return evidence(seen, 'which rules it enforces, its policies or a probe pod show', ['cluster', 'person']);
  },

  remedy:
    'Enforce these rules at admission, by ValidatingAdmissionPolicies or by an engine such as Kyverno, Gatekeeper or Kubewarden: first as warnings, and as refusals once nothing is warned of.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: exampleSightings('ghcr.io/kyverno/kyverno:v1.15.0'),
  }),
});
