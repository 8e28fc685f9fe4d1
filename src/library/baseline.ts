import { closeSync, openSync, readFileSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { baselineOfReport, looksLikeBaseline, parseBaseline, withoutKnown, type Baseline } from '../compare/baseline.ts';
import { controls } from '../controls/index.ts';
import type { Report } from '../core/index.ts';
import { leftOut } from '../evaluate/index.ts';
import { OptionError } from '../options/option-error.ts';
import { policyOf, type PolicyOptions } from '../options/policy-options.ts';
import { readReport } from './read-report.ts';

/** Half a million findings; nobody accepts more. */
const mostBytes = 128 << 20;

/**
 * Reads a baseline, as `plimsoll scan --write-baseline` writes it; a JSON report is taken for one too.
 * @throws OptionError where it cannot be read or is none.
 */
export function readBaseline(file: string, cwd: string = process.cwd()): Baseline {
  const text = textOf(file, resolve(cwd, file));
  if (!looksLikeBaseline(text)) {
    if (!/^\uFEFF?\s*\{/.test(text)) throw new OptionError([`${file} is no baseline`, 'write one with plimsoll scan --write-baseline']);
    return baselineOfReport(wholeReport(file, cwd));
  }
  const baseline = parseBaseline(text);
  if ('wrong' in baseline) throw new OptionError([`the baseline cannot be used: ${baseline.wrong}`, file, baseline.advice]);
  return baseline;
}

/**
 * Reads a report with all its findings.
 * @throws OptionError where it cannot be read, or leaves out what a baseline knew.
 */
export function wholeReport(file: string, cwd?: string): Report {
  const report = readReport(file, cwd);
  if (report.changedSince !== undefined)
    throw new OptionError([
      `${file} holds only what changed since ${report.changedSince.revision}`,
      'scan without --changed-since for a report that others are compared with',
    ]);
  if (report.baseline !== undefined)
    throw new OptionError([
      `${file} leaves out ${report.baseline.known} findings that a baseline knew`,
      'scan without --baseline for a report that others are compared with',
    ]);
  return report;
}

/** Is a file that can be read a baseline, be it broken? */
export function isBaseline(file: string): boolean {
  const descriptor = openSync(file, 'r');
  try {
    const bytes = Buffer.alloc(4096);
    return looksLikeBaseline(bytes.toString('utf8', 0, readSync(descriptor, bytes)));
  } finally {
    closeSync(descriptor);
  }
}

function textOf(file: string, path: string): string {
  try {
    const stat = statSync(path);
    if (!stat.isFile()) throw new OptionError([`the baseline ${file} is not a file`, 'name the file that --write-baseline wrote']);
    if (stat.size > mostBytes) throw new OptionError([`the baseline ${file} is larger than 128 MB`, 'name the right file with --baseline']);
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof OptionError) throw error;
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    const todo = code === 'ENOENT' ? 'write it with plimsoll scan --write-baseline' : 'name a readable file with --baseline';
    throw new OptionError([`the baseline ${file} cannot be read (${code})`, todo]);
  }
}

/**
 * A report without the findings that a baseline knows. What failed is then what is new; the ledger counts all. `file` is
 * what the report calls the baseline, and the options are those of the scan.
 *
 * @example
 * import { leaveOutKnown, readBaseline, scan } from 'plimsoll';
 *
 * const report = await scan({ paths: ['deploy'] });
 * const { findings } = leaveOutKnown(report, readBaseline('plimsoll-baseline.jsonl'), 'plimsoll-baseline.jsonl');
 *
 * @throws OptionError where the baseline was written for another profile.
 */
export function leaveOutKnown(report: Report, baseline: Baseline, file: string, options: PolicyOptions = {}): Report {
  const { profile } = report.target;
  if (baseline.profile !== profile)
    throw new OptionError([
      `the baseline ${file} was written for profile ${baseline.profile}, and this scan is for ${profile}`,
      `scan with --profile ${baseline.profile}, or write a baseline for ${profile}: --write-baseline=FILE`,
    ]);
  const policy = policyOf(options, controls, report.target.cluster === undefined ? undefined : true);
  const others = new Set(controls.filter((control) => leftOut(control, policy) !== undefined).map(({ id }) => id));
  return withoutKnown(report, baseline, file, { judges: (id) => !others.has(id), minSeverity: policy.minSeverity });
}
