import { expect, test } from 'vitest';
import type { Finding, LedgerRow, LedgerState, Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { formatJson } from '../report/json.ts';
import { reportSchema } from '../report/json-schema.ts';
import { sampleReport, sampleWaivedReport } from '../report/sample-report.ts';
import { mergeReports } from './merge-reports.ts';
import { checkedReport } from './read-report.ts';
import { validatorOf } from '../../test/schema.ts';

function merged(...reports: Report[]): Report {
  return mergeReports(reports.map((report, index) => ({ name: `${index}.json`, report })));
}

function complaint(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof OptionError) return error.lines.join('|');
    throw error;
  }
  return 'none';
}

const finding = sampleReport.findings[0]!;
const empty: Report = {
  ...sampleReport,
  inputs: { files: 0, documents: 0, resources: 0, skipped: [], unread: [], excepted: [], drifted: [], staticPods: [] },
  findings: [],
  workloads: [],
  ledger: [],
};

function withFindings(...findings: Finding[]): Report {
  return { ...empty, findings };
}

test('a merged report is a report, and says what it was made of', () => {
  const both = merged(sampleReport, sampleWaivedReport);
  const text = [...formatJson(both)].join('');
  const validate = validatorOf(reportSchema());
  validate(JSON.parse(text));
  expect(validate.errors).toBeNull();
  expect(checkedReport(JSON.parse(text), 'all.json')).toEqual(both);
  expect(both.merged).toEqual([
    { file: '0.json', tool: '0.1.0', kubernetesVersion: '1.35', objects: 3, findings: 11, unread: 1 },
    { file: '1.json', tool: '0.1.0', kubernetesVersion: '1.35', objects: 3, findings: 9, unread: 1 },
  ]);
});

test('what was merged before is named by its parts', () => {
  const inner = merged(sampleReport, empty);
  expect(merged(inner, withFindings(finding)).merged?.map(({ file }) => file)).toEqual(['0.json', '1.json', '1.json']);
});

test('a report merged with itself counts its findings, workloads and unread input once', () => {
  const twice = merged(sampleReport, sampleReport);
  expect(twice.findings).toEqual(sampleReport.findings);
  expect(twice.workloads).toEqual(sampleReport.workloads);
  expect(twice.inputs.unread).toEqual(sampleReport.inputs.unread);
  expect(twice.summary).toEqual(sampleReport.summary);
});

test('the same object in two files is two findings', () => {
  expect(merged(withFindings(finding), withFindings({ ...finding, file: 'production/web.yaml' })).findings).toHaveLength(2);
});

test('items of one name in one report stay apart', () => {
  expect(merged(withFindings(finding, { ...finding, line: 99 }), withFindings(finding)).findings.map(({ line }) => line)).toEqual([9, 99]);
});

test('where two reports disagree about a finding, the worse one is right', () => {
  const { waived } = sampleWaivedReport.findings[0]!;
  const excused: Finding = { ...finding, waived: waived! };
  const open: Finding = { ...finding, verdict: 'unknown' };
  for (const [a, b, worse] of [
    [excused, finding, finding],
    [finding, excused, finding],
    [open, excused, excused],
    [{ ...finding, severity: 'low' }, finding, finding],
  ] as const)
    expect(merged(withFindings(a), withFindings(b)).findings).toEqual([worse]);
  expect(merged(withFindings(excused), withFindings(excused)).summary).toMatchObject({ waived: 1, bySeverity: { high: 0 } });
});

test('a recommendation has its worst state, and its subjects add up', () => {
  const row = (state: LedgerState): LedgerRow => ({ ...sampleReport.ledger[0]!, state, needs: state === 'unknown' ? ['cluster'] : [] });
  const states: LedgerState[] = ['not-applicable', 'pass', 'unknown', 'fail'];
  for (const [worse, b] of states.entries())
    for (const [better, a] of states.entries()) {
      const [one] = merged({ ...empty, ledger: [row(a)] }, { ...empty, ledger: [row(b)] }).ledger;
      expect(one?.state).toBe(states[Math.max(worse, better)]);
      expect(one?.needs).toEqual(one?.state === 'unknown' ? ['cluster'] : []);
      expect(one?.subjects.fail).toBe(2);
    }
});

test('waived and open findings of a recommendation add up, also where one report has none that is waived', () => {
  const ofPrivileged = { ...finding, control: 'pod-security/privileged', file: 'other.yaml' };
  const other: Report = { ...withFindings(ofPrivileged), ledger: sampleReport.ledger.slice(0, 1) };
  expect(merged(sampleWaivedReport, other).ledger[0]).toMatchObject({ code: 'POD-02', state: 'fail', waived: { findings: 1, open: 1 } });
  expect(merged(sampleReport, other).ledger[0]).not.toHaveProperty('waived');
});

test('a waiver that is used in one report is not unused', () => {
  const [use] = sampleWaivedReport.waivers!;
  const unused: Report = { ...empty, waivers: [{ ...use!, state: 'unused', findings: 0 }] };
  expect(merged(unused, sampleWaivedReport).waivers?.map(({ state, findings }) => [state, findings])).toEqual([
    ['active', 2],
    ['expired', 0],
  ]);
});

test('what baselines know adds up', () => {
  const known = { ...empty, baseline: { file: 'a.jsonl', known: 3, gone: 1 } };
  expect(merged(known, { ...known, baseline: { file: 'b.jsonl', known: 2, gone: 0 } }, empty).baseline).toEqual({
    file: 'a.jsonl, b.jsonl',
    known: 5,
    gone: 1,
  });
});

test('several Kubernetes versions are told, and the oldest counts', () => {
  const of = (kubernetesVersion: string): Report => ({ ...empty, target: { ...empty.target, kubernetesVersion, assumed: false } });
  const { target } = merged(of('1.37'), of('1.9'), of('1.36'));
  expect(target).toMatchObject({ kubernetesVersion: '1.9', assumed: false });
  expect(target.assumptions).toContain('The merged reports were judged for Kubernetes 1.9, 1.36, 1.37');
});

test('parts of one cluster become one, and its namespaces add up', () => {
  const of = (...namespaces: string[]): Report => ({
    ...empty,
    target: { ...empty.target, cluster: { context: 'lab', version: 'v1.37.1', ...(namespaces.length === 0 ? {} : { namespaces }) } },
  });
  expect(merged(of('b', 'a'), of('c')).target.cluster).toEqual({ context: 'lab', version: 'v1.37.1', namespaces: ['a', 'b', 'c'] });
  expect(merged(of('a'), of()).target.cluster).toEqual({ context: 'lab', version: 'v1.37.1' });
});

test('reports without a target in common are refused', () => {
  const cluster = (context: string): Report => ({ ...empty, target: { ...empty.target, cluster: { context, version: 'v1.37.1' } } });
  expect(complaint(() => merged(empty, { ...empty, target: { ...empty.target, profile: 'baseline' } }))).toMatch(
    /profiles nsa and baseline\|0.json and 1.json/,
  );
  expect(complaint(() => merged(empty, cluster('lab')))).toContain('one is of a cluster, the other of manifests');
  expect(complaint(() => merged(cluster('lab'), cluster('live')))).toContain('of the clusters lab and live');
  const changed = { ...empty, changedSince: { revision: 'main', commit: 'a'.repeat(40), unchanged: 2 } };
  expect(complaint(() => merged(empty, changed))).toContain('what changed since main alone');
  expect(merged(changed, changed).changedSince?.unchanged).toBe(4);
  expect(complaint(() => mergeReports([]))).toContain('nothing to merge');
});
