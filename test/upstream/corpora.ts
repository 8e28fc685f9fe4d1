import { existsSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** The folder of real manifests: PLIMSOLL_CORPORA, else beside the checkout. It is not part of the project. */
export const corporaFolder: string = process.env['PLIMSOLL_CORPORA'] ?? resolve(import.meta.dirname, '../../../shared/corpora');

/** The names of the corpora, sorted; empty where there are none. */
export const corpora: readonly string[] = existsSync(corporaFolder)
  ? readdirSync(corporaFolder, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort()
  : [];

/** Every file of a corpus, sorted. */
export function corpusFiles(name: string): string[] {
  return readdirSync(join(corporaFolder, name), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
