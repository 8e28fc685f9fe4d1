import { snapshotsAmong } from '../library/snapshot-among.ts';
import { readInventory, type Inventory, type InventoryKinds, type InventoryOptions, type Seen } from '../library/inventory.ts';
import { OptionError } from '../options/option-error.ts';
import { counted } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import type { Arguments } from './arguments.ts';
import { chartOptions } from './chart-arguments.ts';
import { checkClusterArguments } from './cluster-arguments.ts';
import { inventoryOptions } from './commands/options.ts';
import { tell } from './output.ts';
import { policyFileOf } from './policy-arguments.ts';
import { startClusterProgress } from './progress.ts';

/**
 * What the command line says of where to read from; `paths` are those of its operands that are some.
 * @throws OptionError where options exclude each other.
 */
export async function inventoryOf(given: Arguments, paths: readonly string[] = given.operands): Promise<InventoryOptions> {
  const { podTemplates = [], kubernetesVersion: usual } = await policyFileOf(given, paths);
  const kubernetesVersion = given.value('kubernetes-version') ?? usual;
  const version = kubernetesVersion === undefined ? {} : { kubernetesVersion };
  const namespaces = given.values('namespace');
  const inNamespaces = namespaces.length === 0 ? {} : { namespaces };
  if (given.has('cluster')) {
    const [path] = paths;
    if (path !== undefined) throw new OptionError([`--cluster and the path ${path} exclude each other`, 'read one after the other']);
    checkClusterArguments(given);
    const { connectionOf, namedContexts } = await import('./which-cluster.ts');
    const [context] = await namedContexts(given);
    return {
      cluster: { ...connectionOf(given), ...(context === undefined ? {} : { context }) },
      podTemplates,
      ...version,
      ...inNamespaces,
    };
  }
  const [snapshot] = snapshotsAmong(paths);
  const stray = ofClusters.find((name) => given.has(name) && (snapshot === undefined || name !== 'allow-partial'));
  if (stray !== undefined) throw new OptionError([`--${stray} goes with --cluster alone`, `add --cluster`]);
  const where = paths.length === 0 ? {} : { paths };
  if (snapshot !== undefined) return { ...where, podTemplates, ...version, ...inNamespaces };
  const [namespace, another] = namespaces;
  if (another !== undefined)
    throw new OptionError(['--namespace says once where manifests will be applied', 'with --cluster it may be given several times']);
  return { ...where, podTemplates, ...chartOptions(given), ...version, ...(namespace === undefined ? {} : { namespace }) };
}

const ofManifests: ReadonlySet<string> = new Set(['cluster', 'namespace', 'kubernetes-version', 'allow-unreadable', 'config']);
const ofClusters: readonly string[] = inventoryOptions.map(({ name }) => name).filter((name) => !ofManifests.has(name));

/** Reads what the command line names, with a line of progress for whoever waits. */
export async function takeInventory(options: InventoryOptions, kinds: InventoryKinds, visit: (seen: Seen) => void): Promise<Inventory> {
  if (options.cluster === undefined) return readInventory(options, kinds, visit);
  const progress = startClusterProgress();
  try {
    return await readInventory({ ...options, onProgress: progress.report }, kinds, visit);
  } finally {
    progress.stop();
  }
}

/**
 * Lists on standard error what could not be read, and says whether an answer from the rest may stand: it may not where
 * anything is missing that the user did not accept, nor where nothing was read at all. The exit code is then 2.
 */
export function isWhole(inventory: Inventory, given: Arguments): boolean {
  const { unread, live, documents } = inventory;
  for (const { file, line, reason } of unread)
    tell(`plimsoll: ${printable(file)}${live ? '' : `:${line}`}: unread: ${printable(reason)}\n`);
  if (documents === 0 && unread.length === 0) {
    tell('plimsoll: nothing to read: no Kubernetes object in the input\n');
    return false;
  }
  if (unread.length === 0 || given.has(live ? 'allow-partial' : 'allow-unreadable')) return true;
  const what = live ? counted(unread.length, 'part') : counted(unread.length, 'document');
  const accepting = live ? '--allow-partial' : '--allow-unreadable';
  tell(`plimsoll: ${what} could not be read (${accepting} accepts that)\n`);
  return false;
}
