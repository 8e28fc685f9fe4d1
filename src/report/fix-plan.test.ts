import { expect, test } from 'vitest';
import type { FixReport } from '../core/index.ts';
import { formatPlanJson, formatPlanText, planOf } from './fix-plan.ts';
import { sampleFixReport, sampleValue } from './sample-fix-report.ts';
import { sampleControl } from './sample-report.ts';

const command = 'plimsoll fix deploy';
const options = { color: false, width: 90, all: false, command, control: sampleControl, value: sampleValue };

function text(report: FixReport = sampleFixReport): string {
  return [...formatPlanText(report, options)].join('');
}

function json(report: FixReport = sampleFixReport): string {
  return [...formatPlanJson(report, command)].join('');
}

const empty: FixReport = { ...sampleFixReport, files: [], objects: [], fixes: [], declined: [] };

test('stages ask more and more of people, and nothing that fails is left out', () => {
  const stages = planOf(sampleFixReport, command);
  expect(stages.map(({ effort, count, command: toType }) => [effort, count, toType])).toEqual([
    ['free', 3, 'plimsoll fix deploy --write'],
    ['test', 4, 'plimsoll fix deploy --write --review'],
    ['value', 1, 'plimsoll fix deploy --write --review --value pod-security/non-root-user.user=…'],
    ['person', 3, undefined],
  ]);
});

test('a fix that waits for --review and one that was made with it stand in one stage, by namespace', () => {
  const [, stage] = planOf(sampleFixReport, command);
  expect(
    stage!.namespaces.map(({ namespace, items }) => [namespace, items.map(({ control, count, objects }) => [control, count, objects])]),
  ).toEqual([
    [
      'shop',
      [
        ['pod-security/privileged', 1, 1],
        ['pod-security/read-only-root', 2, 1],
        ['network-separation/default-deny', 1, 1],
      ],
    ],
  ]);
});

test('the text says of each what it risks, what it needs and why nobody did it', () => {
  const shown = text();
  expect(shown).toMatch(
    /^1\. Free: fixes that keep what a workload does: 3 ─+\n\n {2}plimsoll fix deploy --write\n\nWithout a namespace: 1\n/m,
  );
  expect(shown).toContain('  risk      a process that writes below / fails; give it an emptyDir\n');
  expect(shown).toContain('  give      --value pod-security/non-root-user.user=…: Number of the user');
  expect(shown).toContain('  why       the control "\\x1b[31mseccomp" would fail afterwards\n');
  expect(shown).toContain('  do        Move the value into a Secret');
  expect(shown).toContain('Could not be read: 1 document');
  expect(shown.endsWith('\nnext: plimsoll fix deploy --write\n')).toBe(true);
});

test('a plan of nothing says so', () => {
  expect(text(empty)).toContain('  To do         nothing\n\nnext: plimsoll scan\n');
  expect(JSON.parse(json(empty))).toMatchObject({ schemaVersion: 1, stages: [] });
});

test('the JSON says what the plan says', () => {
  expect(JSON.parse(json())).toMatchObject({ schemaVersion: 1, inputs: sampleFixReport.inputs });
  expect((JSON.parse(json()) as { stages: unknown }).stages).toEqual(planOf(sampleFixReport, command));
  // oxlint-disable-next-line no-control-regex
  expect(json()).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
});
