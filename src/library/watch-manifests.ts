import { existsSync, realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { controls as ownControls } from '../controls/index.ts';
import type { Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { policyOf } from '../options/policy-options.ts';
import { findInOrder } from '../sources/manifests/index.ts';
import { watchPaths, type PathWatcher } from '../sources/manifests/watch-paths.ts';
import type { FollowedSettings } from './followed-settings.ts';
import { startPulse, type Rhythm } from './pulse.ts';
import { builtFrom, keepJudging, type KeptReport } from './kept-judgement.ts';
import { scan, type ScanOptions } from './scan.ts';
import { snapshotsAmong } from './snapshot-among.ts';

export interface WatchManifestsOptions extends Omit<ScanOptions, 'stdin'> {
  /** Ends it. */
  readonly signal?: AbortSignal;
  /** Nothing can be read now; it is tried again. Lines for a person. */
  readonly onFailure?: (lines: readonly string[]) => void;
  /** Changes of a path cannot be followed: they are seen when all is read without a reason. */
  readonly onLost?: (path: string, why: string) => void;
  /** Settings that may change meanwhile. */
  readonly settings?: FollowedSettings<ScanOptions>;
  /** When to judge again. */
  readonly rhythm?: Partial<Rhythm>;
}

/**
 * Judges manifests, and again whenever a file changes, as `plimsoll scan --watch` does; until its signal ends it. Every
 * report is a whole one.
 *
 * @throws OptionError where an option is wrong, or nothing can be read in the beginning.
 */
export async function* watchManifests(options: WatchManifestsOptions = {}): AsyncGenerator<Report, void> {
  const { signal, onFailure, onLost, settings, rhythm, ...manifests } = options;
  const { paths = ['.'], cwd = process.cwd(), charts } = manifests;
  if (paths.includes('-')) throw new OptionError(['standard input does not change', 'leave out --watch, or name files']);
  const ending = new AbortController();
  const end = (): void => ending.abort();
  signal?.addEventListener('abort', end, { once: true });
  if (signal?.aborted === true) end();
  let again = judging({ ...manifests, paths, cwd });
  // A file is saved at once, or nearly: nobody likes to wait for the verdict.
  const pulse = startPulse({ quiet: 50, ...rhythm }, ending.signal);
  const watcher: PathWatcher = { changed: pulse.changed, lost: (path, why) => onLost?.(path, why) };
  const close = watchPaths([...paths, ...(charts?.values ?? []), ...(settings?.files ?? [])], cwd, watcher);
  const beside = watchBeside(paths, cwd, watcher);
  try {
    // Before it is read, so that no change is missed.
    if (charts !== undefined) beside.follow(builtFrom(await findInOrder(paths, cwd, true, charts.buildsAll)));
    for (let first = true; ; first = false) {
      const begun = Date.now();
      let report: Report | undefined;
      try {
        const other = first ? undefined : await settings?.changed();
        if (other !== undefined) again = judging({ ...other, paths, cwd });
        const judged = await again();
        ({ report } = judged);
        beside.follow(judged.builtFrom);
      } catch (error) {
        if (first || !(error instanceof OptionError)) throw error;
        onFailure?.(error.lines);
      }
      const taken = Date.now() - begun;
      if (ending.signal.aborted) return;
      if (report !== undefined) yield report;
      if (!(await pulse.next(taken))) return;
    }
  } finally {
    signal?.removeEventListener('abort', end);
    close();
    beside.close();
  }
}

/** Follows what kustomizations are built from and does not stand below the paths: it may be other files after each change. */
function watchBeside(
  paths: readonly string[],
  cwd: string,
  watcher: PathWatcher,
): { readonly follow: (files: readonly string[]) => void; readonly close: () => void } {
  const named = paths.map((path) => resolve(cwd, path)).map((path) => (existsSync(path) ? realpathSync.native(path) : path));
  let known = '';
  let close = (): void => undefined;
  return {
    follow(files) {
      const others = files.filter((file) => !named.some((path) => file === path || file.startsWith(path + sep)));
      const text = [...new Set(others)].sort().join('\0');
      if (text === known) return;
      close();
      known = text;
      close = watchPaths(others, cwd, watcher);
    },
    close: () => close(),
  };
}

/** Of manifests only what has changed is read again; a snapshot is read whole. */
function judging(
  options: ScanOptions & Required<Pick<ScanOptions, 'paths' | 'cwd'>>,
): () => Promise<Pick<KeptReport, 'report' | 'builtFrom'>> {
  if (snapshotsAmong(options.paths, options.cwd).length > 0) return async () => ({ report: await scan(options), builtFrom: [] });
  const { controls = ownControls } = options;
  const kept = keepJudging(options, controls, policyOf(options, controls));
  return () => kept.judge();
}
