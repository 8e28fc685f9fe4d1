import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Ajv, type ValidateFunction } from 'ajv';
import addFormats from 'ajv-formats';
import { beforeAll, describe, expect, test } from 'vitest';
import { controls } from '../../src/controls/index.ts';
import type { Format } from '../../src/report/formats/index.ts';
import { formatOscalCatalog } from '../../src/report/formats/oscal-catalog.ts';
import { formatFleetOscal, formatOscal } from '../../src/report/formats/oscal.ts';
import { scan } from '../../src/library/scan.ts';
import type { Report } from '../../src/core/index.ts';
import { sampleFleet } from '../../src/report/sample-fleet.ts';
import { sampleReport } from '../../src/report/sample-report.ts';
import { moduleFolder } from './go-module.ts';

const root = join(import.meta.dirname, '../..');

function written(format: Format, report: Report): Record<string, unknown> {
  return JSON.parse([...format(report, { controls, time: '2026-11-22T06:00:00Z' })].join('')) as Record<string, unknown>;
}

/** NIST's own JSON schema for every model of OSCAL 1.1.2, as the Go module of its types carries it. */
describe("NIST's schema of OSCAL 1.1.2", () => {
  let valid: ValidateFunction;

  beforeAll(() => {
    const folder = moduleFolder(join(import.meta.dirname, 'oscal'), 'github.com/defenseunicorns/go-oscal');
    const schema = JSON.parse(readFileSync(join(folder, 'src/internal/schemas/oscal_complete_schema-1-1-2.json'), 'utf8')) as object;
    const ajv = new Ajv({ strict: false });
    (addFormats as unknown as (to: Ajv) => void)(ajv);
    valid = ajv.compile(schema);
  });

  function faults(document: unknown): unknown[] {
    return valid(document) ? [] : (valid.errors ?? []).filter(({ keyword }) => keyword !== 'oneOf' && keyword !== 'required').slice(0, 5);
  }

  test('takes the catalogue', () => {
    expect(faults(written(formatOscalCatalog, sampleReport))).toEqual([]);
    expect(valid(written(formatOscalCatalog, sampleReport))).toBe(true);
  });

  test('takes the results of a report with every sort of entry, with waivers and hostile names', () => {
    const waived = { from: 'comment', reason: ' moves\nsoon ', owner: 'ops', until: '2027-01-31', file: 'a.yaml', line: 1 } as const;
    const findings = sampleReport.findings.map((finding, index) =>
      index % 2 === 0 ? { ...finding, waived } : { ...finding, message: ' \u0000<b> ', path: '', file: ' ' },
    );
    for (const report of [sampleReport, { ...sampleReport, findings }, { ...sampleReport, findings: [], workloads: [] }]) {
      expect(faults(written(formatOscal, report))).toEqual([]);
      expect(valid(written(formatOscal, report))).toBe(true);
    }
  });

  test('takes the results of several clusters, of which one could not be judged', () => {
    const document: unknown = JSON.parse([...formatFleetOscal(sampleFleet, { controls, time: '2026-11-22T06:00:00Z' })].join(''));
    expect(faults(document)).toEqual([]);
    expect(valid(document)).toBe(true);
  });

  test('takes the results of the examples, and the plan inside them', async () => {
    const document = written(formatOscal, await scan({ paths: [join(root, 'examples')] }));
    expect(faults(document)).toEqual([]);
    expect(valid(document)).toBe(true);
    const [plan] = (document as { 'assessment-results': { 'back-matter': { resources: { base64: { value: string } }[] } } })[
      'assessment-results'
    ]['back-matter'].resources;
    expect(valid(JSON.parse(Buffer.from(plan!.base64.value, 'base64').toString()))).toBe(true);
  });

  test('refuses what is no document of OSCAL', () => {
    const document = written(formatOscal, sampleReport) as {
      'assessment-results': { results: { findings: { target: { status: { state: string } } }[] }[] };
    };
    document['assessment-results'].results[0]!.findings[0]!.target.status.state = 'unknown';
    expect(valid(document)).toBe(false);
  });
});
