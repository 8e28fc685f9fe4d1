import type { Report } from '../core/index.ts';
import { clusterRoleFor, scanCluster, type ScanClusterOptions } from '../library/scan-cluster.ts';
import type { Arguments } from './arguments.ts';
import type { Configuration } from './configuration.ts';
import { writeStream } from './output.ts';
import { mergedParams, policyOptions } from './policy-arguments.ts';
import { startClusterProgress } from './progress.ts';

/** `plimsoll scan --cluster`. */
export async function clusterReport(given: Arguments, configuration: Configuration): Promise<Report> {
  const progress = startClusterProgress();
  try {
    return await scanCluster({ ...clusterScan(given, configuration), onProgress: progress.report });
  } finally {
    progress.stop();
  }
}

/** `plimsoll scan --cluster --print-rbac`. */
export async function printClusterRole(given: Arguments, configuration: Configuration): Promise<number> {
  await writeStream(process.stdout, [clusterRoleFor(clusterScan(given, configuration))]);
  return 0;
}

function clusterScan(given: Arguments, { params, podTemplates }: Configuration): ScanClusterOptions {
  const { namespace: _one, partial: _none, ...policy } = policyOptions(given);
  const namespaces = given.values('namespace');
  const [context, kubeconfig, as] = ['context', 'kubeconfig', 'as'].map((name) => given.value(name));
  return {
    ...policy,
    params: mergedParams(params, given.values('param')),
    podTemplates,
    ...(namespaces.length === 0 ? {} : { namespaces }),
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(as === undefined ? {} : { as }),
    asGroups: given.values('as-group'),
  };
}
