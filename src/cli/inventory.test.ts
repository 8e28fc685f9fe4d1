import { afterEach, expect, test, vi } from 'vitest';
import { parseArguments } from './arguments.ts';
import type { Command } from './commands/index.ts';
import { inventoryOptions } from './commands/options.ts';
import { inventoryOf, isWhole, takeInventory } from './inventory.ts';

afterEach(() => {
  vi.restoreAllMocks();
});

const command: Command = { name: 'scan', summary: '', operands: '[PATH…]', about: [], options: inventoryOptions, examples: [] };

async function optionsOf(...argv: string[]): Promise<unknown> {
  return inventoryOf(parseArguments(command, argv));
}

test('paths and a namespace are those of manifests', async () => {
  expect(await optionsOf('a.yaml', '-n', 'shop')).toEqual({ paths: ['a.yaml'], namespace: 'shop', podTemplates: [], charts: {} });
  expect(await optionsOf()).toEqual({ podTemplates: [], charts: {} });
});

test('a cluster is asked in several namespaces, with what says how', async () => {
  expect(await optionsOf('--cluster', '-n', 'a', '-n', 'b', '--as', 'jo', '--timeout', '1m')).toMatchObject({
    cluster: { as: 'jo', patience: { all: 60_000 } },
    namespaces: ['a', 'b'],
  });
});

test('what excludes each other is refused', async () => {
  await expect(optionsOf('--cluster', '--', 'a.yaml')).rejects.toThrow('exclude each other');
  await expect(optionsOf('a.yaml', '--as', 'jo')).rejects.toThrow('--as goes with --cluster alone');
  await expect(optionsOf('a.yaml', '-n', 'a', '-n', 'b')).rejects.toThrow('says once');
  await expect(optionsOf('--cluster', '--allow-unreadable')).rejects.toThrow('--allow-partial');
});

test('what was not read is told, and only stands where the user accepts it', async () => {
  const told = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const read = await takeInventory(
    { paths: ['no-such-folder'] },
    { podTemplates: false, kinds: ['Role.rbac.authorization.k8s.io'] },
    () => undefined,
  );
  expect(read.unread).toHaveLength(1);
  expect(isWhole(read, parseArguments(command, []))).toBe(false);
  expect(told.mock.calls.flat().join('')).toMatch(/^plimsoll: no-such-folder:1: unread: .*\n.*--allow-unreadable/);
  expect(isWhole(read, parseArguments(command, ['--allow-unreadable']))).toBe(true);
});

test('an empty input is no answer', async () => {
  vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  const read = await takeInventory({ paths: ['LICENSE'] }, { podTemplates: false, kinds: [] }, () => undefined);
  expect(isWhole({ ...read, documents: 0, unread: [] }, parseArguments(command, ['--allow-unreadable']))).toBe(false);
});
