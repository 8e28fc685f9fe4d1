/** A value in a JSON text, the end exclusive. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
}

/**
 * Where the members of an object stand that begins at `start`; undefined where the text is not written as API servers write it:
 * without spaces, no name twice, and no name with an escape.
 */
export function membersAt(text: string, start: number): ReadonlyMap<string, TextRange> | undefined {
  const members = new Map<string, TextRange>();
  if (text[start] !== '{') return undefined;
  if (text[start + 1] === '}') return members;
  for (let at = start + 1; ; at++) {
    if (text[at] !== '"') return undefined;
    const nameEnd = text.indexOf('"', at + 1);
    const name = text.slice(at + 1, nameEnd);
    if (nameEnd === -1 || name.includes('\\') || text[nameEnd + 1] !== ':' || members.has(name)) return undefined;
    const end = endOfValue(text, nameEnd + 2);
    members.set(name, { start: nameEnd + 2, end });
    at = end;
    if (text[at] === '}') return members;
    if (text[at] !== ',') return undefined;
  }
}

const quote = 34;
const comma = 44;
const openBracket = 91;
const backslash = 92;
const closeBracket = 93;
const openBrace = 123;
const closeBrace = 125;

/** Where a value ends; of a text that breaks off, its length. */
function endOfValue(text: string, start: number): number {
  let depth = 0;
  for (let at = start; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === quote) {
      for (at++; at < text.length && text.charCodeAt(at) !== quote; at++) if (text.charCodeAt(at) === backslash) at++;
      if (depth === 0) return at + 1;
    } else if (code === openBrace || code === openBracket) depth++;
    else if (code === closeBrace || code === closeBracket) {
      // A number or a word ends with what is around it.
      if (depth === 0) return at;
      if (--depth === 0) return at + 1;
    } else if (code === comma && depth === 0) return at;
  }
  return text.length;
}
