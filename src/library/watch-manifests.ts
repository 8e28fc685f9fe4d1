import { resolve } from 'node:path';
import { controls as ownControls } from '../controls/index.ts';
import type { Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { policyOf } from '../options/policy-options.ts';
import { readOverlay } from '../sources/charts/overlay.ts';
import { watchPaths } from '../sources/manifests/watch-paths.ts';
import type { FollowedSettings } from './followed-settings.ts';
import { startPulse, type Rhythm } from './pulse.ts';
import { keepJudging } from './kept-judgement.ts';
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
  const watched =
    charts === undefined ? paths : [...paths, ...(charts.values ?? []), ...paths.flatMap((path) => basesOf(resolve(cwd, path)))];
  const close = watchPaths([...watched, ...(settings?.files ?? [])], cwd, {
    changed: pulse.changed,
    lost: (path, why) => onLost?.(path, why),
  });
  try {
    for (let first = true; ; first = false) {
      const begun = Date.now();
      let report: Report | undefined;
      try {
        const other = first ? undefined : await settings?.changed();
        if (other !== undefined) again = judging({ ...other, paths, cwd });
        report = await again();
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
  }
}

/** The folders that a kustomization builds upon may stand beside it. */
function basesOf(path: string): readonly string[] {
  return [...(readOverlay(path)?.bases ?? [])];
}

/** Of manifests only what has changed is read again; a snapshot is read whole. */
function judging(options: ScanOptions & Required<Pick<ScanOptions, 'paths' | 'cwd'>>): () => Promise<Report> {
  if (snapshotsAmong(options.paths, options.cwd).length > 0) return () => scan(options);
  const { controls = ownControls } = options;
  const kept = keepJudging(options, controls, policyOf(options, controls));
  return async () => (await kept.judge()).report;
}
