import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { controls } from '../../controls/index.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { formatGitlabCodequality } from './gitlab-codequality.ts';
import { formatGitlabSast } from './gitlab-sast.ts';
import { hostileReport } from './sample-hostile.ts';

// GitLab publishes the schema of its SAST report in no registry of packages that these tests may use, and none of the code
// quality report at all: these are the shapes that its documentation asks for, and nothing beside them.

const text = { type: 'string', minLength: 1 } as const;
const line = { type: 'integer', minimum: 1 } as const;
const path = { type: 'string', minLength: 1, not: { pattern: '^\\./' } } as const;

function strict(properties: Record<string, object>, optional: readonly string[] = []): object {
  const required = Object.keys(properties).filter((key) => !optional.includes(key));
  return { type: 'object', required, additionalProperties: false, properties };
}

const validateQuality = new Ajv().compile({
  type: 'array',
  items: strict({
    description: text,
    check_name: text,
    fingerprint: text,
    severity: { enum: ['info', 'minor', 'major', 'critical', 'blocker'] },
    location: strict({ path, lines: strict({ begin: line }) }),
  }),
});

const time = { type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}$' } as const;
const scanner = strict({ id: text, name: text, version: text, vendor: strict({ name: text }) });
const validateSast = new Ajv().compile(
  strict({
    version: { type: 'string', pattern: '^[0-9]+\\.[0-9]+\\.[0-9]+$' },
    scan: strict({
      analyzer: scanner,
      scanner,
      type: { const: 'sast' },
      start_time: time,
      end_time: time,
      status: { enum: ['success', 'failure'] },
      messages: { type: 'array', items: strict({ level: { enum: ['info', 'warn', 'fatal'] }, value: text }) },
    }),
    vulnerabilities: {
      type: 'array',
      items: strict(
        {
          id: text,
          name: { type: 'string', maxLength: 255 },
          description: { type: 'string', maxLength: 1_048_576 },
          severity: { enum: ['Info', 'Unknown', 'Low', 'Medium', 'High', 'Critical'] },
          solution: { type: 'string', maxLength: 7000 },
          identifiers: { type: 'array', minItems: 1, maxItems: 20, items: strict({ type: text, name: text, value: text }) },
          location: strict({ file: path, start_line: line, end_line: line }),
        },
        ['solution'],
      ),
    },
  }),
);

interface Issue {
  readonly description: string;
  readonly check_name: string;
  readonly fingerprint: string;
  readonly severity: string;
  readonly location: { readonly path: string; readonly lines: { readonly begin: number } };
}

function quality(report = sampleWaivedReport): Issue[] {
  return JSON.parse([...formatGitlabCodequality(report)].join('')) as Issue[];
}

interface SastReport {
  readonly scan: { readonly status: string; readonly start_time: string; readonly messages: readonly { readonly level: string }[] };
  readonly vulnerabilities: readonly { readonly id: string; readonly name: string; readonly severity: string }[];
}

function sast(report = sampleWaivedReport): SastReport {
  return JSON.parse([...formatGitlabSast(report, { controls, time: '2026-11-22T04:00:00Z' })].join('')) as SastReport;
}

const clean = { ...sampleReport, findings: [], inputs: { ...sampleReport.inputs, unread: [] } };

test.each([
  ['sample', sampleWaivedReport],
  ['hostile', hostileReport],
  ['clean', clean],
])('both reports have the documented shape: %s', (_, report) => {
  validateQuality(quality(report));
  expect(validateQuality.errors).toBeNull();
  validateSast(sast(report));
  expect(validateSast.errors).toBeNull();
});

test('severities are those of GitLab, and what is waived or not known is for information', () => {
  expect(quality(sampleReport).map(({ severity }) => severity)).toEqual([
    'blocker',
    'blocker',
    ...Array.from({ length: 9 }, () => 'critical'),
    'major',
    'info',
    'info',
  ]);
  expect(quality().filter(({ description, severity }) => /waived until 2027-01-31/.test(description) && severity === 'info')).toHaveLength(
    2,
  );
});

test('no two entries have the same fingerprint, because GitLab drops the second', () => {
  const twice = { ...sampleReport, findings: [...sampleReport.findings, ...sampleReport.findings] };
  for (const ids of [quality(twice).map(({ fingerprint }) => fingerprint), sast(twice).vulnerabilities.map(({ id }) => id)])
    expect(new Set(ids).size).toBe(ids.length);
});

test('a path is as the repository has it', () => {
  const dotted = { ...sampleReport, findings: [{ ...sampleReport.findings[0]!, file: './deploy/web.yaml' }] };
  expect(quality(dotted).at(-1)?.location.path).toBe('deploy/web.yaml');
});

test('a scan that could not read its input has failed, and says what', () => {
  expect(sast().scan).toMatchObject({ status: 'failure', start_time: '2026-11-22T04:00:00' });
  expect(sast().scan.messages.map(({ level }) => level)).toEqual(['fatal', 'info']);
  expect(sast(clean).scan).toMatchObject({ status: 'success', messages: [] });
});

test('a vulnerability that is waived stays, for information', () => {
  const waived = sast().vulnerabilities.filter(({ severity }) => severity === 'Info');
  expect(waived.map(({ name }) => name.startsWith('Waived: '))).toEqual([true, true]);
});
