import { remembering } from '../core/index.ts';

/**
 * resource.Quantity of k8s.io/apimachinery v0.37 (pkg/api/resource), with its oddities: a suffix alone is zero (`m`, `Gi`),
 * `1.` and `.5` are numbers, values are rounded away from zero to whole billionths, and binary values stop at 2^63-1.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

/** The exact value is `mantissa` × 10^`exponent`; mantissa has no trailing zeros, and zero is 0 × 10^0. */
export interface ParsedQuantity {
  readonly mantissa: bigint;
  readonly exponent: number;
  readonly format: QuantityFormat;
}

export interface QuantityError {
  readonly error: string;
}

const suffixes: ReadonlyMap<string, { readonly base: 2 | 10; readonly exponent: number }> = new Map([
  ['', { base: 10, exponent: 0 }],
  ['n', { base: 10, exponent: -9 }],
  ['u', { base: 10, exponent: -6 }],
  ['m', { base: 10, exponent: -3 }],
  ['k', { base: 10, exponent: 3 }],
  ['M', { base: 10, exponent: 6 }],
  ['G', { base: 10, exponent: 9 }],
  ['T', { base: 10, exponent: 12 }],
  ['P', { base: 10, exponent: 15 }],
  ['E', { base: 10, exponent: 18 }],
  ['Ki', { base: 2, exponent: 10 }],
  ['Mi', { base: 2, exponent: 20 }],
  ['Gi', { base: 2, exponent: 30 }],
  ['Ti', { base: 2, exponent: 40 }],
  ['Pi', { base: 2, exponent: 50 }],
  ['Ei', { base: 2, exponent: 60 }],
]);

