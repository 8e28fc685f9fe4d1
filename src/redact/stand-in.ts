import { findCredentials, formats, type Credential, type Format } from '../subjects/credentials.ts';
import type { Literal } from '../subjects/literals.ts';

/**
 * What stands where a text was that no rule reads. It is no word that a rule takes for a credential. `tag` is equal for equal
 * texts, so that a pod still differs from its template where it did: some letters from `a` to `p`.
 */
export function redactedText(tag: string): string {
  return `redacted-${tag}`;
}

/**
 * A text that gives away nothing, and in whose place rules find the same credentials as in the one that stood there: tokens
 * of the same issuers, made of the name of this tool and of the tag.
 */
export function standInFor(literal: Pick<Literal, 'kind' | 'name'>, found: readonly Credential[], tag: string): string {
  const texts = found.map((credential) => textsOf(credential, tag));
  // Several stand below each other, each with its name if it needs one.
  const together = texts.map(([alone, named = alone]) => named).join('\n');
  const candidates = texts.length === 1 ? (texts[0] ?? []) : [together, `${together}\n${longerThanAnyPassword}`];
  return candidates.find((value) => same(findCredentials({ ...literal, value }), found)) ?? redactedText(tag);
}

function same(some: readonly Credential[], others: readonly Credential[]): boolean {
  return JSON.stringify(some) === JSON.stringify(others);
}

const longerThanAnyPassword = '# redacted\n'.repeat(60);

/** Forms of a credential: which one counts depends on what bears it. */
function textsOf({ kind, prefix, severity }: Credential, tag: string): readonly string[] {
  if (kind === 'a private key')
    return [`-----BEGIN PRIVATE KEY-----\n${tag}${'RedactedByPlimsoll'.repeat(4)}\n-----END PRIVATE KEY-----\n`];
  if (kind === 'a connection string with its password') return [`redacted://plimsoll:removed-${tag}@removed`];
  if (kind === 'a JSON web token')
    return [[btoa('{"alg":"none"}'), btoa('{"redacted":true}')].map((part) => part.replaceAll('=', '')).join('.') + `.redacted-${tag}`];
  if (prefix !== '') return [issued(kind, prefix, tag) ?? redactedText(tag)];
  // A key alone may be any.
  const name = kind.replace(/^an? /, '').replace(/^key$/, 'api_key');
  const value = severity === 'low' ? `removed${tag}` : `Plimsoll-r3dacted-7hIs-${tag}`;
  return [value, `${name}=${value}`, `${name}: ${value}\n${longerThanAnyPassword}`];
}

/** A word of each alphabet that a format may have, with at least eight different characters besides the tag. */
const words: readonly ((tag: string) => string)[] = [
  (tag) => `RedactedByPlimsoll${tag}`,
  (tag) => `REDACTPL${tag.toUpperCase().slice(0, 8)}`,
  (tag) => `decade12facade34${tag.replaceAll(/[a-p]/g, (letter) => (letter.charCodeAt(0) - 97).toString(16))}`,
  (tag) => `0-Redacted-By-Plimsoll-${tag}`,
];

/** Some formats have two parts. */
const shapes: readonly ((text: string) => string)[] = [
  (text) => text,
  (text) => `${text.slice(0, 22)}_${text.slice(22)}`,
  (text) => `${text.slice(0, 22)}.${text.slice(22)}`,
];

type Make = (tag: string) => string;

/** Looked for once for each format, and there are some dozen. */
const makers = new Map<string, Make | undefined>();

function issued(kind: string, prefix: string, tag: string): string | undefined {
  const key = `${prefix} ${kind}`;
  if (!makers.has(key)) {
    const format = formats.find((one) => one.kind === kind && one.starts.slice(0, 4) === prefix);
    makers.set(key, format === undefined ? undefined : makerOf(format));
  }
  return makers.get(key)?.(tag);
}

const sample = 'abcdefghijkl';
const longest = 300;

/** How to make a token of a format: the whole word if it can be, so that the tag is in it. */
function makerOf({ starts, rest }: Format): Make | undefined {
  for (const word of words)
    for (const shape of shapes)
      for (let length = word(sample).length; length <= longest; length++) {
        const make: Make = (tag) => starts + shape(repeated(word(tag), length));
        if (rest.test(make(sample).slice(starts.length))) return make;
      }
  return undefined;
}

function repeated(word: string, length: number): string {
  return word.repeat(Math.ceil(length / word.length)).slice(0, length);
}
