import { expect, test } from 'vitest';
import type { FleetCluster, FleetReport, Report } from '../core/index.ts';
import { fleetOutcome } from './fleet-outcome.ts';
import { sampleFleet } from './sample-fleet.ts';
import { sampleReport } from './sample-report.ts';

const whole: Report = { ...sampleReport, inputs: { ...sampleReport.inputs, unread: [] } };
const clean: Report = { ...whole, summary: { ...whole.summary, bySeverity: { critical: 0, high: 0, medium: 0, low: 1 } } };
const gone: FleetCluster = { name: 'gone', failure: ['nobody listens there'] };

function fleet(...clusters: readonly FleetCluster[]): FleetReport {
  const judged = clusters.filter((cluster) => 'report' in cluster).length;
  return { ...sampleFleet, clusters, summary: { ...sampleFleet.summary, clusters: clusters.length, judged } };
}

test('the worst cluster decides, and is named', () => {
  const options = { failOn: 'high', allowUnreadable: false } as const;
  const good: FleetCluster = { name: 'good', report: clean };
  const bad: FleetCluster = { name: 'bad', report: whole };
  const halfRead: FleetCluster = { name: 'half', report: sampleReport };
  expect(fleetOutcome(fleet(good, good), options)).toEqual({ exitCode: 0, reason: 'no finding of severity high or worse in 2 clusters' });
  expect(fleetOutcome(fleet(good, bad, bad), options)).toEqual({
    exitCode: 1,
    reason: 'bad: 10 findings of severity high or worse; 1 more cluster too',
  });
  expect(fleetOutcome(fleet(bad, halfRead, good), options)).toEqual({
    exitCode: 2,
    reason: 'half: 1 document could not be read (--allow-unreadable accepts that)',
  });
});

test('a cluster that was not judged is input that was not read', () => {
  const good: FleetCluster = { name: 'good', report: clean };
  expect(fleetOutcome(fleet(good, gone), { failOn: 'high', allowUnreadable: false }).exitCode).toBe(2);
  expect(fleetOutcome(fleet(good, gone), { failOn: 'high', allowUnreadable: true }).exitCode).toBe(0);
  expect(fleetOutcome(fleet(gone), { failOn: 'none', allowUnreadable: true }).exitCode).toBe(2);
});
