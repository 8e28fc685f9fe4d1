import { array, oneof, tuple, uint8Array, type Arbitrary } from 'fast-check';

/**
 * Documents for the tests of the YAML readers: manifests in every style that YAML has, and damaged ones. Each is written
 * from a tape of choices, so that fast-check can shrink it.
 */

/** Hands out choices until the tape is at its end, then always the first: documents end where their tape does. */
class Tape {
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  below(limit: number): number {
    const byte = this.#bytes[this.#at++] ?? 0;
    return byte % limit;
  }
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
  /** True once in `times`, never at the end of the tape. */
  rarely(times: number): boolean {
    return this.below(times) === times - 1;
  }
  get ended(): boolean {
    return this.#at >= this.#bytes.length;
  }
}

const plainKeys = [
  'name', 'spec', 'metadata', 'kind', 'labels', 'containers', 'image', 'app.kubernetes.io/name', 'securityContext', 'runAsNonRoot',
  'a', 'key with blanks', 'x-y_z', '-dash', '$ref', 'é', 'data.json', 'foo:bar', 'ports', 'env',
]; // prettier-ignore
const oddKeys = [
  '1', '0x10', '1.5', 'true', 'y', 'on', 'No', '~', 'null', '.inf', '__proto__', 'constructor', 'toString', '<<', '"quoted"', "'single'",
  '"a\\nb"', '? complex', '&anchor k', '*x', '!!str t', '1000000.0', '1e3', '08', '', '[a]', '"<<"', '=', '2001-01-01', '-', '1_0', '"\\u0041"',
]; // prettier-ignore
const plainValues = [
  'nginx:1.25', 'true', 'false', '80', '0', 'hello world', 'ClusterIP', '/var/run', '100m', '1Gi', 'RollingUpdate', 'a-b_c.d/e@f', '-x',
  "it's", 'a "b" c', 'http://x.y/z?a=b#c', 'v1', 'apps/v1', 'a: b'.slice(0, 2) + 'b', 'ü 中 😀', '--flag=1', '$(VAR)', 'a,b', '{{x}}'.slice(2),
]; // prettier-ignore
const oddValues = [
  'yes', 'No', 'on', 'OFF', 'y', 'n', 'Y', '~', 'null', 'Null', '0644', '0o644', '0O17', '08', '010', '1_000', '0b11', '0B1', '-0b11', '0b-1',
  '0x1F', '0X1f', '-0x1f', '1:30', '190:20:30', '2001-01-01', '2001-12-14t21:59:43.10-05:00', '=', '.inf', '-.INF', '.nan', '.5', '.5e3', '5.',
  '+1', '-0', '-0.0', '1e3', '1E400', '1e-400', '9007199254740993', '-9007199254740993', '18446744073709551615', '18446744073709551616',
  '-9223372036854775808', '-9223372036854775809', '123456789012345678901234567890', '1__0', '_1', '+0x10', '0x', '0b', '0o8', '1.5e', '12e03',
  '+.5', '-.5', '<<', '!!str 1', '!!int "7"', '!!float 1', '!!bool yes', '!!null x', '!!binary aGk=', '!local v', '! 12', '!!timestamp 2001-01-01',
  '&a v', '*a', '*missing', '&b [1, *b]', '|', '>', '@x', '`x', '%x', ': x', 'a: b', 'a #b', 'a#b', '- x', '? x', '[', '}', ']', '"', "'", '"a" b', '{a: 1} x',
  '--- x', '... x', '#', ',a', '"\\x41"', '"\\/"', '"\\q"', '"\\ud83d\\ude00"', '"\\U0001F600"', '"\\0"', '00', '007', '-', '+', '.', '1.0', '1000000.0', '1e21', '1e-7',
]; // prettier-ignore
const lines = ['text', 'two words', '  more', '# no comment', '- item', 'key: value', '', '', '\ttab', 'trailing  ', "'", '"x"', '---x'];

interface Style {
  readonly tape: Tape;
  /** Plain manifests only, or whatever YAML allows and does not allow. */
  readonly odd: boolean;
}

function key({ tape, odd }: Style): string {
  if (odd && tape.rarely(8)) return tape.pick(oddKeys);
  const name = tape.pick(plainKeys);
  return tape.rarely(10) ? quoted(name, tape) : name;
}

function quoted(text: string, tape: Tape): string {
  return tape.below(2) === 0 ? JSON.stringify(text) : `'${text.replaceAll("'", "''")}'`;
}

