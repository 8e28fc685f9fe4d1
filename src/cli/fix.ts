import { existsSync, mkdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { controls } from '../controls/index.ts';
import type { FixReport } from '../core/index.ts';
import { reasonOf, undoInterrupted, writeFiles, type FileChange } from '../files/index.ts';
import { kustomizeComponent } from '../fix/kustomize.ts';
import { objectPatches } from '../fix/object-patches.ts';
import { fix, type FixOptions } from '../library/fix.ts';
import { readFixValues } from '../options/fix-values.ts';
import { readGiven, type GivenFiles } from '../options/given/index.ts';
import { OptionError } from '../options/option-error.ts';
import { printable } from '../report/printable.ts';
import { fixOutcome, type FixOutcomeOptions } from '../report/fix-outcome.ts';
import { formatJsonPatches } from '../report/fix-patches.ts';
import { formatFixJson } from '../report/fix-json.ts';
import { formatPlanJson, formatPlanText } from '../report/fix-plan.ts';
import { formatFixSarif } from '../report/fix-sarif.ts';
import { formatFixText } from '../report/fix-text.ts';
import { unifiedDiff } from '../report/unified-diff.ts';
import { readText } from '../sources/manifests/read-text.ts';
import { findCommand, type Arguments } from './arguments.ts';
import { chartOptions } from './chart-arguments.ts';
import { fixFormats } from './commands/fix.ts';
import { untilInterrupted } from './interrupt.ts';
import { tell, writeFile, writeStream } from './output.ts';
import { nextCall } from './next-call.ts';
import { outputsOf, type Output } from './outputs.ts';
import { policyFileOf, policyOptions } from './policy-arguments.ts';
import { startProgress } from './progress.ts';
import { terminalOf, type Terminal } from './terminal.ts';
import { tellUnread, unreadTexts } from './unread.ts';

/** `plimsoll fix`: works out fixes, shows or writes them, and answers with the exit code. */
export async function runFix(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, fixFormats);
  if (outputs.some(({ file, format }) => format === 'kustomize' && file === undefined))
    throw new OptionError(['--output kustomize needs a folder', 'write --output kustomize=FOLDER']);
  const paths = given.operands.length === 0 ? ['.'] : given.operands;
  const policyFile = await policyFileOf(given);
  const interactive = given.has('interactive');
  const writes = given.has('write') || interactive;
  requirePlanOutputs(given, outputs, writes);
  if (given.has('atomic') && !writes) throw new OptionError(['--atomic is about writing', 'add --write or --interactive']);
  const options: FixOptions = {
    ...policyOptions(given, policyFile),
    ...chartOptions(given),
    paths,
    review: given.has('review') || given.has('plan'),
    values: readFixValues(given.values('value'), controls),
    given: readGiven(givenFiles(given)),
  };
  if (interactive && !process.stdin.isTTY) throw new OptionError(['--interactive needs a terminal', 'leave it out, or use --write']);
  if (interactive && paths.includes('-'))
    throw new OptionError(['--interactive reads answers from standard input, so it takes no -', 'name files']);
  if (writes && paths.includes('-')) return filter(given, options);
  if (writes) undoKilled(paths);
  let report = await worked(options);
  if (interactive) {
    const { askAbout } = await import('./interactive.ts');
    const asking = { ...terminalOf(given, 2), input: process.stdin, output: process.stderr, control: controlOf };
    const decide = await askAbout(report, asking);
    if (decide === undefined) return interrupted;
    report = await worked({ ...options, decide });
  }
  const atomic = given.has('atomic');
  const refused = writes ? await write(report, paths, atomic) : [];
  const end: End = { written: writes, refused: refused.length, atomic, allowUnreadable: given.has('allow-unreadable') };
  for (const { file, format } of outputs) {
    if (file === undefined) continue;
    if (format === 'kustomize') await writeComponent(file, report);
    else await writeFile(file, formatted(report, format, given, end, false));
  }
  for (const { file, format } of outputs)
    if (file === undefined) await writeStream(process.stdout, formatted(report, format, given, end, true));
  for (const { path, reason } of refused) tell(`plimsoll: not written: ${printable(path)}: ${printable(reason)}\n`);
  return exitCode(report, given, end, outputs);
}

/** What a shell says of a process that Ctrl+C has ended. */
const interrupted = 130;

/** How the run ended, as far as the report does not say it. */
type End = FixOutcomeOptions;

const planFormats: readonly string[] = ['text', 'json'];

/** @throws OptionError where a plan is asked for and something that it is not. */
function requirePlanOutputs(given: Arguments, outputs: readonly Output[], writes: boolean): void {
  if (!given.has('plan')) return;
  if (writes) throw new OptionError(['--plan writes nothing', 'leave out --plan, --write or --interactive']);
  const other = outputs.find(({ format }) => !planFormats.includes(format));
  if (other !== undefined) throw new OptionError([`--plan is no ${other.format}`, `write --output ${planFormats.join(' or ')}`]);
}

const controlOf = (id: string): (typeof controls)[number] | undefined => controls.find((control) => control.id === id);

function formatted(report: FixReport, format: string, given: Arguments, end: End, onStdout: boolean): Iterable<string> {
  if (format === 'patch') return unifiedDiff(report.files);
  if (format === 'jsonpatch') return formatJsonPatches(objectPatches(report));
  const isPlan = given.has('plan');
  // A plan does not know --review: each stage says it where it needs it.
  const command = nextCall(findCommand('fix'), given, ['write', 'interactive', 'plan', 'output', ...looks, ...(isPlan ? ['review'] : [])]);
  if (format === 'json') return isPlan ? formatPlanJson(report, command) : formatFixJson(report);
  if (format === 'sarif') return formatFixSarif(report, { controls });
  const elsewhere: Terminal = { color: given.has('color'), width: 100, terminal: false };
  const options = {
    ...(onStdout ? terminalOf(given) : elsewhere),
    all: given.has('all'),
    command,
    control: controlOf,
    value(key: string) {
      const dot = key.lastIndexOf('.');
      return controlOf(key.slice(0, dot))?.fix?.values?.[key.slice(dot + 1)];
    },
  };
  if (isPlan) return formatPlanText(report, options);
  return formatFixText(report, { ...options, ...end, quiet: given.has('quiet'), asked: given.has('interactive') && onStdout });
}

