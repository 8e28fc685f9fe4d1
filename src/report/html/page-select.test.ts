import { describe, expect, test } from 'vitest';
import type { Report } from '../../core/index.ts';
import { sampleReport } from '../sample-report.ts';
import { findingAt, findingCount, type PageData } from './page-data.ts';
import { encodePage } from './page-encode.ts';
import { groupsOf, selected } from './page-select.ts';
import { initialState, withoutNamespace } from './page-state.ts';

const waived = { from: 'comment', reason: 'moves next week', owner: 'ops', until: '2027-01-31', file: 'deploy/web.yaml', line: 8 } as const;

function dataOf(report: Report): PageData {
  return JSON.parse([...encodePage(report, [])].join('')) as PageData;
}

const data = dataOf(sampleReport);

function messages(shown: PageData, rows: readonly number[]): (string | undefined)[] {
  return rows.map((row) => shown.texts[findingAt(shown, row, 'message')]);
}

describe('findings', () => {
  test('all of the report are there, and those that fail are shown first', () => {
    expect(findingCount(data)).toBe(sampleReport.findings.length);
    expect(selected(data, initialState).rows).toHaveLength(sampleReport.findings.filter(({ verdict }) => verdict === 'fail').length);
    expect(selected(data, { ...initialState, verdict: 'any' }).rows).toHaveLength(sampleReport.findings.length);
  });

  test('every filter leaves what it names', () => {
    const critical = selected(data, { ...initialState, severity: ['critical'] });
    expect(messages(data, critical.rows)).toEqual(['container "web" is privileged']);
    expect(messages(data, selected(data, { ...initialState, chapter: 'SEC' }).rows)).toEqual([
      'container "sidecar-0" holds a credential in TOKEN: hunt…',
    ]);
    expect(selected(data, { ...initialState, kind: 'CronJob' }).rows).toHaveLength(1);
    expect(selected(data, { ...initialState, namespace: withoutNamespace }).rows).toHaveLength(1);
    expect(selected(data, { ...initialState, code: 'POD-02' }).rows).toHaveLength(1);
    expect(selected(data, { ...initialState, control: 'secrets/credentials' }).rows).toHaveLength(1);
    expect(selected(data, { ...initialState, object: '0' }).rows).toHaveLength(10);
  });

  test('every word of a search must be somewhere: in a name, a message, a file, a path or a control', () => {
    expect(selected(data, { ...initialState, q: 'PRIVILEGED web.yaml deployment shop' }).rows).toHaveLength(1);
    expect(selected(data, { ...initialState, q: 'privileged nowhere' }).rows).toEqual([]);
    expect(selected(data, { ...initialState, q: 'pod-12 sidecar-7' }).rows).toHaveLength(1);
  });

  test('a choice is counted as if its own filter were not set', () => {
    const { counts } = selected(data, { ...initialState, severity: ['critical'], kind: 'Deployment' });
    expect(Object.fromEntries(counts.severity)).toEqual({ high: 8, medium: 1, critical: 1 });
    expect(Object.fromEntries(counts.kind)).toEqual({ Deployment: 1 });
    expect(Object.fromEntries(counts.verdict)).toEqual({ fail: 1 });
  });

  test('waived ones are shown, left out or shown alone', () => {
    const findings = sampleReport.findings.map((finding) => (finding.severity === 'critical' ? { ...finding, waived } : finding));
    const some = dataOf({ ...sampleReport, findings });
    const all = selected(some, initialState).rows.length;
    expect(selected(some, { ...initialState, waived: 'only' }).rows).toHaveLength(1);
    expect(selected(some, { ...initialState, waived: 'no' }).rows).toHaveLength(all - 1);
    expect(some.waivers).toEqual([
      { reason: 'moves next week', owner: 'ops', until: '2027-01-31', ticket: '', place: 'deploy/web.yaml:8' },
    ]);
  });
});

describe('clusters', () => {
  test('are told apart by where objects stand, also where one name begins with another', () => {
    const names = ['eks', 'eks/prod'];
    const [finding] = sampleReport.findings;
    const findings = ['eks/prod/shop/Pod/a', 'eks/shop/Pod/a', 'elsewhere/shop/Pod/a'].map((file) => ({ ...finding!, file }));
    const fleet = JSON.parse([...encodePage({ ...sampleReport, findings, workloads: [] }, [], names)].join('')) as PageData;
    expect(selected(fleet, { ...initialState, cluster: 'eks' }).rows).toEqual([1]);
    expect(selected(fleet, { ...initialState, cluster: 'eks/prod' }).rows).toEqual([0]);
    expect(Object.fromEntries(selected(fleet, initialState).counts.cluster)).toEqual({ 'eks/prod': 1, eks: 1, '': 1 });
  });

  test('are none where there is one', () => {
    expect(data.fleet).toBe(false);
    expect(Object.fromEntries(selected(data, initialState).counts.cluster)).toEqual({ '': selected(data, initialState).rows.length });
  });
});

describe('groups', () => {
  test('the worst comes first, of equals the larger one', () => {
    const { rows } = selected(data, initialState);
    expect(groupsOf(data, rows, 'control').map(({ key, rows: those }) => [data.controls[key]!.id, those.length])).toEqual([
      ['pod-security/privileged', 1],
      ['pod-security/privilege-escalation', 9],
      ['secrets/credentials', 1],
    ]);
    expect(groupsOf(data, rows, 'severity').map(({ rows: those }) => those.length)).toEqual([1, 9, 1]);
    expect(groupsOf(data, rows, 'object')).toHaveLength(2);
  });
});

test('the same name in two files is two objects', () => {
  const [finding] = sampleReport.findings;
  const twice = dataOf({ ...sampleReport, findings: [finding!, { ...finding!, file: 'other/web.yaml' }], workloads: [] });
  expect(twice.objects).toHaveLength(2);
});
