import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';

/** Where Go keeps the source of what a module depends on, fetched if it is not there: the fixtures of upstream lie there. */
export function moduleFolder(module: string, dependency: string): string {
  const answer = execFileSync('go', ['mod', 'download', '-json', dependency], { cwd: module, encoding: 'utf8' });
  return (JSON.parse(answer) as { readonly Dir: string }).Dir;
}

/** The version of what a module depends on, `1.37.1`. */
export function moduleVersion(module: string, dependency: string): string {
  const lines = readFileSync(join(module, 'go.mod'), 'utf8').split('\n');
  const start = `${dependency} v`;
  const line = lines.map((each) => each.replace('require ', '').trim()).find((each) => each.startsWith(start));
  if (line === undefined) throw new Error(`${module} does not depend on ${dependency}`);
  return line.slice(start.length).split(' ', 1)[0]!;
}

/**
 * Builds the program in the folder of a Go module, unless these very sources were built before, and returns the path of the
 * binary. It lies outside the checkout, in a folder named for the sources. `variables` are package variables that the linker
 * sets, by their full names. Go's own cache makes all builds after the first short.
 */
export function built(module: string, variables: Readonly<Record<string, string>> = {}): string {
  const linking = ['-s', '-w', ...Object.entries(variables).map(([name, value]) => `-X ${name}=${value}`)].join(' ');
  return builtFrom(module, '.', basename(module), linking);
}

/** Builds a program that a module names as a tool, at the version of its go.mod, as `built` does. */
export function builtTool(module: string, tool: string, name: string): string {
  return builtFrom(module, tool, name, '-s -w');
}

/** One setting for all builds of all modules, so that what one of them compiled serves the others. */
const flags = ['-buildvcs=false', '-trimpath'];
const env: NodeJS.ProcessEnv = { ...process.env, CGO_ENABLED: '0' };

/** Runs a program of a Go module, `./cmd/shapes`, and answers what it prints. */
export function printedBy(module: string, what: string): string {
  return execFileSync('go', ['run', ...flags, what], { cwd: module, env, encoding: 'utf8', maxBuffer: 1 << 24 });
}

function builtFrom(module: string, what: string, name: string, linking: string): string {
  const hash = createHash('sha256').update(linking);
  if (what !== '.') hash.update(what);
  for (const file of readdirSync(module).sort()) {
    if (/^go\.(?:mod|sum)$|\.go$/.test(file)) hash.update(`${file}\n`).update(readFileSync(join(module, file)));
  }
  const folder = join(tmpdir(), `plimsoll-${name}-${hash.digest('hex').slice(0, 16)}`);
  const binary = join(folder, process.platform === 'win32' ? `${name}.exe` : name);
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  // Several test files may build at once: each renames a whole binary into place.
  const fresh = `${binary}.${process.pid}`;
  execFileSync('go', ['build', ...flags, '-ldflags', linking, '-o', fresh, what], {
    cwd: module,
    stdio: ['ignore', 'inherit', 'inherit'],
    env,
  });
  renameSync(fresh, binary);
  return binary;
}
