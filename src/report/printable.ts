/**
 * Characters that steer a terminal or a reader instead of being read: C0 and C1 controls, line separators, and format
 * characters (bidirectional overrides, zero-width characters) that make a text look like another one.
 */
// oxlint-disable-next-line no-control-regex
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
const everySteering = new RegExp(steering, 'gu');

/**
 * Text from input, fit for a terminal: what would steer it is written as an escape that can be read (`\x1b`, `\u202e`).
 * Every name, path, message and line of source goes through here before a text format prints it.
 */
export function printable(text: string): string {
  return steering.test(text) ? text.replace(everySteering, escaped) : text;
}

const named: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

function escaped(character: string): string {
  const code = character.codePointAt(0)!;
  const hex = code.toString(16);
  return named[character] ?? (code <= 0xff ? `\\x${hex.padStart(2, '0')}` : code <= 0xffff ? `\\u${hex.padStart(4, '0')}` : `\\u{${hex}}`);
}