function inline(style: Style): string {
  const { tape, odd } = style;
  if (odd && tape.rarely(4)) return tape.pick(oddValues);
  const text = tape.pick(plainValues);
  return tape.rarely(4) ? quoted(text, tape) : text;
}

function comment({ tape }: Style): string {
  return tape.rarely(8) ? tape.pick([' # comment', '  #', ' # a: b', '\t# tab', '#glued']) : '';
}

function flow(style: Style, depth: number, indent: string): string {
  const { tape } = style;
  const gap = (): string => (tape.rarely(6) ? tape.pick([`\n${indent}  `, ' ', '', '\n', ` # c\n${indent} `]) : tape.pick([' ', '']));
  const item = (): string => {
    if (depth > 0 && tape.rarely(4)) return flow(style, depth - 1, indent);
    return inline(style);
  };
  const count = tape.below(4);
  const list = tape.below(2) === 0;
  const parts: string[] = [];
  for (let i = 0; i < count; i++) {
    if (list) parts.push(gap() + (style.odd && tape.rarely(10) ? `${key(style)}: ${item()}` : item()) + gap());
    else parts.push(`${gap()}${key(style)}${tape.rarely(12) ? '' : ':'}${tape.rarely(12) ? gap() : ' '}${item()}${gap()}`);
  }
  const text = parts.join(',') + (count > 0 && tape.rarely(6) ? ',' : '');
  return list ? `[${text}]` : `{${text}}`;
}

function block(style: Style, indent: string): string {
  const { tape, odd } = style;
  const head = tape.pick(['|', '>', '|-', '>-', '|+', '>+', '|2', '>1-', '|+4', '|0', '|-2']);
  const digit = /[1-9]/.exec(head)?.[0];
  const pad = indent + ' '.repeat(digit === undefined ? 1 + tape.below(4) : Number(digit));
  const body: string[] = [];
  for (let i = tape.below(5); i > 0; i--) {
    const line = tape.pick(lines);
    body.push(line === '' ? tape.pick(['', pad, '  ']) : `${odd && tape.rarely(20) ? indent : pad}${line}`);
  }
  return `${head}${comment(style)}${body.map((line) => `\n${line}`).join('')}`;
}

function multiline(style: Style, indent: string): string {
  const { tape } = style;
  const pad = `\n${indent}${tape.pick(['  ', ' ', '    ', ''])}`;
  const words = Array.from({ length: 1 + tape.below(4) }, () => tape.pick(['alpha', 'beta', 'x y', "don't", '', 'a#b', '80', '\\']));
  const text = words.join(tape.pick([pad, pad, `\n${pad}`, `  ${pad}`]));
  switch (tape.below(3)) {
    case 0:
      return `"${text.replaceAll('\\', tape.pick(['\\\\', '\\n', `\\${pad}`, '\\t']))}"`;
    case 1:
      return `'${text.replaceAll("'", "''")}'`;
    default:
      return `word ${text}`;
  }
}

/** A value behind `key:` or `- `, with its leading blank or line break. */
function value(style: Style, depth: number, indent: string, inList: boolean): string {
  const { tape, odd } = style;
  const kind = depth <= 0 || tape.ended ? tape.below(5) : tape.below(12);
  const properties = odd && tape.rarely(16) ? tape.pick([' &a', ' &b', ' !!map', ' !!seq', ' !x']) : '';
  switch (kind) {
    case 0:
    case 1:
      return ` ${inline(style)}${comment(style)}`;
    case 2:
      return tape.rarely(3) ? `${properties}${comment(style)}` : ` ${inline(style)}`;
    case 3:
      return ` ${tape.below(2) === 0 ? block(style, indent) : multiline(style, indent)}`;
    case 4:
      return `${properties} ${flow(style, 2, indent)}${comment(style)}`;
    case 5:
    case 6: {
      const pad = inList ? `${indent}  ` : indent + tape.pick(['', '  ', '  ', '    ']);
      return `${properties}${comment(style)}\n${blockList(style, depth - 1, pad)}`;
    }
    default: {
      if (inList && properties === '' && tape.below(4) > 0) return ` ${blockMap(style, depth - 1, `${indent}  `).trimStart()}`;
      return `${properties}${comment(style)}\n${blockMap(style, depth - 1, indent + tape.pick(['  ', '  ', '    ', ' ']))}`;
    }
  }
}

function noise(style: Style, indent: string): string {
  const { tape } = style;
  return tape.rarely(12) ? tape.pick(['\n', `${indent}# comment\n`, '# comment at the margin\n', '   \n', `${indent}      # deep\n`]) : '';
}

