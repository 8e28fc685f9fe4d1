import { basename, dirname, join } from 'node:path';
import { nodeFileSystem, type FileSystem } from './file-system.ts';
import { withFolder } from './folder.ts';
import { discard, freshName, stage } from './replace.ts';

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
