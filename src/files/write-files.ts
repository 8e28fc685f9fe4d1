import type { Stats } from 'node:fs';
import { join, resolve } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { attempt, nodeFileSystem, reasonOf, Refused, type FileSystem } from './file-system.ts';
import { syncFolders, withFolder, type Folder } from './folder.ts';
import { closeJournal, journalEntry, openJournal, refuseInterrupted, undo, type JournalEntry, type Refusal } from './journal.ts';
import { isWithin, locate, realRoots, type Location } from './location.ts';
import { backUp, commit, discard, freshName, inspect, requireReplaceable, stage, sweep } from './replace.ts';

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
 * is read-only, has several hard links, is no regular file, or really lies outside the roots. docs/writing.md says what
 * cannot be kept. Call `undoInterrupted` before the files are read.
 * @throws nothing for reasons of the system: those are in `refused`.
 */
export async function writeFiles(
  changes: readonly FileChange[],
  { roots: named, atomic, signal }: WriteOptions,
  system: FileSystem = nodeFileSystem,
): Promise<WriteResult> {
  const roots = realRoots(system, named);
  const refused: Refusal[] = [];
  const planned = plan(system, changes, roots, refused);
  if (!atomic) return { written: await writeEach(system, planned, signal, refused), refused };
  if (refused.length > 0) return { written: [], refused };
  return { written: await writeTogether(system, planned, roots, signal, refused), refused };
}

/** Does something for each file that may refuse it, and gathers the answers and the refusals. */
function forEachFile<T extends { readonly path: string }, R>(files: readonly T[], refused: Refusal[], action: (file: T) => R): R[] {
  return files.flatMap((file) => {
    try {
      return [action(file)];
    } catch (error) {
      refused.push({ path: file.path, reason: reasonOf(error) });
      return [];
    }
  });
}

function plan(system: FileSystem, changes: readonly FileChange[], roots: readonly string[], refused: Refusal[]): Planned[] {
  const targets = new Set<string>();
  const quiet = new Set<string>();
  return forEachFile(changes, refused, (change) => {
    const location = locate(system, resolve(change.path), change.before === undefined, roots);
    const target = join(location.folder, location.name);
    if (targets.has(target)) throw new Refused('it is the same file as another one of this run, through a link');
    targets.add(target);
    refuseInterrupted(system, location.folder, roots, quiet);
    return { ...location, change };
  });
}

async function writeEach(
  system: FileSystem,
  planned: readonly Planned[],
  signal: AbortSignal | undefined,
  refused: Refusal[],
): Promise<string[]> {
  const written: string[] = [];
  const swept = new Set<string>();
  for (const { folder: path, name, change } of planned) {
    try {
      await requireGoingOn(signal);
      withFolder(system, path, (folder) => {
        sweepOnce(system, folder, swept);
        writeOne(system, folder, name, change);
      });
      written.push(change.path);
    } catch (error) {
      refused.push({ path: change.path, reason: reasonOf(error) });
    }
  }
  attempt(() => syncFolders(system, planned));
  return written;
}

function writeOne(system: FileSystem, folder: Folder, name: string, change: FileChange): void {
  const like = inspectReplaceable(system, folder, name, change);
  const temporary = freshName('tmp');
  stage(system, folder, temporary, [change.after], like);
  try {
    commit(system, folder, name, temporary, change, like);
  } catch (error) {
    discard(system, folder, temporary);
    throw error;
  }
}

interface Step extends Planned {
  readonly path: string;
  readonly entry: JournalEntry;
  readonly like: Stats | undefined;
}

/**
 * All files or none: a journal, then every new content beside its file, then a second name for every old file, then the
 * renames. Where anything fails, the journal leads back; after a kill the next run does.
 */
async function writeTogether(
  system: FileSystem,
  planned: readonly Planned[],
  roots: readonly string[],
  signal: AbortSignal | undefined,
  refused: Refusal[],
): Promise<string[]> {
  const home = homeOf(planned, roots);
  if (home === undefined) return [];
  const swept = new Set<string>();
  const looked = planned.map((one) => ({ ...one, path: one.change.path }));
  const steps = forEachFile(looked, refused, (one): Step =>
    withFolder(system, one.folder, (folder) => {
      sweepOnce(system, folder, swept);
      const like = inspectReplaceable(system, folder, one.name, one.change);
      return { ...one, like, entry: journalEntry(home, one, one.change.before, one.change.after) };
    }),
  );
  if (refused.length > 0) return [];

  const entries = steps.map(({ entry }) => entry);
  let at = steps[0]?.path ?? home;
  const each = async (action: (folder: Folder, step: Step) => void): Promise<void> => {
    for (const step of steps) {
      at = step.path;
      await requireGoingOn(signal);
      withFolder(system, step.folder, (folder) => action(folder, step));
    }
  };
  try {
    openJournal(system, home, entries);
  } catch (error) {
    refused.push({ path: at, reason: reasonOf(error) });
    return [];
  }
  try {
    await each((folder, { entry, change, like }) => stage(system, folder, entry.temporary, [change.after], like));
    await each((folder, { entry, name }) => backUp(system, folder, name, entry.backup, entry.fresh));
    syncFolders(system, steps);
    await each((folder, { entry, name, change, like }) => commit(system, folder, name, entry.temporary, change, like));
    syncFolders(system, steps);
    closeJournal(system, home, entries);
  } catch (error) {
    const { refused: stuck } = undo(system, home, entries, roots);
    refused.push({ path: at, reason: reasonOf(error) }, ...stuck);
    return [];
  }
  return steps.map(({ path }) => path);
}

/** The folder for the journal: the root that the first file is in, or the folder of a root that is the file. */
function homeOf([first]: readonly Planned[], roots: readonly string[]): string | undefined {
  if (first === undefined) return undefined;
  return roots.includes(join(first.folder, first.name)) ? first.folder : roots.find((root) => isWithin(first.folder, [root]));
}

/** Lets a signal of the system arrive, which never interrupts what is synchronous. */
async function requireGoingOn(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  if (signal?.aborted === true) throw new Refused('the writing was interrupted');
}

function sweepOnce(system: FileSystem, folder: Folder, swept: Set<string>): void {
  if (swept.has(folder.path)) return;
  swept.add(folder.path);
  sweep(system, folder);
}

function inspectReplaceable(system: FileSystem, folder: Folder, name: string, change: FileChange): Stats | undefined {
  const like = inspect(system, folder, name, change);
  if (like !== undefined) requireReplaceable(system, folder, name, like);
  return like;
}
