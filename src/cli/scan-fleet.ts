import { controls } from '../controls/index.ts';
import { severities, type FleetReport } from '../core/index.ts';
import type { FoundPolicy } from '../library/policy-file.ts';
import { scanFleet } from '../library/scan-fleet.ts';
import { fleetOutcome } from '../report/fleet-outcome.ts';
import { OptionError } from '../options/option-error.ts';
import type { OutcomeOptions } from '../report/outcome.ts';
import { findCommand, type Arguments } from './arguments.ts';
import { fleetFormats } from './commands/scan.ts';
import { deliver } from './deliver.ts';
import { nextCall, quoted } from './next-call.ts';
import type { Output } from './outputs.ts';
import { startFleetProgress } from './progress.ts';
import { clusterScan } from './scan-cluster.ts';
import { namedContexts } from './which-cluster.ts';
import { textOptions } from './text-options.ts';

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
  const other = outputs.find(({ format }) => !fleetFormats.includes(format));
  if (other !== undefined)
    throw new OptionError([
      `several clusters cannot be told as ${other.format}`,
      `write ${fleetFormats.join(', ')}, or scan one after the other`,
    ]);
  const { context: _, ...scan } = clusterScan(given, policyFile);
  const progress = startFleetProgress();
  const onProgress = progress.report;
  if (snapshots.length > 0) {
    const { scanSnapshots } = await import('../library/scan-snapshots.ts');
    const fleet = await scanSnapshots({ ...scan, files: snapshots, onProgress }).finally(progress.stop);
    return deliverFleet(
      fleet,
      given,
      outputs,
      failing,
      (name) => `${nextCall(command, { ...given, operands: [] }, notNext)} ${quoted(name)}`,
    );
  }
  const contexts = given.has('all-contexts') ? {} : { contexts: await namedContexts(given) };
  const fleet = await scanFleet({ ...scan, ...contexts, onProgress }).finally(progress.stop);
  return deliverFleet(fleet, given, outputs, failing, (name) => `${nextCall(command, given, notNext)} --cluster ${quoted(name)}`);
}

const command = findCommand('scan');
/** What a scan of one of them says in another way, or not. */
const notNext = ['cluster', 'all-contexts', 'context', 'output', 'all'];

/** Writes the report of several clusters in every format; `scanOf` is the command that shows the findings of one of them. */
async function deliverFleet(
  fleet: FleetReport,
  given: Arguments,
  outputs: readonly Output[],
  failing: OutcomeOptions,
  scanOf: (name: string) => string,
): Promise<number> {
  const next = worstCluster(fleet);
  const formatted = async (format: string, onStdout: boolean): Promise<Iterable<string>> => {
    if (format === 'json') return (await import('../report/fleet-json.ts')).formatFleetJson(fleet);
    if (format === 'sarif') return (await import('../report/sarif.ts')).formatFleetSarif(fleet, { controls });
    const { formatFleetText } = await import('../report/fleet-text.ts');
    return formatFleetText(fleet, {
      ...textOptions(given, failing, onStdout),
      ...(next === undefined ? {} : { nextCommand: scanOf(next) }),
    });
  };
  return deliver(given, outputs, formatted, fleetOutcome(fleet, failing));
}

/** Where to look first. */
function worstCluster({ clusters }: FleetReport): string | undefined {
  const judged = clusters.flatMap((cluster) => ('report' in cluster ? [{ name: cluster.name, ...cluster.report.summary }] : []));
  const [worst] = judged.sort((a, b) => {
    const worse = severities.find((severity) => a.bySeverity[severity] !== b.bySeverity[severity]);
    return worse === undefined ? 0 : b.bySeverity[worse] - a.bySeverity[worse];
  });
  return worst?.name;
}
