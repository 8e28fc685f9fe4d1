import { describe, expect, test } from 'vitest';
import type { Report } from '../../core/index.ts';
import { sampleReport } from '../sample-report.ts';
import type { Format } from './index.ts';
import { formatOscalCatalog } from './oscal-catalog.ts';
import { formatOscal } from './oscal.ts';

const time = '2026-11-22T06:00:00Z';

function written(format: Format, report: Report): string {
  return [...format(report, { controls: [], time })].join('');
}

interface Result {
  readonly observations: readonly { readonly uuid: string; readonly subjects: readonly { readonly 'subject-uuid': string }[] }[];
  readonly risks: readonly {
    readonly uuid: string;
    readonly status: string;
    readonly deadline?: string;
    readonly remediations?: readonly { readonly title: string; readonly description: string }[];
    readonly 'related-observations': readonly { readonly 'observation-uuid': string }[];
  }[];
  readonly findings: readonly {
    readonly uuid: string;
    readonly title: string;
    readonly target: { readonly 'target-id': string; readonly status: { readonly state: string; readonly reason: string } };
    readonly 'related-observations'?: readonly { readonly 'observation-uuid': string }[];
    readonly 'related-risks'?: readonly { readonly 'risk-uuid': string }[];
  }[];
  readonly 'local-definitions': { readonly 'inventory-items': readonly { readonly uuid: string }[] };
  readonly 'assessment-log': { readonly entries: readonly { readonly title: string; readonly description: string }[] };
}

function resultOf(report: Report): Result {
  const document = JSON.parse(written(formatOscal, report)) as { 'assessment-results': { results: [Result] } };
  return document['assessment-results'].results[0];
}

const result = resultOf(sampleReport);

describe('assessment results', () => {
  test('every recommendation has a state, and only what passes or concerns nothing is satisfied', () => {
    const states = Object.fromEntries(
      result.findings.map(({ title, target: { status } }) => [title.split(' ', 1)[0], `${status.state} ${status.reason}`]),
    );
    expect(states).toEqual({
      'POD-02': 'not-satisfied fail',
      'POD-12': 'not-satisfied fail',
      'POD-13': 'satisfied pass',
      'SEC-01': 'not-satisfied fail',
      'SEC-04': 'not-satisfied other',
      'GOV-01': 'not-satisfied other',
    });
    const [row] = resultOf({ ...sampleReport, ledger: [{ ...sampleReport.ledger[0]!, state: 'not-applicable' }] }).findings;
    expect(row?.target).toMatchObject({
      status: { state: 'satisfied', reason: 'other' },
      'implementation-status': { state: 'not-applicable' },
    });
  });

  test('what they refer to is there', () => {
    const observations = new Set(result.observations.map(({ uuid }) => uuid));
    const risks = new Set(result.risks.map(({ uuid }) => uuid));
    const items = new Set(result['local-definitions']['inventory-items'].map(({ uuid }) => uuid));
    expect(observations.size).toBe(sampleReport.findings.length);
    for (const { subjects } of result.observations) for (const each of subjects) expect(items).toContain(each['subject-uuid']);
    for (const { 'related-observations': related = [], 'related-risks': atRisk = [] } of result.findings) {
      for (const each of related) expect(observations).toContain(each['observation-uuid']);
      for (const each of atRisk) expect(risks).toContain(each['risk-uuid']);
    }
    const objectives = written(formatOscalCatalog, sampleReport);
    for (const { target } of result.findings) expect(objectives).toContain(`"id":"${target['target-id']}"`);
  });

  test('no identifier stands for two things, and the same report has the same ones', () => {
    const text = written(formatOscal, sampleReport);
    const made = [...text.matchAll(/"uuid":"([^"]+)"/g)].map(([, uuid = '']) => uuid);
    expect(new Set(made).size).toBe(made.length);
    expect(made.filter((uuid) => !/^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/.test(uuid))).toEqual([]);
    expect(written(formatOscal, sampleReport)).toBe(text);
    expect(text).not.toContain('undefined');
  });

  test('equal fingerprints are two observations all the same', () => {
    const twice = { ...sampleReport, findings: [sampleReport.findings[0]!, sampleReport.findings[0]!] };
    expect(new Set(resultOf(twice).observations.map(({ uuid }) => uuid)).size).toBe(2);
  });

  test('a waiver is a risk that somebody accepts until a day; what is not waived stays open', () => {
    const waived = {
      from: 'policy-file',
      reason: 'moves next week',
      owner: 'ops',
      until: '2027-01-31',
      file: 'plimsoll.yaml',
      line: 8,
    } as const;
    const findings = sampleReport.findings.map((finding, index) => (index === 0 ? { ...finding, waived } : finding));
    const { risks } = resultOf({ ...sampleReport, findings });
    const accepted = risks.filter(({ status }) => status === 'deviation-approved');
    expect(accepted).toMatchObject([
      { deadline: '2027-01-31T23:59:59Z', remediations: [{ title: 'Accepted', description: 'moves next week' }] },
    ]);
    expect(accepted[0]?.['related-observations']).toHaveLength(1);
    expect(risks.filter(({ status }) => status === 'open').map((risk) => risk['related-observations'].length)).toEqual([8, 1, 1]);
  });

  test('what could not be read is in the log', () => {
    expect(result['assessment-log'].entries.map(({ title }) => title)).toEqual([
      'Read',
      'Could not be read',
      'Skipped',
      'Skipped',
      'Excepted',
    ]);
  });
});
