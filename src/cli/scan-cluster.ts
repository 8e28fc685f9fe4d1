import type { Report } from '../core/index.ts';
import { clusterRoleFor, scanCluster, type ScanClusterOptions } from '../library/scan-cluster.ts';
import { durationOf } from '../options/duration.ts';
import { OptionError } from '../options/option-error.ts';
import type { Patience } from '../sources/cluster/index.ts';
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
  const [context, kubeconfig, as, qps] = ['context', 'kubeconfig', 'as', 'qps'].map((name) => given.value(name));
  return {
    ...policy,
    params: mergedParams(params, given.values('param')),
    podTemplates,
    ...(namespaces.length === 0 ? {} : { namespaces }),
    ...(context === undefined ? {} : { context }),
    ...(kubeconfig === undefined ? {} : { kubeconfig }),
    ...(as === undefined ? {} : { as }),
    asGroups: given.values('as-group'),
    patience: { ...waiting(given, 'timeout', 'all'), ...waiting(given, 'request-timeout', 'request') },
    ...(qps === undefined ? {} : { qps: rate(qps) }),
  };
}

function waiting(given: Arguments, name: string, key: keyof Patience): Partial<Patience> {
  const duration = given.value(name);
  return duration === undefined ? {} : { [key]: durationOf(`--${name}`, duration) };
}

function rate(text: string): number {
  const qps = Number(text);
  if (!/^\d+(?:\.\d+)?$/.test(text) || qps < 0.1 || qps > 10_000)
    throw new OptionError([`--qps ${text} is no number from 0.1 to 10000`, 'write --qps 10']);
  return qps;
}
