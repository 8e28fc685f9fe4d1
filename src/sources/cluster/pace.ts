/** Requests at once: more would only wait in the fair queues of the API server. */
export const mostAtOnce = 4;

/** As kubectl has it. */
export const defaultQps = 50;

/**
 * Lets requests go: at most `qps` a second, twice as many after a silence, and few at once. Resolves, in the order of the
 * calls, with what says that the request has ended. Once `closed` nobody waits any more.
 */
export function startPace(qps: number, closed: AbortSignal): () => Promise<() => void> {
  const most = Math.max(1, 2 * qps);
  const waiting: (() => void)[] = [];
  let saved = most;
  let last = performance.now();
  let underWay = 0;
  let timer: NodeJS.Timeout | undefined;

  function letGo(): void {
    const now = performance.now();
    saved = Math.min(most, saved + ((now - last) * qps) / 1000);
    last = now;
    clearTimeout(timer);
    while (waiting.length > 0 && (closed.aborted || (underWay < mostAtOnce && saved >= 1))) {
      saved--;
      underWay++;
      waiting.shift()?.();
    }
    if (waiting.length > 0 && underWay < mostAtOnce) timer = setTimeout(letGo, Math.ceil(((1 - saved) * 1000) / qps));
  }

  closed.addEventListener('abort', letGo, { once: true });
  return () =>
    new Promise((resolve) => {
      waiting.push(() =>
        resolve(() => {
          underWay--;
          letGo();
        }),
      );
      letGo();
    });
}
