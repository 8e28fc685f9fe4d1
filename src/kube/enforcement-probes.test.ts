import { describe, expect, test } from 'vitest';
import { barePod, filledIn, forbiddenPods, probeMetadata, safeDefaults, soundPod } from './enforcement-probes.ts';
import { podSecurity, podSecurityLevel } from './pod-security/index.ts';

const minors = [25, 30, 35, 37];

describe('the pods of a verification', () => {
  test.each(minors)('the sound one meets level restricted of 1.%i', (minor) => {
    expect(podSecurityLevel(soundPod, probeMetadata, minor).level).toBe('restricted');
  });

  test.each(forbiddenPods.map((probe) => [probe.name, probe] as const))(
    '%s breaks the level that is said to refuse it, and no lower one',
    (_, probe) => {
      const checksAt = (level: 'baseline' | 'restricted', minor: number): string[] =>
        podSecurity(probe.spec, probeMetadata, level, minor).map(({ check }) => check);
      for (const minor of minors) {
        if (probe.level === 'baseline') expect(checksAt('baseline', minor)).toHaveLength(1);
        else expect([checksAt('baseline', minor), checksAt('restricted', minor).length > 0]).toEqual([[], true]);
      }
    },
  );

  test('run nowhere', () => {
    for (const { schedulerName } of [soundPod, barePod, ...forbiddenPods.map(({ spec }) => spec)] as { schedulerName?: string }[])
      expect(schedulerName).toBe('plimsoll-nobody');
  });
});

test('tells what was filled in', () => {
  expect(filledIn(soundPod)).toEqual(safeDefaults);
  expect(filledIn(barePod)).toEqual([]);
  expect(filledIn({ ...barePod, securityContext: { runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } } })).toEqual([
    'a seccomp profile',
    'a user that is not root',
  ]);
  expect(filledIn({})).toEqual([]);
});
