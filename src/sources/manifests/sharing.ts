import type { Outcome, Portion } from './documents.ts';

/** What a portion was read to. */
export interface Judged<Part> {
  readonly outcome: Outcome;
  /** What came of its inputs. */
  readonly part: Part;
}

/** Another thread that reads portions, each in the order in which it was posted. */
export interface Helper {
  post(number: number, portion: Portion): void;
  end(): Promise<unknown>;
}

/** Starts a helper. `lost` says that it will not answer any more, whatever the reason. */
export type StartHelper<Part> = (answered: (number: number, judged: Judged<Part>) => void, lost: () => void) => Helper;

/** Reads the portions of large files in two threads at once. */
export interface Sharing {
  /** Reads a portion here, or has it read; resolves when the next may come. */
  take(portion: Portion): Promise<void>;
  /** Resolves when everything was read, with what became of it since the last call, in order. */
  outcomes(): Promise<readonly Outcome[]>;
  end(): Promise<void>;
}

/** Portions that wait at the helper, so that it need not wait while this thread is busy with one of its own. */
const mostWaiting = 3;

/**
 * Shares the work between this thread and a helper. Whoever read a portion, its part is joined in the order of the file,
 * so that the result does not tell who did what. A portion is kept until it was answered: if the helper is lost, this
 * thread reads it again, and fails if that is what the helper failed for.
 */
export function startSharing<Part>(
  judge: (portion: Portion) => Judged<Part>,
  join: (part: Part) => void,
  startHelper: StartHelper<Part>,
): Sharing {
  const waiting = new Map<number, Portion>();
  const answers = new Map<number, Judged<Part>>();
  let outcomes: Outcome[] = [];
  let next = 0;
  let joined = 0;
  let alive = true;
  let onAnswer = (): void => undefined;

  function answer(number: number, judged: Judged<Part>): void {
    waiting.delete(number);
    answers.set(number, judged);
    for (let ready = answers.get(joined); ready !== undefined; ready = answers.get(joined)) {
      answers.delete(joined++);
      join(ready.part);
      outcomes.push(ready.outcome);
    }
  }

  const helper = startHelper(
    (number, judged) => {
      // A helper that was given up may still answer: its portions have been read here since then.
      if (waiting.has(number)) answer(number, judged);
      onAnswer();
    },
    () => {
      alive = false;
      onAnswer();
    },
  );

  function readWhatWasLost(): void {
    if (!alive) for (const [number, portion] of waiting) answer(number, judge(portion));
  }

  return {
    async take(portion) {
      const number = next++;
      if (alive && waiting.size < mostWaiting) {
        waiting.set(number, portion);
        helper.post(number, portion);
      } else answer(number, judge(portion));
      // Answers come between two turns.
      await new Promise((resolve) => setImmediate(resolve));
      readWhatWasLost();
    },

    async outcomes() {
      for (readWhatWasLost(); waiting.size > 0; readWhatWasLost()) await new Promise<void>((resolve) => (onAnswer = resolve));
      const settled = outcomes;
      outcomes = [];
      return settled;
    },

    async end() {
      await helper.end();
    },
  };
}
