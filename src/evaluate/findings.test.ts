import { describe, expect, test } from 'vitest';
import { defineControl, fail, notApplicable, pass, unknown, type AnyControl, type FixSafety, type Severity } from '../core/index.ts';
import { containers } from '../subjects/container.ts';
import { startFindings, type Spot } from './findings.ts';

function control(id: string, severity: Severity, safety?: FixSafety): AnyControl {
  const common = {
    id,
    decides: ['POD-01'],
    title: 'T',
    why: 'W.',
    also: {},
    severity,
    remedy: 'R.',
    examples: () => ({ pass: {}, fail: {} }),
  };
  const fix = safety === undefined ? {} : { fix: { safety, risk: 'none', edits: () => [] } };
  return defineControl({ ...common, ...fix, subject: containers, evaluate: () => pass });
}

const high = control('a/high', 'high', 'review');
const medium = control('a/medium', 'medium');
const place = { where: [], message: 'it is bad' };

function spot(name: string, line = 1, column = 1, file = 'a.yaml'): Spot {
  return {
    ref: { apiVersion: 'v1', kind: 'Pod', name },
    file,
    container: undefined,
    path: ['spec', 'containers', 0],
    steps: ['spec', 'containers', 'app'],
    subject: 0,
    twin: undefined,
    location: { line, column, endLine: line + 1, endColumn: column + 2 },
  };
}

describe('a finding', () => {
  test('says all that is known of its place', () => {
    const findings = startFindings([high, medium], 'low', false);
    findings.add(high, 'fail', place, { ...spot('web', 3, 5), container: 'app' });
    expect(findings.settle()).toStrictEqual([
      {
        control: 'a/high',
        codes: ['POD-01'],
        severity: 'high',
        verdict: 'fail',
        resource: { apiVersion: 'v1', kind: 'Pod', name: 'web' },
        container: 'app',
        path: 'spec.containers[0]',
        file: 'a.yaml',
        line: 3,
        column: 5,
        endLine: 4,
        endColumn: 7,
        message: 'it is bad',
        fix: 'review',
        fingerprint: expect.stringMatching(/^[0-9a-f]{16}$/) as string,
      },
    ]);
  });

  test('names no container where it has none, and a fix only where it fails and there is one', () => {
    const findings = startFindings([high, medium], 'low', true);
    findings.add(high, 'unknown', place, spot('a'));
    findings.add(high, 'pass', place, spot('b'));
    findings.add(medium, 'fail', place, spot('c'));
    for (const finding of findings.settle()) {
      expect(finding).not.toHaveProperty('container');
      expect(finding).not.toHaveProperty('fix');
    }
  });

  test.each<[Severity, string[]]>([
    ['critical', ['place is critical']],
    ['high', ['control is high', 'place is critical']],
    ['medium', ['control is high', 'control is medium', 'place is critical']],
    ['low', ['control is high', 'control is medium', 'place is critical', 'place is low']],
  ])('is listed from severity %s up, where the place has the last word', (least, messages) => {
    const findings = startFindings([high, medium], least, false);
    findings.add(high, 'fail', { where: [], message: 'control is high' }, spot('a'));
    findings.add(medium, 'fail', { where: [], message: 'control is medium' }, spot('b'));
    findings.add(high, 'fail', { where: [], message: 'place is low', severity: 'low' }, spot('c'));
    findings.add(medium, 'fail', { where: [], message: 'place is critical', severity: 'critical' }, spot('d'));
    expect(
      findings
        .settle()
        .map(({ message }) => message)
        .sort(),
    ).toEqual(messages);
  });
});

test('findings stand by file, line and column, and at one place as they came', () => {
  const spots: [string, number, number, string][] = [
    ['g', 1, 1, 'b.yaml'],
    ['f', 10, 1, 'a.yaml'],
    ['e', 9, 2, 'a.yaml'],
    ['c', 9, 1, 'a.yaml'],
    ['d', 9, 1, 'a.yaml'],
    ['b', 1, 9, 'a.yaml'],
    ['a', 99, 99, 'B.yaml'],
  ];
  const names = (order: typeof spots): string[] => {
    const findings = startFindings([high, medium], 'low', false);
    for (const [name, ...rest] of order) findings.add(high, 'fail', place, spot(name, ...rest));
    return findings.settle().map(({ resource }) => resource.name);
  };
  expect(names(spots)).toEqual(['a', 'b', 'c', 'd', 'e', 'f', 'g']);
  expect(names(spots.toReversed())).toEqual(['a', 'b', 'd', 'c', 'e', 'f', 'g']);
});

test('findings with one fingerprint are told apart by their number', () => {
  const findings = startFindings([high, medium], 'low', false);
  for (const line of [3, 1, 2]) findings.add(high, 'fail', place, spot('web', line));
  findings.add(high, 'fail', place, spot('other', 4));
  const [first, second, third, other] = findings.settle().map(({ fingerprint }) => fingerprint);
  expect([second, third]).toEqual([`${first}-2`, `${first}-3`]);
  expect(other).toMatch(/^[0-9a-f]{16}$/);
});

test('what is said twice of one place is told once', () => {
  const findings = startFindings([high, medium], 'low', false);
  for (const message of ['a', 'b', 'a', 'b']) findings.add(high, 'fail', { ...place, message }, spot('web', 1));
  const told = findings.settle().map(({ message, fingerprint }) => [message, fingerprint.slice(16)]);
  expect(told).toEqual([
    ['a', ''],
    ['b', '-2'],
  ]);
});

describe('places', () => {
  test('of failures and open questions are those of the verdict', () => {
    const findings = startFindings([high, medium], 'low', false);
    expect(findings.placesOf(fail(['a'], 'bad'))).toEqual([{ where: ['a'], message: 'bad' }]);
    expect(findings.placesOf(unknown(['b'], 'open', ['image']))).toEqual([{ where: ['b'], message: 'open' }]);
    expect(findings.placesOf(pass)).toEqual([]);
    expect(findings.placesOf(notApplicable('no volumes'))).toEqual([]);
  });

  test('of all other verdicts are the subject, on demand', () => {
    const findings = startFindings([high, medium], 'low', true);
    expect(findings.placesOf(pass)).toEqual([{ where: [], message: 'holds' }]);
    expect(findings.placesOf(notApplicable('no volumes'))).toEqual([{ where: [], message: 'no volumes' }]);
  });
});
