import { existsSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Script } from 'node:vm';
import { version } from '../core/version.ts';

/**
 * A scan runs much code a few times, and up to half of its CPU time would go into V8 optimizing code that is about to be
 * done. Optimizing later takes a fifth off a scan of 5 MB. V8 complains about flags that it does not know, and they change
 * from version to version: these are by the major version of Node that they were tried on.
 */
const optimizeLater: Readonly<Record<string, readonly string[]>> = {
  20: ['--always-sparkplug', '--interrupt-budget=600000'],
  22: ['--invocation-count-for-turbofan=15000', '--invocation-count-for-maglev=1500'],
};

function setFlags(): void {
  const flags = optimizeLater[process.versions.node.split('.', 1)[0]!] ?? [];
  // An import would load it for `--version` too.
  for (const flag of flags) process.getBuiltinModule('node:v8').setFlagsFromString(flag);
}

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
  if (argv[0] !== 'lsp' && !argv.includes('--watch')) setFlags();
  (load('./program.cjs') as typeof import('./program.ts')).start(argv, import.meta.filename);
}
