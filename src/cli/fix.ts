import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import { Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { FixReport } from '../core/index.ts';
import { writeFiles, type FileChange } from '../files/index.ts';
import { fix, type FixOptions } from '../library/fix.ts';
import { OptionError } from '../options/option-error.ts';
import { counted } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import { unifiedDiff } from '../report/unified-diff.ts';
import type { Arguments } from './arguments.ts';
import { fixFormats } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { untilInterrupted } from './interrupt.ts';
import { tell, writeFile, writeStream } from './output.ts';
import { outputsOf } from './outputs.ts';
import { mergedParams, policyOptions } from './policy-arguments.ts';
import { startProgress } from './progress.ts';

/** `plimsoll fix`: works out fixes, shows or writes them, and answers with the exit code. */
export async function runFix(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, fixFormats);
  const configuration = await readConfiguration(given.value('config'));
  const paths = given.operands.length === 0 ? ['.'] : given.operands;
  const options: FixOptions = {
    ...policyOptions(given),
    params: mergedParams(configuration.params, given.values('param')),
    podTemplates: configuration.podTemplates,
    paths,
    review: given.has('review'),
  };
  if (given.has('write') && paths.includes('-')) return filter(given, options);
  let report = await worked(options);
  if (given.has('interactive')) {
    const { askAbout } = await import('./interactive.ts');
    report = await worked({ ...options, decide: await askAbout(report) });
  }
  const writes = given.has('write') || given.has('interactive');
  const refused = writes ? await written(report, paths, given.has('atomic')) : [];
  for (const { file } of outputs) {
    const chunks = unifiedDiff(report.files);
    if (file === undefined) await writeStream(process.stdout, chunks);
    else await writeFile(file, chunks);
  }
  for (const { path, reason } of refused) tell(`plimsoll: not written: ${printable(path)}: ${printable(reason)}\n`);
  if (refused.length > 0) return 2;
  return exitCode(report, given, writes);
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

function exitCode({ files, inputs }: FixReport, given: Arguments, isWritten: boolean): number {
  if (inputs.unread.length > 0 && !given.has('allow-unreadable')) {
    tell(`plimsoll: ${counted(inputs.unread.length, 'document')} could not be read (--allow-unreadable accepts that)\n`);
    return 2;
  }
  if (inputs.resources === 0) {
    tell('plimsoll: nothing to fix: no Kubernetes object that a control reads\n');
    return 2;
  }
  return files.length > 0 && !isWritten ? 1 : 0;
}

async function worked(options: FixOptions): Promise<FixReport> {
  const progress = startProgress();
  try {
    return await fix({ ...options, onProgress: progress.report });
  } finally {
    progress.stop();
  }
}

/** Writes the changed files. */
async function written(report: FixReport, paths: readonly string[], atomic: boolean): Promise<readonly { path: string; reason: string }[]> {
  const changes = report.files.map(({ file, before, after }): FileChange => ({
    path: resolve(file),
    before: before === undefined ? undefined : Buffer.from(before),
    after: Buffer.from(after),
  }));
  const { refused } = await untilInterrupted((signal) => writeFiles(changes, { roots: paths.map(rootOf), atomic, signal }));
  return refused;
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
