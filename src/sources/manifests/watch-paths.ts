import { statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { oneLine } from './reasons.ts';

export interface PathWatcher {
  /** Something below a path has changed, or may have. */
  readonly changed: () => void;
  /** A path cannot be watched. */
  readonly lost: (path: string, why: string) => void;
}

/**
 * Watches files, folders with everything below them, and what globs may match. Editors put a new file in the place of the
 * old one, so the folder of a file is watched rather than the file. Answers with what ends it.
 */
export function watchPaths(paths: readonly string[], cwd: string, { changed, lost }: PathWatcher): () => void {
  const watchers: FSWatcher[] = [];
  for (const path of new Set(paths)) {
    try {
      const { folder, file } = placeOf(path, cwd);
      const watcher = watch(folder, { recursive: file === undefined }, (_, name) => {
        // Where the system does not say which file it is, it may be this one.
        if (file === undefined || name === null || name === file) changed();
      });
      watcher.on('error', (error) => {
        changed();
        lost(path, reasonOf(error));
      });
      watchers.push(watcher);
    } catch (error) {
      lost(path, reasonOf(error));
    }
  }
  return () => {
    for (const watcher of watchers) watcher.close();
  };
}

/** The folder to watch for a path, and the file in it where it is one. */
function placeOf(path: string, cwd: string): { readonly folder: string; readonly file?: string } {
  const place = resolve(cwd, path);
  const stat = statSync(place, { throwIfNoEntry: false });
  const wildcard = path.search(/[*?[{(!]/);
  // The folder before the first wildcard; a file that is not there may come.
  if (stat === undefined && wildcard >= 0) return { folder: resolve(cwd, path.slice(0, wildcard).replace(/[^/\\]*$/, '')) };
  return stat?.isDirectory() === true ? { folder: place } : { folder: dirname(place), file: basename(place) };
}

function reasonOf(error: unknown): string {
  const { code, message = '' } = error as { readonly code?: unknown; readonly message?: string };
  if (code === 'ENOSPC' || code === 'EMFILE') return `the system watches no more files (${code})`;
  return oneLine(typeof code === 'string' ? code : message);
}
