import { describe, expect, test } from 'vitest';
import type { PodSpec } from '../types.ts';
import { asAdmitted } from './admitted.ts';

const prefix = 'container.apparmor.security.beta.kubernetes.io/';

function withAnnotation(value: string, spec: PodSpec = {}): PodSpec {
  return asAdmitted({ containers: [{ name: 'app' }], ...spec }, { annotations: { [`${prefix}app`]: value } });
}

describe('asAdmitted', () => {
  test('returns the very same pod where the API server changes nothing', () => {
    const spec: PodSpec = { volumes: [{ name: 'a', secret: {} }], containers: [{ name: 'app', ports: [{ containerPort: 80 }] }] };
    expect(asAdmitted(spec, { annotations: { other: 'unconfined' } })).toBe(spec);
  });

  test('makes a volume without a source an emptyDir', () => {
    const volumes = [{ name: 'bare' }, { name: 'unknown', fooDisk: {} }, { name: 'secret', secret: {} }];
    expect(asAdmitted({ volumes }, {}).volumes).toEqual([
      { name: 'bare', emptyDir: {} },
      { name: 'unknown', fooDisk: {}, emptyDir: {} },
      { name: 'secret', secret: {} },
    ]);
  });

  test("turns ports into the host's ports in the host's network", () => {
    const spec: PodSpec = {
      hostNetwork: true,
      initContainers: [{ ports: [{ containerPort: 1, hostPort: 0 }] }],
      containers: [{ ports: [{ containerPort: 2 }, { containerPort: 3, hostPort: 33 }] }, { name: 'none' }],
    };
    expect(asAdmitted(spec, {})).toEqual({
      hostNetwork: true,
      initContainers: [{ ports: [{ containerPort: 1, hostPort: 1 }] }],
      containers: [
        {
          ports: [
            { containerPort: 2, hostPort: 2 },
            { containerPort: 3, hostPort: 33 },
          ],
        },
        { name: 'none' },
      ],
    });
    expect(asAdmitted({ ...spec, hostNetwork: false }, {}).containers).toBe(spec.containers);
    const without: PodSpec = { hostNetwork: true, containers: [{ ports: [{}, { containerPort: 0 }] }] };
    expect(asAdmitted(without, {})).toBe(without);
  });

  test.each([
    ['unconfined', { type: 'Unconfined' }],
    ['runtime/default', { type: 'RuntimeDefault' }],
    ['localhost/mine', { type: 'Localhost', localhostProfile: 'mine' }],
    ['localhost/', undefined],
    ['localhost/my own', { type: 'Localhost', localhostProfile: 'my own' }],
    ['localhost/ mine', undefined],
    ['localhost/mine ', undefined],
    ['nonsense', undefined],
    ['elsewhere/mine', undefined],
    ['', undefined],
  ])('reads the AppArmor annotation %j', (value, profile) => {
    expect(withAnnotation(value).containers?.[0]?.securityContext?.appArmorProfile).toEqual(profile);
  });

  test('leaves a profile alone whose name is longer than a path', () => {
    expect(withAnnotation(`localhost/${'x'.repeat(4095)}`).containers?.[0]?.securityContext).toBeDefined();
    expect(withAnnotation(`localhost/${'x'.repeat(4094)}é`).containers?.[0]?.securityContext).toBeUndefined();
  });

  test('lets the field win over the annotation, and does not repeat what the pod says', () => {
    const own: PodSpec = { containers: [{ name: 'app', securityContext: { appArmorProfile: { type: 'RuntimeDefault' } } }] };
    expect(withAnnotation('unconfined', own)).toEqual(own);
    const podLevel: PodSpec = { securityContext: { appArmorProfile: { type: 'Unconfined' } } };
    expect(withAnnotation('unconfined', podLevel).containers?.[0]?.securityContext).toBeUndefined();
    expect(withAnnotation('runtime/default', podLevel).containers?.[0]?.securityContext?.appArmorProfile).toEqual({
      type: 'RuntimeDefault',
    });
  });

  test('repeats a profile of the pod only where it is another one', () => {
    const podLevel: PodSpec = { securityContext: { appArmorProfile: { type: 'Localhost', localhostProfile: 'mine' } } };
    expect(withAnnotation('localhost/mine', podLevel).containers?.[0]?.securityContext).toBeUndefined();
    expect(withAnnotation('localhost/other', podLevel).containers?.[0]?.securityContext?.appArmorProfile?.localhostProfile).toBe('other');
  });

  test.each(['initContainers', 'containers', 'ephemeralContainers'] as const)('reads the annotations of %s, nameless ones too', (list) => {
    const annotations = { [`${prefix}app`]: 'unconfined', [prefix]: 'runtime/default' };
    const types = asAdmitted({ [list]: [{ name: 'app' }, {}] }, { annotations })[list]?.map(
      ({ securityContext }) => securityContext?.appArmorProfile?.type,
    );
    expect(types).toEqual(['Unconfined', 'RuntimeDefault']);
  });

  test('leaves Windows alone', () => {
    expect(withAnnotation('unconfined', { os: { name: 'windows' } }).containers).toEqual([{ name: 'app' }]);
  });
});
