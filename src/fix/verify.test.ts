import { describe, expect, test } from 'vitest';
import type { Finding, PodSecurityLevel, Proposal, Report, ResourceRef } from '../core/index.ts';
import type { Accepted } from './repair-text.ts';
import { culprits, newFailures, passing, problems, prospectOf, type NewFailure, type Problem } from './verify.ts';

interface Where {
  readonly control?: string;
  readonly file?: string;
  readonly name?: string;
  readonly namespace?: string;
  readonly kind?: string;
  readonly container?: string;
  readonly fingerprint?: string;
}

function about({ control = 'a', file = 'a.yaml', name = 'pod', namespace, kind = 'Pod', container, fingerprint = control }: Where): {
  control: string;
  file: string;
  resource: ResourceRef;
  container?: string;
  fingerprint: string;
} {
  const resource = { apiVersion: 'v1', kind, name, ...(namespace === undefined ? {} : { namespace }) };
  return { control, file, resource, fingerprint, ...(container === undefined ? {} : { container }) };
}

function finding(verdict: Finding['verdict'], where: Where = {}, severity: Finding['severity'] = 'high'): Finding {
  return { ...about(where), verdict, severity, message: `${where.control ?? 'a'} is wrong` } as Finding;
}

function fixOf(where: Where = {}): Accepted {
  return { proposal: about(where) as Proposal, target: { document: 0, path: [] }, round: 0 };
}

function report(findings: readonly Finding[], more: { levels?: readonly PodSecurityLevel[]; unread?: readonly string[] } = {}): Report {
  const { levels = [], unread = [] } = more;
  return {
    findings,
    workloads: levels.map((podSecurityLevel) => ({ file: 'a.yaml', resource: about({}).resource, podSecurityLevel })),
    inputs: { unread: unread.map((file) => ({ file, reason: 'odd' })) },
  } as unknown as Report;
}

const problemsOf = (before: Report, after: Report, accepted: readonly Accepted[]): Problem[] =>
  problems(before, prospectOf(before, after), accepted);
const newFailuresOf = (before: Report, after: Report, accepted: readonly Accepted[]): NewFailure[] =>
  newFailures(before, prospectOf(before, after), accepted);

const told = (all: readonly Problem[], accepted: readonly Accepted[]): unknown[] =>
  all.map(({ suspects, reason }) => [suspects.map((each) => accepted.indexOf(each)), reason]);

describe('a fix that does not repair', () => {
  const still = [[0], 'the control would still fail: a is wrong'];
  const high = finding('fail');
  const medium = finding('fail', {}, 'medium');
  const shown = finding('fail', { fingerprint: 'shown' });

  test.each<[string, Finding[], Finding[], unknown[]]>([
    ['is told', [high], [high], [still]],
    ['is told where it gets worse', [medium], [high], [still]],
    ['is told where there are as many as before', [high, medium], [high, shown], [still]],
    ['is none where nothing is left', [high], [], []],
    ['is none where it is less bad', [high], [medium], []],
    ['is none where the worst is less bad', [high, finding('fail', {}, 'low')], [medium, medium], []],
    ['is none where there are fewer', [high, high, shown], [high, high], []],
    ['is none where another subject fails', [high, finding('fail', { container: 'b' })], [finding('fail', { container: 'b' })], []],
    ['is none where the subject now passes or cannot be told', [high], [finding('unknown'), finding('pass')], []],
    ['is told where the finding came to light by another fix', [], [high], [still]],
    ['is none where another finding came to light', [], [shown], []],
  ])('%s', (_, before, after, expected) => {
    const accepted = [fixOf()];
    expect(told(problemsOf(report(before), report(after), accepted), accepted)).toEqual(expected);
  });

  test('names its problem alike, whatever else fails', () => {
    const [first] = problemsOf(report([high]), report([high]), [fixOf()]);
    const [, second] = problemsOf(report([high, shown]), report([finding('fail', { control: 'b' }), high, shown]), [
      fixOf({ control: 'b' }),
      fixOf(),
    ]);
    expect(first?.name).toBe(second?.name);
  });
});

test('every problem has a name of its own', () => {
  const accepted = [fixOf(), fixOf({ control: 'b' }), fixOf({ container: 'x' })];
  const before = report([finding('fail'), finding('fail', { container: 'x' })], { levels: ['restricted', 'restricted'] });
  const after = report(
    [finding('fail'), finding('fail', { container: 'x' }), finding('fail', { control: 'b' }), finding('fail', { control: 'c' })],
    {
      levels: ['baseline', 'baseline'],
      unread: ['a.yaml', 'b.yaml'],
    },
  );
  const names = [...problemsOf(before, after, accepted), ...newFailuresOf(before, after, accepted)].map(({ name }) => name);
  expect(names).toHaveLength(9);
  expect(new Set(names).size).toBe(names.length);
});

