import { describe, expect, test } from 'vitest';
import type { Finding, Report, Severity } from '../core/index.ts';
import { finding, report } from './sample.ts';
import { baselineOf, baselineOfReport, formatBaseline, looksLikeBaseline, parseBaseline, withoutKnown, type Baseline } from './baseline.ts';

const everything = { judges: () => true, minSeverity: 'low' } as const;

function known(before: Report | Baseline, after: Report, scope: Parameters<typeof withoutKnown>[3] = everything): Report {
  return withoutKnown(after, 'entries' in before ? before : baselineOf(before), 'known.jsonl', scope);
}

function textOf(of: Report): string {
  return [...formatBaseline(baselineOf(of))].join('');
}

describe('what a baseline knows', () => {
  test('is left out and counted, and what is new stays', () => {
    const [old, fresh] = [finding(), finding({ name: 'api', fingerprint: '8899aabbccddeeff' })];
    const left = known(report([old]), report([old, fresh]));
    expect(left.findings).toEqual([fresh]);
    expect(left.baseline).toEqual({ file: 'known.jsonl', known: 1, gone: 0 });
    expect(left.summary.bySeverity.critical).toBe(1);
  });

  test('is known wherever its file and line have gone', () => {
    const left = known(report([finding()]), report([finding({ file: 'deploy/web.yml', line: 90 })]));
    expect([left.findings, left.baseline?.known]).toEqual([[], 1]);
  });

  test('is new where it is worse than what was accepted, and not where it is better', () => {
    const then = report([finding({ severity: 'high' })]);
    const at = (severity: Severity): number => known(then, report([finding({ severity })])).findings.length;
    expect([at('critical'), at('high'), at('low')]).toEqual([1, 0, 0]);
  });

  test('does not hold what is waived, which stays listed and is not gone', () => {
    const waived = { from: 'annotation', reason: 'migrating', owner: 'ada', until: '2027-01-31', file: 'web.yaml', line: 1 } as const;
    const excused = finding({ waived });
    expect(baselineOf(report([excused])).entries).toEqual([]);
    const left = known(report([finding()]), report([excused]));
    expect([left.findings, left.baseline]).toEqual([[excused], { file: 'known.jsonl', known: 0, gone: 0 }]);
  });

  test('leaves the ledger as it is, and what is not known listed', () => {
    const row = { code: 'POD-06', state: 'fail' } as Report['ledger'][number];
    const open = finding({ verdict: 'unknown', fingerprint: '1111111111111111' });
    const left = known(report([finding(), open]), report([finding(), open], { ledger: [row] }));
    expect(left.ledger).toEqual([row]);
    expect(left.findings).toEqual([open]);
  });
});

describe('what is gone', () => {
  const two = report([finding(), finding({ name: 'api', fingerprint: '8899aabbccddeeff' })]);
  const gone = (after: Report, scope?: Parameters<typeof withoutKnown>[3]): number | undefined => known(two, after, scope).baseline?.gone;

  test('is counted', () => expect(gone(report([finding()]))).toBe(1));
  test('is not what is not known any more', () => {
    expect(gone(report([finding(), finding({ name: 'api', verdict: 'unknown', fingerprint: '8899aabbccddeeff' })]))).toBe(0);
  });
  test('is not what this run did not look for', () => {
    expect(gone(report([]), { judges: () => false, minSeverity: 'low' })).toBe(0);
    const low = report([finding({ severity: 'low' })]);
    expect(known(low, report([]), { judges: () => true, minSeverity: 'high' }).baseline?.gone).toBe(0);
  });
  test('is not what may stand in a part that was not read', () => {
    const { target, inputs } = two;
    expect(gone(report([], { target: { ...target, partial: true } }))).toBe(0);
    expect(gone(report([], { inputs: { ...inputs, unread: [{ file: 'x.yaml', line: 1, reason: 'broken' }] } }))).toBe(0);
    const cluster = { context: 'test', version: 'v1.35.0', namespaces: ['other'] };
    expect(gone(report([], { target: { ...target, cluster } }))).toBe(0);
  });
});

