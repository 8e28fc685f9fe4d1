import { array, constantFrom, dictionary, double, integer, letrec, oneof, record, uint8Array, type Arbitrary } from 'fast-check';

/** A document in some style of YAML, with a comment of its own number wherever one may stand. */
export interface StyledDocument {
  readonly text: string;
  readonly comments: readonly string[];
}

type Value = string | number | boolean | null | readonly Value[] | { readonly [key: string]: Value };

/** Hands out choices until the tape is at its end, then always the first, which is the plainest. */
class Tape {
  readonly comments: string[] = [];
  readonly #bytes: Uint8Array;
  #at = 0;
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }
  below(limit: number): number {
    return (this.#bytes[this.#at++] ?? 0) % limit;
  }
  pick<T>(choices: readonly T[]): T {
    return choices[this.below(choices.length)]!;
  }
  rarely(times: number): boolean {
    return this.below(times) === times - 1;
  }
  comment(): string {
    const comment = `# c${this.comments.length}${this.pick(['', ': x', ' "', ", '}", '\ttab'])}`;
    this.comments.push(comment);
    return comment;
  }
}

interface Habits {
  readonly tape: Tape;
  readonly step: number;
  readonly listStep: number;
  readonly gap: number;
  /** How often comments, blank lines and odd layouts come: never with 0. */
  readonly oddness: number;
  /** Whether every value is to be read back as it is. */
  readonly faithful: boolean;
}

function odd({ tape, oddness }: Habits, times: number): boolean {
  return oddness > 0 && tape.rarely(times * (3 - oddness));
}

function trailing(habits: Habits): string {
  return odd(habits, 5) ? `${habits.tape.pick([' ', '  ', '\t'])}${habits.tape.comment()}` : '';
}

/** Lines between entries: blank ones, and comments at, before or behind the column. */
function between(habits: Habits, column: number): string[] {
  const { tape } = habits;
  const lines: string[] = [];
  while (lines.length < 3 && odd(habits, 7)) {
    const indent = tape.pick([column, column, column + 2, Math.max(column - 1, 0), 0]);
    lines.push(tape.pick(['', '   ', `${' '.repeat(indent)}${tape.comment()}`, `${' '.repeat(indent)}${tape.comment()}`]));
  }
  return lines;
}

const words = ['nginx:1.25', 'hello world', '/var/run', 'a-b', "it's", 'v1', '--flag=1', '100m', 'x', 'ä'];

function scalar(value: string | number | boolean | null, habits: Habits, bracketed: boolean): string {
  const { tape } = habits;
  if (typeof value !== 'string') return value === null ? tape.pick(['null', '~', 'Null']) : String(value);
  const isPlain = words.includes(value) || (habits.faithful && isPlainWord(value));
  const style = tape.below(4);
  if (style === 1 && !value.includes('\n')) return `'${value.replaceAll("'", "''")}'`;
  if (!isPlain || style === 2) return JSON.stringify(value);
  return odd(habits, 12) && !bracketed ? `!!str ${value}` : value;
}

function isPlainWord(value: string): boolean {
  return /^[A-Za-z](?:[\w./:-]*\w)?$/.test(value) && !/^(?:y|n|yes|no|on|off|true|false|null)$/i.test(value);
}

function key(name: string, { tape }: Habits, bracketed = false): string {
  const quote = tape.below(8);
  if (quote === 7 || !/^[A-Za-z]/.test(name)) return JSON.stringify(name);
  return quote === 6 || (bracketed && name.includes(' ')) ? `'${name}'` : name;
}

function isCollection(value: Value): value is readonly Value[] | { readonly [key: string]: Value } {
  return typeof value === 'object' && value !== null;
}

