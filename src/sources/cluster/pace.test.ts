import { setTimeout } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { mostAtOnce, startPace } from './pace.ts';

test('few at once, in the order of the calls', async () => {
  const turn = startPace(1000, new AbortController().signal);
  const gone: number[] = [];
  const ends: (() => void)[] = [];
  for (let call = 0; call < mostAtOnce + 2; call++)
    void turn().then((end) => {
      gone.push(call);
      ends.push(end);
    });
  await setTimeout(20);
  expect(gone).toEqual([0, 1, 2, 3]);
  ends[2]?.();
  await setTimeout(20);
  expect(gone).toEqual([0, 1, 2, 3, 4]);
});

test('so many a second, and twice as many after a silence', async () => {
  const turn = startPace(20, new AbortController().signal);
  const begun = performance.now();
  for (let call = 0; call < 40; call++) (await turn())();
  expect(performance.now() - begun).toBeLessThan(200);
  for (let call = 0; call < 10; call++) (await turn())();
  // Each of the ten takes a twentieth of a second.
  expect(performance.now() - begun).toBeGreaterThanOrEqual(450);
});

test('nobody waits for what is closed', async () => {
  const closing = new AbortController();
  const turn = startPace(0.1, closing.signal);
  const turns = Promise.all([turn(), turn(), turn()]);
  closing.abort();
  await expect(turns).resolves.toHaveLength(3);
});
