import { createHash } from 'node:crypto';
import { controls } from '../controls/index.ts';
import type { PathsReport, PlanReport } from '../core/index.ts';
import { snapshotsAmong } from '../library/snapshot-among.ts';
import { pathsQuestion, pathsReport, planReport, startPathsReading, type PathsQuestion, type PathsWorld } from '../library/paths.ts';
import { OptionError } from '../options/option-error.ts';
import type { Outcome } from '../report/outcome.ts';
import { formatPathsDot, formatPathsMermaid, pathsGraph } from '../report/paths/paths-graph.ts';
import { formatPathsHtml } from '../report/paths/paths-html.ts';
import { formatPathsJson } from '../report/paths/paths-json.ts';
import { formatPathsText } from '../report/paths/paths-text.ts';
import { formatPlanText } from '../report/paths/plan-text.ts';
import { findCommand, type Arguments } from './arguments.ts';
import { pathsFormats, planFormats } from './commands/paths.ts';
import { deliver } from './deliver.ts';
import { inventoryOf, isWhole, takeInventory } from './inventory.ts';
import { nextCall } from './next-call.ts';
import { outputsOf } from './outputs.ts';
import { terminalOf } from './terminal.ts';

/** `plimsoll paths`: answers with the exit code too. */
export async function runPaths(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, pathsFormats);
  const most = limitOf(given.value('limit'));
  const { world, whole, question } = await read(given);
  const report = pathsReport(world, question, most);
  const formatted = (format: string, onStdout: boolean): Promise<Iterable<string>> => {
    switch (format) {
      case 'json':
        return Promise.resolve(formatPathsJson(report));
      case 'dot':
        return Promise.resolve(formatPathsDot(pathsGraph(report)));
      case 'mermaid':
        return Promise.resolve(formatPathsMermaid(pathsGraph(report)));
      case 'html':
        return Promise.resolve(formatPathsHtml(report, (text) => createHash('sha256').update(text).digest('base64')));
      default:
        return Promise.resolve(formatPathsText(report, { ...looks(given, onStdout), nextCommand: planCall(given) }));
    }
  };
  // What was not read may add paths, and takes none away.
  const outcome = whole || found(report) ? outcomeOf(report) : ({ exitCode: 2, reason: unread } as const);
  return deliver(given, outputs, formatted, outcome);
}

/** The plan that breaks the paths of this call. */
function planCall(given: Arguments): string {
  return nextCall(findCommand('plan'), given, ['output', 'all', 'color', 'no-color']);
}

/** `plimsoll plan`. */
export async function runPlan(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, planFormats);
  const { world, whole, question } = await read(given);
  const prefer = given.value('prefer') === 'safest' ? 'safest' : 'fewest';
  const safeties = new Map(controls.flatMap(({ id, fix }) => (fix === undefined ? [] : [[id, fix.safety] as const])));
  const report = planReport(world, { ...question, prefer, possible: !given.has('certain'), riskOf: (control) => safeties.get(control) });
  const formatted = (format: string, onStdout: boolean): Promise<Iterable<string>> =>
    Promise.resolve(format === 'json' ? formatPathsJson(report) : formatPlanText(report, looks(given, onStdout)));
  return deliver(given, outputs, formatted, whole ? planOutcome(report) : { exitCode: 2, reason: unread });
}

const unread = 'the answer is incomplete: not all of the input could be read';

async function read(given: Arguments): Promise<{ readonly world: PathsWorld; readonly whole: boolean; readonly question: PathsQuestion }> {
  const reading = startPathsReading(given.has('cluster') || snapshotsAmong(given.operands).length > 0);
  const inventory = await takeInventory(await inventoryOf(given), reading.kinds, reading.visit);
  const world = reading.finish(inventory, { closeEntries: given.has('close-entries') });
  const [from, to] = [given.values('from'), given.values('to')];
  const question = pathsQuestion(world, from.length === 0 ? ['internet'] : from, to.length === 0 ? ['cluster-admin'] : to);
  return { world, whole: isWhole(inventory, given), question };
}

function limitOf(text: string | undefined): number {
  if (text === undefined) return 3;
  const limit = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (limit < 1) throw new OptionError([`--limit ${text} is no number from 1 to 999`, 'write --limit 10']);
  return limit;
}

function found({ goals }: PathsReport): boolean {
  return goals.some(({ certain }) => certain > 0);
}

/** What is only possible is not known: the answer is incomplete. */
function outcomeOf(report: PathsReport): Outcome {
  if (found(report)) return { exitCode: 1, reason: 'there is a path' };
  if (report.goals.every(({ possible }) => possible === 0)) return { exitCode: 0, reason: '' };
  return { exitCode: 2, reason: 'the answer is incomplete: whether there is a path depends on what was not read' };
}

function planOutcome({ state }: PlanReport): Outcome {
  if (state === 'impossible') return { exitCode: 2, reason: 'no known change breaks every path' };
  return state === 'none' ? { exitCode: 0, reason: '' } : { exitCode: 1, reason: 'there is a path' };
}

function looks(given: Arguments, onStdout: boolean): { color: boolean; width: number; all: boolean } {
  const { color, width } = onStdout ? terminalOf(given) : { color: given.has('color'), width: 100 };
  return { color, width, all: given.has('all') };
}
