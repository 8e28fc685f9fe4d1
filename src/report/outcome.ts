import { printable } from './printable.ts';
import { severities, type Report, type Severity } from '../core/index.ts';

/** The lowest severity that fails a run. */
export type FailOn = Severity | 'none';

export interface Outcome {
  readonly exitCode: 0 | 1 | 2;
  /** One sentence without a full stop. */
  readonly reason: string;
}

export interface OutcomeOptions {
  readonly failOn: FailOn;
  /** Unread documents among readable ones do not fail the run. */
  readonly allowUnreadable: boolean;
}

/**
 * What a run amounts to, as an exit code: 2 the work could not be done (nothing to judge, or input that could not be
 * read), 1 findings at or above `failOn`, 0 neither. Unread input outranks findings, because the list of findings is then
 * not known to be whole.
 */
export function outcome(report: Report, options: OutcomeOptions): Outcome {
  const { resources, skipped, unread } = report.inputs;
  if (unread.length > 0 && !options.allowUnreadable)
    return {
      exitCode: 2,
      reason:
        report.target.cluster === undefined
          ? unreadable(counted(unread.length, 'document'), resources)
          : unreadable(`${counted(unread.length, 'part')} of the cluster`, resources, '--allow-partial'),
    };
  // The changed files of a commit may well be of something else; what was skipped is listed.
  if (resources === 0 && report.target.partial && skipped.length > 0)
    return { exitCode: 0, reason: `nothing to judge in this part: ${counted(skipped.length, 'document')} skipped` };
  if (resources === 0) return { exitCode: 2, reason: 'nothing to scan: no Kubernetes object that a control reads' };
  if (options.failOn === 'none') return { exitCode: 0, reason: 'findings do not fail this run (--fail-on none)' };
  if (report.changedSince?.same === true)
    return { exitCode: 0, reason: `nothing changed since ${printable(report.changedSince.revision)}` };
  const count = failingSeverities(options.failOn).reduce((sum, severity) => sum + report.summary.bySeverity[severity], 0);
  const severity = severityBound(options.failOn);
  const bound = report.changedSince === undefined ? severity : `${severity} in what changed`;
  const finding = report.baseline === undefined ? 'finding' : 'new finding';
  if (count > 0) return { exitCode: 1, reason: `${counted(count, finding)} ${bound}` };
  return { exitCode: 0, reason: `no ${finding} ${bound}` };
}

/** Where nothing else could be read, no option makes that a success. */
export function unreadable(what: string, resources: number, option: string = '--allow-unreadable'): string {
  return `${what} could not be read${resources === 0 ? '' : ` (${option} accepts that)`}`;
}

/** Those that fail a run. */
export function failingSeverities(failOn: FailOn): readonly Severity[] {
  return failOn === 'none' ? [] : severities.slice(0, severities.indexOf(failOn) + 1);
}

/** The same in words. */
export function severityBound(failOn: Severity): string {
  return failOn === 'critical' ? 'of severity critical' : `of severity ${failOn} or worse`;
}

/** A number with its noun: `1 file`, `2 files`. */
export function counted(count: number, noun: string, plural: string = `${noun}s`): string {
  return `${count} ${count === 1 ? noun : plural}`;
}
