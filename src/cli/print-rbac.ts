import type { InventoryKinds } from '../library/inventory.ts';
import { startPolicyGenerator } from '../library/network-policies.ts';
import { startPathsReading } from '../library/paths.ts';
import type { FoundPolicy } from '../library/policy-file.ts';
import { startReachReading } from '../library/reach.ts';
import { startRights } from '../library/rights/rights.ts';
import { OptionError } from '../options/option-error.ts';
import { needsDefinition } from '../options/rights-resource.ts';
import { readVersion } from '../options/target.ts';
import { clusterRole } from '../sources/cluster/index.ts';
import type { Arguments } from './arguments.ts';
import { checkClusterArguments } from './cluster-arguments.ts';
import { writeStream } from './output.ts';
import { policyFileOf } from './policy-arguments.ts';

/** `--print-rbac`: the permissions that a command takes on a cluster; nobody is asked for anything. */
export async function printRole(command: string, given: Arguments): Promise<number> {
  if (!given.has('cluster') && !given.has('all-contexts') && command !== 'snapshot')
    throw new OptionError(['--print-rbac goes with --cluster alone', `write plimsoll ${command} --cluster --print-rbac`]);
  checkClusterArguments(given);
  await writeStream(process.stdout, [await roleOf(command, given, await policyFileOf(given, []))]);
  return 0;
}

async function roleOf(command: string, given: Arguments, policyFile: FoundPolicy): Promise<string> {
  if (command === 'scan' || command === 'waivers' || command === 'snapshot') {
    const { clusterScan } = await import('./scan-cluster.ts');
    const options = clusterScan(given, policyFile);
    if (command === 'snapshot') return (await import('../library/snapshot-cluster.ts')).snapshotRoleFor(options);
    return (await import('../library/scan-cluster.ts')).clusterRoleFor({ ...options, watch: given.has('watch') });
  }
  const { kinds, podTemplates: workloads } = kindsOf(command, given);
  const inNamespaces = !readsAll.has(command) && given.has('namespace');
  const version = readVersion(given.value('kubernetes-version') ?? policyFile.kubernetesVersion).minor;
  return clusterRole(kinds, policyFile.podTemplates ?? [], { command, version, workloads, inNamespaces });
}

/** What `--namespace` names is what they are asked about; they read all. */
const readsAll: ReadonlySet<string> = new Set(['can', 'who-can', 'permissions', 'grants']);

function kindsOf(command: string, { operands, has }: Arguments): InventoryKinds {
  switch (command) {
    case 'reach':
      return startReachReading().kinds;
    case 'paths':
    case 'plan':
      return startPathsReading(true).kinds;
    case 'generate':
      return operands[0] === 'role' ? startRights().kinds : startPolicyGenerator({ live: true, check: has('check') }).kinds;
    default: {
      const resource = operands[command === 'can' ? 2 : 1];
      const asks = command === 'can' || command === 'who-can';
      return startRights({ definitions: asks && (resource === undefined || needsDefinition(resource)) }).kinds;
    }
  }
}
