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

test('the lock file holds every platform of every dependency, or npm ci fails elsewhere, and no registry', () => {
  const { packages } = json('package-lock.json') as {
    packages: Record<string, { version?: string; resolved?: string; optionalDependencies?: Record<string, string> }>;
  };
  const names = new Set(
    Object.entries(packages).map(([path, { version }]) => `${path.slice(path.lastIndexOf('node_modules/') + 13)}@${version}`),
  );
  const wanted = Object.values(packages).flatMap(({ optionalDependencies = {} }) => Object.entries(optionalDependencies));
  const exact = wanted.filter(([, version]) => /^\d/.test(version)).map(([name, version]) => `${name}@${version}`);
  expect(exact.filter((name) => !names.has(name))).toEqual([]);
  expect(Object.values(packages).filter(({ resolved }) => resolved !== undefined)).toEqual([]);
});

test('docs/dependencies.md gives a reason for every dependency, and only for those', () => {
  const rows = [...readFileSync(join(root, 'docs/dependencies.md'), 'utf8').matchAll(/^\| (.+?) \|/gm)].flatMap(([, names = '']) =>
    names.split(', '),
  );
  const named = rows.filter((name) => name !== 'Package' && !name.startsWith('-'));
  expect(named.sort()).toEqual(direct.map(([name]) => name).sort());
});
