import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startPulse, type Pulse } from './pulse.ts';

const rhythm = { quiet: 1_500, latest: 10_000, share: 5, soonest: 60_000, rarest: 600_000 };

let ending: AbortController;
let pulse: Pulse;

beforeEach(() => {
  vi.useFakeTimers();
  ending = new AbortController();
  pulse = startPulse(rhythm, ending.signal);
});

afterEach(() => void vi.useRealTimers());

/** After how many milliseconds it is time, where there is a change each time that `changes` says so. */
async function waited(taken: number, changes: (time: number) => boolean = () => false): Promise<number> {
  const next = pulse.next(taken);
  const step = 100;
  let done = false;
  void next.then(() => (done = true));
  for (let time = 0; ; time += step) {
    if (changes(time)) pulse.changed();
    await vi.advanceTimersByTimeAsync(step);
    if (done) return time + step;
  }
}

test('soon after a change, when it is quiet', async () => {
  expect(await waited(10, (time) => time === 500)).toBe(2_000);
  expect(await waited(10, (time) => time <= 1_000 && time % 500 === 0)).toBe(2_500);
});

test('after some time also where it is never quiet', async () => {
  expect(await waited(10, () => true)).toBe(10_000);
});

test('judging takes a fifth of the time at most', async () => {
  expect(await waited(4_000, () => true)).toBe(16_000);
});

test('a change while the one before is judged counts', async () => {
  pulse.changed();
  expect(await waited(10)).toBe(1_500);
  expect(await waited(10)).toBe(60_000);
});

test('without a change now and then, more rarely where it takes long', async () => {
  expect(await waited(10)).toBe(60_000);
  expect(await waited(4_000)).toBe(400_000);
  expect(await waited(60_000)).toBe(600_000);
});

test('never again once it has ended', async () => {
  const next = pulse.next(10);
  ending.abort();
  expect(await next).toBe(false);
  expect(await pulse.next(10)).toBe(false);
});
