import type { Report } from '../core/index.ts';
import { clusterRoleFor, scanCluster, type ScanClusterOptions } from '../library/scan-cluster.ts';
import type { Arguments } from './arguments.ts';
import type { Configuration } from './configuration.ts';
import { writeStream } from './output.ts';
import { mergedParams, policyOptions } from './policy-arguments.ts';
import { startClusterProgress } from './progress.ts';
import { connectionOf, namedContexts } from './which-cluster.ts';

/** `plimsoll scan --cluster`. */
export async function clusterReport(given: Arguments, configuration: Configuration): Promise<Report> {
  const progress = startClusterProgress();
  try {
    const [context] = await namedContexts(given);
    const named = context === undefined ? {} : { context };
    return await scanCluster({ ...clusterScan(given, configuration), ...named, onProgress: progress.report });
  } finally {
    progress.stop();
  }
}

/** `plimsoll scan FILE` of a snapshot. */
export async function snapshotReport(given: Arguments, configuration: Configuration, file: string): Promise<Report> {
  const { scanSnapshot } = await import('../library/scan-snapshot.ts');
  const progress = startClusterProgress();
  try {
    return await scanSnapshot({ ...clusterScan(given, configuration), file, onProgress: progress.report });
  } finally {
    progress.stop();
  }
}

/** `plimsoll scan --cluster --print-rbac`. */
export async function printClusterRole(given: Arguments, configuration: Configuration): Promise<number> {
  await writeStream(process.stdout, [clusterRoleFor({ ...clusterScan(given, configuration), watch: given.has('watch') })]);
  return 0;
}

/** What the command line says of scanning a cluster. */
export function clusterScan(given: Arguments, { params, podTemplates }: Configuration): ScanClusterOptions {
  const { namespace: _one, partial: _none, ...policy } = policyOptions(given);
  const namespaces = given.values('namespace');
  return {
    ...policy,
    params: mergedParams(params, given.values('param')),
    podTemplates,
    ...(namespaces.length === 0 ? {} : { namespaces }),
    ...connectionOf(given),
    admissionConfig: given.values('admission-config'),
    ...(given.has('verify-enforcement') ? { verifyEnforcement: { as: given.values('verify-as') } } : {}),
    readSecretKeys: given.has('read-secret-keys'),
    probeAnonymous: given.has('probe-anonymous'),
  };
}
