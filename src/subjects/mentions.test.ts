import { expect, test } from 'vitest';
import { eachMention, hashOf, mentionsOf } from './mentions.ts';

function mentions(object: Readonly<Record<string, unknown>>, name: string, isTyped = true): boolean {
  let found = false;
  eachMention(mentionsOf(object, isTyped), (hash) => (found ||= hash === hashOf(name)));
  return found;
}

function pod(container: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return { kind: 'Pod', metadata: { name: 'web', labels: { app: 'web' } }, spec: { containers: [container] } };
}

test('names are mentioned by references, and by words of any text', () => {
  expect(mentions(pod({ envFrom: [{ configMapRef: { name: 'settings' } }] }), 'settings')).toBe(true);
  expect(mentions(pod({ args: ['--config=shop/settings'] }), 'settings')).toBe(true);
  expect(mentions(pod({ env: [{ name: 'CONFIG', value: 'settings' }] }), 'settings')).toBe(true);
  expect(mentions({ metadata: { annotations: { 'shop.example.com/settings': 'settings, more' } } }, 'settings')).toBe(true);
  expect(mentions({ roleRef: { name: 'shop:Reader' } }, 'shop:Reader')).toBe(true);
});

test('an object mentions neither itself nor what is inside of it', () => {
  expect(mentions(pod({ name: 'proxy', image: 'web', volumeMounts: [{ name: 'config', mountPath: '/etc' }] }), 'web')).toBe(false);
  expect(mentions(pod({ name: 'proxy', image: 'web' }), 'proxy')).toBe(false);
  expect(mentions(pod({ env: [{ name: 'token', valueFrom: {} }], ports: [{ name: 'http', containerPort: 80 }] }), 'token')).toBe(false);
  expect(mentions(pod({ volumeMounts: [{ name: 'config', mountPath: '/etc' }] }), 'config')).toBe(false);
});

test("fields of Kubernetes' own types that name nothing are passed over, those of others are not", () => {
  const strategy = { strategy: { name: 'settings' }, settings: 1 };
  expect(mentions({ spec: strategy }, 'settings')).toBe(false);
  expect(mentions({ spec: { inner: strategy } }, 'settings', false)).toBe(true);
  expect(mentions({ metadata: { annotations: { ports: 'settings' } } }, 'settings')).toBe(true);
});
