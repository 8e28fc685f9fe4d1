import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

/** Bundles write-all.ts into a folder, for processes that are started from there; the answer is the file to run. */
export async function buildWriter(folder: string): Promise<string> {
  const file = join(folder, 'write-all.mjs');
  const input = join(dirname(fileURLToPath(import.meta.url)), 'write-all.ts');
  const bundle = await rolldown({ input, platform: 'node', logLevel: 'silent' });
  await bundle.write({ file, format: 'esm' });
  await bundle.close();
  return file;
}
