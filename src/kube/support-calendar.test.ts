import { describe, expect, test } from 'vitest';
import { componentVersion, dayOfSupport, kubeletSkew, supportCalendar, supportVerdict } from './support-calendar.ts';

describe('the calendar', () => {
  test('has no gaps and is in order', () => {
    const { releases } = supportCalendar;
    expect(releases.map(({ minor }) => minor)).toEqual(releases.map((_, index) => releases[0]!.minor + index));
    const ends = releases.map(({ endOfLife }) => endOfLife);
    expect([...ends].sort()).toEqual(ends);
  });

  test('knows a patch of every minor that had not ended when patches were looked up', () => {
    const { releases, patchesAsOf } = supportCalendar;
    for (const { endOfLife, newestPatch } of releases) expect(newestPatch !== undefined).toBe(endOfLife >= patchesAsOf);
  });
});

describe('a version', () => {
  test.each([
    ['v1.37.1', 37, 1, undefined],
    ['1.9.11', 9, 11, undefined],
    ['v1.34.2-eks-3025e55', 34, 2, 'EKS'],
    ['v1.33.5-gke.1080000', 33, 5, 'GKE'],
    ['v1.32.9+ff7b5c9', 32, 9, 'OpenShift'],
    ['v1.33.4+k3s1', 33, 4, undefined],
    ['v1.33.4+rke2r1', 33, 4, undefined],
    ['v1.38.0-alpha.1.22+2d7ff4c6d43ef8', 38, 0, undefined],
  ])('%s', (text, minor, patch, maker) => {
    expect(componentVersion(text)).toEqual({ text, minor, patch, ...(maker === undefined ? {} : { maker }) });
  });

  test.each([undefined, '', 'v1.37', '2.0.0', 'v1.37.x', `v1.37.1-${'a'.repeat(1000)}`, 'v1.37.1-\nforged'])('%j is none', (text) => {
    expect(componentVersion(text)).toBeUndefined();
  });
});

describe('the day of a time', () => {
  test.each([
    ['2027-01-15T23:59:59.000Z', '2027-01-15'],
    ['2026-11-21T08:00:00.000Z', '2026-11-21'],
    ['1970-01-01T00:00:00.000Z', '2026-11-01'],
    ['', '2026-11-01'],
  ])('%s is %s', (time, day) => {
    expect(dayOfSupport(time)).toBe(day);
  });
});

function verdictOf(text: string, day: string): unknown {
  const verdict = supportVerdict('it', componentVersion(text)!, day, []);
  if ('places' in verdict) return `${verdict.verdict}: ${verdict.places.map(({ message }) => message).join()}`;
  return 'needs' in verdict ? `${verdict.verdict}, needs ${verdict.needs.join()}` : verdict.verdict;
}

describe('support', () => {
  test.each([
    // On its last day, and on the day after.
    ['v1.37.9', '2027-10-28', 'pass, needs person'],
    ['v1.37.9', '2027-10-29', 'fail: it runs v1.37.9, which gets no fixes since 2027-10-28 (calendar of 2026-11)'],
    ['v1.19.16', '2026-11-01', 'fail: it runs v1.19.16, which gets no fixes since 2022-02-28 (calendar of 2026-11)'],
    // Numbers, not texts: 9 is before 11.
    ['v1.34.9', '2026-10-01', 'fail: it runs v1.34.9, and 1.34.11 is out since 2026-08-11 (calendar of 2026-11)'],
    ['v1.35.10', '2026-11-20', 'pass, needs person'],
    // A patch may take a month to arrive.
    ['v1.35.8', '2026-10-15', 'pass'],
    ['v1.35.8', '2026-10-16', 'fail: it runs v1.35.8, and 1.35.9 is out since 2026-09-15 (calendar of 2026-11)'],
    ['v1.35.9', '2026-10-15', 'pass'],
    // What the makers of long support say decides in the end.
    ['v1.35.0-eks-1', '2026-10-16', 'pass, needs cloud'],
    [
      'v1.30.9-eks-1',
      '2026-11-01',
      'unknown: it runs v1.30.9-eks-1, which EKS alone may still fix: upstream ended on 2025-07-15 (calendar of 2026-11)',
    ],
    // Younger than the calendar: fixed for a year at least.
    ['v1.38.0', '2027-10-31', 'pass, needs person'],
    ['v1.38.0', '2027-11-01', 'unknown: it runs v1.38.0, which is younger than what this version of Plimsoll knows (calendar of 2026-11)'],
  ])('of %s on %s', (text, day, expected) => {
    expect(verdictOf(text, day)).toBe(expected);
  });
});

test('a kubelet may be three minors behind since 1.25', () => {
  expect(['v1.24.0', 'v1.25.0'].map((text) => kubeletSkew(componentVersion(text)!))).toEqual([2, 3]);
});
