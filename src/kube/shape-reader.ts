import type { Path } from '../core/index.ts';
import { definitions } from './known-fields.generated.ts';
import { isQuantity } from './quantity.ts';
import { roots, structs } from './shapes.generated.ts';

/**
 * Reads values as the API server's typed decoder does (sigs.k8s.io/json with case-sensitive names into the types of
 * k8s.io/api): `null` is the zero value, unknown fields are kept unread, anything else of another type is refused.
 */
export type Shape =
  | { readonly type: Scalar }
  | { readonly type: 'list' | 'map'; readonly item: Shape }
  | { readonly type: 'struct'; readonly fields: () => Fields };

type Scalar = 'string' | 'boolean' | 'int32' | 'int64' | 'quantity' | 'int-or-string' | 'base64' | 'time' | 'micro-time' | 'any';

type Fields = ReadonlyMap<string, Field>;

interface Field {
  readonly shape: Shape;
  /** Every version that known-fields.ts knows has it. */
  readonly isLasting: boolean;
}

/** Why a value was refused; the path is kept innermost step first while the reader returns. */
interface Trouble {
  expectation: string | undefined;
  readonly steps: (string | number)[];
  /** Nothing was met but fields that last. */
  areLasting: boolean;
}

/** What was expected and found, `expected a list, found an object`, and where. */
export interface Misshapen {
  readonly expectation: string;
  readonly path: Path;
}

const scalars: Readonly<Record<string, Shape>> = {
  s: { type: 'string' },
  b: { type: 'boolean' },
  i: { type: 'int32' },
  l: { type: 'int64' },
  q: { type: 'quantity' },
  o: { type: 'int-or-string' },
  y: { type: 'base64' },
  t: { type: 'time' },
  u: { type: 'micro-time' },
  r: { type: 'any' },
};

const known = new Map<string, Shape>();

/** The shape of a struct of the table by its name, `PodTemplateSpec`. Structs are unfolded when first met: most never are. */
export function structShape(name: string): Shape {
  const before = known.get(name);
  if (before !== undefined) return before;
  let fields: Fields | undefined;
  const shape: Shape = { type: 'struct', fields: () => (fields ??= parseFields(name)) };
  known.set(name, shape);
  return shape;
}

function parseFields(struct: string): Fields {
  const fields = new Map<string, Field>();
  // As `name`, `name:Definition` or, for those that came or went, `name+35`.
  const lasting = new Set(definitions[struct]?.split(' ').map((field) => field.split(':', 1)[0]));
  for (const group of (structs[struct] ?? '').split(';')) {
    const [code, ...names] = group.split(' ');
    const shape = shapeOf(code ?? '');
    for (const name of names) fields.set(name, { shape, isLasting: lasting.has(name) });
  }
  return fields;
}

function shapeOf(code: string): Shape {
  if (code.startsWith('[')) return { type: 'list', item: shapeOf(code.slice(1)) };
  if (code.startsWith('{')) return { type: 'map', item: shapeOf(code.slice(1)) };
  return scalars[code] ?? structShape(code);
}

const shapeOfKind = new Map<string, Shape>();

/** The shape of an object by its group, version and kind; of kinds that the table lacks, the metadata only. */
export function rootShape(group: string, version: string, kind: string): Shape {
  if (shapeOfKind.size === 0) for (const [key, name] of Object.entries(roots)) shapeOfKind.set(key, structShape(name));
  return shapeOfKind.get(`${group}/${version}/${kind}`) ?? shapeOfKind.get(`${group}/${kind}`) ?? shapeOfKind.get('*')!;
}

export interface ReadValue {
  /** The value itself if it needs no change, a copy where a `null` had to go. */
  readonly value: unknown;
  /** Each key of a struct in it is a field that all versions of known-fields.ts know. */
  readonly areLasting: boolean;
}

/** The value, or why it was refused; `at` is where it stands. */
export function readShape(value: unknown, shape: Shape, at: Path): ReadValue | Misshapen {
  const trouble: Trouble = { expectation: undefined, steps: [], areLasting: true };
  const result = read(value, shape, trouble);
  if (trouble.expectation === undefined) return { value: result, areLasting: trouble.areLasting };
  return { expectation: trouble.expectation, path: [...at, ...trouble.steps.reverse()] };
}

function read(value: unknown, shape: Shape, trouble: Trouble): unknown {
  switch (shape.type) {
    case 'struct':
      return isObject(value) ? readStruct(value, shape.fields(), trouble) : refuse(value, 'an object', trouble);
    case 'list':
      return Array.isArray(value) ? readList(value, shape.item, trouble) : refuse(value, 'a list', trouble);
    case 'map':
      return isObject(value) ? readMap(value, shape.item, trouble) : refuse(value, 'an object', trouble);
    case 'string':
      return typeof value === 'string' ? value : refuse(value, 'a string', trouble);
    case 'boolean':
      return typeof value === 'boolean' ? value : refuse(value, 'true or false', trouble);
    case 'int32':
      return isInteger(value, maxInt32) ? value : refuse(value, 'a 32-bit integer', trouble);
    case 'int64':
      return isInteger(value, maxInt64) ? value : refuse(value, 'a 64-bit integer', trouble);
    case 'int-or-string':
      return typeof value === 'string' || isInteger(value, maxInt32) ? value : refuse(value, 'a string or a 32-bit integer', trouble);
    case 'quantity':
      return isQuantity(value) ? value : refuseText(value, 'a quantity such as "100m" or "1Gi"', trouble);
    case 'time':
      return isTime(value, time) ? value : refuseText(value, 'a time such as "2006-01-02T15:04:05Z"', trouble);
    case 'micro-time':
      return isTime(value, microTime) ? value : refuseText(value, 'a time such as "2006-01-02T15:04:05.000000Z"', trouble);
    case 'base64':
      return isBase64(value) ? value : refuse(value, 'a base64 string', trouble);
    case 'any':
      break;
  }
  return value;
}

