import { statSync } from 'node:fs';
import { baselineOf, formatBaseline, type Baseline } from '../compare/baseline.ts';
import { isOpenFailure, type Report } from '../core/index.ts';
import { isBaseline, leaveOutKnown, readBaseline } from '../library/baseline.ts';
import { OptionError } from '../options/option-error.ts';
import type { PolicyOptions } from '../options/policy-options.ts';
import { counted, outcome, type OutcomeOptions } from '../report/outcome.ts';
import { printable } from '../report/printable.ts';
import type { Arguments } from './arguments.ts';
import { tell, writeFile } from './output.ts';

/** What `--write-baseline` writes where neither it nor `--baseline` names a file. */
const usualFile = 'plimsoll-baseline.jsonl';

/**
 * What `--baseline` and `--write-baseline` make of a report. The file is read before anything is scanned, and it is
 * written after: then all that fails is known, and the run goes on as if `--baseline` had named it.
 * @throws OptionError where the file cannot be read, or must not be written over.
 */
export function baselineOption(given: Arguments, options: PolicyOptions, failing: OutcomeOptions): (report: Report) => Promise<Report> {
  const named = given.value('baseline');
  if (!given.has('write-baseline')) {
    const baseline = readBaseline(named!);
    return (report) => Promise.resolve(leaveOutKnown(report, baseline, named!, options));
  }
  const file = given.value('write-baseline') || (named ?? usualFile);
  if (named !== undefined && named !== file)
    throw new OptionError([
      `--baseline ${named} and --write-baseline ${file} name two files`,
      'leave one out: --baseline FILE --write-baseline writes FILE anew',
    ]);
  const before = existingBaseline(file);
  return async (report) => {
    const { exitCode, reason } = outcome(report, failing);
    if (exitCode === 2) {
      tell(`plimsoll: ${printable(file)} was not written: ${printable(reason)}\n`);
      return report;
    }
    const baseline = baselineOf(report);
    await writeFile(file, formatBaseline(baseline));
    tell(
      `plimsoll: wrote ${printable(file)}: ${counted(baseline.entries.length, 'known finding')}${difference(report, before, options)}\n`,
    );
    return leaveOutKnown(report, baseline, file, options);
  };
}

/** What is there already; a word behind `--write-baseline` may have been meant as a path to scan. */
function existingBaseline(file: string): Baseline | undefined {
  const stat = statSync(file, { throwIfNoEntry: false });
  if (stat === undefined || stat.size === 0) return undefined;
  if (stat.isDirectory() || (stat.isFile() && !isBaseline(file)))
    throw new OptionError([
      `--write-baseline would write over ${file}, which is no baseline`,
      `what is scanned stands before it: plimsoll scan ${file} --write-baseline; a file is named by --write-baseline=FILE`,
    ]);
  try {
    return readBaseline(file);
  } catch (error) {
    // One that a merge has broken is written anew.
    if (error instanceof OptionError) return undefined;
    throw error;
  }
}

function difference(report: Report, before: Baseline | undefined, options: PolicyOptions): string {
  if (before === undefined || before.profile !== report.target.profile) return '';
  const { findings, baseline } = leaveOutKnown(report, before, '', options);
  const fresh = findings.filter(isOpenFailure).length;
  return `, ${fresh} of them new; ${baseline?.gone ?? 0} are gone`;
}
