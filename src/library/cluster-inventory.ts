import { resolve } from 'node:path';
import { OptionError } from '../options/option-error.ts';
import { readVersion } from '../options/target.ts';
import { connect, patienceOf, readCluster, serverVersion, type Connection } from '../sources/cluster/index.ts';
import { DamagedSnapshot, openSnapshot, type OpenSnapshot } from '../sources/snapshot/index.ts';
import type { Fold, Inventory, InventoryKinds, InventoryOptions } from './inventory.ts';
import { granted } from './granted.ts';
import { together } from './scan-snapshot.ts';

/** `readInventory` of a cluster. */
export async function clusterInventory(options: InventoryOptions, kinds: InventoryKinds, fold: Fold): Promise<Inventory> {
  return inventoryOf(granted<Connection>(await connect(options.cluster ?? {})), options, kinds, fold);
}

/** `readInventory` of a snapshot, which holds what scans read. */
export async function snapshotInventory(file: string, options: InventoryOptions, kinds: InventoryKinds, fold: Fold): Promise<Inventory> {
  const { manifest, connection } = granted<OpenSnapshot>(await openSnapshot(resolve(options.cwd ?? '.', file), file));
  try {
    const namespaces = options.namespaces ?? manifest.namespaces;
    const podTemplates = together(options.podTemplates ?? [], manifest.podTemplates);
    return await inventoryOf(connection, { ...options, podTemplates, ...(namespaces === undefined ? {} : { namespaces }) }, kinds, fold);
  } catch (error) {
    throw error instanceof DamagedSnapshot ? new OptionError(error.refusal.refused) : error;
  }
}

async function inventoryOf(connection: Connection, options: InventoryOptions, kinds: InventoryKinds, fold: Fold): Promise<Inventory> {
  const { cluster, kubernetesVersion, namespaces, podTemplates = [], onProgress } = options;
  try {
    const patience = patienceOf(cluster?.patience);
    const version = granted<string>(await serverVersion(connection, patience));
    const totals = granted(
      await readCluster(
        connection,
        {
          kinds: kinds.kinds,
          workloads: kinds.podTemplates,
          podTemplates,
          patience,
          ...(namespaces === undefined ? {} : { namespaces: [...new Set(namespaces)] }),
          ...(onProgress === undefined ? {} : { onProgress }),
        },
        fold.add,
      ),
    );
    return {
      ...fold.result(),
      source: connection.recorded === undefined ? `the cluster ${connection.context}` : `a snapshot of the cluster ${connection.context}`,
      version: readVersion(kubernetesVersion ?? version).minor,
      live: true,
      files: 0,
      documents: totals.documents,
      unlisted: totals.unlisted.map(({ resource }) => resource),
    };
  } finally {
    connection.close();
  }
}
