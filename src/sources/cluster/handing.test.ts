import { expect, test } from 'vitest';
import { startHanding } from './handing.ts';

function startedAt(from: number, expected: readonly number[]): readonly boolean[] {
  let started = 0;
  const start = (): undefined => void started++;
  const handing = startHanding({ podTemplates: [], sink: () => undefined }, { from, start });
  return expected.map((objects) => {
    handing.expect(objects);
    return started === 1;
  });
}

test('the work is shared as soon as it is known that there is enough of it, and once', () => {
  expect(startedAt(1000, [0, 999, 1000, 5000])).toEqual([false, false, true, true]);
});
