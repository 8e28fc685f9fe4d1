import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { stringify } from 'yaml';
import { kustomizeComponent } from '../../src/fix/kustomize.ts';
import { newObjects } from '../../src/fix/object-patches.ts';
import { fix } from '../../src/library/fix.ts';
import { corpora, corporaFolder, corpusFiles } from './corpora.ts';
import { startOracle } from './oracle.ts';

const oracle = startOracle();
afterAll(() => oracle.close());

/** What `kubectl kustomize /app` builds, as one text for each object. */
async function build(files: Readonly<Record<string, string>>): Promise<string[] | string> {
  const [answer] = await oracle.ask<{ objects: string[] }>('kustomize', [{ files, root: '/app' }]);
  return answer!.error ?? answer!.objects.map((object) => JSON.stringify(sorted(JSON.parse(object)))).sort();
}

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .map(([key, child]) => [key, sorted(child)] as const)
      .toSorted(([a], [b]) => (a < b ? -1 : 1)),
  );
}

/** The component over the untouched file, and the file with all fixes: both built by kustomize. */
async function builds(path: string): Promise<{ readonly component: string[] | string; readonly fixed: string[] | string } | undefined> {
  const report = await fix({ paths: [path], review: true });
  const [repair] = report.files;
  if (report.objects.length === 0 || repair?.before === undefined) return undefined;
  const resources = (names: readonly string[], more = {}): string => stringify({ resources: names, ...more });
  if (typeof (await build({ '/app/kustomization.yaml': resources(['a.yaml']), '/app/a.yaml': repair.before })) === 'string')
    return undefined;
  const component = Object.fromEntries(kustomizeComponent(report).map((file) => [`/fixes/${file.path}`, file.text]));
  const made = newObjects(report).filter((object) => !repair.after.includes(`name: ${(object['metadata'] as { name: string }).name}`));
  const newFiles = Object.fromEntries(made.map((object, index) => [`/app/new-${index}.yaml`, stringify(object)]));
  return {
    component: await build({
      '/app/kustomization.yaml': resources(['a.yaml'], { components: ['../fixes'] }),
      '/app/a.yaml': repair.before,
      ...component,
    }),
    fixed: await build({
      '/app/kustomization.yaml': resources(['a.yaml', ...made.map((_, index) => `new-${index}.yaml`)]),
      '/app/a.yaml': repair.after,
      ...newFiles,
    }),
  };
}

test('a component over the examples builds what the fixed files say', async () => {
  const compared = await builds(resolve(import.meta.dirname, '../../examples/shop.yaml'));
  expect(compared?.component).toEqual(compared?.fixed);
  expect(compared?.fixed).toBeInstanceOf(Array);
});

test('a component moves what is misspelt', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'plimsoll-kustomize-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const text = readFileSync(resolve(import.meta.dirname, '../../examples/shop.yaml'), 'utf8')
    .replaceAll('readOnlyRootFilesystem:', '"read_only_root_filesystem":')
    .replaceAll('resources:', 'resource:')
    .replaceAll('replicas:', 'replica:');
  writeFileSync(join(folder, 'shop.yaml'), text);
  const compared = await builds(join(folder, 'shop.yaml'));
  expect(compared?.component).toEqual(compared?.fixed);
  expect(JSON.stringify(compared?.fixed)).toMatch(/replicas.*resources.*readOnlyRootFilesystem/s);
});

test.skipIf(corpora.length === 0)('so it does over the files of other projects', { timeout: 600_000 }, async () => {
  // Every file of every corpus takes minutes, and teaches no more.
  const every = process.env['PLIMSOLL_LONG'] === '1' ? 1 : 7;
  const files = corpora.flatMap(corpusFiles).filter((file, index) => /\.(?:ya?ml|json)$/.test(file) && index % every === 0);
  const different: unknown[] = [];
  let count = 0;
  for (const file of files) {
    const compared = await builds(file);
    if (compared === undefined) continue;
    count++;
    const { component, fixed } = compared;
    if (typeof fixed === 'string' || JSON.stringify(component) !== JSON.stringify(fixed))
      different.push({ file: relative(corporaFolder, file), component, fixed });
  }
  expect(different).toEqual([]);
  expect(count).toBeGreaterThan(20);
});
