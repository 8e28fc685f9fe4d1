import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { readOverlay } from './overlay.ts';

let folder: string;

beforeEach(() => {
  folder = realpathSync.native(mkdtempSync(join(tmpdir(), 'plimsoll-overlay-')));
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(file: string, text: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  writeFileSync(join(folder, file), text);
}

test('an overlay knows its bases and every file that it is built from', () => {
  write('base/kustomization.yaml', 'resources: [a.yaml]\nconfigMapGenerator:\n- name: x\n  files: [key=data.txt]\n  envs: [.env]\n');
  write('base/a.yaml', '');
  write('base/data.txt', '');
  write('base/.env', '');
  write('base/unused.yaml', '');
  write('part/Kustomization', 'kind: Component\npatches: [{path: p.yaml}]\n');
  write('part/p.yaml', '');
  write('prod/kustomization.yml', 'RESOURCES: [../base]\ncomponents: [../part]\npatchesStrategicMerge: [p.yaml, "kind: inline"]\n');
  write('prod/p.yaml', '');
  const overlay = readOverlay(join(folder, 'prod'))!;
  const names = (paths: Iterable<string>): string[] => [...paths].map((path) => relative(folder, path)).sort();
  expect(names(overlay.bases)).toEqual(['base', 'part']);
  expect(names(overlay.files)).toEqual([
    'base/.env',
    'base/a.yaml',
    'base/data.txt',
    'base/kustomization.yaml',
    'part/Kustomization',
    'part/p.yaml',
    'prod/kustomization.yml',
    'prod/p.yaml',
  ]);
  expect([overlay.refused, overlay.isComponent]).toEqual([undefined, false]);
  expect(readOverlay(join(folder, 'part'))?.isComponent).toBe(true);
  expect(readOverlay(folder)).toBeUndefined();
});

describe('nothing is fetched', () => {
  test.each([
    'https://example.com/a.yaml',
    'HTTP://example.com/a.yaml',
    'https:example.com',
    'github.com/org/repo?ref=v1',
    'git@github.com:org/repo.git',
    'git::https://example.com/repo.git',
    'ssh://git@example.com/repo',
    'org-1@example.com:org/repo',
    'file:///srv/repo.git',
  ])('from %s', (place) => {
    for (const text of [
      `resources: ["${place}"]`,
      `Components:\n- "${place}"`,
      `configMapGenerator: [{name: x, files: ["key=${place}"]}]`,
      `patches: [{path: "${place}"}]`,
      `openapi: {path: "${place}"}`,
      `helmGlobals: {chartHome: "${place}"}`,
    ]) {
      write('k/kustomization.yaml', text);
      expect(readOverlay(join(folder, 'k'))?.refused, text).toContain('nothing is fetched from the network');
    }
  });

  test('by a base of a base, which is named', () => {
    write('a/kustomization.yaml', 'resources: [../b]');
    write('b/kustomization.yaml', 'resources: [../c]');
    write('c/kustomization.yaml', 'resources: ["https://example.com/x"]');
    expect(readOverlay(join(folder, 'a'))?.refused).toMatch(/https:\/\/example\.com\/x \(in \.\.\/c\)/);
  });

  test('though words for objects may look like places', () => {
    write(
      'a/kustomization.yaml',
      'commonAnnotations: {docs: "https://example.com"}\nimages: [{name: a, newName: github.com/a/b}]\nconfigMapGenerator: [{name: x, literals: ["url=https://example.com"]}]\n',
    );
    expect(readOverlay(join(folder, 'a'))?.refused).toBeUndefined();
  });

  test.each([
    ['helmCharts: [{name: x}]', '--enable-helm'],
    ['a: [', 'line'],
    ['a: 1\n---\nresources: [x]', 'not one map'],
    ['[]', 'not one map'],
  ])('and nothing is built from %s', (text, reason) => {
    write('a/kustomization.yaml', text);
    expect(readOverlay(join(folder, 'a'))?.refused).toContain(reason);
  });
});

test('bases that lead to each other end', () => {
  write('a/kustomization.yaml', 'resources: [../b]');
  write('b/kustomization.yaml', 'resources: [../a]');
  expect([...readOverlay(join(folder, 'a'))!.bases]).toEqual([join(folder, 'b')]);
});
