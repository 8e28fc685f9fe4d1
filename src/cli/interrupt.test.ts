import { afterEach, expect, test, vi } from 'vitest';
import { untilInterrupted } from './interrupt.ts';

afterEach(() => vi.restoreAllMocks());

test('work without a signal answers and leaves no listener', async () => {
  const before = process.listenerCount('SIGINT');
  expect(await untilInterrupted(() => 'done')).toBe('done');
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test.each(['SIGINT', 'SIGTERM', 'SIGHUP'] as const)('%s tells the work to end, and ends the process after it', async (signal) => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const told = await untilInterrupted((interrupted) => {
    process.emit(signal, signal);
    expect(kill).not.toHaveBeenCalled();
    return interrupted.aborted;
  });
  expect(told).toBe(true);
  expect(kill.mock.calls).toEqual([[process.pid, signal]]);
});

test('a signal outlives work that fails', async () => {
  const kill = vi.spyOn(process, 'kill').mockReturnValue(true);
  const work = untilInterrupted(() => {
    process.emit('SIGTERM', 'SIGTERM');
    throw new RangeError('broken');
  });
  await expect(work).rejects.toThrow('broken');
  expect(kill).toHaveBeenCalledWith(process.pid, 'SIGTERM');
});
