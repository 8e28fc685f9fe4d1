import { createRequire } from 'node:module';
import { expect, test } from 'vitest';
import type { Report } from '../../core/index.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { formatPrometheus } from './prometheus.ts';
import { hostileReport } from './sample-hostile.ts';

interface Family {
  readonly name: string;
  readonly type: string;
  readonly metrics: readonly { readonly value: string; readonly labels?: Readonly<Record<string, string>> }[];
}

// It has no types. Prometheus' own parser reads the output in test/upstream.
const require = createRequire(import.meta.url);
const parse = require('parse-prometheus-text-format') as (text: string) => Family[];

function families(report: Report): Map<string, Family> {
  return new Map(parse([...formatPrometheus(report)].join('')).map((family) => [family.name, family]));
}

function series(report: Report, name: string): (readonly [string, number])[] {
  return families(report)
    .get(name)!
    .metrics.map(({ labels = {}, value }) => [Object.values(labels).join(' '), Number(value)] as const);
}

test('a parser reads gauges alone', () => {
  expect(new Set([...families(sampleWaivedReport).values()].map(({ type }) => type))).toEqual(new Set(['GAUGE']));
});

test('findings are counted by severity, those of none too, and by control and namespace', () => {
  expect(series(sampleWaivedReport, 'plimsoll_findings')).toEqual([
    ['critical', 0],
    ['high', 8],
    ['medium', 1],
    ['low', 0],
  ]);
  expect(series(sampleWaivedReport, 'plimsoll_control_findings')).toEqual([
    ['pod-security/privilege-escalation high', 8],
    ['secrets/credentials medium', 1],
  ]);
  expect(series(sampleWaivedReport, 'plimsoll_namespace_findings')).toEqual([
    [' high', 1],
    ['shop high', 7],
    ['shop medium', 1],
  ]);
});

test('the namespaces with the most findings have series of their own, a hundred of them', () => {
  const of = (namespace: string, count: number): Report['findings'] =>
    Array.from({ length: count }, () => ({ ...sampleReport.findings[0]!, resource: { ...sampleReport.findings[0]!.resource, namespace } }));
  const findings = Array.from({ length: 130 }, (_, index) => of(`n${index}`, index < 100 ? 2 : 1)).flat();
  const counted = series({ ...sampleReport, findings }, 'plimsoll_namespace_findings');
  expect(counted).toHaveLength(101);
  expect(counted).toContainEqual(['(others) high', 30]);
  expect(counted.reduce((sum, [, value]) => sum + value, 0)).toBe(findings.length);
});

test('a label from input ends no line and no series, and no series stands twice', () => {
  const lines = [...formatPrometheus(hostileReport)].join('').trimEnd().split('\n');
  const sample = /^[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)+\})? \d+$/;
  expect(lines.filter((line) => !line.startsWith('# ') && !sample.test(line))).toEqual([]);
  const names = lines.filter((line) => !line.startsWith('#')).map((line) => line.replace(/ \d+$/, ''));
  expect(new Set(names).size).toBe(names.length);
});
