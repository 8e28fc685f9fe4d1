import type { FleetCluster, FleetReport } from '../core/index.ts';
import { fleetReport } from '../evaluate/fleet.ts';
import { OptionError } from '../options/option-error.ts';
import { checkScan } from './scan-cluster.ts';
import { scanSnapshot, type ScanSnapshotOptions } from './scan-snapshot.ts';

export interface ScanSnapshotsOptions extends Omit<ScanSnapshotOptions, 'file' | 'onProgress'> {
  /** Files that `snapshotCluster` wrote: of several clusters, or of one at several times. */
  readonly files: readonly string[];
  /** Called now and then while reading. */
  readonly onProgress?: (done: { readonly clusters: number; readonly ofClusters: number; readonly objects: number }) => void;
}

/**
 * Judges several snapshots and says what differs between them, as `scanFleet` does for clusters. Each is named by its file;
 * one that is damaged is listed with the reason, and the others are judged all the same.
 * @throws OptionError where an option is wrong.
 */
export async function scanSnapshots({ files, onProgress, ...options }: ScanSnapshotsOptions): Promise<FleetReport> {
  checkScan(options);
  const names = [...new Set(files)];
  const clusters: FleetCluster[] = [];
  let before = 0;
  // One after the other: they come from the disk, and judging them has one processor anyway.
  for (const name of names) {
    let own = 0;
    const report = (count: number): void => {
      own = count;
      onProgress?.({ clusters: clusters.length, ofClusters: names.length, objects: before + own });
    };
    try {
      clusters.push({ name, report: await scanSnapshot({ ...options, file: name, onProgress: ({ objects }) => report(objects) }) });
    } catch (error) {
      if (!(error instanceof OptionError)) throw error;
      clusters.push({ name, failure: error.lines });
    }
    before += own;
  }
  return fleetReport(clusters);
}
