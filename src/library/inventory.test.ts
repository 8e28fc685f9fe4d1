import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Anchor } from '../core/index.ts';
import { readInventory, type Inventory, type InventoryOptions } from './inventory.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'plimsoll-inventory-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const roles = { podTemplates: false, kinds: ['Role.rbac.authorization.k8s.io'] };

async function inventory(text: string, options: InventoryOptions = {}): Promise<{ read: Inventory; seen: string[]; anchors: Anchor[] }> {
  writeFileSync(join(folder, 'a.yaml'), text);
  const seen: string[] = [];
  const anchors: Anchor[] = [];
  const read = await readInventory({ cwd: folder, ...options }, roles, ({ resource, namespace, anchor }) => {
    seen.push(`${namespace}/${resource.ref.name}`);
    anchors.push(anchor(['rules', 0]));
  });
  return { read, seen, anchors };
}

const role = (name: string, namespace?: string): string =>
  `apiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nmetadata:\n  name: ${name}\n${namespace === undefined ? '' : `  namespace: ${namespace}\n`}rules:\n- verbs: [get]\n`;

test('objects of the kinds that are asked for are handed over, in the namespace that they will be in', async () => {
  const { read, seen } = await inventory(
    `${role('a', 'shop')}---\n${role('b')}---\napiVersion: v1\nkind: Namespace\nmetadata: {name: x}\n`,
    {
      namespace: 'default',
    },
  );
  expect(seen).toEqual(['shop/a', 'default/b']);
  expect(read).toMatchObject({ source: '1 file', files: 1, documents: 3, live: false, version: 35 });
});

test('an anchor says the line once everything was read', async () => {
  const { read, anchors } = await inventory(`${role('a', 'shop')}---\n${role('b', 'shop')}`);
  expect(anchors.map(({ location }) => location.line)).toEqual([7, 15]);
  expect(anchors.map((anchor) => read.fileOf(anchor))).toEqual(['a.yaml', 'a.yaml']);
});

test('what cannot be read is listed with its place', async () => {
  const { read, seen } = await inventory(`${role('a', 'shop')}---\napiVersion: rbac.authorization.k8s.io/v1\nkind: Role\nrules: [\n`);
  expect(seen).toEqual(['shop/a']);
  expect(read.unread).toMatchObject([{ file: 'a.yaml' }]);
});

test('an impossible namespace or version is refused before anything is read', async () => {
  await expect(inventory(role('a'), { namespace: 'A B' })).rejects.toThrow('cannot be the name of a namespace');
  await expect(inventory(role('a'), { kubernetesVersion: '3' })).rejects.toThrow('is no Kubernetes version');
});
