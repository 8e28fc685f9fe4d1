import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '..');

function json(path: string): unknown {
  return JSON.parse(readFileSync(join(root, path), 'utf8'));
}

const { dependencies, devDependencies } = json('package.json') as Record<'dependencies' | 'devDependencies', Record<string, string>>;
const direct = Object.entries({ ...dependencies, ...devDependencies });

test('every dependency has an exact version', () => {
  expect(direct.filter(([, version]) => !/^\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))).toEqual([]);
});

test('no dependency runs an install script', () => {
  const { packages } = json('package-lock.json') as { packages: Record<string, { hasInstallScript?: boolean }> };
  expect(Object.keys(packages).filter((path) => path !== '' && packages[path]?.hasInstallScript === true)).toEqual([]);
});

test('docs/dependencies.md gives a reason for every dependency, and only for those', () => {
  const rows = [...readFileSync(join(root, 'docs/dependencies.md'), 'utf8').matchAll(/^\| (.+?) \|/gm)].flatMap(([, names = '']) =>
    names.split(', '),
  );
  const named = rows.filter((name) => name !== 'Package' && !name.startsWith('-'));
  expect(named.sort()).toEqual(direct.map(([name]) => name).sort());
});
