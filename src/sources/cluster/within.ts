/**
 * Runs something that ends early where `closed` aborts, or after some milliseconds. The timer holds what tells of the time:
 * a signal of AbortSignal.timeout that only AbortSignal.any knows may be collected before, and then nothing ever ends (Node 20 and later).
 */
export async function within<T>(milliseconds: number, closed: AbortSignal, run: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const late = new AbortController();
  const timer = setTimeout(() => late.abort(), milliseconds);
  try {
    return await run(AbortSignal.any([late.signal, closed]));
  } finally {
    clearTimeout(timer);
  }
}
