import { expect, test } from 'vitest';
import { decode } from './decode.ts';
import { isPatch } from './patch-document.ts';

function judged(object: Record<string, unknown>): boolean {
  const decoded = decode(object);
  if ('refused' in decoded) throw new Error(decoded.refused);
  return isPatch(decoded.object, decoded.podTemplates);
}

const workload = (spec: object, apiVersion = 'apps/v1', kind = 'Deployment') => ({ apiVersion, kind, metadata: { name: 'web' }, spec });
const template = (...containers: object[]) => ({ spec: { containers } });
const selector = { matchLabels: { app: 'web' } };

test.each([
  ['a container without an image', workload({ template: template({ name: 'web', image: 'web' }, { name: 'proxy' }) })],
  ['no containers', workload({ template: { spec: { hostNetwork: true } } }, 'apps/v1', 'StatefulSet')],
  ['a directive', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' }, $patch: 'delete' }],
])('a patch: %s', (_, object) => {
  expect(judged(object)).toBe(true);
});

test.each([
  ['a base that kustomize gives its selector', workload({ template: template({ name: 'web', image: 'web' }) })],
  ['an image that another tool fills in', workload({ selector, template: template({ name: 'web' }) })],
  ['no template', workload({ replicas: 3 })],
  ['a kind that needs no selector', workload({ template: template({ name: 'web' }) }, 'batch/v1', 'Job')],
  ['a controller, whose selector has a default', workload({ template: template({ name: 'web' }) }, 'v1', 'ReplicationController')],
])('no patch: %s', (_, object) => {
  expect(judged(object)).toBe(false);
});
