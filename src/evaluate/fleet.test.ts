import { expect, test } from 'vitest';
import type { Finding, FleetCluster, LedgerRow, LedgerState, Report, Severity } from '../core/index.ts';
import { fleetReport } from './fleet.ts';

function cluster(
  name: string,
  states: Readonly<Record<string, LedgerState>>,
  failing: readonly (readonly [string, Severity])[] = [],
): FleetCluster {
  const ledger = Object.entries(states).map(([code, state]) => ({ code, title: `title of ${code}`, chapter: 'POD', state }) as LedgerRow);
  const findings = failing.map(([control, severity]) => ({ control, codes: [], severity, verdict: 'fail' }) as unknown as Finding);
  const bySeverity = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const [, severity] of failing) bySeverity[severity]++;
  return { name, report: { ledger, findings, summary: { bySeverity } } as unknown as Report };
}

const gone: FleetCluster = { name: 'gone', failure: ['nobody listens there'] };

test('a recommendation differs where two clusters that were judged have different states', () => {
  const { recommendations, summary } = fleetReport([
    cluster('a', { 'POD-01': 'pass', 'POD-02': 'pass' }),
    gone,
    cluster('b', { 'POD-01': 'unknown', 'POD-02': 'pass' }),
  ]);
  expect(recommendations).toEqual([
    { code: 'POD-01', title: 'title of POD-01', chapter: 'POD', states: ['pass', null, 'unknown'], alike: false },
    { code: 'POD-02', title: 'title of POD-02', chapter: 'POD', states: ['pass', null, 'pass'], alike: true },
  ]);
  expect(summary).toMatchObject({ clusters: 3, judged: 2, alike: 1, different: 1 });
});

test('controls stand worst first, by their worst finding in any cluster, then by how often', () => {
  const { controls, summary } = fleetReport([
    cluster('a', {}, [
      ['x', 'low'],
      ['y', 'high'],
      ['z', 'high'],
      ['z', 'high'],
    ]),
    gone,
    cluster('b', {}, [
      ['x', 'critical'],
      ['w', 'high'],
    ]),
  ]);
  expect(controls.map(({ control, severity, failing }) => [control, severity, failing])).toEqual([
    ['x', 'critical', [1, null, 1]],
    ['z', 'high', [2, null, 0]],
    ['w', 'high', [0, null, 1]],
    ['y', 'high', [1, null, 0]],
  ]);
  expect(summary.bySeverity).toEqual({ critical: 1, high: 4, medium: 0, low: 1 });
});

test('what does not fail counts for no control', () => {
  const report = { ledger: [], findings: [{ control: 'x', severity: 'high', verdict: 'unknown' }], summary: { bySeverity: {} } };
  expect(fleetReport([{ name: 'a', report: report as unknown as Report }]).controls).toEqual([]);
});

test('nothing is compared where no cluster was judged', () => {
  expect(fleetReport([gone])).toMatchObject({ recommendations: [], controls: [], summary: { clusters: 1, judged: 0, different: 0 } });
});
