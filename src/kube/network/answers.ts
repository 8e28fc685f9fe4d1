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
  /** A copy of some numbers that has room for any that there are. */
  rowOf(numbers: Row): Row;
}

/** Answers for one class of pods in one direction, by column. */
export type Row = Uint16Array | Uint32Array;

/** The most that has room in half of a number of 32 bits, which V8 keeps without an object. */
const half = 2 ** 16 - 1;

const mostRemembered = 2 ** 18;

const wordBits = 32;

/** Answers of sets out of `all`, which are kept as words: numbers of any length would each be an object to make and to hash. */
export function buildAnswers(all: PortSet): Answers {
  const width = Math.ceil(all.toString(2).length / wordBits);
  /** For each answer the words of `low`, then those of `high`; behind the last one room for one that may be new. */
  let words = new Int32Array(2 * width * 64);
  /** By hash: the number of an answer and one more, as zero is none. */
  let slots = new Uint32Array(128);
  let count = 0;

  function write(at: number, set: PortSet): void {
    for (let word = 0; word < width; word++) words[at + word] = Number(BigInt.asIntN(wordBits, set >> BigInt(word * wordBits)));
  }
  function read(at: number): PortSet {
    let set = 0n;
    for (let word = width; word-- > 0;) set = (set << BigInt(wordBits)) | BigInt.asUintN(wordBits, BigInt(words[at + word]!));
    return set;
  }

  function slotOf(number: AnswerId): number {
    const size = 2 * width;
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
    slots[slot] = ++count;
    if (count * 2 > slots.length) {
      slots = new Uint32Array(slots.length * 2);
      for (let number = 0; number < count; number++) slots[slotOf(number)] = number + 1;
    }
    if ((count + 1) * 2 * width > words.length) {
      const longer = new Int32Array(words.length * 2);
      longer.set(words);
      words = longer;
    }
    return count - 1;
  }

  function id(low: PortSet, high: PortSet): AnswerId {
    write(count * 2 * width, low);
    write((count * 2 + 1) * width, high);
    return numbered();
  }

  /** What is allowed for certain, and perhaps: by both of two answers or by one of them. */
  function joined(a: AnswerId, b: AnswerId, lowByBoth: boolean, highByBoth: boolean): AnswerId {
    const size = 2 * width;
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
  return {
    of: (number) => (known[number] ??= { low: read(number * 2 * width), high: read((number * 2 + 1) * width) }),
    id,
    and: remembered((a, b) => joined(a, b, true, true)),
    or: remembered((a, b) => joined(a, b, false, false)),
    either: remembered((a, b) => joined(a, b, true, false)),
    rowOf: (numbers) => (count < 65_536 ? new Uint16Array(numbers) : new Uint32Array(numbers)),
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
