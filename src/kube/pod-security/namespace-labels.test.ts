import { describe, expect, test } from 'vitest';
import { effectiveMinor, namespacePolicy, parseVersion } from './namespace-labels.ts';

function policy(labels: Record<string, string>): Record<string, string> {
  const prefixed = Object.fromEntries(Object.entries(labels).map(([key, value]) => [`pod-security.kubernetes.io/${key}`, value]));
  const result = namespacePolicy(prefixed);
  const modes = Object.entries(result.policy).map(([mode, { level, version }]) => [mode, `${level}:${version}`]);
  return {
    ...Object.fromEntries(modes),
    ...(result.errors.length > 0 ? { errors: result.errors.map((error) => error.label).join() } : {}),
  };
}

describe('namespacePolicy', () => {
  test('is privileged without labels', () => {
    expect(policy({})).toEqual({ enforce: 'privileged:latest', audit: 'privileged:latest', warn: 'privileged:latest' });
  });

  test('lets warn follow a stricter enforce, with its version', () => {
    expect(policy({ enforce: 'restricted', 'enforce-version': 'v1.30' })).toEqual({
      enforce: 'restricted:30',
      audit: 'privileged:latest',
      warn: 'restricted:30',
    });
    expect(policy({ enforce: 'baseline', 'enforce-version': 'v1.30', 'warn-version': 'v1.20' })['warn']).toBe('baseline:20');
    expect(policy({ enforce: 'restricted', warn: 'privileged' })['warn']).toBe('privileged:latest');
    expect(policy({ enforce: 'privileged', 'enforce-version': 'v1.30' })['warn']).toBe('privileged:latest');
  });

  test('enforces restricted where it cannot read the level, and lets neither audit nor warn follow', () => {
    expect(policy({ enforce: 'Restricted' })).toEqual({
      enforce: 'restricted:latest',
      audit: 'privileged:latest',
      warn: 'privileged:latest',
      errors: 'pod-security.kubernetes.io/enforce',
    });
  });

  test('opens where it cannot read audit or warn', () => {
    expect(policy({ enforce: 'restricted', audit: 'bogus', warn: '' })).toEqual({
      enforce: 'restricted:latest',
      audit: 'privileged:latest',
      warn: 'privileged:latest',
      errors: 'pod-security.kubernetes.io/audit,pod-security.kubernetes.io/warn',
    });
  });

  test('takes latest for a version that it cannot read', () => {
    expect(policy({ enforce: 'baseline', 'enforce-version': '1.30' })['enforce']).toBe('baseline:latest');
  });

  test('starts from the configuration of the API server', () => {
    const baseline = { level: 'baseline', version: 28 } as const;
    const defaults = { enforce: baseline, audit: baseline, warn: baseline };
    expect(namespacePolicy({}, defaults).policy).toEqual(defaults);
    expect(namespacePolicy({ 'pod-security.kubernetes.io/enforce': 'privileged' }, defaults).policy.warn).toEqual(baseline);
  });

  test('words its errors as the API server does', () => {
    expect(namespacePolicy({ 'pod-security.kubernetes.io/audit': 'strict' }).errors.map(({ message }) => message)).toEqual([
      'metadata.labels[pod-security.kubernetes.io/audit]: Invalid value: "strict": must be one of privileged, baseline, restricted',
    ]);
    expect(namespacePolicy({ 'pod-security.kubernetes.io/warn-version': 'v1.01' }).errors).toEqual([
      {
        label: 'pod-security.kubernetes.io/warn-version',
        value: 'v1.01',
        message: 'metadata.labels[pod-security.kubernetes.io/warn-version]: Invalid value: "v1.01": must be "latest" or "v1.x"',
      },
    ]);
  });
});

describe('versions', () => {
  test.each([
    ['latest', 'latest'],
    ['v1.0', 0],
    ['v1.37', 37],
    ['v1.3', 3],
    ['v1.123', 123],
    ['v1.9223372036854775807', 2 ** 63],
    ['v1.9223372036854775808', undefined],
    ['v1.037', undefined],
    ['xv1.3', undefined],
    ['v2.0', undefined],
    ['V1.3', undefined],
    ['v1.3\n', undefined],
    [`v1.${'9'.repeat(40)}`, undefined],
  ])('reads %j', (text, version) => {
    expect(parseVersion(text)).toBe(version);
  });

  test('that a server does not know yet count as its own', () => {
    expect([effectiveMinor('latest', 30), effectiveMinor(35, 30), effectiveMinor(12, 30)]).toEqual([30, 30, 12]);
  });
});