describe('a control that fails where it did not', () => {
  const accepted = [
    fixOf({ name: 'pod', namespace: 'shop' }),
    fixOf({ name: 'other', namespace: 'shop' }),
    fixOf({ name: 'far', file: 'b.yaml' }),
    fixOf({ name: 'odd', namespace: 'odd', file: 'b.yaml' }),
    fixOf({ name: 'pod', namespace: 'shop', file: 'c.yaml' }),
  ];

  test.each<[string, Where, number[]]>([
    ['its own object', { namespace: 'shop' }, [0]],
    ['its namespace', { name: 'third', namespace: 'shop' }, [0, 1, 4]],
    ['its namespace, where it is one', { kind: 'Namespace', name: 'shop', file: 'd.yaml' }, [0, 1, 4]],
    ['its file', { name: 'third', namespace: 'none', file: 'b.yaml' }, [2, 3]],
    ['all', { name: 'third', namespace: 'none', file: 'd.yaml' }, [0, 1, 2, 3, 4]],
  ])('is blamed on the fixes of %s', (_, where, suspects) => {
    const [failure, ...others] = newFailuresOf(report([]), report([finding('fail', { control: 'b', ...where })]), accepted);
    expect(others).toEqual([]);
    expect(failure).toMatchObject({ control: 'b', reason: 'b would fail: b is wrong' });
    expect(failure?.suspects.map((each) => accepted.indexOf(each))).toEqual(suspects);
  });

  test('is none where it failed before, or does not fail', () => {
    expect(newFailuresOf(report([finding('fail')]), report([finding('fail'), finding('unknown', { control: 'b' })]), accepted)).toEqual([]);
  });

  test('is named as who passed before', () => {
    const [failure] = newFailuresOf(report([]), report([finding('fail', { container: 'web', namespace: 'shop' })]), accepted);
    const passed = passing([finding('pass', { container: 'web', namespace: 'shop' }), finding('unknown', { control: 'b' })]);
    expect([...passed]).toEqual([failure?.subject]);
  });
});

describe('a Pod Security level that falls', () => {
  test.each<[PodSecurityLevel[], PodSecurityLevel[], string[]]>([
    [['restricted'], ['baseline'], ['its pods would meet baseline of the Pod Security Standards, no longer restricted']],
    [['baseline'], ['privileged'], ['its pods would meet privileged of the Pod Security Standards, no longer baseline']],
    [['baseline'], ['restricted'], []],
    [['baseline'], ['baseline'], []],
    [['restricted', 'privileged'], ['restricted', 'privileged'], []],
    [
      ['restricted', 'baseline'],
      ['baseline', 'restricted'],
      ['its pods would meet baseline of the Pod Security Standards, no longer restricted'],
    ],
    [[], ['privileged'], []],
  ])('from %j to %j', (before, after, expected) => {
    const accepted = [fixOf(), fixOf({ name: 'other', file: 'b.yaml', namespace: 'x' })];
    const found = problemsOf(report([], { levels: before }), report([], { levels: after }), accepted);
    expect(told(found, accepted)).toEqual(expected.map((reason) => [[0], reason]));
  });
});

describe('what cannot be read any more', () => {
  const accepted = [fixOf(), fixOf({ file: 'b.yaml' })];

  test.each([
    ['is blamed on the fixes of its file', ['b.yaml'], [1]],
    ['is blamed on all where none is of its file', ['c.yaml'], [0, 1]],
  ])('%s', (_, unread, suspects) => {
    const found = problemsOf(report([]), report([], { unread }), accepted);
    expect(told(found, accepted)).toEqual([[suspects, 'the file would not be read: odd']]);
  });

  test('is no problem where it never could', () => {
    expect(problemsOf(report([], { unread: ['b.yaml'] }), report([], { unread: ['b.yaml'] }), accepted)).toEqual([]);
  });
});

describe('who is to blame', () => {
  const all = Array.from({ length: 40 }, (_, index) => fixOf({ name: `pod${index}` }));

  interface Culprit {
    readonly name: string;
    readonly suspects: readonly Accepted[];
    /** All of these together make the problem; with none of them it is always there. */
    readonly makers: readonly Accepted[];
  }

  async function blamed(wrong: readonly Culprit[]): Promise<{ found: unknown[]; turns: number }> {
    let turns = 0;
    const found = await culprits(
      wrong.map(({ name, suspects }) => ({ name, suspects, reason: name })),
      async (left) => {
        turns++;
        return Promise.resolve(new Set(wrong.filter(({ makers }) => !makers.some((each) => left.has(each))).map(({ name }) => name)));
      },
    );
    return { found: found.map(({ name, suspects }) => [name, suspects.map((each) => all.indexOf(each))]), turns };
  }

  test.each(all.map((_, index) => index))('of 40 number %i, in few turns', async (index) => {
    const { found, turns } = await blamed([{ name: 'a', suspects: all, makers: [all[index]!] }]);
    expect(found).toEqual([['a', [index]]]);
    expect(turns).toBeLessThanOrEqual(7);
  });

  test('the last of those that only together are wrong', async () => {
    expect((await blamed([{ name: 'a', suspects: all, makers: [all[3]!, all[20]!, all[9]!] }])).found).toEqual([['a', [20]]]);
  });

  test('the only suspect, without asking', async () => {
    expect(await blamed([{ name: 'a', suspects: [all[5]!], makers: [] }])).toEqual({ found: [['a', [5]]], turns: 0 });
  });

  test('all, where the problem is there without any of them', async () => {
    expect(await blamed([{ name: 'a', suspects: all.slice(2, 5), makers: [] }])).toEqual({ found: [['a', [2, 3, 4]]], turns: 1 });
  });

  test('of several problems at once, if they have no suspects in common; those with few suspects first', async () => {
    const { found } = await blamed([
      { name: 'wide', suspects: all, makers: [all[1]!] },
      { name: 'a', suspects: all.slice(0, 8), makers: [all[6]!] },
      { name: 'b', suspects: all.slice(10, 30), makers: [all[10]!] },
      { name: 'c', suspects: all.slice(30, 31), makers: [all[30]!] },
    ]);
    expect(found).toEqual([
      ['c', [30]],
      ['a', [6]],
      ['b', [10]],
    ]);
  });
});
