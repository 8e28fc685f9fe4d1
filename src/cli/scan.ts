import { controls } from '../controls/index.ts';
import type { Report, Severity } from '../core/index.ts';
import { chapters } from '../guidance/index.ts';
import { scanInTwoThreads } from '../library/scan.ts';
import { OptionError } from '../options/option-error.ts';
import { formatJson } from '../report/json.ts';
import { nextCommand } from '../report/next-command.ts';
import { outcome, type FailOn, type OutcomeOptions } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import { formatText } from '../report/text.ts';
import type { ParamValue, PolicyOptions } from '../options/policy-options.ts';
import { oneOf } from '../options/spelling.ts';
import type { Arguments } from './arguments.ts';
import { scanFormats } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { tell, writeFile, writeStream } from './output.ts';
import { startProgress } from './progress.ts';
import { secondThread } from './second-thread.ts';
import { sourceLines } from './source-lines.ts';
import { terminalOf, type Terminal } from './terminal.ts';

interface Output {
  readonly format: string;
  /** Absent: standard output. */
  readonly file?: string;
}

/**
 * `plimsoll scan`: reads, judges, writes every output, and answers with the exit code. `program` is the file that was started, for a
 * second thread.
 */
export async function runScan(given: Arguments, program: string): Promise<number> {
  const outputs = outputsOf(given);
  const configuration = await readConfiguration(given.value('config'));
  const progress = startProgress();
  let report: Report;
  try {
    report = await scanInTwoThreads(
      {
        ...policyOptions(given),
        params: mergedParams(configuration.params, given.values('param')),
        podTemplates: configuration.podTemplates,
        paths: given.operands.length === 0 ? ['.'] : given.operands,
        onProgress: progress.report,
      },
      secondThread(program),
    );
  } finally {
    progress.stop();
  }
  const failing: OutcomeOptions = {
    failOn: (given.value('fail-on') ?? 'high') as FailOn,
    allowUnreadable: given.has('allow-unreadable'),
  };
  for (const { file, format } of outputs)
    if (file !== undefined) await writeFile(file, await formatted(report, format, given, failing, false));
  for (const { file, format } of outputs)
    if (file === undefined) await writeStream(process.stdout, await formatted(report, format, given, failing, true));
  const { exitCode, reason } = outcome(report, failing);
  // The text says how the run ended; other formats do not, and an exit code alone explains nothing.
  const onStdout = outputs.find(({ file }) => file === undefined);
  const told = onStdout?.format === 'text' && !given.has('quiet');
  if (exitCode === 2 ? !told : exitCode === 1 && onStdout === undefined) tell(`plimsoll: ${printable(reason)}\n`);
  return exitCode;
}

function outputsOf(given: Arguments): Output[] {
  const outputs = given.values('output').map((text): Output => {
    const at = text.indexOf('=');
    const format = oneOf('format', at < 0 ? text : text.slice(0, at), scanFormats);
    if (at < 0) return { format };
    const file = text.slice(at + 1);
    if (file === '') throw new OptionError([`--output ${text} names no file`, `write --output ${format}=FILE`]);
    return file === '-' ? { format } : { format, file };
  });
  const [first, second] = outputs.filter(({ file }) => file === undefined);
  if (first !== undefined && second !== undefined)
    throw new OptionError(['only one format can go to standard output', `write one of them to a file: --output ${second.format}=FILE`]);
  return outputs.length === 0 ? [{ format: 'text' }] : outputs;
}

async function formatted(
  report: Report,
  format: string,
  given: Arguments,
  failing: OutcomeOptions,
  onStdout: boolean,
): Promise<Iterable<string>> {
  if (format === 'json') return formatJson(report);
  if (format === 'sarif') {
    const { formatSarif } = await import('../report/sarif.ts');
    return formatSarif(report, { controls });
  }
  const byId = new Map(controls.map((control) => [control.id, control]));
  const elsewhere: Terminal = { color: given.has('color'), width: 100, terminal: false };
  return formatText(report, {
    ...(onStdout ? terminalOf(given) : elsewhere),
    ...failing,
    all: given.has('all'),
    quiet: given.has('quiet'),
    chapters,
    control: (id) => byId.get(id),
    lines: sourceLines(),
    nextCommand: nextCommand(report),
  });
}

function policyOptions(given: Arguments): PolicyOptions {
  const kubernetesVersion = given.value('kubernetes-version');
  const namespace = given.value('namespace');
  return {
    ...(kubernetesVersion === undefined ? {} : { kubernetesVersion }),
    ...(namespace === undefined ? {} : { namespace }),
    profile: (given.value('profile') ?? 'nsa') as NonNullable<PolicyOptions['profile']>,
    minSeverity: (given.value('min-severity') ?? 'low') as Severity,
    only: listed(given.values('only')),
    skip: listed(given.values('skip')),
    partial: given.has('partial'),
    system: given.has('system'),
    all: given.has('all'),
  };
}

function listed(values: readonly string[]): string[] {
  return values.flatMap((value) => value.split(',')).filter((item) => item !== '');
}

type Params = Readonly<Record<string, Readonly<Record<string, ParamValue>>>>;

/** What the command line says stands over what the settings file says. */
function mergedParams(configured: Params, options: readonly string[]): Params {
  const merged = new Map(Object.entries(configured).map(([control, values]) => [control, { ...values }]));
  for (const option of options) {
    const equals = option.indexOf('=');
    const dot = option.lastIndexOf('.', equals < 0 ? undefined : equals);
    if (equals < 0 || dot <= 0 || dot === equals - 1)
      throw new OptionError([`--param ${option} is incomplete`, 'write --param CONTROL.KEY=VALUE']);
    const control = option.slice(0, dot);
    merged.set(control, { ...merged.get(control), [option.slice(dot + 1, equals)]: option.slice(equals + 1) });
  }
  return Object.fromEntries(merged);
}
