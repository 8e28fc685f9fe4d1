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

  test.each([
    ['a path', ['--from', 'user:jane', '--to', 'secrets'], 1],
    ['no path', ['--from', 'user:oncall'], 0],
    ['a possible path alone', ['--from', 'user:jane'], 2],
    ['an entry that is not there', ['--from', 'shop/wbe'], 2],
    ['a goal that is none', ['--to', 'everything'], 2],
    ['a limit that is none', ['--limit', '0'], 2],
  ])('%s', (_, options, expected) => {
    const { status, stderr } = plimsoll(['paths', vulnerable, '-o', 'json', ...options]);
    expect(status).toBe(expected);
    if (expected === 2) expect(stderr).toMatch(/^plimsoll: /);
  });

  test.each([
    ['dot', 'digraph paths {'],
    ['mermaid', 'flowchart LR'],
    ['html', '<!doctype html>'],
  ])('draws %s, the same each time', (format, beginning) => {
    const first = plimsoll(['paths', vulnerable, '-o', format]);
    expect(first.status).toBe(1);
    expect(first.stdout.startsWith(beginning)).toBe(true);
    expect(first.stdout).toContain('mounted');
    expect(plimsoll(['paths', vulnerable, '-o', format]).stdout).toBe(first.stdout);
  });

  test('lets no name steer the terminal or the page', () => {
    const input = `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRoleBinding
metadata: { name: own }
roleRef: { apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: cluster-admin }
subjects: [{ kind: User, name: "\\e[2J<script>\\u202e" }]`;
    const from = 'user:\u001b[2J<script>\u202e';
    for (const format of ['text', 'html', 'mermaid']) {
      const { stdout, status } = plimsoll(['paths', '-', '--from', from, '-o', format], { input });
      expect(status).toBe(1);
      // oxlint-disable-next-line no-control-regex
      expect(stdout).not.toMatch(/\u001b\[2J|\u202e/);
      if (format === 'text') expect(stdout).toContain("\nnext: plimsoll plan - --from 'user:");
      else expect(stdout).not.toContain('<script>');
    }
  });

  test('says of unreadable input that the answer is incomplete', () => {
    const { status, stderr } = plimsoll(['paths', '-', '--from', 'user:jane'], { input: 'apiVersion: v1\nkind: Pod\nmetadata: [' });
    expect(status).toBe(2);
    expect(stderr).toContain('unread');
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

  test('tells what to do first, and what may break', () => {
    const { stdout, status } = plimsoll(['plan', vulnerable]);
    expect(status).toBe(1);
    expect(stdout).toContain('set automountServiceAccountToken to false');
    expect(stdout).toContain('control: pod-security/service-account-token');
    expect(stdout).toContain('they leave no path');
  });

  test('has nothing to say where there is no path', () => {
    const { stdout, status } = plimsoll(['plan', vulnerable, '--from', 'user:oncall']);
    expect(status).toBe(0);
    expect(stdout).toContain('there is nothing to break');
  });

  test('says so where nothing known breaks a path', () => {
    const { stdout, status } = plimsoll(['plan', vulnerable, '--from', 'group:system:masters']);
    expect(status).toBe(2);
    expect(stdout).toContain('No known change breaks this path');
  });

  test('closes an entry only where it may', () => {
    const kinds = (...options: readonly string[]): string[] =>
      (
        JSON.parse(plimsoll(['plan', vulnerable, '--to', 'node', '--to', 'cluster-admin', '-o', 'json', ...options]).stdout) as PlanReport
      ).changes.map(({ kind }) => kind);
    expect(kinds('--close-entries')).toEqual(['close-entry']);
    expect(kinds()).not.toContain('close-entry');
  });
});
