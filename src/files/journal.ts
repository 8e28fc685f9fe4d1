import { constants } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { attempt, nodeFileSystem, reasonOf, Refused, systemCode, type FileSystem } from './file-system.ts';
import { identity, syncFolders, withFolder, type Folder } from './folder.ts';
import { isWithin, locate, realRoots, type Location } from './location.ts';
import { backupName, create, freshName, remove, stage, temporaryName } from './replace.ts';

/** A file that is not written, and why. */
export interface Refusal {
  readonly path: string;
  readonly reason: string;
}

/**
 * One file of a run that writes all files or none. What has happened to it is read from what is there, so that nothing
 * has to be written down while it happens:
 *
 * | backup | temporary | so |
 * |---|---|---|
 * | no | yes or no | its old content was never touched, or is restored |
 * | yes | yes | its old content is in place; a file that was made may have both names |
 * | yes | no | it has its new content |
 */
export interface JournalEntry {
  /** Relative to the folder of the journal, with `/`. */
  readonly path: string;
  readonly temporary: string;
  /** A second name of the old file, or an empty mark where there was none. */
  readonly backup: string;
  /** Whether the run makes the file. */
  readonly fresh: boolean;
  /** SHA-256 of the new content: whoever changed the file since wants to keep that. */
  readonly after: string;
}

interface Journal {
  readonly plimsoll: 1;
  readonly process: number;
  readonly files: readonly JournalEntry[];
}

/** While this file is there, the run counts as not done, and is undone. */
const pendingName = '.plimsoll-undo.json';
/** The run is done; only its backups are still to be removed. */
const doneName = '.plimsoll-done.json';

/** No run takes longer between two changes of its journal. */
const longestRun = 10 * 60_000;

export function digest(bytes: Uint8Array): string {
  // An import would load it for a run that writes nothing too.
  const { createHash } = process.getBuiltinModule('node:crypto');
  return createHash('sha256').update(bytes).digest('hex');
}

/** The entry for a file that is about to be written. */
export function journalEntry(home: string, { folder, name }: Location, before: Uint8Array | undefined, after: Uint8Array): JournalEntry {
  return {
    path: relative(home, join(folder, name)).split(sep).join('/'),
    temporary: freshName('tmp'),
    backup: freshName('old'),
    fresh: before === undefined,
    after: digest(after),
  };
}

/**
 * Writes the journal, before anything else of the run. It appears whole or not at all, and only one can be there.
 * @throws Refused or an error of the system; then nothing happened.
 */
export function openJournal(system: FileSystem, home: string, files: readonly JournalEntry[]): void {
  const journal: Journal = { plimsoll: 1, process: process.pid, files };
  withFolder(system, home, (folder) => {
    const temporary = freshName('tmp');
    stage(system, folder, temporary, [Buffer.from(`${JSON.stringify(journal)}\n`)], undefined);
    try {
      create(system, folder, pendingName, temporary);
    } catch (error) {
      remove(system, folder, temporary);
      if (systemCode(error) === 'EEXIST') throw new Refused('another run is writing here');
      throw error;
    }
    folder.sync();
  });
}

/**
 * The moment from which the run counts as done. Then the backups go.
 * @throws an error of the system; then it is not done.
 */
export function closeJournal(system: FileSystem, home: string, files: readonly JournalEntry[]): void {
  withFolder(system, home, (folder) => {
    system.rename(folder.at(pendingName), folder.at(doneName));
    folder.sync();
  });
  attempt(() => clear(system, home, files));
}

function clear(system: FileSystem, home: string, files: readonly JournalEntry[]): void {
  for (const [path, entries] of byFolder(home, files))
    withFolder(system, path, (folder) => {
      for (const { backup, temporary } of entries) {
        remove(system, folder, backup);
        remove(system, folder, temporary);
      }
    });
  withFolder(system, home, (folder) => remove(system, folder, doneName));
}

function byFolder(home: string, files: readonly JournalEntry[]): Map<string, JournalEntry[]> {
  const folders = new Map<string, JournalEntry[]>();
  for (const entry of files) {
    const path = dirname(resolve(home, entry.path));
    const entries = folders.get(path);
    if (entries === undefined) folders.set(path, [entry]);
    else entries.push(entry);
  }
  return folders;
}

/**
 * Puts back what a run has written: looks at all files first, and touches none where one cannot be put back.
 * @returns what is in the way; without any, all files are as they were before the run, and the journal is gone.
 */
export function undo(system: FileSystem, home: string, files: readonly JournalEntry[], roots: readonly string[]): Undone {
  const located: (Location & { readonly entry: JournalEntry })[] = [];
  const refused: Refusal[] = [];
  for (const entry of files) {
    const path = resolve(home, entry.path);
    try {
      const location = locate(system, path, true, roots);
      if (join(location.folder, location.name) !== path) throw new Refused('it leads through a link by now');
      withFolder(system, location.folder, (folder) => isCommitted(system, folder, location.name, entry));
      located.push({ ...location, entry });
    } catch (error) {
      refused.push({ path, reason: reasonOf(error) });
    }
  }
  if (refused.length > 0) return { restored: [], refused };
  const restored: string[] = [];
  for (const { folder: path, name, entry } of located) {
    try {
      withFolder(system, path, (folder) => {
        if (isCommitted(system, folder, name, entry)) {
          if (entry.fresh) system.unlink(folder.at(name));
          else system.rename(folder.at(entry.backup), folder.at(name));
          restored.push(join(path, name));
        }
        remove(system, folder, entry.backup);
        remove(system, folder, entry.temporary);
      });
    } catch (error) {
      return { restored, refused: [{ path: join(path, name), reason: reasonOf(error) }] };
    }
  }
  try {
    syncFolders(system, located);
    withFolder(system, home, (folder) => {
      remove(system, folder, pendingName);
      folder.sync();
    });
  } catch (error) {
    return { restored, refused: [{ path: join(home, pendingName), reason: reasonOf(error) }] };
  }
  return { restored, refused: [] };
}

