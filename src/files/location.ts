import { basename, dirname, join, resolve, sep } from 'node:path';
import { Refused, systemCode, type FileSystem } from './file-system.ts';

/** Where a file really is, after every link. */
export interface Location {
  readonly folder: string;
  readonly name: string;
}

/** The real paths of what the user named. A root that is a link is the user's word; one that does not exist yet may be made. */
export function realRoots(system: FileSystem, roots: readonly string[]): string[] {
  return roots.flatMap((root) => {
    try {
      return [realPathOfNameOrFolder(system, resolve(root))];
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return [];
    }
  });
}

function realPathOfNameOrFolder(system: FileSystem, path: string): string {
  if (system.statName(path) !== undefined) return system.realPath(path);
  return join(system.realPath(dirname(path)), basename(path));
}

export function isWithin(path: string, roots: readonly string[]): boolean {
  return roots.some((root) => path === root || path.startsWith(root.endsWith(sep) ? root : `${root}${sep}`));
}

/**
 * Finds where a file really is. A symbolic link is followed, so that it survives and its target is written; a file that
 * is to be made has no link to follow.
 * @throws Refused where that is outside the roots, or an error of the system.
 */
export function locate(system: FileSystem, path: string, fresh: boolean, roots: readonly string[]): Location {
  const real = fresh ? join(system.realPath(dirname(path)), basename(path)) : system.realPath(path);
  if (!isWithin(real, roots)) throw new Refused('it is outside the given paths');
  return { folder: dirname(real), name: basename(real) };
}
