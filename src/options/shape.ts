import type { Path } from '../core/index.ts';
import { nearest } from './spelling.ts';

// What a file of settings may say, as plain data: what is read is checked by it, and its JSON Schema is made of it.

export type Shape =
  | { readonly type: 'text'; readonly about: string; readonly example: string; readonly choices?: readonly string[] }
  | { readonly type: 'day'; readonly about: string }
  /** A text, a number, a switch or a list of texts. */
  | { readonly type: 'value'; readonly about: string }
  /** `orOne`: a single item need not be a list. */
  | { readonly type: 'list'; readonly about: string; readonly of: Shape; readonly orOne?: true }
  /** Keys of any name. */
  | { readonly type: 'map'; readonly about: string; readonly key: string; readonly of: Shape }
  | { readonly type: 'keys'; readonly about: string; readonly keys: Readonly<Record<string, Shape>>; readonly required: readonly string[] };

/** What is wrong, where in the value, and what to do. */
export interface Fault {
  readonly path: Path;
  readonly what: string;
  readonly todo: string;
}

/** Everything that a value must not say, in its order. A key without a value is as one that is not there. */
export function* faultsOf(value: unknown, shape: Shape, path: Path = []): Generator<Fault, void> {
  const name = path.length === 0 ? 'the file' : written(path);
  switch (shape.type) {
    case 'text':
      if (shape.choices !== undefined && !shape.choices.includes(textOf(value) ?? '')) {
        const meant = nearest(textOf(value) ?? '', shape.choices);
        const all = `it is one of ${shape.choices.join(', ')}`;
        yield { path, what: `${name} is ${shown(value)}`, todo: meant === undefined ? all : `did you mean ${meant}?` };
      } else if (textOf(value) === undefined || textOf(value) === '')
        yield {
          path,
          what: `${name} is ${value === '' ? 'empty' : 'no text'}`,
          todo: `write ${shape.about}, for instance ${shape.example}`,
        };
      return;
    case 'day':
      if (typeof value !== 'string') yield { path, what: `${name} is no text`, todo: `write ${shape.about}, for instance 2027-01-31` };
      return;
    case 'value':
      if (typeof value === 'boolean' || textOf(value) !== undefined) return;
      if (Array.isArray(value) && value.every((item) => textOf(item) !== undefined)) return;
      yield { path, what: `${name} has a value of the wrong kind`, todo: 'write a list of texts, a number, or true or false' };
      return;
    case 'list':
      if (Array.isArray(value)) {
        for (const [index, item] of value.entries()) yield* faultsOf(item, shape.of, [...path, index]);
      } else if (shape.orOne === true && textOf(value) !== undefined) yield* faultsOf(value, shape.of, path);
      else yield { path, what: `${name} is no list`, todo: 'begin each item with -' };
      return;
    case 'map':
    case 'keys':
      if (!isMap(value)) {
        yield { path, what: `${name} is no mapping`, todo: 'write keys and values' };
        return;
      }
      yield* shape.type === 'map' ? faultsOfMap(value, shape.of, path) : faultsOfKeys(value, shape, path);
  }
}

function* faultsOfMap(value: Readonly<Record<string, unknown>>, of: Shape, path: Path): Generator<Fault, void> {
  for (const [key, item] of Object.entries(value)) yield* faultsOf(item, of, [...path, key]);
}

function* faultsOfKeys(
  value: Readonly<Record<string, unknown>>,
  { keys, required }: Extract<Shape, { type: 'keys' }>,
  path: Path,
): Generator<Fault, void> {
  const names = Object.keys(keys);
  for (const [key, item] of Object.entries(value)) {
    const shape = Object.hasOwn(keys, key) ? keys[key] : undefined;
    const meant = nearest(key, names);
    const todo = meant === undefined ? `the keys are ${names.join(', ')}` : `did you mean ${meant}?`;
    if (shape === undefined) yield { path: [...path, key], what: `unknown key ${written([...path, key])}`, todo };
    else if (item !== null) yield* faultsOf(item, shape, [...path, key]);
  }
  for (const key of required) {
    if (Object.hasOwn(value, key) && value[key] !== null) continue;
    yield { path, what: `${written([...path, key])} is missing`, todo: `write ${keys[key]!.about}` };
  }
}

/** `waivers[0].control`: keys as they are, because the reader has them before his eyes. */
export function written(path: Path): string {
  return path.reduce<string>((text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`), '');
}

function shown(value: unknown): string {
  const text = textOf(value);
  return text === undefined ? 'no text' : `"${text.slice(0, 60)}"`;
}

/** A text; 1.35 and 8080 are texts to whoever writes them. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'bigint' ? String(value) : undefined;
}

export function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The shape as JSON Schema (draft 2020-12), for editors. */
export function jsonSchemaOf(shape: Shape): Record<string, unknown> {
  const description = shape.about;
  switch (shape.type) {
    case 'text':
      if (shape.choices !== undefined) return { description, enum: shape.choices };
      return { description, type: ['string', 'number'], examples: [shape.example] };
    case 'day':
      return { description, type: 'string', pattern: '^\\d{4}-\\d{2}-\\d{2}$', examples: ['2027-01-31'] };
    case 'value':
      return {
        description,
        anyOf: [{ type: ['string', 'number', 'boolean'] }, { type: 'array', items: { type: ['string', 'number'] } }],
      };
    case 'list': {
      const list = { type: 'array', items: jsonSchemaOf(shape.of) };
      return shape.orOne === true ? { description, anyOf: [jsonSchemaOf(shape.of), list] } : { description, ...list };
    }
    case 'map':
      return { description, type: 'object', additionalProperties: jsonSchemaOf(shape.of) };
    case 'keys':
      return {
        description,
        type: 'object',
        additionalProperties: false,
        ...(shape.required.length === 0 ? {} : { required: shape.required }),
        properties: Object.fromEntries(Object.entries(shape.keys).map(([key, of]) => [key, jsonSchemaOf(of)])),
      };
  }
  return shape satisfies never;
}
