import { resolve } from 'node:path';
import { OptionError } from '../options/option-error.ts';
import { isSnapshot } from '../sources/snapshot/recognise.ts';

/**
 * The snapshot among what a scan is to read, if there is one.
 * @throws OptionError where something stands beside it: it is a whole cluster.
 */
export function snapshotAmong(paths: readonly string[], cwd: string = process.cwd()): string | undefined {
  const snapshot = paths.find((path) => path !== '-' && isSnapshot(resolve(cwd, path)));
  const other = paths.find((path) => path !== snapshot);
  if (snapshot !== undefined && other !== undefined)
    throw new OptionError([`${snapshot} is a snapshot of a cluster, and ${other} stands beside it`, 'scan one after the other']);
  return snapshot;
}
