import { diff, readDiffInputs, type DiffInput } from '../library/diff.ts';
import { readPolicyFile } from '../library/policy-file.ts';
import { OptionError } from '../options/option-error.ts';
import { diffOutcome } from '../report/diff-outcome.ts';
import { formatDiffText } from '../report/diff-text.ts';
import type { FailOn } from '../report/outcome.ts';
import type { Arguments } from './arguments.ts';
import { diffFormats } from './commands/diff.ts';
import { deliver } from './deliver.ts';
import { untilInterrupted } from './interrupt.ts';
import { manifestOptions } from './manifest-options.ts';
import { outputsOf } from './outputs.ts';
import { terminalOf } from './terminal.ts';

/** `plimsoll diff`: answers with the exit code. */
export async function runDiff(given: Arguments): Promise<number> {
  const [before, after, ...paths] = given.operands;
  if (before === undefined || after === undefined)
    throw new OptionError([
      'what is to be compared?',
      'write plimsoll diff BEFORE AFTER: reports, folders or revisions; . is the working directory',
    ]);
  if (before === '-' && after === '-') throw new OptionError(['standard input cannot be both', 'write one of them to a file']);
  const outputs = outputsOf(given, diffFormats);
  const config = given.value('config');
  const inputs = await readDiffInputs([before, after], paths, given.has('git'));
  const policyFile = await readPolicyFile({ ...(config === undefined ? {} : { file: config }), paths: pathsOf(inputs) });
  const { paths: _, all: _all, profile, partial, ...options } = manifestOptions(given, policyFile);
  const report = await untilInterrupted(() =>
    diff(...inputs, {
      ...options,
      // What is not said here is what the report says that the other side is compared with.
      ...(given.has('profile') && profile !== undefined ? { profile } : {}),
      ...(given.has('partial') && partial !== undefined ? { partial } : {}),
    }),
  );
  const failOn = (given.value('fail-on') ?? policyFile.failOn ?? 'none') as FailOn;
  const failing = { failOn, allowUnreadable: given.has('allow-unreadable') };
  return deliver(
    given,
    outputs,
    async (format, onStdout) => {
      if (format === 'json') return (await import('../report/diff-json.ts')).formatDiffJson(report);
      if (format === 'markdown') return (await import('../report/diff-markdown.ts')).formatDiffMarkdown(report);
      const look = onStdout ? terminalOf(given) : { color: given.has('color'), width: 100 };
      return formatDiffText(report, { ...look, ...failing, all: given.has('all'), quiet: given.has('quiet') });
    },
    diffOutcome(report, failing),
  );
}

/** What is judged now, or would be: a policy file decides about what is to come. */
function pathsOf(inputs: readonly DiffInput[]): readonly string[] {
  for (const input of inputs.toReversed()) {
    if ('path' in input) return [input.path];
    if ('revision' in input) return input.paths;
  }
  return ['.'];
}
