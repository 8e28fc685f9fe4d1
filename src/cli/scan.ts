import type { Report } from '../core/index.ts';
import { policyFilePlaces, type FoundPolicy } from '../library/policy-file.ts';
import { scanInTwoThreads } from '../library/scan.ts';
import { snapshotsAmong } from '../library/snapshot-among.ts';
import { OptionError } from '../options/option-error.ts';
import { nextCommand } from '../report/next-command.ts';
import { outcome, type OutcomeOptions } from '../report/outcome.ts';
import type { Arguments } from './arguments.ts';
import { asCalled } from './called-as.ts';
import { checkClusterArguments, refuseChartArguments } from './cluster-arguments.ts';
import { clusterOptions } from './commands/options.ts';
import { scanFormats } from './commands/scan.ts';
import { deliver, type Formatted } from './deliver.ts';
import { formattedReport } from './formatted-report.ts';
import { manifestOptions } from './manifest-options.ts';
import { fileWord, forCluster, isPerCluster, outputsOf } from './outputs.ts';
import { failOn, policyFileOf, policyPlaceOf } from './policy-arguments.ts';
import { startProgress } from './progress.ts';
import { secondThread } from './second-thread.ts';
import { sourceLines } from './source-lines.ts';
import { unreadTexts } from './unread.ts';

/**
 * `plimsoll scan`: reads, judges, writes every output, and answers with the exit code. `program` is the file that was started, for a
 * second thread.
 */
export async function runScan(given: Arguments, program: string): Promise<number> {
  const outputs = outputsOf(given, scanFormats);
  const snapshots = snapshotsAmong(given.operands);
  const [snapshot] = snapshots;
  checkCombinations(given, snapshot);
  if (given.has('print-rbac')) return (await import('./print-rbac.ts')).printRole('scan', given);
  const policyFile = await policyFileOf(given);
  const perCluster = outputs.find(isPerCluster);
  if (perCluster !== undefined && snapshot === undefined && !given.has('cluster') && !given.has('all-contexts'))
    throw new OptionError([
      `--output ${perCluster.format}=${perCluster.file} is for clusters, and none is judged`,
      'name a file without {cluster}',
    ]);
  const settings = await settingsOf(given, policyFile, snapshots);
  const { failing, narrow, formatted } = settings;
  if (given.has('watch')) {
    if (snapshot !== undefined) throw new OptionError([`the snapshot ${snapshot} does not change`, 'leave out --watch']);
    const { runWatch } = await import('./watch.ts');
    return runWatch(given, outputs, settings, {
      places: policyFilePlaces(policyPlaceOf(given)),
      read: () => policyFileOf(given),
      settingsOf: (other) => settingsOf(given, other, snapshots),
    });
  }
  if (given.has('all-contexts') || given.values('cluster').length > 1 || snapshots.length > 1) {
    const { runFleetScan } = await import('./scan-fleet.ts');
    return runFleetScan(given, policyFile, outputs, failing, snapshots);
  }
  const report = await narrow(await reportOf(given, policyFile, program, snapshot));
  const { cluster } = report.target;
  const own = cluster === undefined ? outputs : forCluster(outputs, fileWord(snapshot ?? cluster.context));
  return deliver(given, own, formatted(report), outcome(report, failing), unreadTexts(report.inputs.unread, cluster !== undefined));
}

/** What becomes of a report, by the command line and a policy file. */
export interface Settings {
  readonly policyFile: FoundPolicy;
  readonly failing: OutcomeOptions;
  readonly narrow: (report: Report) => Promise<Report>;
  readonly formatted: (report: Report) => Formatted;
}

async function settingsOf(given: Arguments, policyFile: FoundPolicy, snapshots: readonly string[]): Promise<Settings> {
  const failing: OutcomeOptions = {
    failOn: failOn(given, policyFile),
    allowUnreadable: given.has('allow-unreadable') || given.has('allow-partial'),
  };
  const formatted = (report: Report): Formatted =>
    formattedReport(report, given, {
      failing,
      severities: policyFile.severities,
      ...(report.target.cluster === undefined ? { lines: sourceLines() } : {}),
      nextCommand: asCalled(nextCommand(report)),
    });
  return { policyFile, failing, formatted, narrow: await narrowing(given, policyFile, failing, snapshots) };
}

/** What is made of a report where only a part of it is wanted. */
async function narrowing(
  given: Arguments,
  policyFile: FoundPolicy,
  failing: OutcomeOptions,
  snapshots: readonly string[],
): Promise<(report: Report) => Promise<Report>> {
  if (!['baseline', 'write-baseline', 'changed-since'].some((name) => given.has(name))) return (report) => Promise.resolve(report);
  const { narrowed } = await import('./narrowed.ts');
  return narrowed(given, manifestOptions(given, policyFile), failing, snapshots);
}

async function reportOf(given: Arguments, policyFile: FoundPolicy, program: string, snapshot: string | undefined): Promise<Report> {
  if (!given.has('cluster') && snapshot === undefined) return manifestReport(given, policyFile, program);
  const { clusterReport, snapshotReport } = await import('./scan-cluster.ts');
  return snapshot === undefined ? clusterReport(given, policyFile, program) : snapshotReport(given, policyFile, snapshot);
}

async function manifestReport(given: Arguments, policyFile: FoundPolicy, program: string): Promise<Report> {
  const progress = startProgress();
  try {
    return await scanInTwoThreads({ ...manifestOptions(given, policyFile), onProgress: progress.report }, secondThread(program));
  } finally {
    progress.stop();
  }
}

/** Options of clusters that a snapshot takes too. */
const ofSnapshots: ReadonlySet<string> = new Set(['admission-config', 'allow-partial']);

/** @throws OptionError where options exclude each other. */
function checkCombinations(given: Arguments, snapshot: string | undefined): void {
  if (!given.has('cluster') && !given.has('all-contexts')) {
    if (snapshot !== undefined) refuseChartArguments(given, `the snapshot ${snapshot}`);
    if (snapshot !== undefined && given.has('partial'))
      throw new OptionError([
        `--partial and the snapshot ${snapshot} exclude each other`,
        'a cluster is whole; --namespace judges a part of it',
      ]);
    const stray = clusterOptions.find((name) => given.has(name) && (snapshot === undefined || !ofSnapshots.has(name)));
    if (stray !== undefined) throw new OptionError([`--${stray} goes with --cluster alone`, `write plimsoll scan --cluster --${stray}`]);
    return;
  }
  const [path] = given.operands;
  if (path !== undefined) throw new OptionError([`--cluster and the path ${path} exclude each other`, 'scan one after the other']);
  if (given.has('partial'))
    throw new OptionError(['--cluster and --partial exclude each other', 'a cluster is whole; --namespace judges a part of it']);
  checkClusterArguments(given);
  if (given.has('watch') && (given.has('all-contexts') || given.values('cluster').length > 1))
    throw new OptionError(['--watch follows one cluster', 'run it once for each of them']);
  if (given.has('watch') && given.has('verify-enforcement'))
    throw new OptionError(['--watch and --verify-enforcement exclude each other', 'the dry runs would be sent again and again']);
  const named = given.values('cluster').find((name) => name !== '');
  if (given.has('all-contexts') && (named !== undefined || given.has('context')))
    throw new OptionError(['--all-contexts names every cluster', 'leave out the name of one']);
}
