import { chmodSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

/** How the bundle is made; also asked for the packages in it (third-party.ts). */
export const bundleInput = { input: { plimsoll: join(root, 'src/cli/main.ts') }, platform: 'node', logLevel: 'silent' };

/**
 * Bundles the command line into a folder: one CommonJS file, which starts fastest, with whatever a plain `scan` does not
 * need in chunks beside it. The answer is the file to run.
 * @param {string} folder
 * @returns {Promise<string>}
 */
export async function buildCommandLine(folder) {
  const bundle = await rolldown(bundleInput);
  await bundle.write({
    dir: folder,
    format: 'cjs',
    minify: true,
    entryFileNames: '[name].cjs',
    chunkFileNames: '[name]-[hash].cjs',
    banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
  });
  await bundle.close();
  const file = join(folder, 'plimsoll.cjs');
  chmodSync(file, 0o755);
  return file;
}
