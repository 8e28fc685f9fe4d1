import type { Report } from '../core/index.ts';
import type { FoundPolicy } from '../library/policy-file.ts';
import { scanClusterInTwoThreads, type ScanClusterOptions } from '../library/scan-cluster.ts';
import type { Arguments } from './arguments.ts';
import { policyOptions } from './policy-arguments.ts';
import { startClusterProgress } from './progress.ts';
import { secondThread } from './second-thread.ts';
import { connectionOf, namedContexts } from './which-cluster.ts';

/** `plimsoll scan --cluster`; `program` is the file that was started. */
export async function clusterReport(given: Arguments, policyFile: FoundPolicy, program: string): Promise<Report> {
  const progress = startClusterProgress();
  try {
    const [context] = await namedContexts(given);
    const named = context === undefined ? {} : { context };
    const options = { ...clusterScan(given, policyFile), ...named, onProgress: progress.report };
    return await scanClusterInTwoThreads(options, secondThread(program, 40));
  } finally {
    progress.stop();
  }
}

/** `plimsoll scan FILE` of a snapshot. */
export async function snapshotReport(given: Arguments, policyFile: FoundPolicy, file: string): Promise<Report> {
  const { scanSnapshot } = await import('../library/scan-snapshot.ts');
  const progress = startClusterProgress();
  try {
    return await scanSnapshot({ ...clusterScan(given, policyFile), file, onProgress: progress.report });
  } finally {
    progress.stop();
  }
}

/** What the command line says of scanning a cluster. */
export function clusterScan(given: Arguments, policyFile: FoundPolicy): ScanClusterOptions {
  const { namespace: _one, partial: _none, ...policy } = policyOptions(given, policyFile);
  const namespaces = given.values('namespace');
  return {
    ...policy,
    ...(namespaces.length === 0 ? {} : { namespaces }),
    ...connectionOf(given),
    admissionConfig: given.values('admission-config'),
    ...(given.has('verify-enforcement') ? { verifyEnforcement: { as: given.values('verify-as') } } : {}),
    readSecretKeys: given.has('read-secret-keys'),
    probeAnonymous: given.has('probe-anonymous'),
  };
}