const shape = /^([+-]?)([0-9]*)(\.[0-9]*)?([eEinumkKMGTP]*[+-]?[0-9]*)$/;
const exponentSuffix = /^[eE]([+-]?[0-9]+)$/;
/** What Go's TrimSpace removes and JSON does not escape inside a string; tabs and line ends arrive escaped and are refused. */
const outerSpace = /^[ \u0085\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+|[ \u0085\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000]+$/g;

const maxInt64 = 2n ** 63n - 1n;
const smallestExponent = -9;
const zero: ParsedQuantity = { mantissa: 0n, exponent: 0, format: 'DecimalSI' };

const usual = /^[0-9]{1,15}(?:m|k|M|G|Ki|Mi|Gi)?$/;

/** Whether the API server can decode the value; cheap for the usual spellings. */
export function isQuantity(value: unknown): boolean {
  if (typeof value === 'string') return usual.test(value) || !('error' in parseQuantity(value));
  if (typeof value === 'number' || typeof value === 'bigint') return !('error' in parseQuantity(value));
  return false;
}

/** Parses what stands in a manifest: `100m`, `1Gi`, `1e3`, or a bare number. */
export function parseQuantity(value: string | number | bigint): ParsedQuantity | QuantityError {
  return parseText(typeof value === 'string' ? value : String(value));
}

const parseText = remembering((untrimmed): ParsedQuantity | QuantityError => {
  const text = untrimmed.replaceAll(outerSpace, '');
  if (text === '') return { error: 'a quantity must not be empty' };
  const parts = shape.exec(text);
  if (parts === null) return { error: `${quote(text)} is not a number with an optional suffix` };
  const [, sign = '', whole = '', fraction = '', suffix = ''] = parts;

  const known = suffixes.get(suffix);
  let base: 2 | 10 = 10;
  let exponent: number;
  let format: QuantityFormat = 'DecimalSI';
  if (known !== undefined) {
    ({ base, exponent } = known);
    if (base === 2) format = 'BinarySI';
  } else {
    const written = exponentSuffix.exec(suffix)?.[1];
    if (written === undefined) return { error: `${quote(suffix)} is no suffix of quantities` };
    const wide = BigInt(written.replace('+', ''));
    if (BigInt.asIntN(64, wide) !== wide) return { error: `the exponent of ${quote(text)} is out of range` };
    // Kubernetes cuts the exponent to 32 bits.
    exponent = Number(BigInt.asIntN(32, wide));
    format = 'DecimalExponent';
  }

  const digits = fraction.slice(1);
  // Kubernetes' parser has a slow path, for what is below one billionth or may overflow, and there it wants a digit.
  const slow = base === 2 ? exponent >= 50 : exponent < smallestExponent;
  if (whole === '' && digits === '' && slow) return { error: `${quote(text)} has no digits` };
  let mantissa = BigInt(`${whole}${digits}` || '0');
  let scale = -digits.length;
  if (base === 2) mantissa *= 2n ** BigInt(exponent);
  else scale += exponent;

  ({ mantissa, exponent: scale } = normalize(mantissa, scale));
  if (scale < smallestExponent) ({ mantissa, exponent: scale } = roundUpToBillionths(mantissa, scale));
  if (base === 2) {
    const bounded = scale >= 0 ? mantissa * 10n ** BigInt(scale) > maxInt64 : mantissa > maxInt64 * 10n ** BigInt(-scale);
    if (bounded) ({ mantissa, exponent: scale } = normalize(maxInt64, 0));
    if (scale < 0 && mantissa < 10n ** BigInt(-scale)) format = 'DecimalSI';
  }
  if (mantissa === 0n) return zero;
  return { mantissa: sign === '-' ? -mantissa : mantissa, exponent: scale, format };
});

/** Strips trailing zeros, so that equal values have equal fields. */
function normalize(mantissa: bigint, exponent: number): { mantissa: bigint; exponent: number } {
  if (mantissa === 0n) return { mantissa, exponent: 0 };
  const text = mantissa.toString();
  let end = text.length;
  while (text.charCodeAt(end - 1) === 48) end--;
  return end === text.length ? { mantissa, exponent } : { mantissa: BigInt(text.slice(0, end)), exponent: exponent + text.length - end };
}

/** Away from zero: whoever asks for too little gets the smallest amount there is. */
function roundUpToBillionths(mantissa: bigint, exponent: number): { mantissa: bigint; exponent: number } {
  if (mantissa === 0n) return { mantissa, exponent: 0 };
  const drop = smallestExponent - exponent;
  const digits = mantissa.toString();
  // Normalized, so what is dropped is never all zeros.
  const kept = drop >= digits.length ? 0n : BigInt(digits.slice(0, digits.length - drop));
  return normalize(kept + 1n, smallestExponent);
}

function quote(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** Negative, zero or positive, as the left is smaller, equal or greater; exact for any exponents. */
export function compareQuantities(left: ParsedQuantity, right: ParsedQuantity): number {
  const sign = signOf(left.mantissa);
  if (sign !== signOf(right.mantissa)) return sign - signOf(right.mantissa);
  if (sign === 0) return 0;
  return sign > 0 ? compareMagnitudes(left, right) : compareMagnitudes(right, left);
}

function compareMagnitudes(left: ParsedQuantity, right: ParsedQuantity): number {
  const leftDigits = digitsOf(left.mantissa);
  const rightDigits = digitsOf(right.mantissa);
  const order = leftDigits.length + left.exponent - (rightDigits.length + right.exponent);
  if (order !== 0) return Math.sign(order);
  // The same order of magnitude: compared as fractions, digit by digit.
  const width = Math.max(leftDigits.length, rightDigits.length);
  const a = leftDigits.padEnd(width, '0');
  const b = rightDigits.padEnd(width, '0');
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

function digitsOf(mantissa: bigint): string {
  return (mantissa < 0n ? -mantissa : mantissa).toString();
}

function signOf(value: bigint): -1 | 0 | 1 {
  if (value === 0n) return 0;
  return value < 0n ? -1 : 1;
}

/** Whether the text is an amount above zero. */
export function isPositiveQuantity(value: string | number): boolean {
  const quantity = parseQuantity(value);
  return !('error' in quantity) && quantity.mantissa > 0n;
}

export function isZeroQuantity(quantity: ParsedQuantity): boolean {
  return quantity.mantissa === 0n;
}

const decimalSuffixes: ReadonlyMap<number, string> = new Map([
  [-9, 'n'],
  [-6, 'u'],
  [-3, 'm'],
  [0, ''],
  [3, 'k'],
  [6, 'M'],
  [9, 'G'],
  [12, 'T'],
  [15, 'P'],
  [18, 'E'],
]);
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'] as const;

/** The canonical form of the API server: no fraction, the largest suffix that loses nothing. */
export function formatQuantity(quantity: ParsedQuantity): string {
  if (quantity.mantissa === 0n) return '0';
  if (quantity.format === 'BinarySI' && quantity.exponent >= 0) {
    let value = quantity.mantissa * 10n ** BigInt(quantity.exponent);
    const small = value > -1024n && value < 1024n;
    if (!small) {
      let power = 0;
      while (power < binarySuffixes.length - 1 && value % 1024n === 0n) {
        value /= 1024n;
        power++;
      }
      return `${value}${binarySuffixes[power]}`;
    }
  }
  let { mantissa, exponent } = quantity;
  const over = ((exponent % 3) + 3) % 3;
  mantissa *= 10n ** BigInt(over);
  exponent -= over;
  if (quantity.format === 'DecimalExponent') return exponent === 0 ? `${mantissa}` : `${mantissa}e${exponent}`;
  // Beyond exa there is no suffix: the zeros are written out, as far as anyone can want to read them.
  if (exponent > 18) return exponent <= 60 ? `${mantissa * 10n ** BigInt(exponent - 18)}E` : `${mantissa}e${exponent}`;
  return `${mantissa}${decimalSuffixes.get(exponent) ?? `e${exponent}`}`;
}
