import { resolve } from 'node:path';
import { OptionError } from '../options/option-error.ts';
import { isSnapshot } from '../sources/snapshot/recognise.ts';

/**
 * The snapshots among what a scan is to read, each once.
 * @throws OptionError where something else stands beside them: each is a whole cluster.
 */
export function snapshotsAmong(paths: readonly string[], cwd: string = process.cwd()): readonly string[] {
  const snapshots = new Set(paths.filter((path) => path !== '-' && isSnapshot(resolve(cwd, path))));
  const [snapshot] = snapshots;
  const other = paths.find((path) => !snapshots.has(path));
  if (snapshot !== undefined && other !== undefined)
    throw new OptionError([`${snapshot} is a snapshot of a cluster, and ${other} stands beside it`, 'scan one after the other']);
  return [...snapshots];
}
