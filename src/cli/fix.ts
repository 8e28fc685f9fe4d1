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
import { fixOutcome } from '../report/fix-outcome.ts';
import { formatJsonPatches } from '../report/fix-patches.ts';
import { formatFixJson } from '../report/fix-json.ts';
import { formatPlanJson, formatPlanText } from '../report/fix-plan.ts';
import { formatFixSarif } from '../report/fix-sarif.ts';
import { formatFixText } from '../report/fix-text.ts';
import { unifiedDiff } from '../report/unified-diff.ts';
import { readText } from '../sources/manifests/read-text.ts';
import type { Arguments } from './arguments.ts';
import { fixFormats } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { untilInterrupted } from './interrupt.ts';
import { tell, writeFile, writeStream } from './output.ts';
import { outputsOf, type Output } from './outputs.ts';
import { mergedParams, policyOptions } from './policy-arguments.ts';
import { startProgress } from './progress.ts';
import { terminalOf, type Terminal } from './terminal.ts';

/** `plimsoll fix`: works out fixes, shows or writes them, and answers with the exit code. */
export async function runFix(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, fixFormats);
  if (outputs.some(({ file, format }) => format === 'kustomize' && file === undefined))
    throw new OptionError(['--output kustomize needs a folder', 'write --output kustomize=FOLDER']);
  const configuration = await readConfiguration(given.value('config'));
  const paths = given.operands.length === 0 ? ['.'] : given.operands;
  const writes = given.has('write') || given.has('interactive');
  if (writes && given.has('plan')) throw new OptionError(['--plan writes nothing', 'leave out --plan, --write or --interactive']);
  const options: FixOptions = {
    ...policyOptions(given),
    params: mergedParams(configuration.params, given.values('param')),
    podTemplates: configuration.podTemplates,
    paths,
    review: given.has('review') || given.has('plan'),
    values: readFixValues(given.values('value'), controls),
    given: readGiven(givenFiles(given)),
  };
  if (given.has('write') && paths.includes('-')) return filter(given, options);
  if (writes) undoKilled(paths);
  let report = await worked(options);
  if (given.has('interactive')) {
    const { askAbout } = await import('./interactive.ts');
    report = await worked({ ...options, decide: await askAbout(report) });
  }
  const refused = writes ? await write(report, paths, given.has('atomic')) : [];
  const isWritten = writes && refused.length === 0;
  for (const { file, format } of outputs) {
    if (file === undefined) continue;
    if (format === 'kustomize') await writeComponent(file, report);
    else await writeFile(file, formatted(report, format, given, isWritten, false));
  }
  for (const { file, format } of outputs)
    if (file === undefined) await writeStream(process.stdout, formatted(report, format, given, isWritten, true));
  for (const { path, reason } of refused) tell(`plimsoll: not written: ${printable(path)}: ${printable(reason)}\n`);
  if (refused.length > 0) return 2;
  return exitCode(report, given, isWritten, outputs);
}

function formatted(report: FixReport, format: string, given: Arguments, written: boolean, onStdout: boolean): Iterable<string> {
  if (format === 'patch') return unifiedDiff(report.files);
  if (format === 'jsonpatch') return formatJsonPatches(objectPatches(report));
  // A plan does not know --review: each stage says it where it needs it.
  const command = ['plimsoll fix', ...given.operands, ...(given.has('review') && !given.has('plan') ? ['--review'] : [])].join(' ');
  if (format === 'json') return given.has('plan') ? formatPlanJson(report, command) : formatFixJson(report);
  if (format === 'sarif') return formatFixSarif(report, { controls });
  const byId = new Map(controls.map((control) => [control.id, control]));
  const elsewhere: Terminal = { color: given.has('color'), width: 100, terminal: false };
  const options = {
    ...(onStdout ? terminalOf(given) : elsewhere),
    all: given.has('all'),
    command,
    control: (id: string) => byId.get(id),
    value(key: string) {
      const dot = key.lastIndexOf('.');
      return byId.get(key.slice(0, dot))?.fix?.values?.[key.slice(dot + 1)];
    },
  };
  if (given.has('plan')) return formatPlanText(report, options);
  return formatFixText(report, { ...options, quiet: given.has('quiet'), allowUnreadable: given.has('allow-unreadable'), written });
}

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
async function filter(given: Arguments, options: FixOptions): Promise<number> {
  if (given.operands.length > 1)
    throw new OptionError(['--write with - takes no other path', 'fix files and standard input one after the other']);
  for (const name of ['output', 'interactive', 'plan'])
    if (given.has(name)) throw new OptionError([`--write with - writes the fixed text, so it takes no --${name}`, 'leave out one of them']);
  const input = await buffer(process.stdin);
  const report = await worked({ ...options, stdin: Readable.from([input]) });
  const [repaired] = report.files;
  // What is not changed leaves as the bytes that came, whatever they are.
  if (repaired === undefined) await new Promise((done) => process.stdout.write(input, done));
  else await writeStream(process.stdout, [repaired.after]);
  return exitCode(report, given, true);
}

/** The text says how the run ended; other formats do not, and an exit code of 2 alone explains nothing. */
function exitCode(report: FixReport, given: Arguments, written: boolean, outputs: readonly Output[] = []): number {
  const { exitCode: code, reason } = fixOutcome(report, { written, allowUnreadable: given.has('allow-unreadable') });
  const isTold = outputs.some(({ file, format }) => file === undefined && format === 'text') && !given.has('quiet');
  if (code === 2 && !isTold) tell(`plimsoll: ${printable(reason)}\n`);
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
  const changes = report.files.map(({ file, before, after }): FileChange => {
    return { path: resolve(file), before: before === undefined ? undefined : Buffer.from(before), after: Buffer.from(after) };
  });
  // A file for new objects stands beside one that the user named.
  const fresh = changes.filter(({ before }) => before === undefined).map(({ path }) => path);
  const { refused } = await untilInterrupted((signal) => writeFiles(changes, { roots: [...rootsOf(paths), ...fresh], atomic, signal }));
  return refused;
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
