import { describe, expect, test } from 'vitest';
import { fingerprint, stableSteps } from './fingerprint.ts';

const deployment = { apiVersion: 'apps/v1', kind: 'Deployment', namespace: 'shop', name: 'web' };

describe('fingerprint', () => {
  // Baselines hold them: whoever changes one makes all recorded findings new.
  test.each([
    [deployment, ['spec', 'app'], '22892c9330e300d6'],
    [{ apiVersion: 'v1', kind: 'Pod', name: 'wéb' }, [], '034060b32da27628'],
  ])('of %j at %j is %s in every version', (ref, steps, expected) => {
    expect(fingerprint('pod-security/privileged', ref, steps)).toBe(expected);
  });

  const one = fingerprint('a/b', deployment, ['spec', 'app']);

  test('does not depend on the version of the API', () => {
    expect(fingerprint('a/b', { ...deployment, apiVersion: 'apps/v1beta1' }, ['spec', 'app'])).toBe(one);
  });

  test.each([
    ['control', fingerprint('a/c', deployment, ['spec', 'app'])],
    ['group', fingerprint('a/b', { ...deployment, apiVersion: 'extensions/v1' }, ['spec', 'app'])],
    ['core group', fingerprint('a/b', { ...deployment, apiVersion: 'v1' }, ['spec', 'app'])],
    ['kind', fingerprint('a/b', { ...deployment, kind: 'Pod' }, ['spec', 'app'])],
    ['namespace', fingerprint('a/b', { ...deployment, namespace: 'other' }, ['spec', 'app'])],
    ['name', fingerprint('a/b', { ...deployment, name: 'api' }, ['spec', 'app'])],
    ['place', fingerprint('a/b', deployment, ['spec', 'db'])],
    ['division of the place', fingerprint('a/b', deployment, ['specapp'])],
  ])('depends on the %s', (_, other) => {
    expect(other).toMatch(/^[0-9a-f]{16}$/);
    expect(other).not.toBe(one);
  });
});

describe('stableSteps', () => {
  const object = {
    metadata: { name: 'web' },
    spec: { containers: [{ name: 'app', ports: [{ containerPort: 80 }] }, { name: 7 }, 'text', null] },
  };

  test.each<[(string | number)[], string[]]>([
    [
      ['spec', 'containers', 0, 'image'],
      ['spec', 'containers', 'app', 'image'],
    ],
    [
      ['spec', 'containers', 0, 'ports', 0],
      ['spec', 'containers', 'app', 'ports', '0'],
    ],
    [
      ['spec', 'containers', 1],
      ['spec', 'containers', '1'],
    ],
    [
      ['spec', 'containers', 2, 'name'],
      ['spec', 'containers', '2', 'name'],
    ],
    [
      ['spec', 'containers', 3, 0],
      ['spec', 'containers', '3', '0'],
    ],
    [
      ['spec', 'containers', 9],
      ['spec', 'containers', '9'],
    ],
    [
      ['metadata', 'labels'],
      ['metadata', 'labels'],
    ],
    [
      ['absent', 'name'],
      ['absent', 'name'],
    ],
  ])('of %j are %j', (path, steps) => {
    expect(stableSteps(object, path)).toEqual(steps);
  });

  test('take no name from what every object inherits', () => {
    expect(stableSteps({ list: [Object.create({ name: 'inherited' })] }, ['list', 0])).toEqual(['list', '0']);
  });
});
