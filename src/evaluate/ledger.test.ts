import { describe, expect, test } from 'vitest';
import {
  defineControl,
  fail,
  notApplicable,
  pass,
  passSoFar,
  unknown,
  type AnyControl,
  type LedgerRow,
  type Verdict,
} from '../core/index.ts';
import { containers } from '../subjects/container.ts';
import { count, ledger, startTally, type Tally } from './ledger.ts';

function control(id: string, ...decides: string[]): AnyControl {
  const examples = () => ({ pass: {}, fail: {} });
  return defineControl({
    id,
    decides,
    title: 'T',
    why: 'W.',
    also: {},
    severity: 'low',
    subject: containers,
    remedy: 'R.',
    examples,
    evaluate: () => pass,
  });
}

function tally(of: AnyControl, verdicts: readonly Verdict[], leftOut?: string): Tally {
  const started = startTally(of, leftOut);
  for (const verdict of verdicts) count(started, verdict);
  return started;
}

function row(code: string, tallies: readonly Tally[], partial = false): LedgerRow | undefined {
  return ledger(tallies, { partial }).find((entry) => entry.code === code);
}

const one = control('a/one', 'POD-01');
const other = control('a/other', 'POD-02', 'POD-01');
const bad = fail([], 'it is bad');
const unsure = unknown([], 'nobody knows', ['image']);

describe('a row', () => {
  test('is open where nothing was read of what every cluster has', () => {
    const everywhere: AnyControl = { ...one, inEveryCluster: true };
    expect(row('POD-01', [tally(everywhere, [])])).toMatchObject({ state: 'unknown', needs: ['manifest', 'cluster', 'image'] });
    expect(row('POD-01', [tally(everywhere, []), tally(other, [pass])])).toMatchObject({ state: 'unknown' });
    expect(row('POD-01', [tally(everywhere, []), tally(other, [unsure])])).toMatchObject({ needs: ['cluster', 'image'] });
    expect(row('POD-01', [tally(everywhere, []), tally(other, [bad])])?.state).toBe('fail');
    expect(row('POD-01', [tally(everywhere, [notApplicable('no')])])?.state).toBe('not-applicable');
    expect(row('POD-01', [tally(one, [])])?.state).toBe('not-applicable');
  });

  test('carries what the catalogue says and every verdict on its subjects', () => {
    expect(row('POD-01', [tally(one, [pass, pass, bad, bad, bad, unsure, notApplicable('no'), notApplicable('no')])])).toStrictEqual({
      code: 'POD-01',
      title: 'Run as non-root user',
      chapter: 'POD',
      origin: 'v1.0',
      state: 'fail',
      subjects: { pass: 2, fail: 3, unknown: 1, notApplicable: 2 },
      needs: [],
      controls: ['a/one'],
    });
  });

  test('adds up all controls that decide it, in their order', () => {
    const tallies = [tally(one, [pass, unsure, notApplicable('no')]), tally(other, [pass, bad, unsure, notApplicable('no')])];
    expect(row('POD-01', tallies)).toMatchObject({
      subjects: { pass: 2, fail: 1, unknown: 2, notApplicable: 2 },
      controls: ['a/one', 'a/other'],
    });
    expect(row('POD-02', tallies)).toMatchObject({
      subjects: { pass: 1, fail: 1, unknown: 1, notApplicable: 1 },
      controls: ['a/other'],
    });
  });

  test('is judged by the controls that took part, and says nothing of the others', () => {
    const judged = row('POD-01', [tally(one, [], 'left out by --skip'), tally(other, [pass])]);
    expect(judged).toMatchObject({ state: 'pass', controls: ['a/one', 'a/other'] });
    expect(judged).not.toHaveProperty('note');
  });

  test('is unknown and needs nothing but another selection where no control took part', () => {
    expect(row('POD-01', [tally(one, [], 'left out by --only'), tally(other, [], 'left out by --skip')], true)).toMatchObject({
      state: 'unknown',
      needs: [],
      note: 'left out by --only',
    });
  });
});

describe('the state', () => {
  test.each<[LedgerRow['state'], boolean, Verdict[]]>([
    ['fail', false, [pass, bad, unsure]],
    ['unknown', false, [pass, unsure]],
    ['unknown', false, [pass, passSoFar(['node']), pass]],
    ['fail', false, [passSoFar(['node']), bad]],
    ['pass', false, [pass, notApplicable('no')]],
    ['pass', true, [pass]],
    ['not-applicable', false, []],
    ['not-applicable', true, [notApplicable('no')]],
    ['unknown', true, []],
  ])('is %s (partial: %s) after %j', (state, partial, verdicts) => {
    expect(row('POD-01', [tally(one, verdicts)], partial)?.state).toBe(state);
  });
});

test('one control that holds only as far as was seen keeps the row open, unless it took no part', () => {
  const soFar = tally(one, [passSoFar(['node'])]);
  expect(row('POD-01', [tally(other, [pass]), soFar])).toMatchObject({ state: 'unknown', subjects: { pass: 2 }, needs: ['node'] });
  expect(row('POD-01', [tally(other, [pass]), { ...soFar, leftOut: 'left out by --skip' }])?.state).toBe('pass');
});

describe('the evidence that an unknown row needs', () => {
  test('is what the catalogue names where no verdict was given', () => {
    expect(row('POD-01', [])?.needs).toEqual(['manifest', 'cluster', 'image']);
    expect(row('POD-01', [tally(one, [])], true)?.needs).toEqual(['manifest', 'cluster', 'image']);
  });

  test('is what the verdicts named, once each: the catalogue comes first, the rest by the alphabet', () => {
    const verdicts = [unknown([], 'm', ['person', 'image']), unknown([], 'm', ['events', 'manifest', 'image'])];
    expect(row('POD-01', [tally(one, verdicts)])?.needs).toEqual(['manifest', 'image', 'events', 'person']);
  });
});

describe('an entry that manifests do not show', () => {
  const admission = control('a/admission', 'ENF-04');
  const stateOf = (verdicts: readonly Verdict[], live?: true): string | undefined =>
    ledger([tally(admission, verdicts)], { partial: false, ...(live === undefined ? {} : { live }) }).find(({ code }) => code === 'ENF-04')
      ?.state;

  test('is unknown where none of it was read', () => {
    expect(stateOf([])).toBe('unknown');
    expect(stateOf([pass])).toBe('pass');
    expect(stateOf([notApplicable('no')])).toBe('not-applicable');
  });

  test('does not concern a cluster that has none of it', () => {
    expect(stateOf([], true)).toBe('not-applicable');
  });
});