function blockMap(style: Style, depth: number, indent: string): string {
  const { tape, odd } = style;
  const count = 1 + tape.below(4);
  const names = new Set<string>();
  let text = '';
  for (let i = 0; i < count; i++) {
    const name = key(style);
    if (!odd && names.has(name)) continue;
    names.add(name);
    const gap = tape.rarely(20) ? ' ' : '';
    const merge = odd && tape.rarely(24) ? `${indent}<<: ${tape.pick(['*a', '{a: 1}', '[*a, *b]', '1'])}\n` : '';
    text += `${merge}${noise(style, indent)}${indent}${name}${gap}:${value(style, depth, indent, false)}\n`;
  }
  return text.replace(/\n$/, '');
}

function blockList(style: Style, depth: number, indent: string): string {
  const { tape } = style;
  const count = 1 + tape.below(3);
  let text = '';
  for (let i = 0; i < count; i++) {
    const nested = depth > 0 && tape.rarely(12) ? `- ${blockList(style, depth - 1, `${indent}  `).trimStart()}` : undefined;
    text += `${noise(style, indent)}${indent}${nested ?? `-${value(style, depth, indent, true)}`}\n`;
  }
  return text.replace(/\n$/, '');
}

function document(bytes: Uint8Array, odd: boolean): string {
  const tape = new Tape(bytes);
  const style: Style = { tape, odd };
  let text = '';
  switch (tape.below(odd ? 8 : 5)) {
    case 5:
      text = flow(style, 3, '');
      break;
    case 6:
      text = blockList(style, 4, '');
      break;
    case 7:
      text = value(style, 3, '', false).trimStart();
      break;
    default:
      text = blockMap(style, 5, '');
  }
  const start = tape.rarely(6)
    ? tape.pick([
        '---\n',
        '--- # c\n',
        '# head\n',
        '\n',
        '\ufeff',
        ...(odd ? ['%YAML 1.1\n---\n', '--- ', '%TAG ! x:\n---\n', '...\n'] : []),
      ])
    : '';
  const end = tape.rarely(6) ? tape.pick(['', '\n\n', '\n# end', '\n...\n', '\n---\nb: 1\n']) : '\n';
  const whole = start + text + end;
  return tape.rarely(10) ? whole.replaceAll('\n', '\r\n') : whole;
}

const snippets = [
  ' ', '  ', '\n', '\t', ':', ': ', '- ', '#', ' #', '"', "'", '[', ']', '{', '}', ',', '&a ', '*a', '!', '|', '>', '?', '? ', '%', '@', '-', '---',
  '...', '\r', '\u0085', '\u2028', '\u00a0', '\ufeff', '\u0000', '\u007f', '😀', '<<: ', '\\', '\n\n', '\n  ', '\n- ', '\na: 1', '0', '_', '.', 'e', 'yes', '~', 'null',
]; // prettier-ignore

function mutate(text: string, tape: Tape): string {
  const at = text.length === 0 ? 0 : (tape.below(256) * 256 + tape.below(256)) % (text.length + 1);
  const length = tape.below(8);
  switch (tape.below(6)) {
    case 0:
      return text.slice(0, at) + text.slice(at + 1);
    case 1:
      return text.slice(0, at) + text.slice(at + length);
    case 2:
      return text.slice(0, at) + tape.pick(snippets) + text.slice(at + tape.below(2));
    case 3:
      return text.slice(0, at) + text.slice(at, at + length * 4) + text.slice(at);
    case 4:
      return text.slice(0, at);
    default:
      return text.slice(0, at) + tape.pick(snippets) + text.slice(at);
  }
}

const tape = uint8Array({ minLength: 0, maxLength: 200, size: 'max' });

/** Documents as people write manifests. */
export const manifests: Arbitrary<string> = tape.map((bytes) => document(bytes, false));

/** Documents with all that YAML offers, and much that it refuses. */
export const oddDocuments: Arbitrary<string> = tape.map((bytes) => document(bytes, true));

/** Both kinds with one to four damages. */
export const damagedDocuments: Arbitrary<string> = tuple(
  oneof(manifests, oddDocuments),
  array(uint8Array({ minLength: 8, maxLength: 8 }), { minLength: 1, maxLength: 4 }),
).map(([text, damages]) => {
  let damaged = text;
  for (const damage of damages) damaged = mutate(damaged, new Tape(damage));
  // A lone surrogate cannot come out of a file.
  return Buffer.from(damaged).toString();
});

export const anyDocuments: Arbitrary<string> = oneof(manifests, oddDocuments, damagedDocuments, damagedDocuments);
