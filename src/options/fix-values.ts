import type { AnyControl } from '../core/index.ts';
import { OptionError } from './option-error.ts';
import { nearestName } from './policy-options.ts';
import { advice, nearest } from './spelling.ts';

/** Values for fixes by the control's id and the key. */
export type FixValues = Readonly<Record<string, Readonly<Record<string, string>>>>;

/** No value of a field is longer; and it is shown in reports. */
const longest = 253;

/**
 * Reads `CONTROL.KEY=VALUE`, where CONTROL is an id or a code: then it holds for all controls of the code that have the key.
 * Of one key the last value counts.
 * @throws OptionError with the nearest spelling for a control or key that is none.
 */
export function readFixValues(options: readonly string[], controls: readonly AnyControl[]): FixValues {
  const values = new Map<string, Map<string, string>>();
  for (const option of options) {
    const { name, key, value } = parts(option);
    const named = controls.filter(({ id, decides }) => id === name || decides.includes(name.toUpperCase()));
    if (named.length === 0)
      throw new OptionError([`"${name}" is no control`, advice(nearestName(name, controls), 'plimsoll list controls lists them')]);
    const having = named.filter(({ fix }) => Object.hasOwn(fix?.values ?? {}, key));
    if (having.length === 0) throw unknownKey(name, key, named);
    for (const { id } of having) values.set(id, (values.get(id) ?? new Map<string, string>()).set(key, value));
  }
  return Object.fromEntries([...values].map(([id, ofControl]) => [id, Object.fromEntries(ofControl)]));
}

function parts(option: string): { name: string; key: string; value: string } {
  const equals = option.indexOf('=');
  const dot = option.lastIndexOf('.', equals < 0 ? undefined : equals);
  if (equals < 0 || dot <= 0 || dot === equals - 1)
    throw new OptionError([`--value ${option} is incomplete`, 'write --value CONTROL.KEY=VALUE']);
  const value = option.slice(equals + 1);
  // What does not print would reach the file and the terminal unseen.
  if (value === '' || value.length > longest || /[\p{C}\p{Zl}\p{Zp}]/u.test(value))
    throw new OptionError([`--value ${option.slice(0, equals)} has no usable value`, `write one line of at most ${longest} characters`]);
  return { name: option.slice(0, dot), key: option.slice(dot + 1, equals), value };
}

function unknownKey(name: string, key: string, named: readonly AnyControl[]): OptionError {
  const keys = named.flatMap(({ fix }) => Object.keys(fix?.values ?? {}));
  const otherwise = keys.length === 0 ? 'it needs none' : `it takes ${keys.join(', ')}`;
  const meant = nearest(key, keys);
  return new OptionError([
    `the fix of ${name} takes no value "${key}"`,
    advice(meant === undefined ? undefined : `${name}.${meant}`, otherwise),
  ]);
}
