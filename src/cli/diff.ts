import { diff, readDiffInputs, type SettingsPlace } from '../library/diff.ts';
import { readPolicyFile, type FoundPolicy } from '../library/policy-file.ts';
import type { ScanOptions } from '../library/scan.ts';
import { OptionError } from '../options/option-error.ts';
import { diffOutcome } from '../report/diff-outcome.ts';
import { formatDiffText } from '../report/diff-text.ts';
import type { FailOn } from '../report/outcome.ts';
import type { Arguments } from './arguments.ts';
import { chartOptions } from './chart-arguments.ts';
import { diffFormats } from './commands/diff.ts';
import { deliver } from './deliver.ts';
import { untilInterrupted } from './interrupt.ts';
import { manifestOptions } from './manifest-options.ts';
import { outputsOf } from './outputs.ts';
import { policyFileOf } from './policy-arguments.ts';
import { terminalOf } from './terminal.ts';
import { unreadTexts } from './unread.ts';

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
  let policyFile: FoundPolicy | undefined;
  const settings = async (place: SettingsPlace): Promise<ScanOptions> => {
    // A file that is named is that of both sides, as it is; else each has its own.
    const own = await readPolicyFile(config === undefined ? place : { file: config, paths: place.paths });
    // The later side comes first, and decides about the run.
    policyFile ??= own;
    const { paths: _, all: _all, partial: _partial, ...options } = manifestOptions(given, own);
    return options;
  };
  const { profile, kubernetesVersion, partial } = manifestOptions(given, {});
  const report = await untilInterrupted(() =>
    diff(...inputs, {
      ...chartOptions(given),
      settings,
      // What is not said here is what the report says that the other side is compared with.
      ...(profile === undefined ? {} : { profile }),
      ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
      ...(partial === true ? { partial } : {}),
    }),
  );
  policyFile ??= await policyFileOf(given, []);
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
    [report.before, report.after].flatMap(({ name, cluster, unread }) =>
      unreadTexts(unread, cluster !== undefined).map((text) => `${name}: ${text}`),
    ),
  );
}
