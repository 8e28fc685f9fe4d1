/**
 * Parameters of a control, with safe defaults. A user sets them with `--param control.key=value`; lists are written with
 * commas. The definition is plain data, so that help, reference pages and the JSON Schema come from it.
 */
export type Param =
  | { readonly type: 'strings'; readonly default: readonly string[]; readonly about: string }
  | { readonly type: 'number'; readonly default: number; readonly about: string }
  | { readonly type: 'boolean'; readonly default: boolean; readonly about: string };

export type Params = Readonly<Record<string, Param>>;

export type ParamValues<P extends Params> = { readonly [K in keyof P]: P[K]['default'] };

export function strings(about: string, fallback: readonly string[]): Param & { readonly type: 'strings' } {
  return { type: 'strings', default: fallback, about };
}

/** A number that counts something: whole, and not negative. */
export function number(about: string, fallback: number): Param & { readonly type: 'number' } {
  return { type: 'number', default: fallback, about };
}

export function flag(about: string, fallback: boolean): Param & { readonly type: 'boolean' } {
  return { type: 'boolean', default: fallback, about };
}
