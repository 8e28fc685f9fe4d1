import { defineControl, type AnyControl } from '../../core/index.ts';
import { clusters, evidence, noneSeen, sightingsOf } from '../../subjects/cluster.ts';
import { exampleSightings } from '../../subjects/example-cluster.ts';

export const imageScanner: AnyControl = defineControl({
  id: 'pod-security/image-scanner',
  decides: ['IMG-03'],
  title: 'Images are scanned for vulnerabilities for as long as they run',
  why: 'An image that had no known hole when it was built has some a month later, and nobody builds it anew who does not hear of them.',
  severity: 'low',
  also: { attack: ['T1190'] },
  subject: clusters,
  inEveryCluster: true,
  never: ['pass', 'fail'],

  evaluate(cluster) {
    const seen = sightingsOf(cluster, ['vulnerability scanner']);
    if (seen.length === 0)
      return noneSeen(cluster, 'no known scanner of images runs in the cluster: it may be in the pipeline or in the registry', [
        'image',
        'cloud',
        'person',
      ]);
    return evidence(seen, 'how old its results are, and who acts on them, is open', ['image', 'person']);
  },

  remedy: 'Scan images when they are built, in the registry, and again while they run, and build them anew when a hole has a fix.',

  examples: () => ({
    pass: {},
    fail: {},
    unknown: exampleSightings('ghcr.io/aquasecurity/trivy-operator:0.29.0'),
  }),
});
