import { expect, test } from 'vitest';
import { controls } from '../../controls/index.ts';
import type { Finding, Report } from '../../core/index.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { formatPolicyreport } from './policyreport.ts';
import { hostileReport } from './sample-hostile.ts';

// That the objects are valid by the schema of their CustomResourceDefinition is tested in test/upstream.

interface PolicyReport {
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string };
  readonly summary: Readonly<Record<string, number>>;
  readonly results: readonly { readonly result: string; readonly policy: string; readonly properties: Readonly<Record<string, string>> }[];
}

function items(report: Report): PolicyReport[] {
  const list = JSON.parse([...formatPolicyreport(report, { controls, time: '' })].join('')) as { items: PolicyReport[]; kind: string };
  expect(list.kind).toBe('List');
  return list.items;
}

function names(report: Report): string[] {
  return items(report).map(({ kind, metadata: { namespace = '', name } }) => `${kind} ${namespace}/${name}`);
}

const finding = sampleReport.findings[0]!;

function inNamespace(namespace: string): Finding {
  return { ...finding, resource: { ...finding.resource, namespace } };
}

test('each namespace has one, and what is in none is with the cluster', () => {
  const findings = [inNamespace('web'), inNamespace('api'), ...sampleReport.findings];
  expect(names({ ...sampleReport, findings })).toEqual([
    'ClusterPolicyReport /plimsoll',
    'PolicyReport api/plimsoll',
    'PolicyReport shop/plimsoll',
    'PolicyReport web/plimsoll',
  ]);
});

test('results say what is waived, not known or unread, and the summary counts them', () => {
  const [cluster, shop] = items(sampleWaivedReport);
  expect(cluster?.summary).toEqual({ pass: 0, fail: 1, warn: 1, error: 1, skip: 0 });
  expect(shop?.summary).toEqual({ pass: 0, fail: 8, warn: 1, error: 0, skip: 2 });
  expect(shop?.results[0]).toMatchObject({ result: 'skip', properties: { waivedUntil: '2027-01-31', waivedBy: 'team-logs' } });
});

test('a clean report is one that overwrites the last', () => {
  expect(names({ ...sampleReport, findings: [], inputs: { ...sampleReport.inputs, unread: [] } })).toEqual([
    'ClusterPolicyReport /plimsoll',
  ]);
});

test('a namespace that cannot be one does not make the API server refuse the list', () => {
  for (const namespace of ['../x', 'UPPER', '-a', 'a'.repeat(64), ''])
    expect(names({ ...sampleReport, findings: [inNamespace(namespace)] })).toHaveLength(1);
});

test('no object is larger than what kubectl can apply, and none of the findings is lost', () => {
  const findings = Array.from({ length: 2000 }, (_, index) => ({
    ...inNamespace('web'),
    fingerprint: String(index),
    message: 'é'.repeat(150),
  }));
  const parts = items({ ...sampleReport, findings }).filter(({ kind }) => kind === 'PolicyReport');
  expect(parts.map(({ metadata }) => metadata.name).slice(0, 3)).toEqual(['plimsoll', 'plimsoll-2', 'plimsoll-3']);
  for (const part of parts) expect(Buffer.byteLength(JSON.stringify(part))).toBeLessThan(256 * 1024 - 4096);
  expect(parts.flatMap(({ results }) => results.map(({ properties }) => properties['fingerprint']))).toEqual(
    findings.map(({ fingerprint }) => fingerprint),
  );
});

test('texts from input are bounded', () => {
  for (const { results } of items(hostileReport))
    for (const { properties } of results) for (const value of Object.values(properties)) expect(value.length).toBeLessThanOrEqual(1024);
});