/**
 * Whether a file has the content that the run gave it.
 * @throws Refused where it had, and somebody changed it since.
 */
function isCommitted(system: FileSystem, folder: Folder, name: string, entry: JournalEntry): boolean {
  const backup = system.statName(folder.at(entry.backup));
  if (backup === undefined) return false;
  const temporary = system.statName(folder.at(entry.temporary));
  const found = system.statName(folder.at(name));
  if (temporary !== undefined && (!entry.fresh || found === undefined || identity(found) !== identity(temporary))) return false;
  if (found === undefined && entry.fresh) return false;
  if (found?.isFile() === true && digest(contentOf(system, folder, name)) === entry.after) return true;
  throw new Refused(
    entry.fresh ? 'an interrupted run made it, and it was changed since' : `it was changed since; its old content is in ${entry.backup}`,
  );
}

function contentOf(system: FileSystem, folder: Folder, name: string): Uint8Array {
  const descriptor = system.open(folder.at(name), constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    return system.read(descriptor);
  } finally {
    system.close(descriptor);
  }
}

export interface Undone {
  /** The files that have their old content again, or are gone where the interrupted run made them. */
  readonly restored: readonly string[];
  readonly refused: readonly Refusal[];
}

/**
 * Undoes what a run with `atomic` left half done when it was killed: to be called before the files are read. It looks in
 * the folders of the roots and in those above them, and writes nothing outside the roots.
 * @returns what was restored, and what is in the way: then nothing may be written here until a person decided.
 */
export function undoInterrupted(roots: readonly string[], system: FileSystem = nodeFileSystem): Undone {
  const real = realRoots(system, roots);
  const restored: string[] = [];
  const refused: Refusal[] = [];
  for (const home of new Set(real.flatMap((root) => [root, ...foldersAbove(root)]))) {
    try {
      const done = readJournal(system, home, doneName, real);
      if (done?.files.every(({ path }) => isWithin(resolve(home, path), real)) === true) clear(system, home, done.files);
      const pending = readJournal(system, home, pendingName, real);
      if (pending === undefined) continue;
      const undone = undo(system, home, pending.files, real);
      restored.push(...undone.restored);
      refused.push(...undone.refused.map(({ path, reason }) => ({ path, reason: `${reason} (${explained(home)})` })));
    } catch (error) {
      refused.push({ path: join(home, pendingName), reason: reasonOf(error) });
    }
  }
  return { restored, refused };
}

function explained(home: string): string {
  return `an earlier run was interrupted: name all its paths to undo it, or remove ${join(home, pendingName)} to keep what is there`;
}

/**
 * The journals of runs that are not done, from a folder upwards.
 * @throws Refused where there is one: writing now would spoil what it needs.
 */
export function refuseInterrupted(system: FileSystem, folder: string, roots: readonly string[], seen: Set<string>): void {
  for (const home of [folder, ...foldersAbove(folder)]) {
    if (seen.has(home)) continue;
    if (isTrusted(system, home, pendingName, roots)) throw new Refused(`another run is writing here, or ${explained(home)}`);
    seen.add(home);
  }
}

function foldersAbove(path: string): string[] {
  const above = dirname(path);
  return above === path ? [] : [above, ...foldersAbove(above)];
}

/** Above the roots only what this user left counts: in a folder for all, such as /tmp, anybody could leave a journal. */
function isTrusted(system: FileSystem, home: string, name: string, roots: readonly string[]): boolean {
  try {
    const stat = system.statName(join(home, name));
    return stat?.isFile() === true && (isWithin(home, roots) || stat.uid === process.getuid?.());
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}

function readJournal(system: FileSystem, home: string, name: string, roots: readonly string[]): Journal | undefined {
  if (!isTrusted(system, home, name, roots)) return undefined;
  return withFolder(system, home, (folder) => {
    const journal = parseJournal(contentOf(system, folder, name));
    if (journal === undefined) throw new Refused('it is no journal of an interrupted run: remove it');
    const age = Date.now() - (system.statName(folder.at(name))?.mtimeMs ?? 0);
    if (name === pendingName && age < longestRun && isAlive(journal.process))
      throw new Refused(`another run (process ${journal.process}) is writing here: wait until it has ended`);
    return journal;
  });
}

/** Reads what anybody may have written, a repository that was cloned for example: names that lead nowhere else, or nothing. */
function parseJournal(bytes: Uint8Array): Journal | undefined {
  let value: unknown;
  try {
    value = JSON.parse(Buffer.from(bytes).toString('utf8'));
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null) return undefined;
  const { plimsoll, process: run, files } = value as Partial<Journal>;
  if (plimsoll !== 1 || !Number.isSafeInteger(run) || !Array.isArray(files) || !files.every(isEntry)) return undefined;
  return value as Journal;
}

function isEntry(value: unknown): value is JournalEntry {
  if (typeof value !== 'object' || value === null) return false;
  const { path, temporary, backup, fresh, after } = value as Partial<Record<keyof JournalEntry, unknown>>;
  return (
    typeof path === 'string' &&
    typeof temporary === 'string' &&
    temporaryName.test(temporary) &&
    typeof backup === 'string' &&
    backupName.test(backup) &&
    typeof fresh === 'boolean' &&
    typeof after === 'string'
  );
}

function isAlive(id: number): boolean {
  if (id === process.pid || id <= 0) return false;
  try {
    process.kill(id, 0);
    return true;
  } catch (error) {
    return systemCode(error) === 'EPERM';
  }
}
