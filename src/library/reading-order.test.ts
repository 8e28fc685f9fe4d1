import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { scan } from './scan.ts';

test('a report is the same in whatever order the files are named', async () => {
  const cwd = mkdtempSync(join(tmpdir(), 'plimsoll-order-'));
  try {
    const pod = (name: string): string =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: a, image: a}]}\n`;
    const texts: Readonly<Record<string, string>> = {
      // The namespace stands in two files, and one that stands in none is told at a pod.
      'a.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop}\n',
      'b.yaml': `${pod('b')}---\n${pod('c')}`,
      'c.yaml': 'apiVersion: v1\nkind: Namespace\nmetadata: {name: shop, labels: {pod-security.kubernetes.io/enforce: baseline}}\n',
      'd.yaml': pod('a'),
      'torn.yaml': 'apiVersion: v1\nkind: [',
    };
    for (const [file, text] of Object.entries(texts)) writeFileSync(join(cwd, file), text);
    const files = Object.keys(texts);
    const report = await scan({ cwd, paths: files, all: true });
    expect(report.findings.length).toBeGreaterThan(0);
    expect(await scan({ cwd, paths: files.toReversed(), all: true })).toEqual(report);
    expect(await scan({ cwd, paths: ['d.yaml', '.', 'b.yaml'], all: true })).toEqual(report);
  } finally {
    rmSync(cwd, { recursive: true });
  }
});
