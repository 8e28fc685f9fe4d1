/**
 * What a scalar without quotes means: YAML 1.1 as sigs.k8s.io/yaml v1.6.0 (go.yaml.in/yaml/v2) understands it. Booleans
 * are `y`, `yes`, `on` and their opposites besides `true`; integers may be octal, hexadecimal, binary and hold
 * underscores; there are no sexagesimal numbers and no timestamps.
 */

/** A scalar's value. A bigint is an integer beyond 2^53 that fits 64 bits, which a number would silently alter. */
export type Scalar = string | number | bigint | boolean | null;

const words: ReadonlyMap<string, boolean | number | null> = new Map<string, boolean | number | null>([
  ...['y', 'Y', 'yes', 'Yes', 'YES', 'true', 'True', 'TRUE', 'on', 'On', 'ON'].map((word) => [word, true] as const),
  ...['n', 'N', 'no', 'No', 'NO', 'false', 'False', 'FALSE', 'off', 'Off', 'OFF'].map((word) => [word, false] as const),
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, null] as const),
  ...['.nan', '.NaN', '.NAN'].map((word) => [word, Number.NaN] as const),
  ...['.inf', '.Inf', '.INF', '+.inf', '+.Inf', '+.INF'].map((word) => [word, Number.POSITIVE_INFINITY] as const),
  ...['-.inf', '-.Inf', '-.INF'].map((word) => [word, Number.NEGATIVE_INFINITY] as const),
]);

const decimalFloat = /^[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?$/;
const dotFloat = /^\.[0-9]+(?:[eE][-+]?[0-9]+)?$/;
const shortDecimal = /^[1-9][0-9]{0,14}$/;

const int64Max = 2n ** 63n - 1n;
const int64Min = -(2n ** 63n);
const uint64Max = 2n ** 64n - 1n;

const notPlain = 0;
const inWords = 1;
const dot = 2;
const digitOrSign = 3;

/** By first character: a word that may stand in the table, a number, or a string whatever follows. */
const hints = new Uint8Array(128);
for (const char of 'yYnNtTfFoO~') hints[char.charCodeAt(0)] = inWords;
for (const char of '0123456789+-') hints[char.charCodeAt(0)] = digitOrSign;
hints['.'.charCodeAt(0)] = dot;

/** Whether a plain scalar that begins with this character code is a string whatever follows. */
export function beginsString(code: number): boolean {
  return code >= 128 || hints[code] === notPlain;
}

/** The value of a scalar without quotes and tag. `.inf` and `.nan` come back as such: JSON has none, so callers refuse them. */
export function resolvePlain(text: string): Scalar {
  if (text === '') return null;
  const code = text.charCodeAt(0);
  const hint = code < 128 ? hints[code] : notPlain;
  if (hint === notPlain) return text;
  if (hint === digitOrSign && shortDecimal.test(text)) return Number(text);
  const word = words.get(text);
  if (word !== undefined) return word;
  if (hint === inWords) return text;
  if (hint === dot) return dotFloat.test(text) ? finite(text, text) : text;
  if (!couldBeNumber(text)) return text;
  const digits = text.includes('_') ? text.replaceAll('_', '') : text;
  const integer = parseInteger(digits);
  if (integer !== undefined) return compact(integer);
  return decimalFloat.test(digits) ? finite(digits, text) : text;
}

/** Sorts out most of what begins like a number and is none: `-c`, `--flag`, `100m`, `10.0.0.1/8`, `1Gi`. */
function couldBeNumber(text: string): boolean {
  const first = text.charCodeAt(0);
  const second = text.charCodeAt(1);
  const signed = first === 43 || first === 45;
  if (signed && !(second >= 48 && second <= 57) && second !== 46 && second !== 95) return false;
  const last = text.charCodeAt(text.length - 1) | 32;
  return last < 58 || last === 127 || (last >= 97 && last <= 102);
}

/**
 * The JSON key that a scalar becomes, as sigs.k8s.io/yaml writes keys that are no strings; undefined where it refuses them
 * (null, and integers beyond int64). `integer` says that a number is written as one: `1e3` is not.
 */
export function keyText(value: Scalar, integer: boolean): string | undefined {
  if (value === null || (typeof value === 'bigint' && value > int64Max)) return undefined;
  return typeof value === 'number' && !integer ? formatFloat32(value) : String(value);
}

/** Whether a plain scalar is written as an integer: `1e3` is a float with an integer's value. */
export function isInteger(text: string): boolean {
  return parseInteger(text.replaceAll('_', '')) !== undefined;
}

/** A number where it is exact, else a bigint. */
export function compact(integer: bigint): number | bigint {
  const number = Number(integer);
  return Number.isSafeInteger(number) ? number : integer;
}

/** The integer that a JSON number is, where it fits 64 bits. */
export function jsonInteger(text: string): bigint | undefined {
  const value = BigInt(text);
  return value >= int64Min && value <= uint64Max ? value : undefined;
}

/** Go falls back to the string where a number overflows. */
function finite(digits: string, text: string): number | string {
  const value = Number(digits);
  return Number.isFinite(value) ? value : text;
}

/** strconv.ParseInt and ParseUint with base 0: prefixes 0x, 0o, 0b and a leading zero for octal. */
function parseInteger(text: string): bigint | undefined {
  const sign = text[0] === '-' || text[0] === '+' ? text[0] : '';
  const value = unsigned(text.slice(sign.length));
  if (value === undefined) return signInsideBinary(text);
  if (sign === '-') return -value >= int64Min ? -value : undefined;
  // Only an unsigned text can go beyond int64: ParseUint takes no sign.
  return value <= (sign === '+' ? int64Max : uint64Max) ? value : undefined;
}

function unsigned(text: string): bigint | undefined {
  if (/^0$|^[1-9][0-9]*$/.test(text)) return text.length > 20 ? undefined : BigInt(text);
  if (/^0[xX][0-9a-fA-F]+$|^0[bB][01]+$/.test(text)) return BigInt(text);
  const octal = /^0[oO]?([0-7]+)$/.exec(text)?.[1];
  return octal === undefined ? undefined : BigInt(`0o${octal}`);
}

/** go-yaml reads what follows `0b` by itself, so it takes `0b-1` for minus one. */
function signInsideBinary(text: string): bigint | undefined {
  const [, sign, digits] = /^0b([-+])([01]+)$/.exec(text) ?? [];
  if (digits === undefined) return undefined;
  const value = BigInt(`0b${digits}`);
  if (sign === '-') return -value >= int64Min ? -value : undefined;
  return value <= int64Max ? value : undefined;
}

/** strconv.FormatFloat(value, 'g', -1, 32), which sigs.k8s.io/yaml writes a float with where it stands as a key. */
function formatFloat32(value: number): string {
  const rounded = Math.fround(value);
  if (Number.isNaN(rounded)) return '.nan';
  if (rounded === Number.POSITIVE_INFINITY) return '.inf';
  if (rounded === Number.NEGATIVE_INFINITY) return '-.inf';
  if (rounded === 0) return Object.is(rounded, -0) ? '-0' : '0';
  let precision = 1;
  while (precision < 9 && Math.fround(Number(rounded.toPrecision(precision))) !== rounded) precision++;
  const [mantissa, exponent] = rounded.toExponential(precision - 1).split('e') as [string, string];
  const power = Number(exponent);
  const digits = mantissa.replace(/^-?/, '').replace('.', '').replace(/0+$/, '');
  const sign = rounded < 0 ? '-' : '';
  if (power < -4 || power >= 6) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const magnitude = String(Math.abs(power)).padStart(2, '0');
    return `${sign}${digits[0]}${fraction}e${power < 0 ? '-' : '+'}${magnitude}`;
  }
  if (power < 0) return `${sign}0.${'0'.repeat(-power - 1)}${digits}`;
  const whole = digits.slice(0, power + 1).padEnd(power + 1, '0');
  const rest = digits.slice(power + 1);
  return rest === '' ? sign + whole : `${sign}${whole}.${rest}`;
}

