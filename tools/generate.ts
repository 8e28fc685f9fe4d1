/**
 * Writes every generated file, or with `--check` says which are out of date (exit code 1). Run by `npm run generate`.
 */
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { controlsIndex } from './controls-index.ts';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const checkOnly = process.argv.includes('--check');

/** Path from the root and how its text is made. Later files may import what earlier ones wrote. */
const files: readonly (readonly [string, () => string | Promise<string>])[] = [['src/controls/index.ts', () => controlsIndex(root)]];

let stale = 0;
for (const [path, make] of files) {
  const target = join(root, path);
  const text = await make();
  const current = existsSync(target) ? readFileSync(target, 'utf8') : undefined;
  if (current === text) continue;
  stale++;
  if (checkOnly) {
    process.stdout.write(`${path} is out of date: run npm run generate\n`);
    continue;
  }
  mkdirSync(dirname(target), { recursive: true });
  writeFileSync(target, text);
  process.stdout.write(`wrote ${path}\n`);
}
if (checkOnly && stale > 0) process.exitCode = 1;
