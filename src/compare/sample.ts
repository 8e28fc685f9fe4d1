import type { Finding, Report } from '../core/index.ts';

// Findings and reports for the tests of what compares them.

/** What a test says of a finding. */
type Given = Partial<Omit<Finding, 'resource'>> & { readonly name?: string; readonly namespace?: string };

/** A finding that fails. */
export function finding({ name = 'web', namespace = 'shop', ...given }: Given = {}): Finding {
  return {
    control: 'pod-security/privileged',
    codes: ['POD-06'],
    severity: 'critical',
    verdict: 'fail',
    resource: { apiVersion: 'apps/v1', kind: 'Deployment', namespace, name },
    path: 'spec.template.spec.containers[0].securityContext.privileged',
    file: 'web.yaml',
    line: 3,
    column: 1,
    endLine: 3,
    endColumn: 9,
    message: `container of ${name} is privileged`,
    fingerprint: '0011223344556677',
    ...given,
  };
}

/** A report of some findings. */
export function report(findings: readonly Finding[], more: Partial<Report> = {}): Report {
  return {
    schemaVersion: 1,
    tool: { name: 'plimsoll', version: '1.2.3' },
    target: { kubernetesVersion: '1.35', assumed: false, profile: 'nsa', partial: false, assumptions: [] },
    inputs: { files: 1, documents: 1, resources: 1, skipped: [], unread: [], excepted: [], drifted: [], staticPods: [] },
    findings,
    workloads: [],
    ledger: [],
    summary: {
      bySeverity: { critical: findings.length, high: 0, medium: 0, low: 0 },
      byState: { pass: 0, fail: 1, unknown: 0, 'not-applicable': 0 },
    },
    ...more,
  };
}