/** The long form of the tags that a schema defines. */
export const tagPrefix = 'tag:yaml.org,2002:';

/** A scalar that carries a tag; `error` where go-yaml cannot decode it so. */
export function resolveTagged(
  tag: string,
  text: string,
): { readonly value: Scalar; readonly integer: boolean } | { readonly error: string } {
  const short = tag.startsWith(tagPrefix) ? tag.slice(tagPrefix.length) : '';
  switch (short) {
    case 'str':
      return { value: text, integer: false };
    case 'binary':
      return decodeBase64(text);
    case 'bool':
    case 'int':
    case 'float':
    case 'null':
    case 'timestamp':
      break;
    default:
      // Tags that go-yaml does not know leave the text as it is.
      return { value: text, integer: false };
  }
  const value = resolvePlain(text);
  const integer = (typeof value === 'number' || typeof value === 'bigint') && isInteger(text);
  if (short === 'float' && integer && !(typeof value === 'bigint' && value > int64Max)) return { value: Number(value), integer: false };
  if (short === typeOf(value, integer, text)) return { value: short === 'timestamp' ? text : value, integer };
  return { error: `cannot read ${JSON.stringify(text.slice(0, 40))} as !!${short}` };
}

function typeOf(value: Scalar, integer: boolean, text: string): string {
  if (value === null) return 'null';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'string') return isTimestamp(text) ? 'timestamp' : 'str';
  return integer ? 'int' : 'float';
}

const timestamp =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(?:Z|[-+]\d\d:\d\d))|(?: (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?))?$/;

function isTimestamp(text: string): boolean {
  const match = timestamp.exec(text);
  if (match === null) return false;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const [hour, minute, second] = [Number(match[4] ?? match[7] ?? 0), Number(match[5] ?? match[8] ?? 0), Number(match[6] ?? match[9] ?? 0)];
  const lastDay = new Date(Date.UTC(year, month, 0)).getUTCDate();
  return month >= 1 && month <= 12 && day >= 1 && day <= lastDay && hour < 24 && minute < 60 && second < 60;
}

/** Base64 as Go's standard encoding takes it, then UTF-8 with a replacement character for every byte that is none. */
function decodeBase64(text: string): { readonly value: string; readonly integer: false } | { readonly error: string } {
  const packed = text.replaceAll(/[\r\n]/g, '');
  if (!/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/.test(packed)) {
    return { error: '!!binary value is not base64' };
  }
  const bytes: string = atob(packed);
  return { value: decodeUtf8(bytes), integer: false };
}

function decodeUtf8(bytes: string): string {
  let text = '';
  for (let i = 0; i < bytes.length;) {
    const first = bytes.charCodeAt(i);
    const width = first < 0x80 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
    let point = width === 1 ? first : first & (0x7f >> width);
    let valid = first < 0x80 || (first >= 0xc2 && first <= 0xf4);
    for (let k = 1; k < width && valid; k++) {
      const next = bytes.charCodeAt(i + k);
      valid = (next & 0xc0) === 0x80;
      point = (point << 6) | (next & 0x3f);
    }
    valid &&= width < 3 || (point >= (width === 3 ? 0x800 : 0x10000) && point <= 0x10ffff && (point < 0xd800 || point > 0xdfff));
    text += valid ? String.fromCodePoint(point) : '\ufffd';
    i += valid ? width : 1;
  }
  return text;
}
