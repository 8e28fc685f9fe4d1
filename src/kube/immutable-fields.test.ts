import { describe, expect, test } from 'vitest';
import { recreationNeeded } from './immutable-fields.ts';

const needed = (apiVersion: string, kind: string, path: string, object?: Record<string, unknown>): string | undefined =>
  recreationNeeded(
    { apiVersion, kind, name: 'web' },
    path.split('.').map((step) => (/^\d+$/.test(step) ? Number(step) : step)),
    object,
  );

describe('an object must be made again', () => {
  test.each([
    ['v1', 'Pod', 'spec.containers.0.securityContext.privileged', 'spec'],
    ['v1', 'Pod', 'spec.hostNetwork', 'spec'],
    ['v1', 'Pod', 'spec', 'spec'],
    ['batch/v1', 'Job', 'spec.template.spec.automountServiceAccountToken', 'spec.template'],
    ['batch/v1', 'Job', 'spec', 'spec.template'],
    ['apps/v1', 'StatefulSet', 'spec.volumeClaimTemplates.0.spec', 'spec.volumeClaimTemplates'],
    ['apps/v1', 'Deployment', 'spec.selector.matchLabels', 'spec.selector'],
    ['extensions/v1beta1', 'Deployment', 'spec.selector', 'spec.selector'],
    ['rbac.authorization.k8s.io/v1', 'RoleBinding', 'roleRef.name', 'roleRef'],
    ['v1', 'Service', 'spec.clusterIPs.0', 'spec.clusterIPs'],
    ['v1', 'PersistentVolume', 'spec.hostPath.path', 'spec'],
  ])('%s %s: %s', (apiVersion, kind, path, field) => {
    expect(needed(apiVersion, kind, path)).toBe(field);
  });

  test('where it is marked as immutable', () => {
    expect(needed('v1', 'Secret', 'data.password', { immutable: true })).toBe('data');
    expect(needed('v1', 'ConfigMap', 'immutable', { immutable: true })).toBe('immutable');
    expect(needed('v1', 'Secret', 'data.password', {})).toBeUndefined();
    expect(needed('v1', 'Secret', 'type')).toBe('type');
  });

  test('for AppArmor annotations of a Pod, not of a template', () => {
    const path = ['metadata', 'annotations', 'container.apparmor.security.beta.kubernetes.io/web'];
    expect(recreationNeeded({ apiVersion: 'v1', kind: 'Pod', name: 'web' }, path)).toBe(
      'metadata.annotations["container.apparmor.security.beta.kubernetes.io/web"]',
    );
    expect(recreationNeeded({ apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' }, ['spec', 'template', ...path])).toBeUndefined();
    expect(needed('v1', 'Pod', 'metadata.annotations.owner')).toBeUndefined();
  });
});

test.each([
  ['v1', 'Pod', 'spec.containers.0.image'],
  ['v1', 'Pod', 'spec.initContainers.2.image'],
  ['apps/v1', 'Deployment', 'spec.template.spec.containers.0.securityContext'],
  ['apps/v1', 'StatefulSet', 'spec.template.spec.hostPID'],
  ['batch/v1', 'CronJob', 'spec.jobTemplate.spec.template.spec.hostPID'],
  ['batch/v1', 'Job', 'spec.suspend'],
  ['v1', 'ServiceAccount', 'automountServiceAccountToken'],
  ['v1', 'Service', 'spec.selector'],
  ['v1', 'PersistentVolumeClaim', 'spec.resources.requests.storage'],
  ['example.org/v1', 'Pod', 'spec.hostPID'],
  ['v1', 'Namespace', 'metadata.labels.a'],
])('the API server takes a change of %s %s: %s', (apiVersion, kind, path) => {
  expect(needed(apiVersion, kind, path)).toBeUndefined();
});
