import { expect, test } from 'vitest';
import { anything, buildAnswers, everything, nothing, type Answer } from './answers.ts';

const all = 2n ** 70n - 1n;

/** Sets of up to 70 ports, the same in each run; those of `high` hold those of `low`. */
function someAnswers(count: number): Answer[] {
  let state = 1n;
  const next = (): bigint => (state = (state * 6364136223846793005n + 1442695040888963407n) % 2n ** 96n) >> 26n;
  return Array.from({ length: count }, () => {
    const low = next() & next();
    return { low, high: low | next() };
  });
}

test('answers keep their number, and what two of them are together is what their sets are together', () => {
  const answers = buildAnswers(all);
  const made = someAnswers(1000);
  const ids = made.map(({ low, high }) => answers.id(low, high));
  // Beyond 65,536 nothing is remembered.
  for (let number = ids.length; number < 2 ** 16; number++) answers.id(0n, BigInt(number) << 40n);
  for (const answer of someAnswers(1010).slice(1000)) {
    made.push(answer);
    ids.push(answers.id(answer.low, answer.high));
  }
  expect(Math.max(...ids)).toBeGreaterThan(2 ** 16);
  expect(new Set(ids).size).toBe(made.length);
  expect(made.every(({ low, high }, index) => answers.id(low, high) === ids[index])).toBe(true);
  expect([answers.of(nothing), answers.of(everything)]).toEqual([
    { low: 0n, high: 0n },
    { low: all, high: all },
  ]);
  for (const [first, second] of [
    [0, 1],
    [1, 0],
    [2, 2],
    [3, 1009],
    [1008, 1009],
    [0, 1],
  ] as const) {
    const [a, b] = [made[first]!, made[second]!];
    const [one, other] = [ids[first]!, ids[second]!];
    expect(answers.of(answers.and(one, other))).toEqual({ low: a.low & b.low, high: a.high & b.high });
    expect(answers.of(answers.or(one, other))).toEqual({ low: a.low | b.low, high: a.high | b.high });
    expect(answers.of(answers.either(one, other))).toEqual({ low: a.low & b.low, high: a.high | b.high });
  }
});

test('beyond a bound nothing is known of what would be a new answer, and old ones stay', () => {
  // Three numbers of 32 bits for each of two sets, and room for three more than the first three.
  const answers = buildAnswers(all, 6 * 6);
  const kept = [1n, 2n, 4n].map((set) => answers.id(set, set));
  expect(answers.full).toBe(false);
  expect(answers.id(8n, 8n)).toBe(anything);
  expect(answers.full).toBe(true);
  expect(answers.of(anything)).toEqual({ low: 0n, high: all });
  expect(kept.map((number) => answers.of(number).low)).toEqual([1n, 2n, 4n]);
  expect(answers.or(kept[0]!, kept[1]!)).toBe(anything);
  expect(answers.and(kept[0]!, kept[1]!)).toBe(nothing);
});
