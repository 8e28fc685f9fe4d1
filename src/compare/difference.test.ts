import { describe, expect, test } from 'vitest';
import type { DiffReport, Finding, LedgerRow, Report } from '../core/index.ts';
import { differenceOf } from './difference.ts';
import { finding, report } from './sample.ts';

const judging = { code: 'POD-06', controls: ['pod-security/privileged'], state: 'fail' } as unknown as LedgerRow;

function difference(
  before: readonly Finding[],
  after: readonly Finding[],
  more: Partial<Report> = {},
  place?: (file: string) => string,
): DiffReport {
  const side = (name: string, of: Report) => ({
    report: of,
    side: {
      name,
      kind: 'report',
      tool: '1.2.3',
      kubernetesVersion: '1.35',
      profile: 'nsa',
      resources: 1,
      unread: of.inputs.unread,
    } as const,
  });
  return differenceOf(side('a', report(before, { ledger: [judging] })), side('b', report(after, { ledger: [judging], ...more })), place);
}

const print = (digit: number): string => String(digit).repeat(16);
const web = finding({ fingerprint: print(1) });
const api = finding({ name: 'api', fingerprint: print(2) });

describe('a finding is', () => {
  test('new, fixed or unchanged', () => {
    const { new: fresh, fixed, unchanged, moved, summary } = difference([web], [web, api]);
    expect([fresh, fixed, unchanged, moved]).toEqual([[{ finding: api }], [], [web], []]);
    expect(summary).toEqual({
      new: { critical: 1, high: 0, medium: 0, low: 0 },
      fixed: { critical: 0, high: 0, medium: 0, low: 0 },
      moved: 0,
      unsettled: 0,
      unchanged: 1,
    });
    expect(difference([web, api], [web]).fixed).toEqual([api]);
  });

  test('new where it is worse, and tells what it was', () => {
    const worse = { ...web, severity: 'critical' } as const;
    expect(difference([{ ...web, severity: 'low' }], [worse])).toMatchObject({
      new: [{ finding: worse, was: 'low' }],
      fixed: [],
      unchanged: [],
    });
    expect(difference([worse], [{ ...web, severity: 'low' }]).summary.unchanged).toBe(1);
  });

  test('moved to another line or file, and unchanged where the file only has another name on the other side', () => {
    const there = { ...web, file: 'prod/web.yaml', line: 9 };
    expect(difference([web], [there]).moved).toEqual([{ finding: there, from: { file: 'web.yaml', line: 3 } }]);
    expect(
      difference([{ ...web, file: 'old/web.yaml' }], [{ ...web, file: 'new/web.yaml' }], {}, (file) => file.replace('old/', 'new/')),
    ).toMatchObject({
      moved: [],
      unchanged: [{ file: 'new/web.yaml' }],
    });
  });

  test('fixed in one overlay and new in another, where the object is still in the first', () => {
    const workloads = [{ ...web, podSecurityLevel: 'restricted', restrictedBy: [] } as unknown as Report['workloads'][number]];
    const { new: fresh, fixed } = difference([web], [{ ...web, file: 'prod.yaml' }], { workloads });
    expect([fresh.length, fixed.length]).toEqual([1, 1]);
  });

  test('not fixed where its verdict is unknown now, where it is waived, may not have been read or its control did not judge', () => {
    const because = (after: readonly Finding[], more?: Partial<Report>): unknown =>
      difference([web], after, more).unsettled.map((each) => [each.finding, each.because]);
    const { inputs } = report([]);
    const waived = { from: 'comment', reason: 'r', owner: 'o', until: '2027-01-31', file: 'web.yaml', line: 1 } as const;
    expect(because([{ ...web, verdict: 'unknown' }])).toEqual([[web, 'unknown']]);
    expect(because([{ ...web, waived }])).toEqual([[web, 'waived']]);
    expect(because([], { inputs: { ...inputs, unread: [{ file: 'web.yaml', line: 1, reason: 'broken' }] } })).toEqual([[web, 'unread']]);
    expect(because([], { ledger: [{ ...judging, note: 'left out by --only' }] })).toEqual([[web, 'not-judged']]);
    expect(because([])).toEqual([]);
  });
});

describe('a renamed object', () => {
  const named = (name: string, digit: number, more: Partial<Finding> = {}): Finding => ({
    ...finding({ name, fingerprint: print(digit) }),
    ...more,
  });

  test('takes its findings along, and what is new of it is new', () => {
    const fresh = named('shop', 4, { path: 'spec.template.spec.hostNetwork' });
    const { moved, new: news, fixed } = difference([named('web', 1)], [named('shop', 3), fresh]);
    expect(moved).toEqual([{ finding: named('shop', 3), from: { file: 'web.yaml', line: 3, resource: named('web', 1).resource } }]);
    expect([news, fixed]).toEqual([[{ finding: fresh }], []]);
  });

  test('is a guess that is not made where it could be another one, or still is there', () => {
    const two = difference([named('web', 1)], [named('shop', 3), named('mall', 4)]);
    expect([two.moved, two.new.length, two.fixed.length]).toEqual([[], 2, 1]);
    const copied = difference([named('web', 1)], [named('shop', 3)], {
      workloads: [{ ...named('web', 1) } as unknown as Report['workloads'][number]],
    });
    expect([copied.moved, copied.new.length]).toEqual([[], 1]);
    const elsewhere = difference([named('web', 1)], [named('shop', 3, { file: 'shop.yaml' })]);
    expect([elsewhere.moved, elsewhere.new.length]).toEqual([[], 1]);
  });
});

test('rows of the ledger whose state is another one are listed', () => {
  const held = { ...judging, title: 'No privileged containers', state: 'pass' } as LedgerRow;
  expect(difference([web], [], { ledger: [held] }).ledger).toEqual([
    { code: 'POD-06', title: 'No privileged containers', before: 'fail', after: 'pass' },
  ]);
});
