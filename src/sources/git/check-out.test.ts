import { existsSync, lstatSync, readdirSync, readFileSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { newRepository, type TestRepository } from '../../../test/git/repository.ts';
import { checkOut, type CheckedOut } from './check-out.ts';

let repository: TestRepository;
const made: CheckedOut[] = [];

beforeEach(() => {
  repository = newRepository();
});

afterEach(() => {
  for (const each of made.splice(0)) each.remove();
  repository.remove();
});

async function checkedOut(paths: readonly string[]): Promise<{ readonly files: readonly string[]; readonly there: CheckedOut['there'] }> {
  const out = await checkOut({ top: repository.top }, repository.git('rev-parse', 'HEAD').trim(), { paths, whole: new Set(), also: [] });
  if ('refused' in out) throw new Error(out.refused.join('\n'));
  made.push(out);
  const top = out.there(repository.top);
  const files = readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => !entry.isDirectory())
    .map((entry) => relative(top, join(entry.parentPath, entry.name)));
  return { files: files.sort(), there: out.there };
}

test('what a scan may read of the paths is there as it was, for this user alone, and nothing else', async () => {
  const text = `${'x'.repeat(100_000)}\n`;
  repository.commit({
    'deploy/a.yaml': text,
    'deploy/empty.yaml': '',
    'deploy/.plimsollignore': 'b',
    'deploy/logo.png': 'p',
    'deploy/named': 'n',
    'other/b.yaml': 'b',
  });
  repository.write({ 'deploy/a.yaml': 'today' });
  const { files, there } = await checkedOut(['deploy', 'deploy/named']);
  expect(files).toEqual(['deploy/.plimsollignore', 'deploy/a.yaml', 'deploy/empty.yaml', 'deploy/named']);
  expect(readFileSync(there(join(repository.top, 'deploy/a.yaml')), 'utf8')).toBe(text);
  expect(statSync(there(join(repository.top, 'deploy/a.yaml'))).mode & 0o077).toBe(0);
  made.splice(0).forEach(({ remove }) => remove());
  expect(existsSync(there('/'))).toBe(false);
});

test('of a chart everything is there, and of an overlay what it may be made from', async () => {
  repository.commit({
    'chart/Chart.yaml': 'name: shop',
    'chart/templates/_names.tpl': 't',
    'base/kustomization.yaml': 'resources: [web.yaml]',
    'base/web.yaml': 'w',
    'base/web.properties': 'p',
    'overlays/prod/kustomization.yaml': 'resources: [../../base]',
    'logo.png': 'p',
  });
  expect((await checkedOut(['chart'])).files).toEqual(['chart/Chart.yaml', 'chart/templates/_names.tpl']);
  const { files } = await checkedOut(['overlays/prod']);
  expect(files).toEqual(
    expect.arrayContaining(['base/kustomization.yaml', 'base/web.properties', 'base/web.yaml', 'overlays/prod/kustomization.yaml']),
  );
  expect(files).not.toContain('logo.png');
});

test('links that lead out of the repository are not made, and nothing is written through others', async () => {
  repository.write({ 'deploy/real/a.yaml': 'a' });
  for (const [name, target] of [
    ['in.yaml', 'real/a.yaml'],
    ['up.yaml', '../../secret'],
    ['root.yaml', '/etc/passwd'],
  ] as const)
    symlinkSync(target, join(repository.top, 'deploy', name));
  repository.commit();
  const { files, there } = await checkedOut(['deploy']);
  expect(files).toEqual(['deploy/in.yaml', 'deploy/real/a.yaml']);
  expect(lstatSync(there(join(repository.top, 'deploy/in.yaml'))).isSymbolicLink()).toBe(true);
});
