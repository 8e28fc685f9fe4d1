import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { version } from '../core/version.ts';
import { optimizeLater } from './optimize-later.ts';

const require = createRequire(import.meta.filename);
const loaded = new Map<string, object>();

/**
 * Loads a file of the bundle with the code that the build compiled ahead of time: a third of a small scan would otherwise be
 * V8 compiling. V8 takes that code only where its version and flags are those of the build, else it compiles as ever.
 */
function load(name: string): object {
  const known = loaded.get(name);
  if (known !== undefined) return known;
  const exports = {};
  loaded.set(name, exports);
  const filename = join(import.meta.dirname, name);
  const compiled = `${filename}.compiled`;
  const cachedData = existsSync(compiled) ? readFileSync(compiled) : undefined;
  const script = new Script(`(function (exports, require, __filename) {${readFileSync(filename, 'latin1')}\n})`, { filename, cachedData });
  const define = script.runInThisContext() as (exports: object, require: (name: string) => unknown, file: string) => void;
  define(exports, (wanted) => (wanted.startsWith('./') ? load(wanted) : require(wanted)), filename);
  return exports;
}

// A reader that goes away (`| head`) ends the output, not the run: the exit code still says what was found.
process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
  if (code !== 'EPIPE') process.exitCode = 2;
});

const argv = process.argv.slice(2);
if (argv[0] === '--version' || argv[0] === '-V') {
  process.stdout.write(`${version}\n`);
} else {
  // What goes on for hours is worth optimizing.
  if (argv[0] !== 'lsp' && !argv.includes('--watch')) optimizeLater();
  (load('./program.cjs') as typeof import('./program.ts')).start(argv, import.meta.filename);
}
