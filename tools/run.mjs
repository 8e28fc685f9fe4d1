// Runs a TypeScript file of tools/, bench/ or test/crash/: `node tools/run.mjs tools/generate.ts --check`. Node 20 cannot strip types,
// so rolldown, which builds the product anyway, bundles the file first; packages stay outside the bundle.
import { mkdirSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const entry = resolve(process.argv[2]);
// Inside the checkout, so that the bundle finds node_modules; one name a process, so that two runs do not meet.
const folder = join(root, 'node_modules', '.cache', 'plimsoll-tools');
const file = join(folder, `${relative(root, entry).replaceAll(/[^a-z0-9]/gi, '-')}-${process.pid}.mjs`);
mkdirSync(folder, { recursive: true });
const bundle = await rolldown({
  input: entry,
  platform: 'node',
  external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith('file:'),
  transform: { define: { 'import.meta.url': JSON.stringify(pathToFileURL(entry).href) } },
  logLevel: 'silent',
});
await bundle.write({ file, format: 'esm', codeSplitting: false });
await bundle.close();
process.argv.splice(1, 2, entry);
try {
  await import(pathToFileURL(file).href);
} finally {
  rmSync(file, { force: true });
}
