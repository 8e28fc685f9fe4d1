import {
  accessSync,
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  unlinkSync,
  writeSync,
  type Stats,
} from 'node:fs';

/** The calls that safe writing makes; a test lets each of them fail, or lets the process end there. */
export interface FileSystem {
  access(path: string, mode: number): void;
  changeMode(descriptor: number, mode: number): void;
  changeOwner(descriptor: number, user: number, group: number): void;
  close(descriptor: number): void;
  /** Fails with EEXIST where `to` exists. */
  link(from: string, to: string): void;
  list(folder: string): string[];
  open(path: string, flags: number, mode?: number): number;
  read(descriptor: number): Uint8Array;
  readLink(path: string): string;
  realPath(path: string): string;
  rename(from: string, to: string): void;
  stat(descriptor: number): Stats;
  /** Of the name itself, never of what a link points to; undefined where nothing has the name. */
  statName(path: string): Stats | undefined;
  sync(descriptor: number): void;
  unlink(path: string): void;
  write(descriptor: number, bytes: Uint8Array, from: number): number;
}

export const nodeFileSystem: FileSystem = {
  access: accessSync,
  changeMode: fchmodSync,
  changeOwner: fchownSync,
  close: closeSync,
  link: linkSync,
  list: (folder) => readdirSync(folder),
  open: openSync,
  read: (descriptor) => readFileSync(descriptor),
  readLink: (path) => readlinkSync(path),
  // The system's own: it resolves as `open` does, and spells names as the file system does.
  realPath: (path) => realpathSync.native(path),
  rename: renameSync,
  stat: (descriptor) => fstatSync(descriptor),
  statName: (path) => lstatSync(path, { throwIfNoEntry: false }),
  sync: fsyncSync,
  unlink: unlinkSync,
  write: (descriptor, bytes, from) => writeSync(descriptor, bytes, from),
};

/** Why a file is not written, in words for a person. */
export class Refused extends Error {
  constructor(reason: string) {
    super(reason);
    this.name = 'Refused';
  }
}

const reasons: Readonly<Record<string, string>> = {
  EACCES: 'its folder cannot be written by this user',
  EDQUOT: 'the disk quota is used up',
  EEXIST: 'a file of this name exists by now',
  EFBIG: 'the file would be larger than is allowed here',
  EIO: 'the disk reports an error',
  ELOOP: 'it leads through links in a circle, or became a link by now',
  EMFILE: 'too many files are open',
  ENAMETOOLONG: 'there is no room in its name for a temporary file beside it',
  ENOENT: 'it or its folder is not there',
  ENOSPC: 'the disk is full',
  ENOTDIR: 'its folder is no longer a folder',
  EPERM: 'the system does not permit it: the file or its folder is protected',
  EROFS: 'the file system is read-only',
};

/** The code of an error of the system, undefined for every other error. */
export function systemCode(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  const { code, syscall } = error as NodeJS.ErrnoException;
  return syscall === undefined ? undefined : code;
}

/**
 * Says why a file was not written.
 * @throws the error itself where it is neither a refusal nor an error of the system: a defect.
 */
export function reasonOf(error: unknown): string {
  if (error instanceof Refused) return error.message;
  const code = systemCode(error);
  if (code === undefined) throw error;
  return reasons[code] ?? `the system answers ${code}`;
}

/** Does what may fail for a reason of the system without harm. */
export function attempt(action: () => void): void {
  try {
    action();
  } catch (error) {
    reasonOf(error);
  }
}
