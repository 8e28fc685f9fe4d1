import { controls } from '../controls/index.ts';
import type { Report } from '../core/index.ts';
import { chapters } from '../guidance/index.ts';
import { scanInTwoThreads } from '../library/scan.ts';
import { formatJson } from '../report/json.ts';
import { nextCommand } from '../report/next-command.ts';
import { outcome, type FailOn, type OutcomeOptions } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import { formatText } from '../report/text.ts';
import type { Arguments } from './arguments.ts';
import { scanFormats } from './commands.ts';
import { readConfiguration } from './configuration.ts';
import { tell, writeFile, writeStream } from './output.ts';
import { outputsOf } from './outputs.ts';
import { mergedParams, policyOptions } from './policy-arguments.ts';
import { startProgress } from './progress.ts';
import { secondThread } from './second-thread.ts';
import { sourceLines } from './source-lines.ts';
import { terminalOf, type Terminal } from './terminal.ts';

/**
 * `plimsoll scan`: reads, judges, writes every output, and answers with the exit code. `program` is the file that was started, for a
 * second thread.
 */
export async function runScan(given: Arguments, program: string): Promise<number> {
  const outputs = outputsOf(given, scanFormats);
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
