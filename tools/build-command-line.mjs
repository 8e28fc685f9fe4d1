import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';

const root = fileURLToPath(new URL('..', import.meta.url));

/** How a bundle is made of one file; also asked for the packages in the program (third-party.ts). */
export const bundleInput = (file) => ({
  input: join(root, file),
  platform: 'node',
  preserveEntrySignatures: 'allow-extension',
  logLevel: 'silent',
});

/** What kubectl looks for: the program behind `kubectl plimsoll`, and the one that completes its command line (src/cli/called-as.ts). */
const plugins = ['kubectl-plimsoll', 'kubectl_complete-plimsoll'];

/**
 * Bundles the command line into a folder: what starts (plimsoll.cjs), the program with all that a plain `scan` needs
 * (program.cjs, and compiled ahead of time for the Node that builds), and the rest in chunks beside them. CommonJS starts
 * fastest. The answer is the file to run.
 * @param {string} folder
 * @returns {Promise<string>}
 */
export async function buildCommandLine(folder) {
  const start = resolve(folder, 'plimsoll.cjs');
  await bundle('src/cli/main.ts', folder, { entryFileNames: 'plimsoll.cjs', banner: '#!/usr/bin/env node' });
  await bundle('src/cli/program.ts', folder, { entryFileNames: 'program.cjs', chunkFileNames: '[name]-[hash].cjs' });
  chmodSync(start, 0o755);
  for (const name of plugins)
    writeFileSync(join(folder, `${name}.cjs`), "#!/usr/bin/env node\nrequire('./plimsoll.cjs');\n", { mode: 0o755 });
  const { status } = spawnSync(process.execPath, [join(root, 'tools/compile-ahead.cjs'), start], {
    cwd: root,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  if (status !== 0 || !existsSync(join(folder, 'program.cjs.compiled'))) throw new Error('the program could not be compiled ahead of time');
  return start;
}

async function bundle(file, dir, output) {
  const made = await rolldown(bundleInput(file));
  const { output: chunks } = await made.generate({ format: 'cjs', minify: true, ...output });
  await made.close();
  mkdirSync(dir, { recursive: true });
  for (const { fileName, code } of chunks) writeFileSync(join(dir, fileName), inAscii(code));
}

/** One character beyond ASCII would have a whole file decoded and kept with two bytes a character, at each start. */
function inAscii(code) {
  return code.replaceAll(/[^\0-\x7f]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
