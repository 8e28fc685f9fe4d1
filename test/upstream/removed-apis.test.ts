import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { kinds, knownMinors } from '../../src/kube/known-fields.generated.ts';
import { removedApis } from '../../src/kube/removed-apis.ts';
import { startOracle, type Oracle } from './oracle.ts';

/* The table of removed versions against what Kubernetes' types say of themselves. */

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

const [, newest] = knownMinors;

interface Lifecycle {
  readonly removed: string;
  readonly deprecated: string;
  readonly replacement?: string;
}

type Answer = Readonly<Record<string, Lifecycle>>;

/** Their types are no longer in k8s.io/api, or are in another module: older releases tell, or nobody. */
const untold =
  /^(?:(?:extensions|policy)\/v1beta1 PodSecurityPolicy|batch\/v2alpha1 CronJob|autoscaling\/v2beta[12] HorizontalPodAutoscaler|apiregistration\.k8s\.io\/v1beta1 APIService|\S+\/v1alpha\d .*)$/;

/** Made by the cluster, sent in requests, or lists and parts of others: nobody keeps them in manifests. */
const notKept =
  /List$|Options$| (?:Scale|DeploymentRollback|ControllerRevision|Eviction|Event|EndpointSlice|Lease|LeaseCandidate|CSINode|CSIStorageCapacity|VolumeAttachment|CertificateSigningRequest|.*Review|APIGroupDiscovery|PodCertificateRequest|StorageVersion|StorageVersionMigration|JobTemplate|ResourceSlice|ResourcePoolStatusRequest|EvictionRequest|IPAddress)$/;

/** The replacement at the end: what replaced a version may be gone as well. */
function lastOf(known: Answer, name: string): string | undefined {
  const kind = name.slice(name.indexOf(' '));
  const replacement = known[name]?.replacement;
  return replacement === undefined ? undefined : (lastOf(known, replacement + kind) ?? replacement);
}

test('every version of the table is deprecated and gone when it says, for what it says', async () => {
  const [answer] = await oracle.ask<Answer>('removedApis', [{}]);
  const known = answer as Answer;
  const different = [...removedApis].flatMap(([name, { deprecatedIn, removedIn, replacement }]) => {
    const there = known[name];
    if (there === undefined) return untold.test(name) ? [] : [`${name} is not told`];
    const end = lastOf(known, name);
    return there.removed === `1.${removedIn}` && there.deprecated === `1.${deprecatedIn}` && (end === undefined || end === replacement)
      ? []
      : [`${name}: ${deprecatedIn} ${removedIn} ${replacement}, upstream ${JSON.stringify(there)}`];
  });
  expect(different).toEqual([]);
  expect(Object.keys(known).filter((name) => !removedApis.has(name) && !notKept.test(name))).toEqual([]);
});

test('what replaces a version is served in the newest minor', () => {
  const gone = [...removedApis].filter(
    ([name, { replacement, replacedSince }]) =>
      replacement !== undefined && replacedSince <= newest && !Object.hasOwn(kinds, `${replacement} ${name.split(' ')[1]}`),
  );
  expect(gone.map(([name]) => name)).toEqual([]);
});

test('the table is what the sources of Kubernetes say today', () => {
  const { stdout, status } = spawnSync(process.execPath, ['tools/run.mjs', 'tools/removed-apis.ts', '--check'], {
    cwd: join(import.meta.dirname, '../..'),
    encoding: 'utf8',
  });
  expect({ stdout, status }).toEqual({ stdout: '', status: 0 });
});
