import { setImmediate } from 'node:timers/promises';
import { join, resolve } from 'node:path';
import { nodeFileSystem, reasonOf, Refused, type FileSystem } from './file-system.ts';
import { withFolder, type Folder } from './folder.ts';
import { locate, realRoots, type Location } from './location.ts';
import { commit, discard, freshName, inspect, requireReplaceable, stage, sweep } from './replace.ts';

/** One file and its new content. */
export interface FileChange {
  readonly path: string;
  /** The bytes as they were read; undefined: the file must not exist yet. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
}

export interface WriteOptions {
  /** The files and folders that the user named. Nothing outside them is written, through links either. */
  readonly roots: readonly string[];
  /** All files or none. */
  readonly atomic: boolean;
  /** Ends the writing between two files; what is half done is undone. */
  readonly signal?: AbortSignal;
}

export interface Refusal {
  readonly path: string;
  readonly reason: string;
}

export interface WriteResult {
  /** The paths of the changes that stand, as they were given. */
  readonly written: readonly string[];
  /** The files that were not written. With `atomic` nothing is written where any is refused, and only the culprits are listed. */
  readonly refused: readonly Refusal[];
}

interface Planned extends Location {
  readonly change: FileChange;
}

/**
 * Writes files so that each holds its old or its new content at every moment, whatever happens: a full disk, a kill, a
 * loss of power. Permissions, owner, group and symbolic links stay. A file is refused that changed since it was read, that
 * is read-only, has several hard links, is no regular file, or really lies outside the roots.
 * @throws nothing for reasons of the system: those are in `refused`.
 */
export async function writeFiles(
  changes: readonly FileChange[],
  options: WriteOptions,
  system: FileSystem = nodeFileSystem,
): Promise<WriteResult> {
  const { planned, refused } = plan(system, changes, options.roots);
  const written: string[] = [];
  const swept = new Set<string>();
  for (const one of planned) {
    const { path } = one.change;
    // Lets a signal of the system arrive: it never interrupts what is synchronous.
    await setImmediate();
    try {
      if (options.signal?.aborted === true) throw new Refused('the writing was interrupted');
      withFolder(system, one.folder, (folder) => {
        if (!swept.has(folder.path)) sweep(system, folder);
        swept.add(folder.path);
        writeOne(system, folder, one);
      });
      written.push(path);
    } catch (error) {
      refused.push({ path, reason: reasonOf(error) });
    }
  }
  return { written, refused };
}

function plan(
  system: FileSystem,
  changes: readonly FileChange[],
  roots: readonly string[],
): { readonly planned: readonly Planned[]; readonly refused: Refusal[] } {
  const real = realRoots(system, roots);
  const seen = new Set<string>();
  const planned: Planned[] = [];
  const refused: Refusal[] = [];
  for (const change of changes) {
    try {
      const location = locate(system, resolve(change.path), change.before === undefined, real);
      const where = join(location.folder, location.name);
      if (seen.has(where)) throw new Refused('it is the same file as another one of this run, through a link');
      seen.add(where);
      planned.push({ ...location, change });
    } catch (error) {
      refused.push({ path: change.path, reason: reasonOf(error) });
    }
  }
  return { planned, refused };
}

function writeOne(system: FileSystem, folder: Folder, { name, change }: Planned): void {
  const like = inspect(system, folder, name, change);
  if (like !== undefined) requireReplaceable(system, folder, name, like);
  const temporary = freshName('tmp');
  stage(system, folder, temporary, [change.after], like);
  try {
    commit(system, folder, name, temporary, change, like);
  } catch (error) {
    discard(system, folder, temporary);
    throw error;
  }
  folder.sync();
}
