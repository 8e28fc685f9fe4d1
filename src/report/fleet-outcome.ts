import type { FleetReport } from '../core/index.ts';
import { counted, outcome, type Outcome, type OutcomeOptions } from './outcome.ts';

/**
 * What a run over several clusters amounts to: the worst of what each of them amounts to. A cluster that could not be judged
 * counts as input that could not be read.
 */
export function fleetOutcome({ clusters, summary }: Pick<FleetReport, 'clusters' | 'summary'>, options: OutcomeOptions): Outcome {
  const unjudged = summary.clusters - summary.judged;
  if (summary.judged === 0) return { exitCode: 2, reason: 'no cluster could be judged' };
  if (unjudged > 0 && !options.allowUnreadable)
    return {
      exitCode: 2,
      reason: `${unjudged} of ${counted(summary.clusters, 'cluster')} could not be judged (--allow-partial accepts that)`,
    };
  const outcomes = clusters.flatMap((cluster) =>
    'report' in cluster ? [{ name: cluster.name, ...outcome(cluster.report, options) }] : [],
  );
  const worst = Math.max(...outcomes.map(({ exitCode }) => exitCode));
  const [first, ...others] = outcomes.filter(({ exitCode }) => exitCode === worst);
  const { exitCode, name, reason } = first!;
  if (exitCode === 0) return { exitCode, reason: `${reason} in ${counted(summary.judged, 'cluster')}` };
  return { exitCode, reason: `${name}: ${reason}${others.length === 0 ? '' : `; ${counted(others.length, 'more cluster')} too`}` };
}
