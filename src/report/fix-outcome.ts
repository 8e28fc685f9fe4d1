import type { DeclinedFix, FixReport } from '../core/index.ts';
import { counted, unreadable, type Outcome } from './outcome.ts';

export interface FixOutcomeOptions {
  /** The files of the report hold the fixes already, but for so many that could not be written. */
  readonly written: boolean;
  readonly refused: number;
  /** Then all files are as they were. */
  readonly atomic: boolean;
  readonly allowUnreadable: boolean;
}

/**
 * What a run of `plimsoll fix` amounts to, as an exit code: 2 something could not be read or written, or there was no input; 1 there are fixes
 * that are not written; 0 neither. What no fix settles does not fail it: that is for `plimsoll scan` to say.
 */
export function fixOutcome(report: FixReport, { written, refused, atomic, allowUnreadable }: FixOutcomeOptions): Outcome {
  const { inputs, summary } = report;
  const none = atomic ? ', so none was (--atomic)' : '';
  if (refused > 0) return { exitCode: 2, reason: `${refused} of ${counted(report.files.length, 'file')} could not be written${none}` };
  const what = `${counted(summary.fixes, 'fix', 'fixes')} in ${counted(report.files.length, 'file')} ${written ? '' : 'not '}written`;
  if (inputs.unread.length > 0 && !allowUnreadable) {
    const unread = unreadable(counted(inputs.unread.length, 'document'), inputs.resources);
    return { exitCode: 2, reason: summary.fixes === 0 ? unread : `${unread}; ${what}` };
  }
  if (inputs.resources === 0) return { exitCode: 2, reason: 'nothing to fix: no Kubernetes object that a control reads' };
  const findings = `findings ${summary.before} → ${summary.after}`;
  if (summary.fixes === 0) return { exitCode: 0, reason: `no fix that may be made without more from you; findings ${summary.after}` };
  return { exitCode: written ? 0 : 1, reason: `${what}, ${findings}` };
}

/** The command to type next; `command` is how the user called, without what it should do: `plimsoll fix deploy`. */
export function nextFixCommand(report: FixReport, command: string, written: boolean): string {
  const { summary, declined } = report;
  if (report.inputs.resources === 0) return 'plimsoll help fix';
  if (summary.fixes > 0 && !written) return `${command} --write`;
  if (summary.declined.review > 0) return `${command} --review`;
  if (summary.declined.value > 0) return `${command} --plan`;
  const open: DeclinedFix | undefined = declined[0];
  return open === undefined ? 'plimsoll scan' : `plimsoll explain ${open.control}`;
}
