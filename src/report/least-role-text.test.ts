import { expect, test } from 'vitest';
import { durationText, formatLeastRole, leastRoleHead } from './least-role-text.ts';
import { sampleLeastRole } from './sample-rights.ts';

test.each([
  [59_000, 'less than a minute'],
  [61_000, '1 minute'],
  [3_600_000, '1 hour'],
  [90_000_000, '1 day 1 hour'],
  [86_400_000 * 31 + 60_000, '31 days'],
  [7_500_000, '2 hours 5 minutes'],
])('%i ms are %s', (milliseconds, text) => expect(durationText(milliseconds)).toBe(text));

test('the head says what was seen, for how long, and what is left out', () => {
  expect(leastRoleHead(sampleLeastRole)).toEqual([
    'What user:jo was seen to use: 5 requests in 3 days 4 hours, from 2026-03-01 10:00 UTC to 2026-03-04 14:30 UTC.',
    'Nothing that it does less often is in it: read it before you apply it.',
    'Left out: 1 request that Kubernetes permits everybody.',
    'Refused, and not granted: get secrets named db in namespace shop.',
  ]);
});

test('the review names what can be removed, by what was observed', () => {
  expect([...formatLeastRole(sampleLeastRole, { color: false, width: 80, all: false })].join('')).toBe(`\
user:jo: 5 requests in 3 days 4 hours, 1 Role
  1 request for what is called "*": no rule permits only that
  it writes roles: the API server also asks for more

Refused, and not granted: 2 ────────────────────────────────────────────────────
      2  get secrets named db in namespace shop

Granted, and not used in 3 days 4 hours ────────────────────────────────────────

  RoleBinding shop/web → ClusterRole edit from ClusterRole edit-more as
    group:dev
    get pods, pods/log named a
    rbac.yaml:9 → rbac.yaml:5
    removable  list pods
    wider      * pods: only get pods was used

Could not be read: 2 ───────────────────────────────────────────────────────────
      2  not JSON, first audit.log:3
`);
});

test('a log without times says so', () => {
  const { from: _, to: __, ...log } = sampleLeastRole.log;
  const text = [...formatLeastRole({ ...sampleLeastRole, log }, { color: false, width: 80, all: false })].join('');
  expect(text).toContain('no event says when it was');
});
