import { describe, expect, test } from 'vitest';
import { conditionScope, reviewsDebugContainers, reviewsNewPods, selectsAll, type AdmissionRule } from './admission.ts';

const all: AdmissionRule = { operations: ['*'], apiGroups: ['*'], apiVersions: ['*'], resources: ['*/*'] };

describe('the rules of webhooks and policies', () => {
  test.each([
    [['pods'], true, false],
    [['pods/*'], true, true],
    [['*'], true, false],
    [['*/*'], true, true],
    [['pods/ephemeralcontainers'], false, true],
    [['*/ephemeralcontainers'], false, true],
    [['deployments'], false, false],
    [['pods/status', 'pods/exec'], false, false],
  ])('%j: new pods %s, containers for debugging %s', (resources, pods, containers) => {
    expect(reviewsNewPods([{ ...all, resources }])).toBe(pods);
    expect(reviewsDebugContainers([{ ...all, resources }])).toBe(containers);
  });

  test.each<[string, Partial<AdmissionRule>]>([
    ['another operation', { operations: ['UPDATE'] }],
    ['another group', { apiGroups: ['apps'] }],
    ['another version', { apiVersions: ['v2'] }],
    ['what stands outside of namespaces', { scope: 'Cluster' }],
    ['one object by its name', { resourceNames: ['web'] }],
  ])('for %s say nothing of new pods', (_, more) => {
    expect(reviewsNewPods([{ ...all, ...more }])).toBe(false);
  });

  test('add up', () => {
    expect(
      reviewsNewPods([
        { ...all, scope: 'Cluster' },
        { ...all, scope: 'Namespaced' },
      ]),
    ).toBe(true);
    expect(reviewsNewPods(undefined)).toBe(false);
  });
});

test('an absent selector selects all, and an empty one', () => {
  expect([undefined, {}, { matchLabels: {} }, { matchLabels: { a: 'b' } }].map(selectsAll)).toEqual([true, true, true, false]);
});

describe('conditions', () => {
  test.each([
    ['request.resource.resource != "leases"', undefined],
    ['request.namespace != "kube-system"', undefined],
    ['!("system:nodes" in request.userInfo.groups)', undefined],
    ["!request.userInfo.username.startsWith('system:serviceaccount:kube-system:')", undefined],
    ['request.userInfo.username != "ops"', undefined],
    ['!("system:authenticated" in request.userInfo.groups)', { skips: 'decides by group system:authenticated' }],
    ['request.userInfo.username != "jane"', { asks: 'decides by who asks' }],
    ['size(request.userInfo.groups) > 3', { asks: 'decides by who asks' }],
    ['!has(object.metadata.labels.skip)', { skips: 'decides by what its author writes' }],
    ['object.metadata.?annotations.orValue({}).size() == 0', { skips: 'decides by what its author writes' }],
  ])('%s', (expression, scope) => {
    expect(conditionScope({ expression }, ['ops'])).toEqual(scope);
  });
});
