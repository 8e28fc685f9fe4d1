import { readSet, wordBits, writeSet, type PortSet } from './port-space.ts';

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
/** Nothing is known of any port. */
export const anything: AnswerId = 2;

/** Numbers answers, and remembers what they are together. */
export interface Answers {
  of(id: AnswerId): Answer;
  id(low: PortSet, high: PortSet): AnswerId;
  /** So many words are an answer: those of `low`, then those of `high`. */
  readonly size: number;
  /** Adds what an answer allows to the words of another one, which begin at some place. */
  addTo(words: Int32Array, at: number, id: AnswerId): void;
  ofWords(words: Int32Array): AnswerId;
  /** There are so many that whatever would be a new one is `anything`. */
  readonly full: boolean;
  /** Allowed by both. */
  and(a: AnswerId, b: AnswerId): AnswerId;
  /** Allowed by either. */
  or(a: AnswerId, b: AnswerId): AnswerId;
  /** Nobody knows which of the two holds. */
  either(a: AnswerId, b: AnswerId): AnswerId;
  /** A copy of some numbers that has room for any that there are. */
  listOf(numbers: AnswerIds): AnswerIds;
}

export type AnswerIds = Uint16Array | Uint32Array;

/** The most that has room in half of a number of 32 bits, which V8 keeps without an object. */
const half = 2 ** 16 - 1;

const mostRemembered = 2 ** 18;

/** Policies can be written that make as many sets of ports as there are pairs of pods: 64 MB of them are kept. */
const mostWords = 2 ** 24;

/** Answers of sets out of `all`, which are kept as words: numbers of any length would each be an object to make and to hash. */
export function buildAnswers(all: PortSet, most: number = mostWords): Answers {
  const width = Math.ceil(all.toString(2).length / wordBits);
  const size = 2 * width;
  /** For each answer the words of `low`, then those of `high`; behind the last one room for one that may be new. */
  let words = new Int32Array(size * 64);
  /** By hash: the number of an answer and one more, as zero is none. */
  let slots = new Uint32Array(128);
  let count = 0;
  let full = false;

  function slotOf(number: AnswerId): number {
    let hash = 0;
    for (let word = number * size; word < (number + 1) * size; word++) {
      hash = Math.imul(hash ^ words[word]!, 0x9e3779b1);
      hash ^= hash >>> 15;
    }
    for (let slot = hash & (slots.length - 1); ; slot = (slot + 1) & (slots.length - 1)) {
      const known = slots[slot]!;
      if (known === 0) return slot;
      let same = 0;
      while (same < size && words[(known - 1) * size + same] === words[number * size + same]) same++;
      if (same === size) return slot;
    }
  }

  /** The number of what stands behind the last answer. */
  function numbered(): AnswerId {
    const slot = slotOf(count);
    if (slots[slot]! > 0) return slots[slot]! - 1;
    if ((count + 1) * size > most && count > anything) {
      full = true;
      return anything;
    }
    slots[slot] = ++count;
    if (count * 2 > slots.length) {
      slots = new Uint32Array(slots.length * 2);
      for (let number = 0; number < count; number++) slots[slotOf(number)] = number + 1;
    }
    if ((count + 1) * size > words.length) {
      const longer = new Int32Array(words.length * 2);
      longer.set(words);
      words = longer;
    }
    return count - 1;
  }

  function id(low: PortSet, high: PortSet): AnswerId {
    writeSet(low, words, count * size, width);
    writeSet(high, words, count * size + width, width);
    return numbered();
  }

  /** What is allowed for certain, and perhaps: by both of two answers or by one of them. */
  function joined(a: AnswerId, b: AnswerId, lowByBoth: boolean, highByBoth: boolean): AnswerId {
    const first = a * size;
    const second = b * size;
    const made = count * size;
    for (let word = 0; word < size; word++) {
      const one = words[first + word]!;
      const other = words[second + word]!;
      words[made + word] = (word < width ? lowByBoth : highByBoth) ? one & other : one | other;
    }
    return numbered();
  }

  const known: Answer[] = [];
  id(0n, 0n);
  id(all, all);
  id(0n, all);
  return {
    of: (number) => (known[number] ??= { low: readSet(words, number * size, width), high: readSet(words, number * size + width, width) }),
    id,
    size,
    addTo(sum, at, number) {
      for (let word = 0, from = number * size; word < size; word++) sum[at + word]! |= words[from + word]!;
    },
    ofWords(sum) {
      words.set(sum, count * size);
      return numbered();
    },
    get full() {
      return full;
    },
    and: remembered((a, b) => joined(a, b, true, true)),
    or: remembered((a, b) => joined(a, b, false, false)),
    either: remembered((a, b) => joined(a, b, true, false)),
    listOf: (numbers) => (count < 65_536 ? new Uint16Array(numbers) : new Uint32Array(numbers)),
  };
}

/** Neighbours in a matrix ask for the same few pairs: what another pair has pushed out is put together once more. */
function remembered(together: (a: AnswerId, b: AnswerId) => AnswerId): (a: AnswerId, b: AnswerId) => AnswerId {
  let pairs = new Int32Array(256);
  let results = new Int32Array(256);
  let misses = 0;
  return (a, b) => {
    if (a === b) return a;
    if (a > half || b > half) return together(a, b);
    const pair = (a << 16) | b;
    const slot = ((Math.imul(a, 0x9e3779b1) >>> 12) + b) & (pairs.length - 1);
    // An empty slot is that of nothing and nothing, which are equal.
    if (pairs[slot] === pair) return results[slot]!;
    if (++misses > pairs.length && pairs.length < mostRemembered) {
      pairs = new Int32Array(pairs.length * 4);
      results = new Int32Array(results.length * 4);
      misses = 0;
      return together(a, b);
    }
    const result = together(a, b);
    pairs[slot] = pair;
    results[slot] = result;
    return result;
  };
}
