import { findCredentials, formats, type Credential } from '../subjects/credentials.ts';
import type { Literal } from '../subjects/literals.ts';

/** What stands where a value was. It is a word that no rule takes for a credential. */
export const redacted = 'redacted';

type Named = Pick<Literal, 'kind' | 'name'>;

/**
 * A text that gives away nothing and in whose place rules find the same credentials as in the one that stood there:
 * tokens of the same issuers, made of the name of this tool.
 */
export function standInFor(literal: Named, found: readonly Credential[]): string {
  if (found.length === 0) return redacted;
  const texts = found.map((credential) => textsOf(credential));
  const first = texts.map(([text = redacted]) => text).join('\n');
  // A name that speaks of a credential counts only where nothing else does, so that it is always alone.
  const candidates = texts.length > 1 ? [first] : (texts[0] ?? []);
  return candidates.find((text) => same(findCredentials({ ...literal, value: text }), found)) ?? first;
}

function same(some: readonly Credential[], others: readonly Credential[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

/** Random enough for a rule, and the same each time. */
const random = 'Plimsoll-r3dacted-7hIs-0nce';
const longerThanOneValue = '# redacted\n'.repeat(60);

function textsOf({ kind, prefix, severity }: Credential): readonly string[] {
  if (kind === 'a private key') return [`-----BEGIN PRIVATE KEY-----\n${'RedactedByPlimsoll'.repeat(4)}\n-----END PRIVATE KEY-----\n`];
  if (kind === 'a connection string with its password') return ['redacted://plimsoll:removed-by-plimsoll@removed'];
  if (kind === 'a JSON web token')
    return [['{"alg":"none"}', '{"redacted":true}'].map((part) => btoa(part).replaceAll('=', '')).join('.') + '.redacted-by-plimsoll'];
  if (prefix !== '') return [issued(kind, prefix)];
  // A key alone may be any.
  const name = kind.replace(/^an? /, '').replace(/^key$/, 'api_key');
  const values = severity === 'low' ? ['removed'] : [random];
  // Alone where the literal bears the telling name; as an assignment where the name stood in the text.
  return values.flatMap((value) => [value, `${name}=${value}`, `${name}: ${value}\n${longerThanOneValue}`]);
}

/** Each alphabet of a format has a word of it, made of at least eight different characters. */
const words = ['RedactedByPlimsoll', 'REDACTEDPLIMSOLL', 'decade12facade34badc0de5', '0-Redacted-By-Plimsoll'];
const shortestToken = 12;
const longestToken = 300;

/** Found once for each format, and there are some dozen. */
const tokens = new Map<string, string>();

function issued(kind: string, prefix: string): string {
  const key = `${prefix} ${kind}`;
  const known = tokens.get(key);
  if (known !== undefined) return known;
  const token = makeToken(kind, prefix) ?? redacted;
  tokens.set(key, token);
  return token;
}

function makeToken(kind: string, prefix: string): string | undefined {
  const format = formats.find((one) => one.kind === kind && one.starts.slice(0, 4) === prefix);
  if (format === undefined) return undefined;
  for (const word of words)
    for (let length = shortestToken; length <= longestToken; length++) {
      const text = word.repeat(Math.ceil(length / word.length)).slice(0, length);
      // Some formats have two parts.
      const rest = [text, `${text.slice(0, 22)}_${text.slice(22)}`, `${text.slice(0, 22)}.${text.slice(22)}`].find((one) =>
        format.rest.test(one),
      );
      if (rest !== undefined) return format.starts + rest;
    }
  return undefined;
}
