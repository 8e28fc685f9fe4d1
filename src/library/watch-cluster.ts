import type { Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { connect, listRead, patienceOf, startWatches, type Connection } from '../sources/cluster/index.ts';
import { watchPaths } from '../sources/manifests/watch-paths.ts';
import type { FollowedSettings } from './followed-settings.ts';
import { startPulse, type Rhythm } from './pulse.ts';
import { granted } from './granted.ts';
import { checkScan, judgeCluster, type ScanClusterOptions } from './scan-cluster.ts';

export interface WatchClusterOptions extends Omit<ScanClusterOptions, 'verifyEnforcement'> {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** The cluster cannot be asked now; it is tried again. Lines for a person. */
  readonly onFailure?: (lines: readonly string[]) => void;
  /** Changes of a list cannot be followed: they are seen when all is read without a reason. */
  readonly onLost?: (path: string, why: string) => void;
  /** Settings that may change meanwhile. */
  readonly settings?: FollowedSettings<ScanClusterOptions>;
  /** When to judge again. */
  readonly rhythm?: Partial<Rhythm>;
}

/**
 * Judges a cluster, and again whenever something changes of what was read, as `plimsoll scan --cluster --watch` does; until
 * its signal ends it. Every report is a whole one, made by reading the cluster anew: events only tell that there is a reason
 * to. Changes that no event tells (of the API server itself, of kinds that may not be watched, of the status of objects) are
 * seen when all is read without a reason, every one to ten minutes.
 *
 * @example
 * import { watchCluster } from 'plimsoll';
 *
 * for await (const report of watchCluster({ context: 'staging' })) console.log(report.summary.bySeverity);
 *
 * @throws OptionError where an option is wrong, or the cluster cannot be asked in the beginning.
 */
export async function* watchCluster(options: WatchClusterOptions = {}): AsyncGenerator<Report, void> {
  const { signal, onFailure, onLost, settings, rhythm, ...first } = options;
  checkScan(first);
  let scan: ScanClusterOptions = first;
  const connection = granted<Connection>(await connect(first));
  const close = (): void => connection.close();
  signal?.addEventListener('abort', close, { once: true });
  if (signal?.aborted === true) close();
  const pulse = startPulse(rhythm, connection.closed);
  const watcher = { changed: pulse.changed, lost: (path: string, why: string) => onLost?.(path, why) };
  const watches = startWatches(connection, watcher, patienceOf(first.patience).pause);
  const closeFiles = watchPaths(settings?.files ?? [], process.cwd(), watcher);
  try {
    for (let isFirst = true; ; isFirst = false) {
      const begun = Date.now();
      const lists = new Map<string, string>();
      let report: Report | undefined;
      try {
        scan = (isFirst ? undefined : await settings?.changed()) ?? scan;
        report = await judgeCluster(hearing(connection, lists), scan);
      } catch (error) {
        if (connection.closed.aborted) return;
        if (isFirst || !(error instanceof OptionError)) throw error;
        onFailure?.(error.lines);
      }
      const taken = Date.now() - begun;
      if (connection.closed.aborted) return;
      watches.follow(lists, begun);
      if (report !== undefined) yield report;
      if (!(await pulse.next(taken))) return;
    }
  } finally {
    signal?.removeEventListener('abort', close);
    closeFiles();
    close();
  }
}

/** The connection for one scan, which notes the lists that are read over it and leaves it open. */
function hearing(connection: Connection, lists: Map<string, string>): Connection {
  return {
    ...connection,
    close: () => undefined,
    async answer(path, ask) {
      const answer = await ask();
      const read = listRead(path, answer);
      if (read !== undefined) lists.set(...read);
      return answer;
    },
  };
}
