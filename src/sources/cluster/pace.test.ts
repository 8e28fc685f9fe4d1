import { setTimeout } from 'node:timers/promises';
import { expect, test, vi } from 'vitest';
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
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] });
  try {
    const turn = startPace(20, new AbortController().signal);
    let gone = 0;
    for (let call = 0; call < 50; call++)
      void turn().then((end) => {
        gone++;
        end();
      });
    await vi.advanceTimersByTimeAsync(0);
    expect(gone).toBe(40);
    // Each of the ten takes a twentieth of a second.
    await vi.advanceTimersByTimeAsync(450);
    expect(gone).toBe(49);
    await vi.advanceTimersByTimeAsync(50);
    expect(gone).toBe(50);
  } finally {
    vi.useRealTimers();
  }
});

test('nobody waits for what is closed', async () => {
  const closing = new AbortController();
  const turn = startPace(0.1, closing.signal);
  const turns = Promise.all([turn(), turn(), turn()]);
  closing.abort();
  await expect(turns).resolves.toHaveLength(3);
});
