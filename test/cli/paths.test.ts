import { describe, expect, test } from 'vitest';
import type { PathsReport, PlanReport } from '../../src/core/index.ts';
import { plimsoll } from './run.ts';

const vulnerable = 'test/cli/vulnerable';

describe('plimsoll paths', () => {
  test('shows the way from the internet to cluster-admin, each step with its place', () => {
    const { stdout, status } = plimsoll(['paths', vulnerable, '--limit', '1']);
    expect(status).toBe(1);
    expect(stdout).toContain('To cluster-admin');
    expect(stdout).toContain('Service shop/web (LoadBalancer) leads to Deployment shop/web');
    expect(stdout).toContain(`${vulnerable}/shop.yaml:21`);
  });

  test('has a step for each place on the way', () => {
    const { stdout } = plimsoll(['paths', vulnerable, '-o', 'json']);
    const { goals } = JSON.parse(stdout) as PathsReport;
    expect(goals[0]?.paths[0]?.steps.map(({ technique, to }) => `${technique}: ${to.title}`)).toEqual([
      'exposed-service: Deployment shop/web',
      'mounted-token: ServiceAccount shop/web',
      'create-workload: namespace shop',
      'pod-with-account: ServiceAccount shop/deployer',
      'all-rights: cluster-admin',
    ]);
  });
});

describe('plimsoll plan', () => {
  test('breaks every path with as few changes as there can be', () => {
    const { stdout, status } = plimsoll(['plan', vulnerable, '--to', 'node', '--to', 'cluster-admin', '-o', 'json']);
    const { changes, proof, state } = JSON.parse(stdout) as PlanReport;
    expect(status).toBe(1);
    expect(state).toBe('planned');
    expect(changes.map(({ kind, object }) => `${kind} ${object}`)).toEqual([
      'isolate-ingress Namespace agents',
      'no-token Deployment shop/web',
    ]);
    expect(proof).toMatchObject({ proven: true, fewest: 2, left: 0 });
  });
});
