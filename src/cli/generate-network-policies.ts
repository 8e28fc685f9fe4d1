import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { reasonOf, undoInterrupted, writeFiles, type FileChange } from '../files/index.ts';
import { ownFirstLine } from '../library/network-policies-yaml.ts';
import { startPolicyGenerator, type PolicyFile } from '../library/network-policies.ts';
import { snapshotsAmong } from '../library/snapshot-among.ts';
import { OptionError } from '../options/option-error.ts';
import { formatPolicyGeneration } from '../report/network-policies-text.ts';
import { printable } from '../report/printable.ts';
import type { Arguments } from './arguments.ts';
import { untilInterrupted } from './interrupt.ts';
import { inventoryOf, isWhole, takeInventory } from './inventory.ts';
import { tell, writeStream } from './output.ts';
import { policyFileOf } from './policy-arguments.ts';
import { terminalOf } from './terminal.ts';

/** `plimsoll generate network-policies`: answers with the exit code. */
export async function runGenerateNetworkPolicies(given: Arguments, paths: readonly string[]): Promise<number> {
  const { systemNamespaces } = await policyFileOf(given, paths);
  const generator = startPolicyGenerator({
    apiServer: given.values('api-server'),
    nodes: given.values('nodes'),
    system: given.has('system'),
    ...(systemNamespaces === undefined ? {} : { systemNamespaces }),
    live: given.has('cluster') || snapshotsAmong(paths).length > 0,
    check: given.has('check'),
  });
  const inventory = await takeInventory(await inventoryOf(given, paths), generator.kinds, generator.visit);
  if (!isWhole(inventory, given)) return 2;
  const { files, review } = generator.finish(inventory, { recorded: snapshotsAmong(paths).length > 0 });
  const folder = given.value('output');
  const fails = (review.check?.failing.length ?? 0) > 0;
  // A check without a folder is about the check.
  const prints = folder === undefined && review.check === undefined;
  if (folder !== undefined && !fails) await write(folder, files);
  if (prints)
    await writeStream(
      process.stdout,
      files.map(({ text }) => text),
    );
  // Standard output is for kubectl where it holds the policies.
  const { width } = terminalOf(given, prints ? 2 : 1);
  const lines = [...formatPolicyGeneration(review, { width, all: given.has('all') })];
  if (folder !== undefined && fails) tell('plimsoll: nothing was written: connections that are evidenced would not pass\n');
  if (!given.has('quiet')) {
    if (prints) tell(lines.join(''));
    else await writeStream(process.stdout, lines);
  }
  return fails ? 1 : 0;
}

/** All files or none; a file that nobody generated stays as it is. */
async function write(folder: string, files: readonly PolicyFile[]): Promise<void> {
  try {
    mkdirSync(folder, { recursive: true });
  } catch (error) {
    throw new OptionError([`the folder cannot be made: ${reasonOf(error)}`, folder, 'name a folder that can be written']);
  }
  const [stuck] = undoInterrupted([folder]).refused;
  if (stuck !== undefined)
    throw new OptionError(['an interrupted run cannot be undone', stuck.path, `${stuck.reason}: settle that first, then run again`]);
  const changes = files.map(({ namespace, text }): FileChange => {
    const path = join(folder, fileName(namespace));
    return { path, before: ownFile(path), after: Buffer.from(text) };
  });
  const { refused } = await untilInterrupted((signal) => writeFiles(changes, { roots: [folder], atomic: true, signal }));
  if (refused.length === 0) return;
  throw new OptionError([
    'nothing was written',
    ...refused.map(({ path, reason }) => `${printable(path)}: ${printable(reason)}`),
    'name another folder, or make this one writable',
  ]);
}

/** A name of a namespace is one label of DNS; what is none has no file. */
function fileName(namespace: string | undefined): string {
  if (namespace === undefined) return 'network-policies.yaml';
  if (!/^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/.test(namespace))
    throw new OptionError([
      `"${namespace}" is no name of a namespace, so it can have no file`,
      'correct the manifest, or leave out --output',
    ]);
  return `${namespace}.network-policies.yaml`;
}

/** What a run before has written; undefined where there is nothing yet. */
function ownFile(path: string): Uint8Array | undefined {
  if (!existsSync(path)) return undefined;
  const before = readFileSync(path);
  if (before.subarray(0, ownFirstLine.length).toString() === ownFirstLine) return before;
  throw new OptionError([`${path} was not generated, and is not overwritten`, 'name another folder, or move the file']);
}
