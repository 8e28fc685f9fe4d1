import { constants, type Stats } from 'node:fs';
import { attempt, Refused, systemCode, type FileSystem } from './file-system.ts';
import { identity, type Folder } from './folder.ts';

/** What a file holds and what it is to hold. */
export interface Content {
  /** The bytes as they were read; undefined: the file must not exist yet. */
  readonly before: Uint8Array | undefined;
  readonly after: Uint8Array;
}

export const temporaryName: RegExp = /^\.plimsoll-[0-9a-f]{32}\.tmp$/;
export const backupName: RegExp = /^\.plimsoll-[0-9a-f]{32}\.old$/;
const hour = 3_600_000;

/** A name that nobody can foresee, and by which a later run knows what an earlier one left. */
export function freshName(kind: 'tmp' | 'old'): string {
  // Output to a file is written in this way too: an import would load it for every scan.
  const { randomBytes } = process.getBuiltinModule('node:crypto');
  return `.plimsoll-${randomBytes(16).toString('hex')}.${kind}`;
}

/**
 * Looks whether a file still is what was read.
 * @returns what the system says of it, undefined for a file that is to be made.
 * @throws Refused where it is not, or is nothing that can be replaced.
 */
export function inspect(system: FileSystem, folder: Folder, name: string, { before }: Content): Stats | undefined {
  const path = folder.at(name);
  const seen = system.statName(path);
  if (before === undefined) {
    if (seen !== undefined) throw new Refused('a file of this name exists by now');
    return undefined;
  }
  if (seen === undefined) throw new Refused('it is no longer there');
  if (!seen.isFile()) throw new Refused('it is not a regular file');
  const descriptor = system.open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0));
  try {
    const stat = system.stat(descriptor);
    const unchanged =
      identity(stat) === identity(seen) && stat.size === before.length && Buffer.compare(system.read(descriptor), before) === 0;
    if (!unchanged) throw new Refused('it was changed since it was read');
    return stat;
  } finally {
    system.close(descriptor);
  }
}

/** @throws Refused where a file may not be replaced although it is what was read. */
export function requireReplaceable(system: FileSystem, folder: Folder, name: string, stat: Stats): void {
  if (stat.nlink > 1) throw new Refused(`it has ${stat.nlink} names (hard links), and the others would keep the old content`);
  if ((stat.mode & 0o222) === 0) throw new Refused('it is read-only');
  try {
    system.access(folder.at(name), constants.W_OK);
  } catch (error) {
    if (systemCode(error) === 'EACCES') throw new Refused('this user may not write it');
    throw error;
  }
}

/**
 * Writes a temporary file with the permissions, the owner and the group of the file that it is to replace, and waits until
 * it is on the disk. Until it has them nobody else can read it. A file that is new gets what the umask leaves of `mode`.
 * @throws Refused or an error of the system; then nothing is left.
 */
export function stage(
  system: FileSystem,
  folder: Folder,
  temporary: string,
  after: Iterable<Uint8Array>,
  like: Stats | undefined,
  mode = 0o666,
): void {
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const descriptor = system.open(folder.at(temporary), flags, like === undefined ? mode : 0o600);
  try {
    try {
      for (const bytes of after) for (let at = 0; at < bytes.length;) at += system.write(descriptor, bytes, at);
      if (like !== undefined) makeLike(system, descriptor, like);
      system.sync(descriptor);
    } finally {
      system.close(descriptor);
    }
  } catch (error) {
    discard(system, folder, temporary);
    throw error;
  }
}

function makeLike(system: FileSystem, descriptor: number, like: Stats): void {
  const { uid, gid } = system.stat(descriptor);
  if (uid !== like.uid || gid !== like.gid) {
    try {
      system.changeOwner(descriptor, like.uid, like.gid);
    } catch (error) {
      if (systemCode(error) === 'EPERM') throw new Refused('it belongs to a user or group that a new file could not be given to');
      throw error;
    }
  }
  // After the owner: a change of the owner takes bits away.
  system.changeMode(descriptor, like.mode & 0o7777);
}

/**
 * Puts a staged file in the place of the old one, unless that is no longer what was staged for. Between the last look and
 * the rename remain some microseconds in which another program can write unnoticed: no call of the system does both.
 * @throws Refused or an error of the system; then the old file is intact and the temporary one still there.
 */
export function commit(
  system: FileSystem,
  folder: Folder,
  name: string,
  temporary: string,
  content: Content,
  like: Stats | undefined,
): void {
  const now = inspect(system, folder, name, content);
  folder.check();
  if (now === undefined) {
    create(system, folder, name, temporary);
    return;
  }
  if (like === undefined || traits(now) !== traits(like)) throw new Refused('it was changed since it was read');
  system.rename(folder.at(temporary), folder.at(name));
}

/** A rename would overwrite what appeared meanwhile; a second name for the staged file cannot. */
export function create(system: FileSystem, folder: Folder, name: string, temporary: string): void {
  try {
    system.link(folder.at(temporary), folder.at(name));
  } catch (error) {
    throw withoutHardLinks(error);
  }
  attempt(() => system.unlink(folder.at(temporary)));
}

/**
 * Keeps the old file under a second name, or marks with an empty file that there was none.
 * @throws Refused or an error of the system.
 */
export function backUp(system: FileSystem, folder: Folder, name: string, backup: string, fresh: boolean): void {
  if (fresh) {
    stage(system, folder, backup, [], undefined);
    return;
  }
  try {
    system.link(folder.at(name), folder.at(backup));
  } catch (error) {
    throw withoutHardLinks(error);
  }
}

/** The error of a failed `link`, in words where the file system has none. */
function withoutHardLinks(error: unknown): unknown {
  const code = systemCode(error) ?? '';
  if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) return error;
  return new Refused('the file system has no hard links, without which this cannot be done safely');
}

function traits(stat: Stats): string {
  return [identity(stat), stat.mode, stat.uid, stat.gid].join(':');
}

/** Removes a temporary file; where even that fails, a later run will. */
export function discard(system: FileSystem, folder: Folder, temporary: string): void {
  attempt(() => system.unlink(folder.at(temporary)));
}

/** @throws an error of the system, unless nothing has the name. */
export function remove(system: FileSystem, folder: Folder, name: string): void {
  try {
    system.unlink(folder.at(name));
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
  }
}

/**
 * Removes what a killed run of this user left: temporary files that are older than any run takes or already in their place
 * under a second name, and backups that old of files that were not replaced in the end. All content that goes is new or
 * has another name. Should a temporary file belong to a run that still lives, that run refuses its file and harms nothing.
 */
export function sweep(system: FileSystem, folder: Folder): void {
  attempt(() => {
    for (const name of system.list(folder.at('.'))) {
      const temporary = temporaryName.test(name);
      if (!temporary && !backupName.test(name)) continue;
      const stat = system.statName(folder.at(name));
      if (stat === undefined || !stat.isFile() || stat.uid !== process.getuid?.()) continue;
      const old = stat.ctimeMs < Date.now() - hour;
      const named = stat.nlink > 1;
      if (temporary ? old || named : old && named) discard(system, folder, name);
    }
  });
}
