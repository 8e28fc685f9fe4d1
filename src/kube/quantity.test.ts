import { assert, bigInt, constantFrom, integer, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compareQuantities, formatQuantity, isQuantity, isZeroQuantity, parseQuantity, type ParsedQuantity } from './quantity.ts';

function parsed(value: string | number | bigint): ParsedQuantity {
  const result = parseQuantity(value);
  if ('error' in result) throw new Error(result.error);
  return result;
}

const compare = (left: string | number, right: string | number): number => compareQuantities(parsed(left), parsed(right));

test.each<[string | number | bigint, string]>([
  ['100m', '100m'],
  ['0.1', '100m'],
  [0.5, '500m'],
  [2n ** 60n, '1152921504606846976'],
  ['1Gi', '1Gi'],
  ['1024Mi', '1Gi'],
  ['1.5Gi', '1536Mi'],
  ['0.5Ki', '512'],
  ['1.5', '1500m'],
  ['1e3', '1e3'],
  ['12E', '12E'],
  ['1E3', '1e3'],
  ['+5', '5'],
  ['-1Gi', '-1Gi'],
  ['1.', '1'],
  ['.5', '500m'],
  ['0', '0'],
  ['-0', '0'],
  ['', 'error'],
  [' 1 ', '1'],
  ['1\n', 'error'],
  ['m', '0'],
  ['Gi', '0'],
  ['-', '0'],
  ['.', '0'],
  ['1 Gi', 'error'],
  ['1GB', 'error'],
  ['1gi', 'error'],
  ['abc', 'error'],
  ['e', 'error'],
  ['e3', '0'],
  ['1e', 'error'],
  ['1e+', 'error'],
  ['1_000', 'error'],
  ['0x10', 'error'],
  ['0.1n', '1n'],
  ['1.0000000001', '1000000001n'],
  ['-0.1n', '-1n'],
  ['9Ei', '9223372036854775807'],
  ['9000.5Pi', '9223372036854775807'],
  ['Ti', '0'],
  ['Pi', 'error'],
  ['e-10', 'error'],
  ['0.1Ki', '102400m'],
  ['1e99', '1e99'],
  ['1e9999999999999999999', 'error'],
])('%s is %s', (value, canonical) => {
  const result = parseQuantity(value);
  expect('error' in result ? 'error' : formatQuantity(result)).toBe(canonical);
  expect(isQuantity(value)).toBe(canonical !== 'error');
});

test('other types are none', () => {
  expect([true, null, undefined, {}, []].map((value) => isQuantity(value))).toEqual([false, false, false, false, false]);
});

describe('comparing', () => {
  test('sees through suffixes', () => {
    expect(compare('1Gi', '1073741824')).toBe(0);
    expect(compare('1Gi', '1G')).toBeGreaterThan(0);
    expect(compare('100m', 0.1)).toBe(0);
    expect(compare('-1', '1m')).toBeLessThan(0);
    expect(compare('-2', '-1')).toBeLessThan(0);
    expect(compare('0', '-0m')).toBe(0);
    expect(compare('1e100000000', '1e99999999')).toBeGreaterThan(0);
    expect(isZeroQuantity(parsed('0Gi'))).toBe(true);
  });

  test('orders integers as integers', () => {
    assert(
      property(bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), bigInt({ min: -(2n ** 70n), max: 2n ** 70n }), (left, right) => {
        const expected = left < right ? -1 : Number(left > right);
        expect(Math.sign(compareQuantities(parsed(left), parsed(right)))).toBe(expected);
      }),
      { seed: 1 },
    );
  });
});

test('the canonical form means the same', () => {
  const number = tuple(integer({ min: -1_000_000, max: 1_000_000 }), integer({ min: 0, max: 999 })).map(
    ([whole, part]) => `${whole}.${part}`,
  );
  const suffix = constantFrom('', 'n', 'u', 'm', 'k', 'M', 'G', 'T', 'Ki', 'Mi', 'Gi', 'Ti', 'e3', 'E-2');
  assert(
    property(number, suffix, (text, unit) => {
      const quantity = parsed(text + unit);
      expect(compareQuantities(parsed(formatQuantity(quantity)), quantity)).toBe(0);
    }),
    { seed: 2 },
  );
});
