import { Ajv } from 'ajv';
import { expect, test } from 'vitest';
import { controls } from '../../controls/index.ts';
import type { Report } from '../../core/index.ts';
import { sampleReport, sampleWaivedReport } from '../sample-report.ts';
import { hostileReport } from './sample-hostile.ts';
import { formatSonar } from './sonar.ts';

// SonarSource publishes no schema of the format: this is the shape that its documentation asks for, and nothing beside it.

const text = { type: 'string', minLength: 1 } as const;

function strict(properties: Record<string, object>): object {
  return { type: 'object', required: Object.keys(properties), additionalProperties: false, properties };
}

const validate = new Ajv().compile(
  strict({
    rules: {
      type: 'array',
      items: strict({
        id: text,
        name: text,
        description: text,
        engineId: { const: 'plimsoll' },
        cleanCodeAttribute: { const: 'TRUSTWORTHY' },
        type: { enum: ['BUG', 'VULNERABILITY', 'CODE_SMELL'] },
        severity: { enum: ['BLOCKER', 'CRITICAL', 'MAJOR', 'MINOR', 'INFO'] },
        impacts: {
          type: 'array',
          minItems: 1,
          items: strict({
            softwareQuality: { enum: ['SECURITY', 'RELIABILITY', 'MAINTAINABILITY'] },
            severity: { enum: ['HIGH', 'MEDIUM', 'LOW'] },
          }),
        },
      }),
    },
    issues: {
      type: 'array',
      items: strict({
        ruleId: text,
        primaryLocation: strict({
          message: { type: 'string', minLength: 1, maxLength: 4000 },
          filePath: text,
          textRange: strict({ startLine: { type: 'integer', minimum: 1 } }),
        }),
      }),
    },
  }),
);

interface SonarReport {
  readonly rules: readonly { readonly id: string; readonly severity: string }[];
  readonly issues: readonly { readonly ruleId: string }[];
}

function sonar(report: Report): SonarReport {
  return JSON.parse([...formatSonar(report, { controls, time: '' })].join('')) as SonarReport;
}

test.each([
  ['sample', sampleWaivedReport],
  ['hostile', hostileReport],
  ['clean', { ...sampleReport, findings: [], inputs: { ...sampleReport.inputs, unread: [] } }],
])('the report has the documented shape, each rule once and each issue a rule: %s', (_, report) => {
  const written = sonar(report);
  validate(written);
  expect(validate.errors).toBeNull();
  const rules = written.rules.map(({ id }) => id);
  expect(new Set(rules).size).toBe(rules.length);
  expect(written.issues.filter(({ ruleId }) => !rules.includes(ruleId))).toEqual([]);
});

test('a finding that is worse than its control usually is belongs to a rule of its own', () => {
  const [finding] = sampleReport.findings;
  const { rules, issues } = sonar({ ...sampleReport, findings: [finding!, { ...finding!, severity: 'critical' }] });
  expect(issues.slice(1).map(({ ruleId }) => ruleId)).toEqual([
    'pod-security/privilege-escalation:critical',
    'pod-security/privilege-escalation',
  ]);
  expect(rules.find(({ id }) => id.endsWith(':critical'))?.severity).toBe('BLOCKER');
});

test('what is waived, not known or unread is no issue of its control', () => {
  const ids = sonar(sampleWaivedReport).issues.map(({ ruleId }) => ruleId);
  const count = (id: string): number => ids.filter((each) => each === id).length;
  expect([count('plimsoll:unread'), count('plimsoll:waived'), count('plimsoll:unknown')]).toEqual([1, 2, 2]);
  expect(ids).not.toContain('pod-security/privileged');
});
