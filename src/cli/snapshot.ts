import type { SnapshotSummary } from '../library/snapshot-cluster.ts';
import { OptionError } from '../options/option-error.ts';
import { counted } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import type { Arguments } from './arguments.ts';
import { asCalled } from './called-as.ts';
import { checkClusterArguments } from './cluster-arguments.ts';
import { untilInterrupted } from './interrupt.ts';
import { tell, writeStream } from './output.ts';
import { policyFileOf } from './policy-arguments.ts';
import { startClusterProgress } from './progress.ts';
import { clusterScan } from './scan-cluster.ts';
import { namedContexts } from './which-cluster.ts';

/** `plimsoll snapshot`: records a cluster, and answers with the exit code. */
export async function runSnapshot(given: Arguments): Promise<number> {
  const file = given.value('output');
  if (file === undefined) throw new OptionError(['where to?', 'write plimsoll snapshot --cluster -o FILE']);
  const [operand] = given.operands;
  if (operand !== undefined)
    throw new OptionError([`plimsoll snapshot takes no path, and ${operand} is one`, `write plimsoll snapshot --cluster -o ${operand}`]);
  checkClusterArguments(given);
  const policyFile = await policyFileOf(given);
  const [context] = await namedContexts(given);
  const { takeSnapshot } = await import('../library/snapshot-cluster.ts');
  const progress = startClusterProgress();
  const options = {
    ...clusterScan(given, policyFile),
    ...(context === undefined ? {} : { context }),
    file,
    overwrite: given.has('force'),
    onProgress: progress.report,
  };
  const snapshot = await takeSnapshot(options).finally(progress.stop);
  try {
    await untilInterrupted(() => snapshot.write());
  } finally {
    snapshot.close();
  }
  const { summary } = snapshot;
  if (!given.has('quiet')) await writeStream(process.stdout, lines(summary, file));
  const { unread } = summary;
  for (const { reason } of unread) tell(`plimsoll: not recorded: ${printable(reason)}\n`);
  return unread.length === 0 || given.has('allow-partial') ? 0 : 2;
}

function lines({ context, version, objects, bytes, sha256 }: SnapshotSummary, file: string): string[] {
  const size = bytes < 1e6 ? `${Math.ceil(bytes / 1e3)} kB` : `${(bytes / 1e6).toFixed(1)} MB`;
  return [
    `${printable(context)}, API server ${printable(version)}: ${counted(objects, 'object')} in ${printable(file)}, ${size}\n`,
    `SHA-256 ${sha256}\n`,
    `next: ${asCalled(`plimsoll scan ${printable(file)}`)}\n`,
  ];
}
