import { severities, type DiffReport } from '../core/index.ts';
import { counted, failingSeverities, severityBound, unreadable, type Outcome, type OutcomeOptions } from './outcome.ts';

/**
 * What a comparison amounts to, as an exit code: 2 where a side was not read to its end, or neither holds anything; 1 for
 * new findings at or above `failOn`; 0 otherwise.
 */
export function diffOutcome({ before, after, summary }: DiffReport, { failOn, allowUnreadable }: OutcomeOptions): Outcome {
  const unread = before.unread.length + after.unread.length;
  const resources = before.resources + after.resources;
  if (unread > 0 && !allowUnreadable) return { exitCode: 2, reason: unreadable(counted(unread, 'document'), resources) };
  if (resources === 0) return { exitCode: 2, reason: 'nothing to compare: no Kubernetes object on either side' };
  const isClean = severities.every((severity) => summary.new[severity] === 0);
  if (failOn === 'none')
    return { exitCode: 0, reason: isClean ? 'nothing is new' : 'new findings do not fail this run (--fail-on SEVERITY)' };
  const count = failingSeverities(failOn).reduce((sum, severity) => sum + summary.new[severity], 0);
  const bound = severityBound(failOn);
  if (count > 0) return { exitCode: 1, reason: `${counted(count, 'new finding')} ${bound}` };
  return { exitCode: 0, reason: `no new finding ${bound}` };
}