function readStruct(value: Record<string, unknown>, fields: Fields, trouble: Trouble): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const field = fields.get(key);
    if (field === undefined || !field.isLasting) trouble.areLasting = false;
    if (field === undefined) continue;
    const before = value[key];
    if (before === undefined) continue;
    if (before === null) {
      copy ??= copyOf(value);
      delete copy[key];
      continue;
    }
    const after = read(before, field.shape, trouble);
    if (trouble.expectation !== undefined) return passOn(key, value, trouble);
    if (after !== before) (copy ??= copyOf(value))[key] = after;
  }
  return copy ?? value;
}

function readMap(value: Record<string, unknown>, item: Shape, trouble: Trouble): unknown {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(value)) {
    const before = value[key];
    const after = before === null ? zeroOf(item) : read(before, item, trouble);
    if (trouble.expectation !== undefined) return passOn(key, value, trouble);
    if (after !== before) define((copy ??= copyOf(value)), key, after);
  }
  return copy ?? value;
}

function readList(value: readonly unknown[], item: Shape, trouble: Trouble): unknown {
  let copy: unknown[] | undefined;
  for (let index = 0; index < value.length; index++) {
    const before = value[index];
    const after = before === null ? zeroOf(item) : read(before, item, trouble);
    if (trouble.expectation !== undefined) return passOn(index, value, trouble);
    if (after !== before) (copy ??= [...value])[index] = after;
  }
  return copy ?? value;
}

/** What `null` means as an item of a list or map, where Go keeps the place. */
function zeroOf(shape: Shape): unknown {
  switch (shape.type) {
    case 'struct':
    case 'map':
      return {};
    case 'list':
      return [];
    case 'string':
    case 'base64':
      return '';
    case 'boolean':
      return false;
    case 'int32':
    case 'int64':
    case 'int-or-string':
    case 'quantity':
      return 0;
    case 'time':
    case 'micro-time':
    case 'any':
      break;
  }
  return null;
}

function passOn(step: string | number, value: unknown, trouble: Trouble): unknown {
  trouble.steps.push(step);
  return value;
}

function refuse(value: unknown, expected: string, trouble: Trouble): unknown {
  trouble.expectation = `expected ${expected}, found ${describe(value)}`;
  return value;
}

/** As `refuse`, for values that are right by type and wrong by their text; never used where a secret may stand. */
function refuseText(value: unknown, expected: string, trouble: Trouble): unknown {
  if (typeof value !== 'string') return refuse(value, expected, trouble);
  trouble.expectation = `expected ${expected}, found ${JSON.stringify(value.length > 40 ? `${value.slice(0, 40)}…` : value)}`;
  return value;
}

/** What stands there instead, in words: `an object`, `the number 1.5`. */
export function describe(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'string') return 'a string';
  if (typeof value === 'number' || typeof value === 'bigint') return `the number ${value}`;
  if (typeof value === 'boolean') return `the boolean ${value}`;
  return 'an object';
}

export function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function copyOf(value: Record<string, unknown>): Record<string, unknown> {
  return Object.getPrototypeOf(value) === null ? Object.assign(Object.create(null), value) : { ...value };
}

/** Plain assignment would run the setter of `__proto__`. */
function define(object: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(object, key, { value, writable: true, enumerable: true, configurable: true });
}

const maxInt32 = 2n ** 31n - 1n;
const maxInt64 = 2n ** 63n - 1n;

/** Integers beyond 2^53 come as bigint; a number of that size was written as a float and means what it says. */
function isInteger(value: unknown, max: bigint): boolean {
  if (typeof value === 'number') {
    if (max === maxInt32) return value === (value | 0);
    return Number.isInteger(value) && value >= -(2 ** 63) && value < 2 ** 63;
  }
  return typeof value === 'bigint' && value <= max && value >= -max - 1n;
}

// Go's time.Parse takes an hour of one digit, a comma before fractions, and offsets up to 24:60.
const time = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)(?:[.,]\d+)?(?:Z|[+-](\d\d):(\d\d))$/;
const microTime = /^(\d{4})-(\d\d)-(\d\d)T(\d{1,2}):(\d\d):(\d\d)[.,]\d{6}(?:Z|[+-](\d\d):(\d\d))$/;

function isTime(value: unknown, format: RegExp): boolean {
  if (typeof value !== 'string') return false;
  const parts = format.exec(value);
  if (parts === null) return false;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0, offsetHour = 0, offsetMinute = 0] = parts
    .slice(1)
    .map((part) => (part === undefined ? 0 : Number(part)));
  if (month < 1 || month > 12 || day < 1 || day > daysIn(month, year)) return false;
  return hour < 24 && minute < 60 && second < 60 && offsetHour <= 24 && offsetMinute <= 60;
}

function daysIn(month: number, year: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

/** Go's base64 skips line ends. A list of bytes is also taken: that is how any list of small numbers decodes. */
function isBase64(value: unknown): boolean {
  if (Array.isArray(value)) return value.every((item) => item === null || (isInteger(item, maxInt32) && item >= 0 && item <= 255));
  if (typeof value !== 'string') return false;
  const text = /[\r\n]/.test(value) ? value.replaceAll(/[\r\n]/g, '') : value;
  return text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text);
}
