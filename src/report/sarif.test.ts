import { createRequire } from 'node:module';
import { Ajv } from 'ajv';
import addFormats from 'ajv-formats';
import type { Log, Result } from 'sarif';
import { describe, expect, test } from 'vitest';
import { controls } from '../controls/index.ts';
import type { AppliedFix, Finding, FixReport, Report, TextEdit } from '../core/index.ts';
import { formatFixSarif } from './fix-sarif.ts';
import { sampleFixReport } from './sample-fix-report.ts';
import { sampleReport, sampleWaivedReport } from './sample-report.ts';
import { sampleFleet } from './sample-fleet.ts';
import { formatFleetSarif, formatSarif } from './sarif.ts';

const require = createRequire(import.meta.url);
// Written for draft 4, whose `id` later drafts call `$id`.
const { $schema: _, id: __, ...schema } = require('@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json') as Record<string, unknown>;
const ajv = new Ajv({ strict: false, unicodeRegExp: false, inlineRefs: false, code: { optimize: false } });
addFormats.default(ajv);
const validate = ajv.compile(schema);

function sarif(report: Report = sampleReport): Log {
  return JSON.parse([...formatSarif(report, { controls })].join('')) as Log;
}

function resultOf(finding: Partial<Finding>): Result {
  const [first] = sampleReport.findings;
  return sarif({ ...sampleReport, findings: [{ ...first!, ...finding }] }).runs[0]!.results![0]!;
}

function uriOf(file: string): unknown {
  return resultOf({ file }).locations?.[0]?.physicalLocation?.artifactLocation;
}

test('the output validates against the official schema', () => {
  validate(sarif());
  expect(validate.errors).toBeNull();
  validate(sarif({ ...sampleReport, findings: [] }));
  expect(validate.errors).toBeNull();
});

test('several clusters are a run each, told apart by their names', () => {
  const log = JSON.parse([...formatFleetSarif(sampleFleet, { controls })].join('')) as Log;
  validate(log);
  expect(validate.errors).toBeNull();
  expect(log.runs.map(({ automationDetails }) => automationDetails?.id)).toEqual([
    'plimsoll/arn:aws:eks:eu-west-1:123456789012:cluster/production/',
    'plimsoll/staging/',
    'plimsoll/lab/',
  ]);
  expect(log.runs[1]?.results).toEqual(sarif().runs[0]?.results);
  expect(log.runs[2]).toMatchObject({
    results: [],
    invocations: [
      {
        executionSuccessful: false,
        toolExecutionNotifications: [{ level: 'error', message: { text: expect.stringContaining('nobody listens there') } }],
      },
    ],
  });
});

test('the schema refuses what is not SARIF', () => {
  expect(validate({ ...sarif(), version: '2.0.0' })).toBe(false);
});

test('every rule tells a viewer what, why, how severe, and under which names', () => {
  const rules = sarif().runs[0]!.tool.driver.rules!;
  expect(rules.map(({ id }) => id)).toEqual(controls.map(({ id }) => id));
  const rule = rules.find(({ id }) => id === 'pod-security/privilege-escalation')!;
  expect(rule.name).toBe('PodSecurityPrivilegeEscalation');
  expect(rule.help?.markdown).toContain('**POD-12:');
  expect(rule.help?.text).not.toContain('**');
  expect(rule.properties).toMatchObject({ 'security-severity': '8.0' });
  expect(rule.properties?.tags).toEqual(expect.arrayContaining(['security', 'Pod security', 'POD-12', 'CIS 5.2.6', 'ATT&CK T1068']));
});

test('what fails is a result, and nothing else is', () => {
  const results = sarif().runs[0]!.results!;
  expect(results).toHaveLength(sampleReport.findings.filter(({ verdict }) => verdict === 'fail').length);
  expect(results.every(({ kind, level }) => kind === 'fail' && level !== undefined)).toBe(true);
});

test('severities become levels', () => {
  const levels = (['critical', 'high', 'medium', 'low'] as const).map((severity) => resultOf({ severity }).level);
  expect(levels).toEqual(['error', 'error', 'warning', 'note']);
});

test('a result points at its columns and keeps its fingerprint', () => {
  const result = resultOf({ line: 3, column: 5, endLine: 4, endColumn: 9, fingerprint: 'abc' });
  expect(result.locations?.[0]?.physicalLocation?.region).toEqual({ startLine: 3, startColumn: 5, endLine: 4, endColumn: 9 });
  expect(result.partialFingerprints).toEqual({ 'plimsoll/v1': 'abc', primaryLocationLineHash: 'abc' });
});

test('what decides a field of a chart is a related location', () => {
  const result = resultOf({ setBy: { key: 'web.image', file: 'chart/values.yaml', line: 3 } });
  expect(result.relatedLocations).toEqual([
    {
      physicalLocation: { artifactLocation: { uri: 'chart/values.yaml', uriBaseId: 'SRCROOT' }, region: { startLine: 3 } },
      message: { text: 'web.image decides it' },
    },
  ]);
  validate(sarif({ ...sampleReport, findings: [{ ...sampleReport.findings[0]!, setBy: { key: 'a', file: 'v.yaml', line: 1 } }] }));
  expect(validate.errors).toBeNull();
});

