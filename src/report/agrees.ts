export type DeepReadonly<T> = T extends object ? { readonly [K in keyof T]: DeepReadonly<T[K]> } : T;

/** Whether a definition accepts what a type does. It distributes over unions, whose parts need not be written in the same order. */
export type Agrees<Definition, Type> = [DeepReadonly<Definition>] extends [Type]
  ? [Type] extends [DeepReadonly<Definition>]
    ? true
    : false
  : false;
