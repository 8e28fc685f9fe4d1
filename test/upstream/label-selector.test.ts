import { afterAll, beforeAll, expect, test } from 'vitest';
import { matches } from '../../src/kube/label-selector.ts';
import type { LabelSelector } from '../../src/kube/types.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { random, type Random } from './random.ts';

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

function pick<T>(items: readonly T[], next: Random): T {
  return items[Math.floor(next() * items.length)]!;
}

const keys = ['app', 'app', 'tier', 'tier', 'example.com/app', 'constructor', '__proto__'];
const oddKeys = [
  '',
  '/a',
  'a/',
  'a/b/c',
  'A.com/x',
  'a..b/x',
  '-a',
  'a_',
  'a b',
  `${'p'.repeat(254)}/x`,
  'x'.repeat(63),
  'x'.repeat(64),
  'é',
  'a_b.c-d',
  'a.b-c/X',
];
const values = ['web', 'web', 'db', '', 'a_b.c'];
const oddValues = ['a b', '-a', 'a-', 'x'.repeat(63), 'x'.repeat(64), 'é', '.'];
const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];
const oddOperators = ['', 'in', 'Gt', 'Equals', 'exists'];

const mostly = <T>(usual: readonly T[], odd: readonly T[], next: Random): T => pick(next() < 0.96 ? usual : odd, next);

function list<T>(most: number, make: () => T, next: Random): T[] {
  return Array.from({ length: Math.floor(next() * (most + 1)) }, make);
}

function madeSelector(next: Random): LabelSelector | undefined {
  if (next() < 0.03) return undefined;
  const matchLabels = Object.fromEntries(list(2, () => [mostly(keys, oddKeys, next), mostly(values, oddValues, next)], next));
  const matchExpressions = list(
    3,
    () => {
      const operator = mostly(operators, oddOperators, next);
      const bare = operator === 'Exists' || operator === 'DoesNotExist';
      const count = next() < 0.05 ? Number(bare) : bare ? 0 : 1 + Math.floor(next() * 2);
      return { key: mostly(keys, oddKeys, next), operator, values: Array.from({ length: count }, () => mostly(values, oddValues, next)) };
    },
    next,
  );
  return { ...(next() < 0.8 ? { matchLabels } : {}), ...(next() < 0.7 ? { matchExpressions } : {}) };
}

test('30,000 selectors select alike', async () => {
  const next = random(21);
  const questions = Array.from({ length: 30_000 }, () => ({
    selector: madeSelector(next),
    labels: Object.fromEntries(list(3, () => [pick(keys, next), pick(values, next)], next)),
  }));
  const answers = await oracle.ask<{ matches: boolean }>('labelSelector', questions);
  const outcomes = { selected: 0, left: 0, refused: 0 };
  const different = questions.filter(({ selector, labels }, index) => {
    const here = matches(selector, labels);
    const there = answers[index]!;
    outcomes[typeof here === 'object' ? 'refused' : here ? 'selected' : 'left']++;
    return typeof here === 'object' ? there.error === undefined : here !== there.matches;
  });
  expect(different.slice(0, 5)).toEqual([]);
  expect(Math.min(...Object.values(outcomes))).toBeGreaterThan(1000);
});
