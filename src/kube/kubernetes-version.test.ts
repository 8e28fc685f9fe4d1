import { describe, expect, test } from 'vitest';
import { defaultKubernetesVersion, newestKnownMinor, oldestSupportedMinor, parseKubernetesVersion } from './kubernetes-version.ts';
import { supportCalendar } from './support-calendar.ts';

describe('a version', () => {
  test.each<[string, number]>([
    ['1.35', 35],
    ['v1.35.2', 35],
    ['1.35.2-eks-3025e55', 35],
    ['1.34+', 34],
    ['v1.33.4+rke2r1', 33],
    ['1.20', 20],
    ['latest', 37],
  ])('%s is minor %i', (text, minor) => {
    expect(parseKubernetesVersion(text)).toEqual({ minor, name: `1.${minor}`, newerThanKnown: false });
  });

  test('newer than the tables is judged as the newest, and says so', () => {
    expect(parseKubernetesVersion('1.41')).toEqual({ minor: newestKnownMinor, name: '1.41', newerThanKnown: true });
  });

  test.each(['1.19', '2.0', '1', '35', 'stable', '', '1.35x', 'v'])('%j is refused with a reason', (text) => {
    expect(parseKubernetesVersion(text)).toEqual({ error: expect.stringMatching(/1\.\d+/) });
  });

  test('is the oldest supported one where none is named', () => {
    const supported = supportCalendar.releases.filter(({ endOfLife }) => endOfLife > `${supportCalendar.asOf}-30`);
    expect(Math.min(...supported.map(({ minor }) => minor))).toBe(oldestSupportedMinor);
    expect(Math.max(...supported.map(({ minor }) => minor))).toBe(newestKnownMinor);
    expect(defaultKubernetesVersion().minor).toBe(oldestSupportedMinor);
  });
});