test('files are relative to the root of the sources, except absolute ones', () => {
  expect(uriOf('deploy/my web.yaml')).toEqual({ uri: 'deploy/my%20web.yaml', uriBaseId: 'SRCROOT' });
  expect(uriOf('/srv/a#b.yaml')).toEqual({ uri: 'file:///srv/a%23b.yaml' });
  expect(uriOf('C:/srv/a.yaml')).toEqual({ uri: 'file:///C:/srv/a.yaml' });
  expect(uriOf('<stdin>')).toEqual({ uri: '%3Cstdin%3E', uriBaseId: 'SRCROOT' });
  expect(uriOf('\ud800.yaml')).toEqual({ uri: '%EF%BF%BD.yaml', uriBaseId: 'SRCROOT' });
});

test('unread input and unknown verdicts are notifications of the run', () => {
  const [invocation] = sarif().runs[0]!.invocations!;
  expect(invocation!.executionSuccessful).toBe(false);
  const ids = invocation!.toolExecutionNotifications!.map(({ descriptor, level }) => `${level} ${descriptor?.id}`);
  expect(ids).toEqual(['error unread', 'note skipped', 'note skipped', 'note unknown']);
});

test('what is waived is suppressed, and then every result says whether it is', () => {
  const log = sarif(sampleWaivedReport);
  validate(log);
  expect(validate.errors).toBeNull();
  const results = log.runs[0]!.results!;
  expect(results.filter(({ suppressions }) => suppressions?.length === 1)).toHaveLength(2);
  expect(results.every(({ suppressions }) => suppressions !== undefined)).toBe(true);
  expect(results[0]!.suppressions![0]).toMatchObject({
    kind: 'external',
    status: 'accepted',
    justification: expect.stringContaining('team-logs'),
  });
  expect(sarif().runs[0]!.results!.some((result) => 'suppressions' in result)).toBe(false);
});

test('a name cannot become a link', () => {
  expect(resultOf({ message: 'container "[free](https://example.org)" is bad' }).message.text).not.toContain('](');
});

describe('fixes as SARIF', () => {
  const log = (report = sampleFixReport): Log => JSON.parse([...formatFixSarif(report, { controls })].join('')) as Log;
  const fixResults = (): Result[] => log().runs[0]!.results!;

  test('the output validates against the official schema', () => {
    validate(log());
    expect(validate.errors).toBeNull();
    validate(log({ ...sampleFixReport, files: [], objects: [], fixes: [], declined: [] }));
    expect(validate.errors).toBeNull();
  });

  test('what a fix settles has one, what stays says why', () => {
    const { fixes, declined } = sampleFixReport;
    expect(fixResults().map((result) => result.fixes?.length ?? result.properties!['declined'])).toEqual([
      ...fixes.map(() => 1),
      ...declined.map(({ because }) => because),
    ]);
    expect(fixResults()[0]!.fixes![0]!.description!.text).toBe('Repairs 3 findings: Deployment/web');
  });

  test('new objects in a file that was there have one too, and stand apart from an edit that ends where they begin', () => {
    const repair = sampleFixReport.files.find(({ file }) => file === 'cache.yaml');
    const before = repair!.before!;
    const [own] = repair!.edits;
    const added = { start: before.length, end: before.length, text: '---\nkind: NetworkPolicy\n' };
    const report = (edits: readonly TextEdit[], objectEdits: readonly TextEdit[]): FixReport => ({
      ...sampleFixReport,
      files: [{ ...repair!, edits }],
      objects: [{ ...sampleFixReport.objects[1]!, edits: objectEdits }],
      fixes: [
        { ...sampleFixReport.fixes[0]!, object: 0 },
        { ...sampleFixReport.fixes[0]!, object: undefined, companionFile: 'cache.yaml' },
      ] as AppliedFix[],
      declined: [],
    });
    const inserted = (given: FixReport): unknown =>
      log(given).runs[0]!.results!.map(({ fixes }) =>
        fixes?.flatMap(({ artifactChanges }) =>
          artifactChanges.flatMap(({ replacements }) => replacements.map((each) => each.insertedContent!.text)),
        ),
      );
    expect(inserted(report([own!, added], [own!]))).toEqual([[own!.text], [added.text]]);
    const last = { ...added, text: 'x: 1\n' };
    const both = { ...added, text: last.text + added.text };
    expect(inserted(report([own!, both], [own!, last]))).toEqual([[own!.text, last.text], [both.text]]);
  });

  test('the replacements of an object turn its text into the repaired one, by offsets and by lines', () => {
    for (const { file, before = '', after } of sampleFixReport.files) {
      const change = fixResults()
        .flatMap((result) => result.fixes ?? [])
        .flatMap(({ artifactChanges }) => artifactChanges)
        .find(({ artifactLocation }) => artifactLocation.uri === file);
      const mark = before.startsWith('\ufeff') ? '\ufeff' : '';
      let text = before.slice(mark.length);
      const lines = text.split('\n');
      for (const { deletedRegion: region, insertedContent } of change!.replacements.toReversed()) {
        const { charOffset = 0, charLength = 0, startLine = 0, startColumn = 0, endLine = 0, endColumn = 0 } = region;
        const start = lines.slice(0, startLine - 1).join('\n').length + (startLine === 1 ? 0 : 1) + startColumn - 1;
        const end = lines.slice(0, endLine - 1).join('\n').length + (endLine === 1 ? 0 : 1) + endColumn - 1;
        expect([start, end - start]).toEqual([charOffset, charLength]);
        text = text.slice(0, charOffset) + insertedContent!.text! + text.slice(charOffset + charLength);
      }
      expect(mark + text).toBe(after);
    }
  });
});
