import { expect, test } from 'vitest';
import { readSubject } from './rights-subject.ts';

test.each([
  ['alice', { kind: 'User', name: 'alice' }],
  ['user:alice', { kind: 'User', name: 'alice' }],
  ['user:group:x', { kind: 'User', name: 'group:x' }],
  ['oidc:alice', { kind: 'User', name: 'oidc:alice' }],
  ['https://issuer#alice', { kind: 'User', name: 'https://issuer#alice' }],
  ['system:node:worker', { kind: 'User', name: 'system:node:worker' }],
  ['group:system:masters', { kind: 'Group', name: 'system:masters' }],
  ['user:system:masters', { kind: 'User', name: 'system:masters' }],
  ['sa:shop/web', { kind: 'ServiceAccount', namespace: 'shop', name: 'web' }],
  ['serviceaccount:shop/web', { kind: 'ServiceAccount', namespace: 'shop', name: 'web' }],
  ['system:serviceaccount:shop:web', { kind: 'ServiceAccount', namespace: 'shop', name: 'web' }],
])('%s', (text, subject) => expect(readSubject(text)).toEqual(subject));

test.each(['', 'user:', 'group:', 'sa:web', 'sa:/web', 'sa:a/b/c', 'system:serviceaccount:web', 'system:serviceaccount:a:b:c'])(
  'nobody is called %j',
  (text) => expect(() => readSubject(text)).toThrow(/names (?:nobody|no service account)/),
);

test.each(['system:masters', 'system:authenticated', 'system:serviceaccounts:shop'])('%s is a group, and needs to say so', (text) =>
  expect(() => readSubject(text)).toThrow(`write group:${text}`),
);
