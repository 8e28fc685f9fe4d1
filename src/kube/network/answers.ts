import type { PortSet } from './port-space.ts';

/**
 * What is known of the ports of a connection: `low` are allowed for certain, `high` are allowed for certain or perhaps. The
 * rest is denied.
 */
export interface Answer {
  readonly low: PortSet;
  readonly high: PortSet;
}

/** An answer by its number: few are distinct, so that the same two are only put together once. */
export type AnswerId = number;

export const nothing: AnswerId = 0;
export const everything: AnswerId = 1;

/** Numbers answers, and remembers what they are together. */
export interface Answers {
  of(id: AnswerId): Answer;
  id(low: PortSet, high: PortSet): AnswerId;
  /** Allowed by both. */
  and(a: AnswerId, b: AnswerId): AnswerId;
  /** Allowed by either. */
  or(a: AnswerId, b: AnswerId): AnswerId;
  /** Nobody knows which of the two holds. */
  either(a: AnswerId, b: AnswerId): AnswerId;
  readonly count: () => number;
}

/** Behind the most numbers that a key of two can tell apart. */
const span = 2 ** 26;

/** Answers below this number are put together by tables, one for each that is met. */
const dense = 2 ** 12;

/** Sets by number. V8 hashes the lowest 64 bits of a number alone: longer ones, which may be alike there, go by their text. */
function buildSetNumbers(all: PortSet): (set: PortSet) => number {
  const numbers = new Map<PortSet | string, number>();
  const isShort = all < 2n ** 64n;
  return (set) => {
    const key = isShort ? set : set.toString(16);
    const before = numbers.get(key);
    if (before !== undefined) return before;
    numbers.set(key, numbers.size);
    return numbers.size - 1;
  };
}

export function buildAnswers(all: PortSet): Answers {
  const known: Answer[] = [];
  const numbers = new Map<number, AnswerId>();
  const numberOf = buildSetNumbers(all);
  const id = (low: PortSet, high: PortSet): AnswerId => {
    const highNumber = numberOf(high);
    const key = (low === high ? highNumber : numberOf(low)) * span + highNumber;
    const before = numbers.get(key);
    if (before !== undefined) return before;
    known.push({ low, high });
    numbers.set(key, known.length - 1);
    return known.length - 1;
  };
  id(0n, 0n);
  id(all, all);

  function remembered(together: (a: Answer, b: Answer) => AnswerId): (a: AnswerId, b: AnswerId) => AnswerId {
    const results = new Map<number, AnswerId>();
    const tables: (Uint32Array | undefined)[] = [];
    return (a, b) => {
      const first = a < b ? a : b;
      const second = a < b ? b : a;
      if (second < dense) {
        const table = (tables[second] ??= new Uint32Array(second + 1));
        // One more than the number, as zero is none.
        const before = table[first]!;
        if (before > 0) return before - 1;
        const result = together(known[a]!, known[b]!);
        table[first] = result + 1;
        return result;
      }
      const key = second * span + first;
      const before = results.get(key);
      if (before !== undefined) return before;
      const result = together(known[a]!, known[b]!);
      results.set(key, result);
      return result;
    };
  }
  const and = remembered((a, b) => id(a.low & b.low, a.high & b.high));
  const or = remembered((a, b) => id(a.low | b.low, a.high | b.high));
  const either = remembered((a, b) => id(a.low & b.low, a.high | b.high));

  return {
    of: (number) => known[number]!,
    id,
    and: (a, b) => (a === b || b === everything ? a : a === everything ? b : a === nothing || b === nothing ? nothing : and(a, b)),
    or: (a, b) => (a === b || b === nothing ? a : a === nothing ? b : a === everything || b === everything ? everything : or(a, b)),
    either: (a, b) => (a === b ? a : either(a, b)),
    count: () => known.length,
  };
}
