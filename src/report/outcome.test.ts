import { expect, test } from 'vitest';
import type { Report } from '../core/index.ts';
import { outcome } from './outcome.ts';
import { sampleReport } from './sample-report.ts';

const readable: Report = { ...sampleReport, inputs: { ...sampleReport.inputs, unread: [] } };

function exitCode(report: Report, failOn: Parameters<typeof outcome>[1]['failOn'], allowUnreadable = false): number {
  return outcome(report, { failOn, allowUnreadable }).exitCode;
}

test('findings at or above the bound fail the run', () => {
  const onlyMedium = { ...readable, summary: { ...readable.summary, bySeverity: { critical: 0, high: 0, medium: 1, low: 5 } } };
  expect(exitCode(readable, 'critical')).toBe(1);
  expect(exitCode(onlyMedium, 'high')).toBe(0);
  expect(exitCode(onlyMedium, 'medium')).toBe(1);
  expect(exitCode(onlyMedium, 'low')).toBe(1);
  expect(exitCode(onlyMedium, 'none')).toBe(0);
});

test('unread input outranks findings, unless it is allowed', () => {
  expect(exitCode(sampleReport, 'high')).toBe(2);
  expect(exitCode(sampleReport, 'high', true)).toBe(1);
  expect(exitCode(sampleReport, 'none', true)).toBe(0);
});

test('a part of the desired state may hold nothing to judge, as long as what was skipped is listed', () => {
  const { inputs, target } = sampleReport;
  const [file] = inputs.skipped;
  const nothing = { ...sampleReport, target: { ...target, partial: true }, inputs: { ...inputs, resources: 0, unread: [] } };
  expect(exitCode({ ...nothing, inputs: { ...nothing.inputs, skipped: file === undefined ? [] : [file] } }, 'high', false)).toBe(0);
  expect(exitCode({ ...nothing, inputs: { ...nothing.inputs, skipped: [] } }, 'high', false)).toBe(2);
});

test('of the whole desired state nothing to judge is never success', () => {
  const nothing = { ...sampleReport, inputs: { ...sampleReport.inputs, resources: 0 } };
  expect(exitCode(nothing, 'none', true)).toBe(2);
});

test('what would accept unread input is said where that helps', () => {
  const { reason } = outcome(sampleReport, { failOn: 'high', allowUnreadable: false });
  expect(reason).toContain('--allow-unreadable');
  const alone = { ...sampleReport, inputs: { ...sampleReport.inputs, resources: 0 } };
  expect(outcome(alone, { failOn: 'high', allowUnreadable: false })).toEqual({ exitCode: 2, reason: reason.replace(/ \(.*\)/, '') });
});
