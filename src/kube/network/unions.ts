import type { AnswerId, Answers } from './answers.ts';
import type { Match } from './matching.ts';

/**
 * What many rules allow together. Rules that each leave another pod out make another set of ports for each pod, and putting
 * them together one after the other made one for each pod and rule: here only the whole becomes an answer.
 */
export interface Union {
  /** With other answers in the places `from` to `to` of two lists, in ascending order. */
  instead(places: Uint32Array, answers: Uint32Array, from: number, to: number): AnswerId;
}

/** So many words are the parts of a union of rules. */
export function wordsOfUnion(rules: number, { size }: Answers): Int32Array {
  return new Int32Array(2 * rules * size);
}

/** Halves of halves, so that all rules between two of them are a few sums. They are kept in `words`, which the next union may have. */
export function unionOf(list: readonly AnswerId[], { size, addTo, ofWords }: Answers, words: Int32Array): Union {
  const count = list.length;
  words.fill(0);
  for (let place = 0; place < count; place++) addTo(words, (count + place) * size, list[place]!);
  for (let node = count - 1; node > 0; node--)
    for (let word = 0; word < size; word++)
      words[node * size + word] = words[2 * node * size + word]! | words[(2 * node + 1) * size + word]!;
  const sum = new Int32Array(size);

  function add(node: number): void {
    for (let word = 0, from = node * size; word < size; word++) sum[word]! |= words[from + word]!;
  }
  function addBetween(first: number, end: number): void {
    for (let [left, right] = [first + count, end + count]; left < right; left >>= 1, right >>= 1) {
      if ((left & 1) === 1) add(left++);
      if ((right & 1) === 1) add(--right);
    }
  }

  return {
    instead(places, answers, from, to) {
      sum.fill(0);
      let first = 0;
      for (let index = from; index < to; index++) {
        addBetween(first, places[index]!);
        addTo(sum, 0, answers[index]!);
        first = places[index]! + 1;
      }
      addBetween(first, count);
      return ofWords(sum);
    },
  };
}

/** By column, the rules that do not match there as they match most: from `starts[column]` to `starts[column + 1]`. */
export interface Differences {
  readonly starts: Uint32Array;
  readonly rules: Uint32Array;
}

export function differencesOf(matches: readonly Match[], columns: number): Differences {
  const starts = new Uint32Array(columns + 1);
  const last = new Int32Array(columns);
  const each = (visit: (column: number, rule: number) => void): void => {
    last.fill(-1);
    for (let rule = 0; rule < matches.length; rule++) {
      const { truths, most, others } = matches[rule]!;
      for (let index = 0; index < others.length; index++) {
        const column = others[index]!;
        if (truths[column] === most || last[column] === rule) continue;
        last[column] = rule;
        visit(column, rule);
      }
    }
  };
  each((column) => starts[column + 1]!++);
  for (let column = 0; column < columns; column++) starts[column + 1]! += starts[column]!;
  const rules = new Uint32Array(starts[columns]!);
  const next = starts.slice();
  each((column, rule) => {
    rules[next[column]!++] = rule;
  });
  return { starts, rules };
}
