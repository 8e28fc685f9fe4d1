import { controls } from '../controls/index.ts';
import type { Report } from '../core/index.ts';
import { withSeverities, type PolicyOptions } from '../options/policy-options.ts';
import { findFormat } from '../report/formats/index.ts';
import type { OutcomeOptions } from '../report/outcome.ts';
import type { TextOptions } from '../report/text.ts';
import type { Arguments } from './arguments.ts';
import type { Formatted } from './deliver.ts';
import { textOptions } from './text-options.ts';

/** What the text says that only the command knows, and the time for formats that demand one. */
export interface FormattedOptions extends Pick<TextOptions, 'lines' | 'nextCommand'> {
  readonly failing: OutcomeOptions;
  /** As chosen for the run. */
  readonly severities?: PolicyOptions['severities'];
  /** When what the report says was found; asked for only where a format is written. Default: now. */
  readonly time?: () => Date;
}

/** The report of one scan in whatever format is asked for. */
export function formattedReport(report: Report, given: Arguments, options: FormattedOptions): Formatted {
  const { failing, severities, time = () => new Date(), ...text } = options;
  return async (name, onStdout) => {
    const format = await findFormat(name)?.load();
    if (format !== undefined) return format(report, { controls: withSeverities(controls, severities), time: timeOf([{ report }], time) });
    const { formatText } = await import('../report/text.ts');
    return formatText(report, { ...textOptions(given, failing, onStdout), ...text });
  };
}

/** SOURCE_DATE_EPOCH makes it the same for the same input (reproducible-builds.org); a snapshot says itself when it was taken. */
export function timeOf(of: readonly { readonly report: Report }[], time: () => Date): string {
  const { SOURCE_DATE_EPOCH: fixed = '' } = process.env;
  const taken = /^\d{1,11}$/.test(fixed)
    ? [new Date(Number(fixed) * 1000)]
    : of.map(({ report }) => new Date(report.target.cluster?.snapshot?.taken ?? Number.NaN));
  // Of several the last one, and now where one of them was judged as it is now.
  const last = new Date(Math.max(...taken.map((date) => date.getTime())));
  return (Number.isNaN(last.getTime()) ? time() : last).toISOString().replace(/\.\d+Z$/, 'Z');
}
