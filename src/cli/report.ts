import { statSync } from 'node:fs';
import type { Report } from '../core/index.ts';
import { mergeReports } from '../library/merge-reports.ts';
import { readAnyReport, readReport } from '../library/read-report.ts';
import { OptionError } from '../options/option-error.ts';
import { outcome, type FailOn, type OutcomeOptions } from '../report/outcome.ts';
import type { Arguments } from './arguments.ts';
import { scanFormats } from './commands/scan.ts';
import { deliver } from './deliver.ts';
import { formattedReport } from './formatted-report.ts';
import { fileWord, forCluster, outputsOf, type Output } from './outputs.ts';
import { unreadTexts } from './unread.ts';

/** `plimsoll report`: writes a report in other formats, and answers with the exit code. */
export async function runReport(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, scanFormats);
  const [file, second] = given.operands;
  if (file === undefined) throw new OptionError(['which report?', 'write plimsoll report REPORT.json, or - for standard input']);
  if (second !== undefined) throw new OptionError(['plimsoll report takes one report', 'make one of them first: plimsoll merge']);
  const report = readAnyReport(file);
  if (!('clusters' in report)) return write(report, given, outputs);
  const { checkFleetOutputs, deliverFleet } = await import('./formatted-fleet.ts');
  checkFleetOutputs(outputs);
  return deliverFleet(report, given, outputs, { failing: failingOf(given), time: () => lastWritten(given.operands) });
}

/** `plimsoll merge`: makes one report of several, and answers with the exit code. */
export async function runMerge(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, scanFormats, 'json');
  const files = given.operands;
  if (files.length === 0) throw new OptionError(['which reports?', 'write plimsoll merge A.json B.json']);
  const twice = files.find((file, index) => files.indexOf(file) !== index);
  if (twice !== undefined) throw new OptionError([`the report ${twice} is named twice`, 'name each report once']);
  return write(mergeReports(files.map((file) => ({ name: file === '-' ? '<stdin>' : file, report: readReport(file) }))), given, outputs);
}

function write(report: Report, given: Arguments, outputs: readonly Output[]): Promise<number> {
  const failing = failingOf(given);
  const formatted = formattedReport(report, given, { failing, time: () => lastWritten(given.operands) });
  const { cluster } = report.target;
  const own = cluster === undefined ? outputs : forCluster(outputs, fileWord(cluster.context));
  return deliver(given, own, formatted, outcome(report, failing), unreadTexts(report.inputs.unread, cluster !== undefined));
}

/** Who only converts has the exit code of the scan already. */
function failingOf(given: Arguments): OutcomeOptions {
  const failOn = (given.value('fail-on') ?? 'none') as FailOn;
  return { failOn, allowUnreadable: failOn === 'none' || given.has('allow-unreadable') };
}

/** When the newest of the reports was written: the same files give the same bytes. */
function lastWritten(files: readonly string[]): Date {
  const times = files.map((file) => (file === '-' ? undefined : statSync(file, { throwIfNoEntry: false })?.mtimeMs) ?? Date.now());
  return new Date(Math.max(...times));
}
