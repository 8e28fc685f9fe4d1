import { resolve } from 'node:path';
import type { Report } from '../core/index.ts';
import type { PodTemplateKind } from '../kube/pod-templates.ts';
import { OptionError } from '../options/option-error.ts';
import type { ConnectionOptions } from '../sources/cluster/index.ts';
import { DamagedSnapshot, openSnapshot, type OpenSnapshot } from '../sources/snapshot/index.ts';
import { granted } from './granted.ts';
import { checkScan, judgeCluster, type ScanClusterOptions } from './scan-cluster.ts';

export interface ScanSnapshotOptions extends Omit<
  ScanClusterOptions,
  keyof ConnectionOptions | 'patience' | 'readSecretKeys' | 'verifyEnforcement'
> {
  /** A file that `snapshotCluster` wrote. */
  readonly file: string;
  /** A relative path is resolved against it; default: the working directory of the process. */
  readonly cwd?: string;
}

/**
 * Judges a snapshot of a cluster as `scanCluster` judged the cluster: with the same options the report is the same, and says
 * besides that it is of a snapshot, and of when.
 * @throws OptionError where an option is wrong, or the snapshot is damaged, cut off, changed or too new.
 */
export async function scanSnapshot({ file, cwd = process.cwd(), ...options }: ScanSnapshotOptions): Promise<Report> {
  checkScan(options);
  const { manifest, connection } = granted<OpenSnapshot>(await openSnapshot(resolve(cwd, file), file));
  try {
    const namespaces = options.namespaces ?? manifest.namespaces;
    const beyond = namespaces?.find((name) => manifest.namespaces !== undefined && !manifest.namespaces.includes(name));
    if (beyond !== undefined)
      throw new OptionError([`the snapshot does not hold the namespace "${beyond}"`, `it holds: ${manifest.namespaces?.join(', ')}`]);
    return await judgeCluster(connection, {
      ...options,
      readSecretKeys: manifest.secretKeys,
      podTemplates: together(options.podTemplates ?? [], manifest.podTemplates),
      ...(namespaces === undefined ? {} : { namespaces }),
    });
  } catch (error) {
    throw error instanceof DamagedSnapshot ? new OptionError(error.refusal.refused) : error;
  } finally {
    connection.close();
  }
}

/** Kinds that were recorded for the sake of their pod templates count as they did then. */
export function together(some: readonly PodTemplateKind[], others: readonly PodTemplateKind[]): readonly PodTemplateKind[] {
  const keyOf = ({ group, kind, path }: PodTemplateKind): string => `${group} ${kind} ${path}`;
  const known = new Set(some.map(keyOf));
  return [...some, ...others.filter((kind) => !known.has(keyOf(kind)))];
}
