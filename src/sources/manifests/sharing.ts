import type { Outcome, Portion } from './documents.ts';

/** What a portion was read to. */
export interface Judged<Part, What = Outcome> {
  readonly outcome: What;
  /** What came of its inputs. */
  readonly part: Part;
}

/** Another thread that reads portions, each in the order in which it was posted. */
export interface Helper<Of = Portion> {
  post(number: number, portion: Of): void;
  end(): Promise<unknown>;
}

/** Starts a helper. `lost` says that it will not answer any more, whatever the reason. */
export type StartHelper<Part, Of = Portion, What = Outcome> = (
  answered: (number: number, judged: Judged<Part, What>) => void,
  lost: () => void,
) => Helper<Of>;

/** Reads the portions of what is large in two threads at once. */
export interface Sharing<Of = Portion, What = Outcome> {
  /** Reads a portion here, or has it read; resolves when the next may come. `onJoined` hears when all before it were joined too. */
  take(portion: Of, onJoined?: (outcome: What) => void): Promise<void>;
  /** Does something when all that was taken so far was joined. */
  after(action: () => void): void;
  /** Resolves when everything was read, with what became of it since the last call, in order. */
  outcomes(): Promise<readonly What[]>;
  end(): Promise<void>;
}

/** Portions that wait at the helper, so that it need not wait while this thread is busy with one of its own. */
const usuallyWaiting = 3;

/**
 * Shares the work between this thread and a helper. Whoever read a portion, its part is joined in the order of the file,
 * so that the result does not tell who did what. A portion is kept until it was answered: if the helper is lost, this
 * thread reads it again, and fails if that is what the helper failed for.
 */
export function startSharing<Part, Of = Portion, What = Outcome>(
  judge: (portion: Of) => Judged<Part, What>,
  join: (part: Part) => void,
  startHelper: StartHelper<Part, Of, What>,
  mostWaiting: number = usuallyWaiting,
): Sharing<Of, What> {
  const waiting = new Map<number, Of>();
  /** What is done when all before it was. */
  const ready = new Map<number, () => void>();
  const listeners = new Map<number, (outcome: What) => void>();
  let outcomes: What[] = [];
  let next = 0;
  let joined = 0;
  let alive = true;
  let onAnswer = (): void => undefined;

  function inTurn(number: number, action: () => void): void {
    ready.set(number, action);
    for (let due = ready.get(joined); due !== undefined; due = ready.get(joined)) {
      ready.delete(joined++);
      due();
    }
  }

  function answer(number: number, { part, outcome }: Judged<Part, What>): void {
    waiting.delete(number);
    inTurn(number, () => {
      join(part);
      outcomes.push(outcome);
      listeners.get(number)?.(outcome);
      listeners.delete(number);
    });
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
    after(action) {
      inTurn(next++, action);
    },

    async take(portion, onJoined) {
      const number = next++;
      if (onJoined !== undefined) listeners.set(number, onJoined);
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
