import { controls } from '../controls/index.ts';
import type { FleetCluster, FleetReport, Report } from '../core/index.ts';
import { fleetAsOne } from '../library/merge-reports.ts';
import { OptionError } from '../options/option-error.ts';
import { withSeverities } from '../options/policy-options.ts';
import { findFormat } from '../report/formats/index.ts';
import { fleetOutcome } from '../report/fleet-outcome.ts';
import { formatFleetText } from '../report/fleet-text.ts';
import type { Arguments } from './arguments.ts';
import { deliver, writeFiles, type Formatted } from './deliver.ts';
import { formattedReport, timeOf, type FormattedOptions } from './formatted-report.ts';
import { clusterWord, fileWord, forCluster, isPerCluster, type Output } from './outputs.ts';
import { textOptions } from './text-options.ts';
import { unreadTexts } from './unread.ts';

/** Writes the report of several clusters to every output, files of single clusters first, and answers with the exit code. */
export async function deliverFleet(
  fleet: FleetReport,
  given: Arguments,
  outputs: readonly Output[],
  options: FormattedOptions,
): Promise<number> {
  const { nextCommand: _, ...ofOne } = options;
  const { together, apart } = fleetOutputs(fleet, outputs);
  const done = fleetOutcome(fleet, options.failing);
  // How the run ended is said once, of all of them.
  for (const { report, outputs: own } of apart) await writeFiles(own, formattedReport(report, given, ofOne));
  return deliver(given, together, formattedFleet(fleet, given, options), done, fleet.clusters.flatMap(unreadOf));
}

function unreadOf(cluster: FleetCluster): string[] {
  const texts = 'report' in cluster ? unreadTexts(cluster.report.inputs.unread, true) : cluster.failure.slice(0, 1);
  return texts.map((text) => `${cluster.name}: ${text}`);
}

/** The report of several clusters in whatever format is asked for. */
function formattedFleet(fleet: FleetReport, given: Arguments, options: FormattedOptions): Formatted {
  const { failing, severities, time = () => new Date(), ...text } = options;
  return async (name, onStdout) => {
    const entry = findFormat(name);
    if (entry === undefined) return formatFleetText(fleet, { ...textOptions(given, failing, onStdout), ...text });
    const own = { controls: withSeverities(controls, severities), time: timeOf(judged(fleet), time) };
    const format = await entry.loadFleet?.();
    return format === undefined
      ? (await entry.load())(fleetAsOne(fleet), { ...own, clusters: fleet.clusters.map(({ name: cluster }) => cluster) })
      : format(fleet, own);
  };
}

function judged({ clusters }: FleetReport): { readonly name: string; readonly report: Report }[] {
  return clusters.flatMap((cluster) => ('report' in cluster ? [cluster] : []));
}

/** @throws OptionError where a format holds one cluster alone, and is asked to hold several. */
export function checkFleetOutputs(outputs: readonly Output[]): void {
  for (const output of outputs) {
    const { name, extension, oneCluster } = findFormat(output.format) ?? {};
    if (oneCluster !== undefined && !isPerCluster(output))
      throw new OptionError([
        `several clusters cannot be told as one ${name}: ${oneCluster}`,
        `write one for each of them: --output '${name}=${name}-${clusterWord}${extension}'`,
      ]);
  }
}

/** What is to be written of a fleet: as a whole, and for each cluster that was judged where a file is named for it. */
function fleetOutputs(
  fleet: FleetReport,
  outputs: readonly Output[],
): { readonly together: Output[]; readonly apart: { readonly report: Report; readonly outputs: Output[] }[] } {
  const perCluster = outputs.filter(isPerCluster);
  const words = new Set<string>();
  const apart = judged(fleet).map(({ name, report }) => {
    const plain = fileWord(name);
    let word = plain;
    // Some file systems take upper and lower case for the same.
    for (let number = 2; words.has(word.toLowerCase()); number++) word = `${plain}-${number}`;
    words.add(word.toLowerCase());
    return { report, outputs: forCluster(perCluster, word) };
  });
  return { together: outputs.filter((output) => !isPerCluster(output)), apart };
}
