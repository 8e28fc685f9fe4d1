import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { krewManifest } from './krew-manifest.ts';

test('keeps the rules of the index of plugins', () => {
  const sha256 = 'a'.repeat(64);
  const uri = 'https://example.com/plimsoll-0.1.0.tgz';
  const manifest = parse(krewManifest({ version: '0.1.0', uri, homepage: 'https://example.com', sha256 })) as {
    readonly spec: { readonly version: string; readonly shortDescription: string; readonly platforms: readonly object[] };
  };
  expect(manifest).toMatchObject({ kind: 'Plugin', metadata: { name: 'plimsoll' } });
  const { version, shortDescription, platforms } = manifest.spec;
  expect(version).toMatch(/^v\d+\.\d+\.\d+$/);
  expect(shortDescription.length).toBeLessThanOrEqual(50);
  expect(shortDescription).not.toMatch(/\.$|kubectl/);
  expect(platforms).toEqual([expect.objectContaining({ uri, sha256, bin: 'kubectl-plimsoll.cjs' })]);
});
