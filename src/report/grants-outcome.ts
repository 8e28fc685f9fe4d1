import type { GrantsReport } from '../core/index.ts';
import { counted, failingSeverities, severityBound, type FailOn, type Outcome } from './outcome.ts';
import { isOfKubernetes } from './rights-text.ts';

/** What a list of grants amounts to: 1 where a right of that severity or worse is held by somebody of those who are listed. */
export function grantsOutcome(
  { rights }: GrantsReport,
  { failOn, system }: { readonly failOn: FailOn; readonly system: boolean },
): Outcome {
  if (failOn === 'none') return { exitCode: 0, reason: '' };
  const failing = failingSeverities(failOn);
  const { length } = rights.filter(
    ({ severity, holders }) => failing.includes(severity) && holders.some(({ chains }) => system || !isOfKubernetes(chains)),
  );
  if (length === 0) return { exitCode: 0, reason: '' };
  return { exitCode: 1, reason: `somebody holds ${counted(length, 'right')} ${severityBound(failOn)}` };
}
