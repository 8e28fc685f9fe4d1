import { basename, dirname, join } from 'node:path';
import { nodeFileSystem, Refused, type FileSystem } from './file-system.ts';
import { withFolder } from './folder.ts';
import { create, discard, freshName, stage } from './replace.ts';

/**
 * Writes a file that nobody else edits, a report, over whatever it held: beside it first, then renamed over it, so that
 * nobody ever sees half of it. A symbolic link stays one, permissions and owner stay.
 * @throws Refused, an error of the system, or what `content` throws; then the old file is intact.
 */
export function replaceFile(path: string, content: Iterable<Uint8Array>, system: FileSystem = nodeFileSystem): void {
  const real = system.statName(path) === undefined ? join(system.realPath(dirname(path)), basename(path)) : system.realPath(path);
  withFolder(system, dirname(real), (folder) => {
    const temporary = freshName('tmp');
    stage(system, folder, temporary, content, system.statName(folder.at(basename(real))));
    try {
      folder.check();
      system.rename(folder.at(temporary), folder.at(basename(real)));
    } catch (error) {
      discard(system, folder, temporary);
      throw error;
    }
    folder.sync();
  });
}

/**
 * Writes a file that only this user may read, whole or not at all. What stands there is only replaced where `overwrite` says
 * so; what is not a regular file never is. A symbolic link stays one.
 * @throws Refused, an error of the system, or what `content` throws; then nothing has changed.
 */
export function writePrivateFile(
  path: string,
  content: Iterable<Uint8Array>,
  overwrite: boolean,
  system: FileSystem = nodeFileSystem,
): void {
  const real = system.statName(path) === undefined ? join(system.realPath(dirname(path)), basename(path)) : system.realPath(path);
  const name = basename(real);
  withFolder(system, dirname(real), (folder) => {
    const before = system.statName(folder.at(name));
    if (before !== undefined && !before.isFile()) throw new Refused('it is not a regular file');
    if (before !== undefined && !overwrite) throw new Refused('a file of this name exists already');
    const temporary = freshName('tmp');
    stage(system, folder, temporary, content, undefined, 0o600);
    try {
      folder.check();
      if (overwrite) system.rename(folder.at(temporary), folder.at(name));
      else create(system, folder, name, temporary);
    } catch (error) {
      discard(system, folder, temporary);
      throw error;
    }
    folder.sync();
  });
}
