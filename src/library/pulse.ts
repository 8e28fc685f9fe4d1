/** When to judge again, in milliseconds. */
export interface Rhythm {
  /** Without a change for so long after one; for a cluster at least a second, in which changes of the same second have arrived. */
  readonly quiet: number;
  /** After a change at the latest, although there are more. */
  readonly latest: number;
  /** Judging takes one part in so many of the time, when there are changes all the time. */
  readonly share: number;
  /** Without any change: at the soonest, and at the latest; between them a hundred times what judging takes. */
  readonly soonest: number;
  readonly rarest: number;
}

const usual: Rhythm = { quiet: 1_500, latest: 10_000, share: 5, soonest: 60_000, rarest: 600_000 };

export interface Pulse {
  readonly changed: () => void;
  /** Waits until it is time to judge again, after it has taken so long; false where it has ended. */
  next(taken: number): Promise<boolean>;
}

/** Says when to judge again: soon after changes, yet not all the time. */
export function startPulse(rhythm: Partial<Rhythm> | undefined, ended: AbortSignal): Pulse {
  const { quiet, latest, share, soonest, rarest } = { ...usual, ...rhythm };
  /** The first and the last change that was not judged yet. */
  let first: number | undefined;
  let last = 0;
  let wake: (() => void) | undefined;

  ended.addEventListener('abort', () => wake?.(), { once: true });
  return {
    changed() {
      last = Date.now();
      first ??= last;
      wake?.();
    },
    async next(taken) {
      const judged = Date.now();
      for (;;) {
        if (ended.aborted) return false;
        const reason = first === undefined ? Infinity : Math.max(Math.min(last + quiet, first + latest), judged + (share - 1) * taken);
        const at = Math.min(reason, judged + Math.min(rarest, Math.max(soonest, 100 * taken)));
        const left = at - Date.now();
        if (left <= 0) break;
        await new Promise<void>((resolve) => {
          const timer = setTimeout(resolve, left);
          wake = () => {
            clearTimeout(timer);
            resolve();
          };
        });
      }
      // What changes from now on may be read, and may not.
      first = undefined;
      return true;
    },
  };
}