/** A value in brackets. */
function inBrackets(item: Value, habits: Habits, indent: string, json: boolean): string {
  const { tape } = habits;
  if (!isCollection(item)) return json ? JSON.stringify(item) : scalar(item, habits, true);
  const isList = Array.isArray(item);
  const [open, close] = isList ? ['[', ']'] : ['{', '}'];
  const layout = tape.below(5);
  const inner = `${indent}${' '.repeat(habits.step)}`;
  const colon = json && layout === 1 ? ':' : ': ';
  const parts = isList
    ? (item as readonly Value[]).map((child) => inBrackets(child, habits, inner, json))
    : Object.entries(item).map(([name, child]) => {
        if (!json && child === null && tape.rarely(3)) return tape.pick([`${key(name, habits, true)}:`, key(name, habits, true)]);
        return (json ? JSON.stringify(name) : key(name, habits, true)) + colon + inBrackets(child, habits, inner, json);
      });
  if (parts.length === 0) return tape.pick([open + close, `${open} ${close}`]);
  const comma = !json && tape.rarely(4) ? ',' : '';
  if (layout === 1) return open + parts.join(',') + close;
  if (layout < 4) return `${open} ${parts.join(', ')}${comma} ${close}`;
  const comment = (): string => (json ? '' : trailing(habits));
  const body = parts.map((part, index) => `\n${inner}${part}${index < parts.length - 1 ? ',' : comma}${comment()}`);
  return `${open}${comment()}${body.join('')}${tape.pick([`\n${indent}`, `\n${indent}`, comma === '' && !/#/.test(body.at(-1)!) ? '' : `\n${indent}`])}${close}`;
}

