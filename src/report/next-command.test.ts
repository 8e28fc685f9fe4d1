import { expect, test } from 'vitest';
import { nextCommand } from './next-command.ts';
import { sampleReport } from './sample-report.ts';

test('the worst control is explained next', () => {
  expect(nextCommand(sampleReport)).toBe('plimsoll explain pod-security/privileged');
});

test('of equals the most frequent one', () => {
  const findings = sampleReport.findings.map((finding) => ({ ...finding, severity: 'low' as const }));
  expect(nextCommand({ ...sampleReport, findings })).toBe('plimsoll explain pod-security/privilege-escalation');
});

test('where nothing fails, what is still open', () => {
  expect(nextCommand({ ...sampleReport, findings: [] })).toBe('plimsoll list recommendations --undecided');
});

test('where nothing was judged, how to scan', () => {
  expect(nextCommand({ ...sampleReport, findings: [], inputs: { ...sampleReport.inputs, resources: 0 } })).toBe('plimsoll help scan');
});

test('where the user may not read a part of a cluster, what it takes', () => {
  const target = { ...sampleReport.target, cluster: { context: 'shop', version: 'v1.37.1' } };
  const unread = [{ file: 'cluster/pods', line: 1, reason: 'list pods: the user has no permission' }];
  const report = { ...sampleReport, target, inputs: { ...sampleReport.inputs, unread } };
  expect(nextCommand(report)).toBe('plimsoll scan --cluster --print-rbac');
  const ofTarget = (cluster: object): string =>
    nextCommand({ ...report, target: { ...target, cluster: { ...target.cluster, ...cluster } } });
  expect(ofTarget({ namespaces: ['shop', 'bank'] })).toBe('plimsoll scan --cluster -n shop -n bank --print-rbac');
  expect(ofTarget({ snapshot: { taken: '2026-07-01T12:00:00Z', tool: '0.1.0' } })).toBe('plimsoll snapshot --cluster --print-rbac');
});

test('where nothing of a cluster could be judged, what it takes', () => {
  const target = { ...sampleReport.target, cluster: { context: 'shop', version: 'v1.37.1' } };
  const inputs = { ...sampleReport.inputs, resources: 0 };
  expect(nextCommand({ ...sampleReport, findings: [], inputs, target })).toBe('plimsoll scan --cluster --print-rbac');
});
