import { constants, type Stats } from 'node:fs';
import { join } from 'node:path';
import { attempt, Refused, systemCode, type FileSystem } from './file-system.ts';

/** A folder that is held open while something in it is written. */
export interface Folder {
  /** Its real path: no part of it is a link. */
  readonly path: string;
  /** The path by which to reach a name in it. */
  at(name: string): string;
  /** @throws Refused where the folder is no longer found at its path. */
  check(): void;
  /** Makes what was renamed in it outlast a loss of power, as far as the file system can. */
  sync(): void;
}

/** Tells one file from all others of the machine. */
export function identity({ dev, ino }: Stats): string {
  return `${dev}:${ino}`;
}

/**
 * Holds a folder open for `use`. On Linux its files are reached through the open folder itself (`/proc/self/fd`), so that
 * nobody can swap a part of the path for a link between the check and the write. Elsewhere Node has no call that is
 * relative to an open folder; there the path is compared with the open folder before and after.
 * @throws Refused where the path leads elsewhere than it did, or an error of the system.
 */
export function withFolder<T>(system: FileSystem, path: string, use: (folder: Folder) => T): T {
  // Windows opens no folders.
  if (constants.O_DIRECTORY === undefined)
    return use({ path, at: (name) => join(path, name), check: () => checkPath(system, path), sync: () => undefined });
  const descriptor = system.open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);
  try {
    const held = `/proc/self/fd/${descriptor}`;
    const through = linkOf(system, held) !== undefined;
    const check = through ? () => requireSame(linkOf(system, held), path) : () => checkOpen(system, path, descriptor);
    check();
    const base = through ? held : path;
    return use({ path, at: (name) => join(base, name), check, sync: () => attempt(() => system.sync(descriptor)) });
  } finally {
    // Nothing was written through it: a failure says nothing about what was done.
    attempt(() => system.close(descriptor));
  }
}

/** @throws Refused where a folder is no longer found at its path. */
export function syncFolders(system: FileSystem, files: readonly { readonly folder: string }[]): void {
  for (const path of new Set(files.map(({ folder }) => folder))) withFolder(system, path, (folder) => folder.sync());
}

function linkOf(system: FileSystem, path: string): string | undefined {
  try {
    return system.readLink(path);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function checkOpen(system: FileSystem, path: string, descriptor: number): void {
  checkPath(system, path);
  const named = system.statName(path);
  requireSame(named === undefined ? undefined : identity(named), identity(system.stat(descriptor)));
}

function checkPath(system: FileSystem, path: string): void {
  requireSame(system.realPath(path), path);
}

function requireSame(found: string | undefined, expected: string): void {
  if (found !== expected) throw new Refused('its folder was moved or replaced meanwhile');
}