/** What follows a colon or a dash; the first line without its line break. */
function afterMark(item: Value, column: number, habits: Habits, isEntry: boolean): string {
  const { tape } = habits;
  const pad = ' '.repeat(column + habits.step);
  if (item === null && tape.below(2) === 0) return trailing(habits);
  if (typeof item === 'string' && !habits.faithful) {
    if (item.includes('\n') || odd(habits, 9)) {
      const head = tape.pick(['|', '|-', '>', '|+', '>-', '>+', `|${habits.step}`]);
      const lines = item.split('\n').map((line) => (line.trim() === '' ? '' : pad + line.trim()));
      return ` ${head}${odd(habits, 9) ? ` ${tape.comment()}` : ''}\n${lines.join('\n')}`.trimEnd() + tape.pick(['', '', '\n', '\n\n']);
    }
    if (odd(habits, 9))
      return ` ${tape.pick(['"one', "'one", 'one'])}\n${pad}two\n\n${pad}three`.replace(/^ (["']?)([^]*)$/, ' $1$2$1') + trailing(habits);
    if (odd(habits, 9)) return `${trailing(habits)}\n${pad}${scalar(item, habits, false)}${trailing(habits)}`;
  }
  if (!isCollection(item)) return ` ${scalar(item, habits, false)}${trailing(habits)}`;
  const isEmpty = Object.keys(item).length === 0;
  if (isEmpty || tape.rarely(5)) return ` ${inBrackets(item, habits, pad, tape.rarely(4))}${trailing(habits)}`;
  const anchor = odd(habits, 9) ? ` &a${tape.below(9)}` : '';
  const isList = Array.isArray(item);
  if (isEntry) {
    const at = column + (isList ? habits.listStep : habits.step);
    return [`${anchor}${trailing(habits)}`, ...between(habits, at), block(item, at, habits, true)].join('\n');
  }
  if (odd(habits, 6)) return `${anchor}${trailing(habits)}\n${block(item, column + 1 + habits.gap, habits, true)}`;
  return `${' '.repeat(habits.gap)}${block(item, column + 1 + habits.gap, habits, false)}`;
}

/** A map or list at a column; `indented`: its first line needs its indentation. */
function block(item: readonly Value[] | { readonly [key: string]: Value }, column: number, habits: Habits, indented: boolean): string {
  const pad = ' '.repeat(column);
  const entries = Array.isArray(item)
    ? item.map((child: Value) => `-${afterMark(child, column, habits, false)}`)
    : Object.entries(item).map(([name, child]) => entry(name, child, column, habits));
  return entries
    .flatMap((text, index) => [...(index === 0 ? [] : between(habits, column)), (index === 0 && !indented ? '' : pad) + text])
    .join('\n');
}

function entry(name: string, child: Value, column: number, habits: Habits): string {
  const { tape } = habits;
  if (odd(habits, 25)) return `? ${key(name, habits)}\n${' '.repeat(column)}:${afterMark(child, column, habits, true)}`;
  const tag = odd(habits, 25) ? '!!str ' : '';
  return `${tag}${key(name, habits)}${tape.rarely(20) ? ' ' : ''}:${afterMark(child, column, habits, true)}`;
}

const values = letrec<{ value: Value; leaf: Value; map: Value; list: Value }>((tie) => ({
  leaf: oneof(
    constantFrom<Value>(...words, '', 'yes', '8080', 'a: b', '# x', 'line\nmore\n', 'l\n\n', ' - a', 'true', '~', '1e3'),
    integer({ min: -5, max: 9000 }),
    constantFrom<Value>(true, false, null),
    double({ noNaN: true, noDefaultInfinity: true, min: -100, max: 100 }),
  ),
  map: dictionary(constantFrom('name', 'a', 'spec', 'b c', 'x.y/z', 'image', 'yes', '1', 'list', 'securityContext', 'e'), tie('value'), {
    maxKeys: 4,
    noNullPrototype: true,
  }),
  list: array(tie('value'), { maxLength: 3 }),
  value: oneof({ maxDepth: 4 }, tie('leaf'), tie('map'), tie('list'), tie('map')),
}));

/** How a document is written. */
export interface DocumentStyle {
  readonly choices: Uint8Array;
  readonly oddness: number;
  readonly step: number;
  readonly listStep: number;
  readonly gap: number;
}

export const documentStyles: Arbitrary<DocumentStyle> = record({
  choices: uint8Array({ minLength: 100, maxLength: 400 }),
  oddness: constantFrom(0, 1, 2),
  step: constantFrom(2, 2, 4, 3, 1),
  listStep: constantFrom(0, 0, 2, 4, 1),
  gap: constantFrom(1, 1, 1, 3),
});

/** An object in that style, without anything in front of it or behind, and with lines that end in a line feed. */
export function inStyle(object: { readonly [key: string]: unknown }, { choices, ...rest }: DocumentStyle): StyledDocument {
  const tape = new Tape(choices);
  const habits: Habits = { tape, faithful: true, ...rest };
  const text = block(object as { readonly [key: string]: Value }, 0, habits, true);
  return { text: `${text}\n`, comments: tape.comments };
}

/** Documents whose root is a map. */
export const styledDocuments: Arbitrary<StyledDocument> = record({
  root: dictionary(constantFrom('kind', 'metadata', 'spec', 'items', 'data'), values.value, {
    minKeys: 1,
    maxKeys: 4,
    noNullPrototype: true,
  }),
  style: documentStyles,
  newline: constantFrom('\n', '\n', '\r\n', 'mixed'),
}).map(({ root, style: { choices, ...rest }, newline }) => {
  const tape = new Tape(choices);
  const habits: Habits = { tape, faithful: false, ...rest };
  let text = documentText(root, habits);
  if (newline === '\r\n') text = text.replaceAll('\n', '\r\n');
  if (newline === 'mixed') text = text.replaceAll('\n', () => tape.pick(['\n', '\r\n']));
  return { text, comments: tape.comments };
});

function documentText(root: { readonly [key: string]: Value }, habits: Habits): string {
  const { tape } = habits;
  const layout = tape.below(12);
  if (layout === 10) return JSON.stringify(root, undefined, tape.pick([2, 4, '\t', 0])) + tape.pick(['', '\n']);
  const head = odd(habits, 3)
    ? tape.pick(['\uFEFF', `---\n`, `--- ${tape.comment()}\n`, `${tape.comment()}\n\n`, '%YAML 1.1\n---\n', '\n'])
    : '';
  const body = layout === 11 ? inBrackets(root, habits, '', tape.below(2) === 0) : block(root, 0, habits, true);
  const tail = odd(habits, 3)
    ? tape.pick(['\n', `\n${tape.comment()}`, '\n\n\n', `\n  ${tape.comment()}\n`, '\n...\nanything: [', '\n...\n'])
    : tape.pick(['\n', '\n', '']);
  return head + body + tail;
}
