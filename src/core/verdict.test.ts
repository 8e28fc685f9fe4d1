import { expect, test } from 'vitest';
import { fail, failAt, notApplicable, pass, passSoFar, severities, unknown } from './verdict.ts';

test('severities stand worst first', () => {
  expect(severities).toEqual(['critical', 'high', 'medium', 'low']);
});

test('a failure has one place, with a severity only where it differs from the control', () => {
  expect(fail(['spec'], 'pod is bad')).toStrictEqual({ verdict: 'fail', places: [{ where: ['spec'], message: 'pod is bad' }] });
  expect(fail([], 'pod is bad', 'low')).toStrictEqual({ verdict: 'fail', places: [{ where: [], message: 'pod is bad', severity: 'low' }] });
});

test('a failure in several places has at least one', () => {
  const places = [{ where: ['a'], message: 'a is bad' }];
  expect(failAt(places)).toStrictEqual({ verdict: 'fail', places });
  expect(failAt([])).toBe(pass);
  expect(pass).toStrictEqual({ verdict: 'pass' });
});

test('what cannot be decided says which evidence would, and what does not concern the subject says why', () => {
  expect(unknown(['image'], 'image is not known', ['image'])).toStrictEqual({
    verdict: 'unknown',
    places: [{ where: ['image'], message: 'image is not known' }],
    needs: ['image'],
  });
  expect(passSoFar(['node'])).toStrictEqual({ verdict: 'pass', needs: ['node'] });
  expect(notApplicable('no volumes')).toStrictEqual({ verdict: 'not-applicable', reason: 'no volumes' });
});
