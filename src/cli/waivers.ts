import { controls } from '../controls/index.ts';
import type { Report } from '../core/index.ts';
import type { FoundPolicy } from '../library/policy-file.ts';
import { scanInTwoThreads } from '../library/scan.ts';
import { snapshotsAmong } from '../library/snapshot-among.ts';
import { OptionError } from '../options/option-error.ts';
import { outcome, type Outcome } from '../report/outcome.ts';
import { formatWaiversJson, formatWaiversText, waiverList } from '../report/waivers.ts';
import type { Arguments } from './arguments.ts';
import { checkClusterArguments } from './cluster-arguments.ts';
import { waiverFormats } from './commands/waivers.ts';
import { manifestOptions } from './manifest-options.ts';
import { tell, writeFile, writeStream } from './output.ts';
import { outputsOf } from './outputs.ts';
import { policyFileOf } from './policy-arguments.ts';
import { startProgress } from './progress.ts';
import { secondThread } from './second-thread.ts';
import { terminalOf } from './terminal.ts';
import { tellUnread, unreadTexts } from './unread.ts';

const ofWaivers: ReadonlySet<string> = new Set(controls.filter(({ subject }) => subject.reads.waivers === true).map(({ id }) => id));

/** `plimsoll waivers`: scans, lists the waivers, and answers with the exit code. `program` is the file that was started. */
export async function runWaivers(given: Arguments, program: string): Promise<number> {
  const outputs = outputsOf(given, waiverFormats);
  const [path] = given.operands;
  if (given.has('cluster') && path !== undefined)
    throw new OptionError([`--cluster and the path ${path} exclude each other`, 'list one after the other']);
  // All findings are asked for: one that is left out would leave its waiver unused.
  const { minSeverity: _, ...policyFile } = await policyFileOf(given);
  const report = await reportOf(given, policyFile, program);
  const list = waiverList(report, (control) => ofWaivers.has(control));
  const formatted = (format: string, onStdout: boolean): Iterable<string> => {
    if (format === 'json') return formatWaiversJson(list);
    return formatWaiversText(list, onStdout ? terminalOf(given) : { color: given.has('color'), width: 100 });
  };
  for (const { file: to, format } of outputs) {
    if (to === undefined) await writeStream(process.stdout, formatted(format, true));
    else await writeFile(to, formatted(format, false));
  }
  const done: Outcome = outcome(report, { failOn: 'none', allowUnreadable: given.has('allow-unreadable') || given.has('allow-partial') });
  if (done.exitCode === 2) tellUnread(unreadTexts(report.inputs.unread, report.target.cluster !== undefined));
  if (done.exitCode !== 0) tell(`plimsoll: ${done.reason}\n`);
  return done.exitCode === 0 && list.faults.length > 0 ? 1 : done.exitCode;
}

async function reportOf(given: Arguments, policyFile: FoundPolicy, program: string): Promise<Report> {
  const [snapshot] = snapshotsAmong(given.operands);
  if (given.has('cluster') || snapshot !== undefined) {
    checkClusterArguments(given);
    const { clusterReport, snapshotReport } = await import('./scan-cluster.ts');
    return snapshot === undefined ? clusterReport(given, policyFile, program) : snapshotReport(given, policyFile, snapshot);
  }
  const progress = startProgress();
  try {
    return await scanInTwoThreads({ ...manifestOptions(given, policyFile), onProgress: progress.report }, secondThread(program));
  } finally {
    progress.stop();
  }
}