describe('findings that are equal but for their place', () => {
  const overlay = (file: string, number: number, path = 'spec'): Finding =>
    finding({ file, path, fingerprint: number === 1 ? '0011223344556677' : `0011223344556677-${number}` });

  test('are known one by one: what one of them leaves is no room for another', () => {
    const then = report([overlay('dev/web.yaml', 1), overlay('prod/web.yaml', 2)]);
    const workloads = [{ file: 'dev/web.yaml', resource: finding().resource } as Report['workloads'][number]];
    // That of dev is repaired, one of staging is added: the numbers move.
    const now = report([overlay('prod/web.yaml', 1), overlay('staging/web.yaml', 2)], { workloads });
    const left = known(then, now);
    expect(left.findings.map(({ file }) => file)).toEqual(['staging/web.yaml']);
    expect(left.baseline).toMatchObject({ known: 1, gone: 1 });
  });

  test('are still known where a folder is renamed', () => {
    const then = report([overlay('dev/web.yaml', 1), overlay('prod/web.yaml', 2)]);
    const left = known(then, report([overlay('env/dev/web.yaml', 1), overlay('env/prod/web.yaml', 2)]));
    expect(left.baseline).toMatchObject({ known: 2, gone: 0 });
  });

  test('in one file are counted: of three, two were known', () => {
    const then = report([overlay('a.yaml', 1, 'rules[0]'), overlay('a.yaml', 2, 'rules[1]')]);
    const now = report([overlay('a.yaml', 1, 'rules[0]'), overlay('a.yaml', 2, 'rules[1]'), overlay('a.yaml', 3, 'rules[2]')]);
    expect(known(then, now).findings.map(({ path }) => path)).toEqual(['rules[2]']);
    expect(known(now, then).baseline).toMatchObject({ known: 2, gone: 1 });
  });
});

describe('the file', () => {
  const sample = report([
    finding({ name: 'web', fingerprint: 'ffffffffffffffff' }),
    finding({ name: 'api', file: 'dev/api.yaml' }),
    finding({ name: 'api', file: 'prod/api.yaml', fingerprint: '0011223344556677-2' }),
    finding({ verdict: 'unknown', fingerprint: '1111111111111111' }),
  ]);

  test('has a line for what fails, sorted, with the file only where it tells equal ones apart', () => {
    expect(textOf(sample)).toBe(
      [
        '{"baseline":"plimsoll","schemaVersion":1,"tool":"1.2.3","profile":"nsa"}',
        '{"object":"Deployment.apps shop/api","control":"pod-security/privileged","path":"spec.template.spec.containers[0].securityContext.privileged","file":"dev/api.yaml","severity":"critical","fingerprint":"0011223344556677"}',
        '{"object":"Deployment.apps shop/api","control":"pod-security/privileged","path":"spec.template.spec.containers[0].securityContext.privileged","file":"prod/api.yaml","severity":"critical","fingerprint":"0011223344556677-2"}',
        '{"object":"Deployment.apps shop/web","control":"pod-security/privileged","path":"spec.template.spec.containers[0].securityContext.privileged","severity":"critical","fingerprint":"ffffffffffffffff"}',
        '',
      ].join('\n'),
    );
  });

  test('is read as it was written, whatever the order of its lines, ends of lines and what a merge left twice', () => {
    const [head = '', ...lines] = textOf(sample).trimEnd().split('\n');
    const shuffled = [...lines.toReversed(), head, ...lines, head].join('\r\n');
    const read = parseBaseline(shuffled);
    expect('entries' in read && known(read, sample).baseline).toMatchObject({ known: 3, gone: 0 });
    expect('entries' in read && read.entries.length).toBe(3);
  });

  test('does not steer a terminal, whatever objects are called', () => {
    const text = textOf(report([finding({ name: 'a\u001b[31m\u202ex\nb' })]));
    expect(text.split('\n').length).toBe(3);
    // oxlint-disable-next-line no-control-regex
    expect(/[\u0000-\u0009\u000b-\u001f\u202e]/.test(text)).toBe(false);
  });

  test.each([
    ['{"object":"x"}\n', 'line 1 is no entry'],
    [`${textOf(sample)}<<<<<<< HEAD\n`, 'line 5 is a mark of a merge conflict'],
    [textOf(sample).replace('"schemaVersion":1', '"schemaVersion":2'), 'another version'],
    [textOf(sample).replace('"profile":"nsa"', '"profile":"other"'), 'line 1'],
    [`${textOf(sample)}{"baseline":"plimsoll","schemaVersion":1,"tool":"1","profile":"baseline"}`, 'another profile'],
    [textOf(sample).split('\n').slice(1).join('\n'), 'is missing'],
    [textOf(sample).replace('critical', 'awful'), 'line 2'],
    ['', 'is missing'],
  ])('that is broken says what is wrong: %#', (text, wrong) => {
    expect(parseBaseline(text)).toMatchObject({ wrong: expect.stringContaining(wrong) as string });
  });

  test('is told from others, also where a merge has broken its beginning', () => {
    expect(looksLikeBaseline(textOf(sample))).toBe(true);
    expect(looksLikeBaseline(`<<<<<<< HEAD\n${textOf(sample)}`)).toBe(true);
    expect(looksLikeBaseline('apiVersion: v1\n')).toBe(false);
    expect(looksLikeBaseline('{\n  "schemaVersion": 1,\n')).toBe(false);
  });

  test('may be a whole report', () => {
    expect(known(baselineOfReport(sample), sample).findings.map(({ verdict }) => verdict)).toEqual(['unknown']);
  });
});
