import { expect, test } from 'vitest';
import { durationOf } from './duration.ts';
import { OptionError } from './option-error.ts';

test.each([
  ['90s', 90_000],
  ['5m', 300_000],
  ['1h30m', 5_400_000],
  ['1m1s500ms', 61_500],
  ['20ms', 20],
  ['24h', 86_400_000],
])('%s', (text, milliseconds) => {
  expect(durationOf('--timeout', text)).toBe(milliseconds);
});

test.each(['', '5', '0s', '-5s', '1.5h', '5 m', '30s5m', '25h', '1d', 'm', '99999999999999999999s'])('%j is refused', (text) => {
  expect(() => durationOf('--timeout', text)).toThrow(OptionError);
});
