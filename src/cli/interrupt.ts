import { setImmediate } from 'node:timers/promises';

const interruptions = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Does work that must not be cut off in the middle. A signal to end is kept until the work is done, tells it by the
 * AbortSignal to come to an end, and then ends the process as it would have without.
 * @throws what the work throws.
 */
export async function untilInterrupted<T>(work: (interrupted: AbortSignal) => T | Promise<T>): Promise<T> {
  const controller = new AbortController();
  let received: NodeJS.Signals | undefined;
  const note = (signal: NodeJS.Signals): void => {
    received ??= signal;
    controller.abort();
  };
  for (const signal of interruptions) process.on(signal, note);
  try {
    return await work(controller.signal);
  } finally {
    // What arrived while the work was synchronous is only told in the next turn of the event loop.
    await setImmediate();
    for (const signal of interruptions) process.off(signal, note);
    if (received !== undefined) process.kill(process.pid, received);
  }
}

/** Calls back for the first signal to end; a second one ends the process at once. Answers with what undoes it. */
export function onInterruption(end: () => void): () => void {
  const forget = (): void => {
    for (const signal of interruptions) process.off(signal, note);
  };
  const note = (): void => {
    forget();
    end();
  };
  for (const signal of interruptions) process.on(signal, note);
  return forget;
}
