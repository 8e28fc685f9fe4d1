import { expect, test } from 'vitest';
import { requestText, ruleText, subjectText } from './rights-text.ts';

const none = { verbs: ['get'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: [] };

test.each([
  ['get pods, pods/log', { apiGroups: [''], resources: ['pods', 'pods/log'] }],
  ['get deployments.apps', { apiGroups: ['apps'], resources: ['deployments'] }],
  ['get a.x.io, a.y.io', { apiGroups: ['x.io', 'y.io'], resources: ['a'] }],
  ['get a, b, c, d of x.io', { apiGroups: ['x.io'], resources: ['a', 'b', 'c', 'd'] }],
  ['get *.*', { apiGroups: ['*'], resources: ['*'] }],
  ['get secrets named a, ""', { apiGroups: [''], resources: ['secrets'], resourceNames: ['a', ''] }],
  ['get secrets named a, b, c, d and 2 more', { apiGroups: [''], resources: ['secrets'], resourceNames: ['a', 'b', 'c', 'd', 'e', 'f'] }],
  ['get /healthz', { nonResourceURLs: ['/healthz'] }],
  [String.raw`get \x1b[31m`, { apiGroups: [''], resources: ['\u001b[31m'] }],
])('a rule reads %s', (text, rule) => expect(ruleText({ ...none, ...rule })).toBe(text));

test('subjects and requests are named as the command line takes them', () => {
  expect(subjectText({ kind: 'ServiceAccount', namespace: 'shop', name: 'web' })).toBe('sa:shop/web');
  expect(subjectText({ kind: 'Group', name: 'dev' })).toBe('group:dev');
  expect(requestText({ verb: 'get', group: 'apps', resource: 'deployments', subresource: 'scale', name: 'web' })).toBe(
    'get deployments/scale.apps named web',
  );
});
