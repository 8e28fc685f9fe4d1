import { afterAll, beforeAll, expect, test } from 'vitest';
import { compareQuantities, formatQuantity, isQuantity, parseQuantity, type ParsedQuantity } from '../../src/kube/quantity.ts';
import { startOracle, type Oracle } from './oracle.ts';
import { random, type Random } from './random.ts';

/*
 * Quantities against resource.Quantity: both refuse or both give the same exact value, and the canonical form is one that
 * Go reads as the same value and writes again in the same way.
 *
 * Differences, on purpose, all in what Go writes and not in what it reads:
 * - Go keeps the text of what it finds canonical as it is, `+5` and `1.500` included, so its own `canonical` is not compared;
 * - Go writes decimal values of 1000E and more without a suffix (1000E becomes 1); here they stay in E.
 */

let oracle: Oracle;
beforeAll(() => {
  oracle = startOracle();
});
afterAll(() => oracle.close());

interface Answer {
  readonly canonical: string;
  readonly decimal: string;
  readonly sign: number;
}

function ask(values: readonly (string | number)[]): Promise<(Answer & { readonly error?: string })[]> {
  return oracle.ask<Answer>(
    'quantity',
    values.map((value) => ({ value })),
  );
}

function exact(quantity: ParsedQuantity): string {
  const { mantissa, exponent } = quantity;
  if (exponent >= 0) return `${mantissa * 10n ** BigInt(exponent)}`;
  const digits = `${mantissa < 0n ? -mantissa : mantissa}`.padStart(1 - exponent, '0');
  return `${mantissa < 0n ? '-' : ''}${digits.slice(0, exponent)}.${digits.slice(exponent)}`;
}

/** A decimal number without the zeros that say nothing. */
function trimmed(decimal: string): string {
  const text = decimal.includes('.') ? decimal.replace(/\.?0+$/, '') : decimal;
  return text === '-0' ? '0' : text;
}

function pick<T>(items: readonly T[], next: Random): T {
  return items[Math.floor(next() * items.length)]!;
}

const suffixes = [
  '',
  '',
  'n',
  'u',
  'm',
  'k',
  'M',
  'G',
  'T',
  'P',
  'E',
  'Ki',
  'Mi',
  'Gi',
  'Ti',
  'Pi',
  'Ei',
  'e3',
  'E-4',
  'e+12',
  'e-10',
  'e0',
  'K',
  'mi',
  'GiB',
  'e',
  'ee3',
  'Em',
  'i',
];

const tens = '0000123456789'.split('');

function number(next: Random, most: number): string {
  return Array.from({ length: Math.floor(next() * (most + 1)) }, () => pick(tens, next)).join('');
}

function written(next: Random): string {
  const sign = pick(['', '', '', '-', '+'], next);
  const whole = number(next, next() < 0.2 ? 25 : 6);
  const fraction = next() < 0.4 ? `.${number(next, next() < 0.2 ? 25 : 6)}` : '';
  const text = `${sign}${whole}${fraction}${pick(suffixes, next)}`;
  if (next() > 0.08) return text;
  const at = Math.floor(next() * (text.length + 1));
  const odd = text.slice(0, at) + pick([' ', '.', '-', 'x', 'e', '_', ',', '\n', '\u00a0', '٣'], next) + text.slice(at);
  // Go writes out every zero of a large exponent, for minutes.
  return /e[-+]?\d{3}/i.test(odd) ? text : odd;
}

test('30,000 written quantities mean the same', async () => {
  const next = random(3);
  const values = Array.from({ length: 30_000 }, () => written(next));
  const answers = await ask(values);
  const different: unknown[] = [];
  const forms: { readonly value: string; readonly form: string; readonly decimal: string }[] = [];
  for (const [index, value] of values.entries()) {
    const here = parseQuantity(value);
    const there = answers[index]!;
    if ('error' in here !== (there.error !== undefined) || isQuantity(value) === 'error' in here) different.push({ value, here, there });
    else if (!('error' in here)) {
      if (exact(here) !== trimmed(there.decimal)) different.push({ value, here: exact(here), there });
      if (here.exponent < 21 && here.exponent + `${here.mantissa}`.length < 20)
        forms.push({ value, form: formatQuantity(here), decimal: trimmed(there.decimal) });
    }
  }
  expect(different.slice(0, 5)).toEqual([]);
  expect(forms.length).toBeGreaterThan(10_000);
  const again = await ask(forms.map(({ form }) => form));
  const altered = forms.filter(
    ({ form, decimal }, index) => again[index]!.canonical !== form || trimmed(again[index]!.decimal) !== decimal,
  );
  expect(altered.slice(0, 5)).toEqual([]);
});

test('numbers mean the same', async () => {
  const next = random(5);
  const values = [
    0,
    1,
    0.1,
    1e21,
    1e-7,
    123456789012,
    1e300 / 1e280,
    5e-10,
    ...Array.from({ length: 2000 }, () => (next() - 0.5) * 10 ** Math.floor(next() * 30 - 10)),
  ];
  const answers = await ask(values);
  const different = values.filter((value, index) => {
    const here = parseQuantity(value);
    return 'error' in here ? answers[index]!.error === undefined : exact(here) !== trimmed(answers[index]!.decimal);
  });
  expect(different).toEqual([]);
});

test('comparing agrees with the exact values', () => {
  const next = random(9);
  for (let times = 0; times < 5000; times++) {
    const left = parseQuantity(written(next));
    const right = parseQuantity(written(next));
    if ('error' in left || 'error' in right) continue;
    const [a, b] = [scaled(left), scaled(right)];
    expect(Math.sign(compareQuantities(left, right))).toBe(a < b ? -1 : Number(a > b));
  }
});

function scaled({ mantissa, exponent }: ParsedQuantity): bigint {
  return mantissa * 10n ** BigInt(exponent + 9);
}
