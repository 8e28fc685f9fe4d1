import { lstatSync, readdirSync, statSync, watch, type FSWatcher } from 'node:fs';
import { basename, dirname, join, resolve, sep } from 'node:path';
import process from 'node:process';
import { neverEntered } from './find-files.ts';
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
  const closing: (() => void)[] = [];
  /** For each folder the files in it; undefined for all, and what is below. */
  const places = new Map<string, { readonly path: string; readonly files: Set<string> | undefined }>();
  for (const path of paths) {
    try {
      const { folder, file } = placeOf(path, cwd);
      const files = places.get(folder)?.files;
      if (file === undefined) places.set(folder, { path, files: undefined });
      else if (files !== undefined) files.add(file);
      else if (!places.has(folder)) places.set(folder, { path, files: new Set([file]) });
    } catch (error) {
      lost(path, reasonOf(error));
    }
  }
  for (const [folder, { path, files }] of places) {
    const reasons = new Set<string>();
    const fail = (error: unknown): void => {
      changed();
      const reason = reasonOf(error);
      if (!reasons.has(reason)) lost(path, reason);
      reasons.add(reason);
    };
    try {
      if (files === undefined) closing.push(watchBelow(folder, changed, fail));
      else {
        const watcher = watch(folder, (_, name) => {
          // Where the system does not say which file it is, it may be one of these.
          if (name === null || files.has(name)) changed();
        });
        watcher.on('error', fail);
        closing.push(() => watcher.close());
      }
    } catch (error) {
      fail(error);
    }
  }
  return () => {
    for (const close of closing) close();
  };
}

/**
 * Watches a folder with all folders below it. Linux watches no trees, so Node (20.20, 22.12 and 24.11) follows each file by
 * itself, and loses it when another file is put in its place, as editors do. A watch of each folder sees that.
 */
function watchBelow(root: string, changed: () => void, fail: (error: unknown) => void): () => void {
  if (process.platform !== 'linux') {
    const watcher = watch(root, { recursive: true }, changed);
    watcher.on('error', fail);
    return () => watcher.close();
  }
  const watchers = new Map<string, FSWatcher>();
  function add(folder: string): void {
    try {
      const watcher = watch(folder, (event, name) => {
        changed();
        if (event !== 'rename' || name === null || neverEntered.has(name)) return;
        // What has this name may be another folder now, or none.
        const place = join(folder, name);
        remove(place);
        if (lstatSync(place, { throwIfNoEntry: false })?.isDirectory() === true) add(place);
      });
      watcher.on('error', fail);
      watchers.set(folder, watcher);
      for (const entry of readdirSync(folder, { withFileTypes: true }))
        if (entry.isDirectory() && !neverEntered.has(entry.name)) add(join(folder, entry.name));
    } catch (error) {
      // It may be gone again.
      if ((error as { readonly code?: unknown }).code !== 'ENOENT') fail(error);
    }
  }
  function remove(folder: string): void {
    for (const [path, watcher] of watchers)
      if (path === folder || path.startsWith(folder + sep)) {
        watcher.close();
        watchers.delete(path);
      }
  }
  add(root);
  return () => {
    for (const watcher of watchers.values()) watcher.close();
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
