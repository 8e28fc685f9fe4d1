import { describe, expect, test } from 'vitest';
import type { Finding, LedgerState, Report, Unread } from '../core/index.ts';
import { formatChanges } from './changes-text.ts';
import { isEmpty, startComparing, type Changes } from './changes.ts';
import { sampleChapters, sampleControl, sampleReport } from './sample-report.ts';
import type { TextOptions } from './text.ts';

const [sample] = sampleReport.findings;

function finding(fingerprint: string, verdict: Finding['verdict'] = 'fail'): Finding {
  return { ...sample!, verdict, message: `message ${fingerprint}`, fingerprint };
}

/** A report of findings that fail, named by their fingerprints; `?` in front of one that is not known. */
function report(findings: readonly string[], unread: readonly string[] = [], state: LedgerState = 'pass'): Report {
  const missing = unread.map((file): Unread => ({ file, line: 1, reason: 'the user has no permission' }));
  const [row] = sampleReport.ledger;
  return {
    ...sampleReport,
    inputs: { ...sampleReport.inputs, unread: missing },
    findings: findings.map((name) => (name.startsWith('?') ? finding(name.slice(1), 'unknown') : finding(name))),
    ledger: [{ ...row!, state }],
  };
}

/** What each change is about: fingerprints, files. */
function told({ fresh, resolved, unsure, unread, readAgain }: Changes): Record<string, string[]> {
  const prints = (list: readonly Finding[]): string[] => list.map(({ fingerprint }) => fingerprint);
  const lists = {
    fresh: prints(fresh),
    resolved: prints(resolved),
    unsure: prints(unsure),
    unread: unread.map(({ file }) => file),
    readAgain: [...readAgain],
  };
  return Object.fromEntries(Object.entries(lists).filter(([, list]) => list.length > 0));
}

/** The changes of each report since the one before. */
function follow(first: Report, ...next: readonly Report[]): Record<string, string[]>[] {
  const compare = startComparing(first);
  return next.map((each) => told(compare(each)));
}

describe('what is told', () => {
  test('what is new and what is resolved, each once', () => {
    expect(follow(report(['a', 'b']), report(['b', 'c']), report(['b', 'c']), report([]))).toEqual([
      { fresh: ['c'], resolved: ['a'] },
      {},
      { resolved: ['b', 'c'] },
    ]);
  });

  test('a finding of which nobody knows any more is not resolved', () => {
    expect(follow(report(['a']), report(['?a']), report(['a']))).toEqual([{ unsure: ['a'] }, { fresh: ['a'] }]);
  });

  test('nothing is resolved while something cannot be read that could be', () => {
    const hidden = ['cluster/pods'];
    expect(follow(report(['a', 'b']), report(['a'], hidden), report(['a', 'c'], hidden), report(['b', 'c']))).toEqual([
      { unread: ['cluster/pods'] },
      { fresh: ['c'] },
      { resolved: ['a'], readAgain: ['cluster/pods'] },
    ]);
  });

  test('what could never be read keeps nothing from being resolved', () => {
    const hidden = ['cluster/pods'];
    expect(follow(report(['a'], hidden), report([], hidden), report(['a'], []), report([], ['cluster/jobs.batch']))).toEqual([
      { resolved: ['a'] },
      { fresh: ['a'], readAgain: ['cluster/pods'] },
      { unread: ['cluster/jobs.batch'] },
    ]);
  });

  test('another state of a recommendation', () => {
    const compare = startComparing(report([]));
    expect(compare(report([], [], 'fail')).rows).toMatchObject([{ code: 'POD-02', before: 'pass', after: 'fail' }]);
    expect(isEmpty(compare(report([], [], 'fail')))).toBe(true);
  });
});

const options: TextOptions = {
  color: false,
  width: 100,
  terminal: false,
  all: false,
  quiet: false,
  failOn: 'high',
  allowUnreadable: false,
  control: sampleControl,
  chapters: sampleChapters,
};

function text(more: Partial<TextOptions> = {}): string {
  const live = { ...sampleReport.target, cluster: { context: 'fake', version: 'v1.36.2' } };
  const next = { ...report(['c\u202e'], ['cluster/pods'], 'fail'), target: live };
  const compare = startComparing(report(['a'], ['cluster/pods', 'cluster/jobs.batch']));
  const changes = { ...compare(next), unread: [{ file: 'cluster/nodes', line: 1, reason: 'the user has no permission' }] };
  return [...formatChanges(changes, next, '12:03:44', { ...options, ...more })].join('');
}

test('the text names what is new, what is gone, and how things stand', () => {
  const place = 'spec.template.spec.containers[1].securityContext.allowPrivilegeEscalation';
  expect(text()).toBe(`
12:03:44 ───────────────────────────────────────────────────────────────────────────────────────────

  high      message c\\u202e
            Deployment web in namespace shop
            ${place}
            pod-security/privilege-escalation POD-12
  resolved  message a
            Deployment web in namespace shop
            ${place}
            pod-security/privilege-escalation POD-12
  unread    cluster/nodes
            the user has no permission
  read      cluster/jobs.batch can be read again
  POD-02    hold → fail: Containers are not privileged
  now       not done · 1 critical · 9 high · 1 medium
`);
});

test('quiet is a line for each change', () => {
  expect(text({ quiet: true })).toBe(`\
+ deploy/web.yaml: high: message c\\u202e [pod-security/privilege-escalation]
- deploy/web.yaml: high: message a [pod-security/privilege-escalation]
+ cluster/nodes: unread: the user has no permission
- cluster/jobs.batch: unread
`);
});
