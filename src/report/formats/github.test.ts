import { describe, expect, test } from 'vitest';
import type { Report } from '../../core/index.ts';
import { sampleReport } from '../sample-report.ts';
import { formatGithub } from './github.ts';
import { hostileReport } from './sample-hostile.ts';

interface Command {
  readonly name: string;
  readonly properties: Readonly<Record<string, string>>;
  readonly message: string;
}

/** As the runner reads a line (github.com/actions/runner, ActionCommand.TryParseV2 and TryParse). */
function commandOf(line: string): Command | undefined {
  const trimmed = line.trimStart();
  if (!trimmed.startsWith('::')) {
    expect(line).not.toContain('##[');
    return undefined;
  }
  const end = trimmed.indexOf('::', 2);
  const [, name = '', list = ''] = /^([^ ]*)(?: (.*))?$/s.exec(trimmed.slice(2, end)) ?? [];
  const data = (text: string): string => text.replaceAll('%0D', '\r').replaceAll('%0A', '\n').replaceAll('%25', '%');
  const property = (text: string): string => data(text.replaceAll('%3A', ':').replaceAll('%2C', ','));
  const pairs = list
    .split(',')
    .filter((part) => part !== '')
    .map((part) => [part.slice(0, part.indexOf('=')), property(part.slice(part.indexOf('=') + 1))] as const);
  return { name, properties: Object.fromEntries(pairs), message: data(trimmed.slice(end + 2)) };
}

function commands(report: Report): Command[] {
  const lines = [...formatGithub(report)].join('').split('\n');
  return lines.flatMap((line) => commandOf(line) ?? []);
}

function annotations(report: Report, kind: string): Command[] {
  return commands(report).filter(({ name }) => name === kind);
}

test('an annotation stands at the place of its finding', () => {
  const [first] = annotations({ ...sampleReport, findings: sampleReport.findings.slice(9, 10) }, 'error');
  expect(first).toEqual({
    name: 'error',
    properties: { file: 'deploy/web.yaml', line: '8', col: '28', endColumn: '44', title: 'POD-02 pod-security/privileged' },
    message: 'container "web" is privileged',
  });
});

test('severities are kinds, and what could not be read comes before other warnings', () => {
  expect(annotations(sampleReport, 'warning').map(({ properties }) => properties['title'])).toEqual([
    'Could not be read',
    'SEC-01 secrets/credentials',
  ]);
  expect(annotations(sampleReport, 'notice').map(({ message }) => message)).toEqual([
    expect.stringContaining('2 verdicts not known from this input'),
  ]);
});

describe('more findings than GitHub shows', () => {
  const findings = Array.from({ length: 23 }, (_, index) => ({
    ...sampleReport.findings[0]!,
    severity: index === 22 ? ('critical' as const) : ('high' as const),
    line: index + 1,
    endLine: index + 1,
  }));
  const errors = annotations({ ...sampleReport, findings }, 'error');

  test('ten are written, the worst first', () => {
    expect(errors).toHaveLength(10);
    expect(errors[0]?.properties['line']).toBe('23');
  });

  test('the last one tells how many there are more', () => expect(errors[9]?.properties).toEqual({ title: '14 more errors' }));

  test('the log lists them all', () => {
    const lines = [...formatGithub({ ...sampleReport, findings })].join('').split('\n');
    expect(lines.filter((line) => /^ {2}(?:high|critical) {2}deploy/.test(line))).toHaveLength(23);
  });
});

test('of a cluster the object is named, because there is no file', () => {
  const cluster = { context: 'lab', version: 'v1.37.1' };
  const report = { ...sampleReport, target: { ...sampleReport.target, cluster }, findings: sampleReport.findings.slice(9, 10) };
  expect(annotations(report, 'error')).toEqual([
    {
      name: 'error',
      properties: { title: 'POD-02 pod-security/privileged' },
      message: 'Deployment shop/web: container "web" is privileged',
    },
  ]);
});

test('nothing from input is a command of its own, or a property', () => {
  expect(new Set(commands(hostileReport).map(({ name }) => name))).toEqual(new Set(['error', 'warning', 'notice', 'group', 'endgroup']));
  const known = new Set(['file', 'line', 'endLine', 'col', 'endColumn', 'title']);
  expect(
    commands(hostileReport)
      .flatMap(({ properties }) => Object.keys(properties))
      .filter((key) => !known.has(key)),
  ).toEqual([]);
});
