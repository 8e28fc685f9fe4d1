import { expect, test } from 'vitest';
import { initialState, readFragment, writeFragment, type State } from './page-state.ts';

test('a state that goes into an address comes back from it', () => {
  const state: State = {
    view: 'findings',
    entry: '',
    severity: ['critical', 'low'],
    verdict: 'any',
    chapter: 'POD',
    cluster: 'arn:aws:eks:eu-1:1:cluster/prod',
    namespace: 'shop & "co"',
    kind: 'Deployment',
    waived: 'only',
    q: 'run as#root=?/%',
    code: 'POD-01',
    control: 'pod-security/privileged',
    object: '3',
    group: 'file',
    state: ['unknown'],
    level: 'baseline',
    theme: 'dark',
    keys: false,
  };
  expect(readFragment(writeFragment(state))).toEqual(state);
});

test('nothing chosen is an address without filters', () => {
  expect(writeFragment(initialState)).toBe('#overview');
  expect(readFragment('')).toEqual(initialState);
});

test('an entry of the ledger has an address of its own', () => {
  expect(readFragment('#ledger/POD-12')).toEqual({ ...initialState, view: 'ledger', entry: 'POD-12' });
});

test('what an address says wrongly is as at first', () => {
  expect(readFragment('#elsewhere?severity=worst,high&verdict=maybe&group=__proto__&theme=pink&state=constructor')).toEqual({
    ...initialState,
    severity: ['high'],
  });
});
