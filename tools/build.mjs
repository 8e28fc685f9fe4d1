// `npm run build`: the library as modules with types, the command line as one CommonJS file (which starts fastest) with
// whatever a plain `scan` does not need in chunks beside it.
import { chmodSync, readFileSync, rmSync } from 'node:fs';
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));
const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
process.chdir(root);
rmSync('dist', { recursive: true, force: true });

const library = spawnSync(process.execPath, ['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], { stdio: 'inherit' });
if (library.status !== 0) process.exit(library.status ?? 1);

const bundle = await rolldown({
  input: { plimsoll: 'src/cli/main.ts' },
  platform: 'node',
  transform: { define: { PLIMSOLL_VERSION: JSON.stringify(version) } },
});
await bundle.write({
  dir: 'dist/cli',
  format: 'cjs',
  minify: true,
  entryFileNames: '[name].cjs',
  chunkFileNames: '[name]-[hash].cjs',
  banner: (chunk) => (chunk.isEntry ? '#!/usr/bin/env node' : ''),
});
await bundle.close();
chmodSync('dist/cli/plimsoll.cjs', 0o755);
