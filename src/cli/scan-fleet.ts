import { severities, type FleetReport } from '../core/index.ts';
import type { FoundPolicy } from '../library/policy-file.ts';
import { scanFleet } from '../library/scan-fleet.ts';
import type { OutcomeOptions } from '../report/outcome.ts';
import { findCommand, type Arguments } from './arguments.ts';
import { checkFleetOutputs, deliverFleet } from './formatted-fleet.ts';
import { nextCall, quoted } from './next-call.ts';
import type { Output } from './outputs.ts';
import { startFleetProgress } from './progress.ts';
import { clusterScan } from './scan-cluster.ts';
import { namedContexts } from './which-cluster.ts';

/**
 * `plimsoll scan --cluster A --cluster B`, `plimsoll scan --all-contexts` and `plimsoll scan` of several snapshots: answers with
 * the exit code.
 */
export async function runFleetScan(
  given: Arguments,
  policyFile: FoundPolicy,
  outputs: readonly Output[],
  failing: OutcomeOptions,
  snapshots: readonly string[],
): Promise<number> {
  checkFleetOutputs(outputs);
  const { context: _, ...scan } = clusterScan(given, policyFile);
  const progress = startFleetProgress();
  const onProgress = progress.report;
  const deliverIt = (fleet: FleetReport, scanOf: (name: string) => string): Promise<number> => {
    const worst = worstCluster(fleet);
    const next = worst === undefined ? {} : { nextCommand: scanOf(worst) };
    return deliverFleet(fleet, given, outputs, { failing, severities: policyFile.severities, ...next });
  };
  if (snapshots.length > 0) {
    const { scanSnapshots } = await import('../library/scan-snapshots.ts');
    const fleet = await scanSnapshots({ ...scan, files: snapshots, onProgress }).finally(progress.stop);
    return deliverIt(fleet, (name) => `${nextCall(command, { ...given, operands: [] }, notNext)} ${quoted(name)}`);
  }
  const contexts = given.has('all-contexts') ? {} : { contexts: await namedContexts(given) };
  const fleet = await scanFleet({ ...scan, ...contexts, onProgress }).finally(progress.stop);
  return deliverIt(fleet, (name) => `${nextCall(command, given, notNext)} --cluster ${quoted(name)}`);
}

const command = findCommand('scan');
/** What a scan of one of them says in another way, or not. */
const notNext = ['cluster', 'all-contexts', 'context', 'output', 'all'];

/** Where to look first. */
function worstCluster({ clusters }: FleetReport): string | undefined {
  const judged = clusters.flatMap((cluster) => ('report' in cluster ? [{ name: cluster.name, ...cluster.report.summary }] : []));
  const [worst] = judged.sort((a, b) => {
    const worse = severities.find((severity) => a.bySeverity[severity] !== b.bySeverity[severity]);
    return worse === undefined ? 0 : b.bySeverity[worse] - a.bySeverity[worse];
  });
  return worst?.name;
}
