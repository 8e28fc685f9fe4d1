import { afterAll, beforeAll, expect, test } from 'vitest';
import { removedApis } from '../../src/kube/removed-apis.ts';
import { startOracle, type Oracle } from './oracle.ts';

/* The table of removed versions against what Kubernetes' types say of themselves. */

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

type Answer = Readonly<Record<string, { readonly removed: string; readonly replacement?: string }>>;

/** Their types are no longer in k8s.io/api, or are in another module. */
const untold: ReadonlySet<string> = new Set([
  'extensions/v1beta1 PodSecurityPolicy',
  'policy/v1beta1 PodSecurityPolicy',
  'batch/v2alpha1 CronJob',
  'autoscaling/v2beta1 HorizontalPodAutoscaler',
  'autoscaling/v2beta2 HorizontalPodAutoscaler',
  'apiregistration.k8s.io/v1beta1 APIService',
]);

/** Made by the cluster, sent in requests, or lists and parts of others: nobody keeps them in manifests. Alpha was never on. */
const notKept =
  /^\S+\/v\d+alpha|List$|Options$| (?:Scale|DeploymentRollback|ControllerRevision|Eviction|Event|EndpointSlice|Lease|LeaseCandidate|CSINode|CSIStorageCapacity|VolumeAttachment|CertificateSigningRequest|.*Review|APIGroupDiscovery|PodCertificateRequest|StorageVersionMigration)$/;

/** Gone in a version that is not out yet, or for hardware that no control of this version judges. */
const later = (removed: string): boolean => Number(removed.split('.')[1]) > 35;

/** The replacement at the end: what replaced a version may be gone as well. */
function lastOf(known: Answer, name: string): string | undefined {
  const kind = name.slice(name.indexOf(' '));
  const replacement = known[name]?.replacement;
  return replacement === undefined ? undefined : (lastOf(known, replacement + kind) ?? replacement);
}

test('every version of the table is gone when it says, for what it says', async () => {
  const [answer] = await oracle.ask<Answer>('removedApis', [{}]);
  const known = answer as Answer;
  const different = [...removedApis].flatMap(([name, { removedIn, replacement }]) => {
    if (untold.has(name)) return Object.hasOwn(known, name) ? [`${name} is told now`] : [];
    const there = known[name];
    return there?.removed === `1.${removedIn}` && (there.replacement === undefined || lastOf(known, name) === replacement)
      ? []
      : [`${name}: ${removedIn} ${replacement}, upstream ${JSON.stringify(there)}`];
  });
  expect(different).toEqual([]);
  const missing = Object.entries(known).filter(([name, { removed }]) => !removedApis.has(name) && !notKept.test(name) && !later(removed));
  expect(missing.map(([name]) => name)).toEqual([]);
});