/** What changes how a report looks, and nothing else. */
const looks: readonly string[] = ['all', 'quiet', 'color', 'no-color'];

/** A folder that a kustomization takes as one of its components. */
async function writeComponent(folder: string, report: FixReport): Promise<void> {
  for (const { path, text } of kustomizeComponent(report)) {
    const file = join(folder, path);
    try {
      mkdirSync(dirname(file), { recursive: true });
    } catch (error) {
      throw new OptionError([`the folder cannot be made: ${reasonOf(error)}`, dirname(file), 'name a folder that can be written']);
    }
    await writeFile(file, [text]);
  }
}

/** The files of facts that the options name, read. */
function givenFiles(given: Arguments): GivenFiles {
  const files = (['digests', 'images', 'resources'] as const).flatMap((name) => {
    const file = given.value(name);
    return file === undefined ? [] : [[name, { file, text: textOf(file, name) }] as const];
  });
  return Object.fromEntries(files);
}

/** @throws OptionError where the file cannot be read. */
function textOf(file: string, option: string): string {
  const read = readText(file);
  if ('refused' in read) throw new OptionError([`--${option} cannot be read: ${read.refused}`, file, 'name a file that can be read']);
  return read.text;
}

/** `plimsoll fix --write -`: standard input with its fixes on standard output, whatever else happens as it came. */
async function filter(given: Arguments, fixOptions: FixOptions): Promise<number> {
  if (given.operands.length > 1)
    throw new OptionError(['--write with - takes no other path', 'fix files and standard input one after the other']);
  for (const name of ['output', 'interactive', 'plan'])
    if (given.has(name)) throw new OptionError([`--write with - writes the fixed text, so it takes no --${name}`, 'leave out one of them']);
  const input = await buffer(process.stdin);
  const report = await worked({ ...fixOptions, stdin: Readable.from([input]) });
  const options = { refused: 0, atomic: false, allowUnreadable: given.has('allow-unreadable') };
  const [repaired] = report.files;
  // What is not changed leaves as the bytes that came, whatever they are; and so does what could not be read as a whole.
  const written = repaired !== undefined && fixOutcome(report, { ...options, written: true }).exitCode === 0;
  if (written) await writeStream(process.stdout, [repaired.after]);
  else await new Promise((done) => process.stdout.write(input, done));
  return exitCode(report, given, { ...options, written }, []);
}

/** The text says how the run ended, and why; other formats do not, and an exit code alone explains nothing. */
function exitCode(report: FixReport, given: Arguments, end: End, outputs: readonly Output[]): number {
  const { exitCode: code, reason } = fixOutcome(report, end);
  const onStdout = outputs.find(({ file }) => file === undefined);
  const isTold = onStdout?.format === 'text' && !given.has('quiet');
  const isSilent = onStdout === undefined && outputs.length > 0;
  if (code === 2 ? isTold : code === 0 || !isSilent) return code;
  if (code === 2 && !end.allowUnreadable) tellUnread(unreadTexts(report.inputs.unread, false));
  tell(`plimsoll: ${printable(reason)}\n`);
  return code;
}

async function worked(options: FixOptions): Promise<FixReport> {
  const progress = startProgress();
  try {
    return await fix({ ...options, onProgress: progress.report });
  } finally {
    progress.stop();
  }
}

/** Puts back what a run with --atomic has left half done that was killed. */
function undoKilled(paths: readonly string[]): void {
  const { restored, refused } = undoInterrupted(rootsOf(paths));
  for (const path of restored) tell(`plimsoll: put back what an interrupted run had begun: ${printable(path)}\n`);
  const [first] = refused;
  if (first !== undefined)
    throw new OptionError(['an interrupted run cannot be undone', first.path, `${first.reason}: settle that first, then run again`]);
}

/** Writes the changed files. */
async function write(report: FixReport, paths: readonly string[], atomic: boolean): Promise<readonly { path: string; reason: string }[]> {
  const names = new Map(report.files.map(({ file }) => [resolve(file), file]));
  const changes = report.files.map(({ file, before, after }): FileChange => {
    return { path: resolve(file), before: before === undefined ? undefined : Buffer.from(before), after: Buffer.from(after) };
  });
  // A file for new objects stands beside one that the user named.
  const fresh = changes.filter(({ before }) => before === undefined).map(({ path }) => path);
  const { refused } = await untilInterrupted((signal) => writeFiles(changes, { roots: [...rootsOf(paths), ...fresh], atomic, signal }));
  return refused.map(({ path, reason }) => ({ path: names.get(path) ?? path, reason }));
}

function rootsOf(paths: readonly string[]): string[] {
  return paths.filter((path) => path !== '-').map(rootOf);
}

/** The file or folder that bounds what an operand names: of a glob the folders before its first pattern. */
function rootOf(operand: string): string {
  if (existsSync(operand) || !/[*?[{]/.test(operand)) return operand;
  const folders = operand.split('/');
  return (
    folders
      .slice(
        0,
        folders.findIndex((name) => /[*?[{]/.test(name)),
      )
      .join('/') || (operand.startsWith('/') ? '/' : '.')
  );
}
