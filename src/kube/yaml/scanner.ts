import { tagPrefix } from './resolve.ts';

/**
 * Cuts a document into tokens by the rules of the scanner behind sigs.k8s.io/yaml (go.yaml.in/yaml/v2, a libyaml).
 * Where YAML 1.2 and that scanner part, the scanner wins: quoted text and flow collections need no indentation, a
 * comment needs no blank before it, and a key must end on its line within 1,024 characters.
 */

export const TokenType = {
  streamEnd: 0,
  versionDirective: 1,
  tagDirective: 2,
  documentStart: 3,
  documentEnd: 4,
  blockSequenceStart: 5,
  blockMappingStart: 6,
  blockEnd: 7,
  flowSequenceStart: 8,
  flowSequenceEnd: 9,
  flowMappingStart: 10,
  flowMappingEnd: 11,
  blockEntry: 12,
  flowEntry: 13,
  key: 14,
  value: 15,
  alias: 16,
  anchor: 17,
  tag: 18,
  scalar: 19,
} as const;

export type TokenType = (typeof TokenType)[keyof typeof TokenType];

export interface Token {
  readonly type: TokenType;
  readonly start: number;
  readonly end: number;
  /** The text of a scalar, the name of an anchor or alias, the handle of a tag. */
  readonly value: string;
  /** What follows a tag's handle; the prefix of a %TAG directive. */
  readonly suffix: string;
  /** A scalar without quotes. */
  readonly plain: boolean;
}

/** Thrown inside the reader only; readFully turns it into a refused document. */
export class Refusal extends Error {
  readonly offset: number;
  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

interface SimpleKey {
  possible: boolean;
  readonly required: boolean;
  /** The token's place in `tokens`, before which the key token goes if this turns out to be a key. */
  readonly token: number;
  readonly at: number;
  readonly line: number;
  readonly column: number;
}

const keyLength = 1024;

function isBreak(code: number): boolean {
  return code === 10 || code === 13 || code === 0x85 || code === 0x2028 || code === 0x2029;
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

/** Zero stands for the end of the text: control characters are refused before the scan. */
function isBreakOrEnd(code: number): boolean {
  return code === 0 || isBreak(code);
}

function isBlankOrEnd(code: number): boolean {
  return isBlank(code) || isBreakOrEnd(code);
}

function isWord(code: number): boolean {
  return (code >= 48 && code <= 57) || (code >= 65 && code <= 90) || (code >= 97 && code <= 122) || code === 95 || code === 45;
}

const escapes: Readonly<Record<string, string>> = {
  '0': '\0',
  a: '\u0007',
  b: '\b',
  t: '\t',
  '\t': '\t',
  n: '\n',
  v: '\v',
  f: '\f',
  r: '\r',
  e: '\u001b',
  ' ': ' ',
  '"': '"',
  "'": "'",
  '\\': '\\',
  N: '\u0085',
  _: '\u00a0',
  L: '\u2028',
  P: '\u2029',
};

const hexLengths: Readonly<Record<string, number>> = { x: 2, u: 4, U: 8 };

const uriCharacters = ";/?:@&=+$,.!~*'()[]%";

export class Scanner {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  readonly #indents: number[] = [];
  readonly #keys: (SimpleKey | undefined)[] = [undefined];
  readonly #keyOfToken: Map<number, SimpleKey> = new Map<number, SimpleKey>();
  #head = 0;
  #at = 0;
  #line = 0;
  #lineStart = 0;
  #indent = -1;
  #keyAllowed = true;
  #ended = false;

  constructor(text: string) {
    this.#text = text;
    if (text.charCodeAt(0) !== 0xfeff) return;
    this.#lineStart = 1;
    // Go drops a second byte order mark too, but counts its column.
    this.#at = text.charCodeAt(1) === 0xfeff ? 2 : 1;
  }

  /** The next token, without taking it. */
  peek(): Token {
    for (;;) {
      if (this.#head < this.#tokens.length) {
        const key = this.#keyOfToken.get(this.#head);
        if (key === undefined || !this.#isValid(key)) return this.#tokens[this.#head]!;
      }
      if (this.#ended) throw new Refusal('the document ends too early', this.#at);
      this.#fetch();
    }
  }

  /** Takes the token that peek has shown. */
  skip(): void {
    this.#head++;
  }

  get #flowLevel(): number {
    return this.#keys.length - 1;
  }

  get #column(): number {
    return this.#at - this.#lineStart;
  }

  #code(ahead = 0): number {
    const at = this.#at + ahead;
    return at < this.#text.length ? this.#text.charCodeAt(at) : 0;
  }

  #add(type: TokenType, start: number, value = '', suffix = '', plain = false, end = this.#at): void {
    this.#tokens.push({ type, start, end, value, suffix, plain });
  }

  #skipBreak(): string {
    const code = this.#code();
    this.#at += code === 13 ? this.#returnLength() : 1;
    this.#line++;
    this.#lineStart = this.#at;
    return code === 0x2028 || code === 0x2029 ? String.fromCharCode(code) : '\n';
  }

  /** kubectl's reader takes one carriage return off each line's end, so two and a line feed are still one break. */
  #returnLength(): number {
    const next = this.#code(1);
    if (next === 10) return 2;
    return next === 13 && this.#code(2) === 10 ? 3 : 1;
  }

  #skipComment(): void {
    if (this.#code() !== 35) return;
    while (!isBreakOrEnd(this.#code())) this.#at++;
  }

  #skipBlanks(): void {
    while (isBlank(this.#code())) this.#at++;
  }

  #isValid(key: SimpleKey): boolean {
    if (!key.possible) return false;
    if (key.line === this.#line && !this.#isFar(key.at)) return true;
    if (key.required) throw new Refusal("a ':' is missing after this key", key.at);
    key.possible = false;
    return false;
  }

  /** More than 1,024 characters back; a character beyond the basic plane counts once. */
  #isFar(start: number): boolean {
    if (this.#at - start <= keyLength) return false;
    let count = this.#at - start;
    for (let i = start; i < this.#at; i++) {
      const code = this.#text.charCodeAt(i);
      if (code >= 0xdc00 && code <= 0xdfff) count--;
    }
    return count > keyLength;
  }

  #saveKey(): void {
    if (!this.#keyAllowed) return;
    const key: SimpleKey = {
      possible: true,
      required: this.#flowLevel === 0 && this.#indent === this.#column,
      token: this.#tokens.length,
      at: this.#at,
      line: this.#line,
      column: this.#column,
    };
    this.#removeKey();
    this.#keys[this.#keys.length - 1] = key;
    this.#keyOfToken.set(key.token, key);
  }

  #removeKey(): void {
    const key = this.#keys.at(-1);
    if (key?.possible !== true) return;
    if (key.required) throw new Refusal("a ':' is missing after this key", key.at);
    key.possible = false;
    this.#keyOfToken.delete(key.token);
  }

  #roll(column: number, type: TokenType, at: number, index = this.#tokens.length): void {
    if (this.#flowLevel > 0 || this.#indent >= column) return;
    this.#indents.push(this.#indent);
    this.#indent = column;
    this.#insert(index, type, at);
  }

  /** A place that the parser has passed already is as good as none. */
  #insert(index: number, type: TokenType, at: number): void {
    this.#tokens.splice(index < this.#head ? this.#tokens.length : index, 0, {
      type,
      start: at,
      end: at,
      value: '',
      suffix: '',
      plain: false,
    });
  }

  #unroll(column: number): void {
    if (this.#flowLevel > 0) return;
    while (this.#indent > column) {
      this.#add(TokenType.blockEnd, this.#at);
      this.#indent = this.#indents.pop() ?? -1;
    }
  }

  #toNextToken(): void {
    for (;;) {
      // A tab may separate tokens but never stand where a key's column counts.
      while (this.#code() === 32 || (this.#code() === 9 && (this.#flowLevel > 0 || !this.#keyAllowed))) this.#at++;
      this.#skipComment();
      if (!isBreak(this.#code())) return;
      this.#skipBreak();
      if (this.#flowLevel === 0) this.#keyAllowed = true;
    }
  }

  #isMarker(char: number): boolean {
    return this.#column === 0 && this.#code() === char && this.#code(1) === char && this.#code(2) === char && isBlankOrEnd(this.#code(3));
  }

  #fetch(): void {
    this.#toNextToken();
    this.#unroll(this.#column);
    const code = this.#code();
    const next = this.#code(1);
    const flow = this.#flowLevel > 0;
    if (code === 0) return this.#fetchEnd();
    if (code === 37 && this.#column === 0) return this.#fetchDirective();
    if (this.#isMarker(45)) return this.#fetchMarker(TokenType.documentStart);
    if (this.#isMarker(46)) return this.#fetchMarker(TokenType.documentEnd);
    switch (code) {
      case 91: // [
        return this.#fetchFlowStart(TokenType.flowSequenceStart);
      case 123: // {
        return this.#fetchFlowStart(TokenType.flowMappingStart);
      case 93: // ]
        return this.#fetchFlowEnd(TokenType.flowSequenceEnd);
      case 125: // }
        return this.#fetchFlowEnd(TokenType.flowMappingEnd);
      case 44: // ,
        this.#removeKey();
        this.#keyAllowed = true;
        this.#at++;
        return this.#add(TokenType.flowEntry, this.#at - 1);
      case 45: // -
        if (isBlankOrEnd(next)) return this.#fetchBlockEntry();
        if (isBlank(next)) break;
        return this.#fetchPlain();
      case 63: // ?
        if (flow || isBlankOrEnd(next)) return this.#fetchKey();
        return this.#fetchPlain();
      case 58: // :
        if (flow || isBlankOrEnd(next)) return this.#fetchValue();
        return this.#fetchPlain();
      case 42: // *
        return this.#fetchAnchor(TokenType.alias);
      case 38: // &
        return this.#fetchAnchor(TokenType.anchor);
      case 33: // !
        return this.#fetchTag();
      case 124: // |
      case 62: // >
        if (flow) break;
        return this.#fetchBlockScalar(code === 124);
      case 39: // '
      case 34: // "
        return this.#fetchQuoted(code);
      case 9: // a tab where a key could stand
      case 35: // #
      case 37: // %
      case 64: // @
      case 96: // `
        break;
      default:
        return this.#fetchPlain();
    }
    throw new Refusal(
      code === 9
        ? 'a tab indents this line; only spaces may'
        : `${JSON.stringify(String.fromCharCode(code))} cannot begin a value without quotes`,
      this.#at,
    );
  }

  #fetchEnd(): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    this.#ended = true;
    this.#add(TokenType.streamEnd, this.#at);
  }

  #fetchMarker(type: TokenType): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    this.#at += 3;
    this.#add(type, this.#at - 3);
  }

  #fetchDirective(): void {
    this.#unroll(-1);
    this.#removeKey();
    this.#keyAllowed = false;
    const start = this.#at;
    const line = /[^\r\n\u0085\u2028\u2029]*/y;
    line.lastIndex = start;
    const content = line.exec(this.#text)![0];
    const version = /^%YAML[ \t]+(\d\d?)\.(\d\d?)[ \t]*(?:#.*)?$/.exec(content);
    const tag = /^%TAG[ \t]+(![\w-]*!|!)[ \t]+([-\w;/?:@&=+$,.!~*'()[\]%]+)(?:[ \t]+(?:#.*)?)?$/.exec(content);
    if (version === null && tag === null) throw new Refusal('this directive is not known', start);
    this.#at += content.length;
    if (isBreak(this.#code())) this.#skipBreak();
    if (version !== null) return this.#add(TokenType.versionDirective, start, `${Number(version[1])}.${Number(version[2])}`);
    this.#add(TokenType.tagDirective, start, tag![1], this.#unescapeUri(tag![2]!, start));
  }

  #fetchFlowStart(type: TokenType): void {
    this.#saveKey();
    this.#keys.push({ possible: false, required: false, token: this.#tokens.length, at: this.#at, line: this.#line, column: 0 });
    this.#keyAllowed = true;
    this.#at++;
    this.#add(type, this.#at - 1);
  }

  #fetchFlowEnd(type: TokenType): void {
    this.#removeKey();
    if (this.#flowLevel > 0) {
      // Where the level had no key of its own, its number is that of its bracket: go-yaml then forgets that the bracket
      // could begin a key, and so must we.
      const key = this.#keys.pop();
      if (key !== undefined) this.#keyOfToken.delete(key.token);
    }
    this.#keyAllowed = false;
    this.#at++;
    this.#add(type, this.#at - 1);
  }

  #fetchBlockEntry(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) throw new Refusal('a list item cannot stand here', this.#at);
      this.#roll(this.#column, TokenType.blockSequenceStart, this.#at);
    }
    this.#removeKey();
    this.#keyAllowed = true;
    this.#at++;
    this.#add(TokenType.blockEntry, this.#at - 1);
  }

  #fetchKey(): void {
    if (this.#flowLevel === 0) {
      if (!this.#keyAllowed) throw new Refusal('a key cannot stand here', this.#at);
      this.#roll(this.#column, TokenType.blockMappingStart, this.#at);
    }
    this.#removeKey();
    this.#keyAllowed = this.#flowLevel === 0;
    this.#at++;
    this.#add(TokenType.key, this.#at - 1);
  }

  #fetchValue(): void {
    const key = this.#keys.at(-1);
    if (key !== undefined && this.#isValid(key)) {
      this.#insert(key.token, TokenType.key, key.at);
      this.#roll(key.column, TokenType.blockMappingStart, key.at, key.token);
      key.possible = false;
      this.#keyOfToken.delete(key.token);
      this.#keyAllowed = false;
    } else {
      if (this.#flowLevel === 0) {
        if (!this.#keyAllowed) throw new Refusal("a ': ' stands inside a value without quotes or behind a value", this.#at);
        this.#roll(this.#column, TokenType.blockMappingStart, this.#at);
      }
      this.#keyAllowed = this.#flowLevel === 0;
    }
    this.#at++;
    this.#add(TokenType.value, this.#at - 1);
  }

  #fetchAnchor(type: TokenType): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at++;
    while (isWord(this.#code())) this.#at++;
    const name = this.#text.slice(start + 1, this.#at);
    const code = this.#code();
    if (name === '' || !(isBlankOrEnd(code) || '?:,]}%@`'.includes(String.fromCharCode(code)))) {
      throw new Refusal('the name of an anchor or alias is missing or has a character that it cannot have', start);
    }
    this.#add(type, start, name);
  }

  #fetchTag(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at;
    let handle = '';
    let suffix: string;
    if (this.#code(1) === 60) {
      this.#at += 2;
      suffix = this.#scanUri(start, '');
      if (this.#code() !== 62) throw new Refusal("'>' is missing after this tag", start);
      this.#at++;
    } else {
      this.#at++;
      while (isWord(this.#code())) this.#at++;
      if (this.#code() === 33) this.#at++;
      handle = this.#text.slice(start, this.#at);
      if (handle.length > 1 && handle.endsWith('!')) {
        suffix = this.#scanUri(start, '');
      } else {
        suffix = this.#scanUri(start, handle);
        handle = suffix === '' ? '' : '!';
        if (suffix === '') suffix = '!';
      }
    }
    if (!isBlankOrEnd(this.#code())) throw new Refusal('a blank is missing after this tag', start);
    this.#add(TokenType.tag, start, handle, suffix);
  }

  #scanUri(start: number, head: string): string {
    const from = this.#at;
    for (;;) {
      const code = this.#code();
      if (!isWord(code) && (code === 0 || !uriCharacters.includes(String.fromCharCode(code)))) break;
      this.#at++;
    }
    if (this.#at === from && head === '') throw new Refusal('this tag has no name', start);
    return head.slice(1) + this.#unescapeUri(this.#text.slice(from, this.#at), start);
  }

  #unescapeUri(text: string, start: number): string {
    if (!text.includes('%')) return text;
    try {
      return decodeURIComponent(text);
    } catch {
      throw new Refusal('this tag has an escape that is not UTF-8', start);
    }
  }

  #fetchBlockScalar(literal: boolean): void {
    this.#removeKey();
    this.#keyAllowed = true;
    const start = this.#at++;
    let chomping = '';
    let increment = 0;
    for (let i = 0; i < 2; i++) {
      const code = this.#code();
      if ((code === 43 || code === 45) && chomping === '') chomping = String.fromCharCode(code);
      else if (code >= 48 && code <= 57 && increment === 0) {
        if (code === 48) throw new Refusal('the indentation of a block of text cannot be 0', this.#at);
        increment = code - 48;
      } else break;
      this.#at++;
    }
    let end = this.#at;
    this.#skipBlanks();
    this.#skipComment();
    if (!isBreakOrEnd(this.#code()))
      throw new Refusal('a comment or the end of the line must follow the head of a block of text', this.#at);
    if (isBreak(this.#code())) this.#skipBreak();

    let indent = increment > 0 ? Math.max(this.#indent, 0) + increment : 0;
    let widest = 0;
    let text = '';
    let leading = '';
    let trailing = '';
    let wasBlank = false;
    const breaks = (): void => {
      for (;;) {
        this.#skipIndent(indent);
        widest = Math.max(widest, this.#column);
        if ((indent === 0 || this.#column < indent) && this.#code() === 9) {
          throw new Refusal('a tab indents this line; only spaces may', this.#at);
        }
        if (!isBreak(this.#code())) break;
        trailing += this.#skipBreak();
      }
      if (indent === 0) indent = Math.max(widest, this.#indent + 1, 1);
    };
    breaks();
    while (this.#column === indent && this.#code() !== 0) {
      const blank = isBlank(this.#code());
      if (!literal && leading === '\n' && !wasBlank && !blank) {
        if (trailing === '') text += ' ';
      } else text += leading;
      text += trailing;
      trailing = '';
      wasBlank = blank;
      const from = this.#at;
      while (!isBreakOrEnd(this.#code())) this.#at++;
      text += this.#text.slice(from, this.#at);
      end = this.#at;
      leading = isBreak(this.#code()) ? this.#skipBreak() : '';
      breaks();
    }
    if (chomping !== '-') text += leading;
    if (chomping === '+') text += trailing;
    this.#add(TokenType.scalar, start, text, '', false, end);
  }

  /** Spaces up to the indentation of a block of text, or all while that is not known. */
  #skipIndent(indent: number): void {
    const limit = indent === 0 ? Number.POSITIVE_INFINITY : this.#lineStart + indent;
    while (this.#at < limit && this.#code() === 32) this.#at++;
  }

  /** Blanks and breaks between two pieces of a scalar over several lines: a single break is a space, more are breaks. */
  #fold(afterEscapedBreak: boolean, tabLimit: number, start: number): { readonly text: string; readonly broken: boolean } {
    let leading = '';
    let trailing = '';
    let broken = afterEscapedBreak;
    const from = this.#at;
    let blanksEnd = from;
    for (;;) {
      const code = this.#code();
      if (isBlank(code)) {
        if (broken && code === 9 && this.#column < tabLimit) throw new Refusal('a tab indents this line; only spaces may', start);
        this.#at++;
        if (!broken) blanksEnd = this.#at;
      } else if (isBreak(code)) {
        if (broken) trailing += this.#skipBreak();
        else leading = this.#skipBreak();
        broken = true;
      } else break;
    }
    if (!broken) return { text: this.#text.slice(from, blanksEnd), broken };
    if (leading === '\n') return { text: trailing === '' ? ' ' : trailing, broken };
    return { text: leading + trailing, broken };
  }

  #fetchQuoted(quote: number): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at++;
    let text = '';
    for (;;) {
      if (this.#isMarker(45) || this.#isMarker(46)) throw new Refusal('a document ends inside this quoted text', start);
      if (this.#code() === 0) throw new Refusal('this quoted text has no end', start);
      let escapedBreak = false;
      let from = this.#at;
      for (;;) {
        const code = this.#code();
        if (isBlankOrEnd(code)) break;
        if (code === quote) {
          if (quote === 34 || this.#code(1) !== 39) break;
          text += this.#text.slice(from, this.#at + 1);
          this.#at += 2;
          from = this.#at;
        } else if (code === 92 && quote === 34) {
          text += this.#text.slice(from, this.#at);
          if (isBreak(this.#code(1))) {
            this.#at++;
            this.#skipBreak();
            escapedBreak = true;
            from = this.#at;
            break;
          }
          text += this.#scanEscape();
          from = this.#at;
        } else this.#at++;
      }
      text += this.#text.slice(from, this.#at);
      if (this.#code() === quote) break;
      text += this.#fold(escapedBreak, 0, start).text;
    }
    this.#at++;
    this.#add(TokenType.scalar, start, text);
  }

  #scanEscape(): string {
    const at = this.#at;
    const name = this.#text.charAt(at + 1);
    const simple = Object.hasOwn(escapes, name) ? escapes[name] : undefined;
    this.#at += 2;
    if (simple !== undefined) return simple;
    const length = Object.hasOwn(hexLengths, name) ? hexLengths[name]! : 0;
    if (length === 0) throw new Refusal(`double-quoted text has no escape ${JSON.stringify(`\\${name}`)}`, at);
    const digits = this.#text.slice(this.#at, this.#at + length);
    const point = Number.parseInt(digits, 16);
    if (digits.length < length || !/^[0-9a-fA-F]+$/.test(digits)) throw new Refusal('an escape has too few hexadecimal digits', at);
    if (point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) throw new Refusal('an escape names no character of Unicode', at);
    this.#at += length;
    return String.fromCodePoint(point);
  }

  #fetchPlain(): void {
    this.#saveKey();
    this.#keyAllowed = false;
    const start = this.#at;
    const indent = this.#indent + 1;
    const flow = this.#flowLevel > 0;
    let end = start;
    let text = '';
    let between = '';
    let broken = false;
    for (;;) {
      if (this.#isMarker(45) || this.#isMarker(46)) break;
      if (this.#code() === 35) break;
      const from = this.#at;
      for (;;) {
        const code = this.#code();
        if (isBlankOrEnd(code) || (code === 58 && isBlankOrEnd(this.#code(1)))) break;
        if (flow && (code === 44 || code === 63 || code === 91 || code === 93 || code === 123 || code === 125)) break;
        this.#at++;
      }
      if (this.#at > from) {
        text += between + this.#text.slice(from, this.#at);
        end = this.#at;
        broken = false;
      }
      const code = this.#code();
      if (!isBlank(code) && !isBreak(code)) break;
      ({ text: between, broken } = this.#fold(false, indent, start));
      if (!flow && this.#column < indent) break;
    }
    this.#add(TokenType.scalar, start, text, '', true, end);
    if (broken) this.#keyAllowed = true;
  }
}

/** The handles that every document knows. */
export const defaultTagHandles: ReadonlyMap<string, string> = new Map([
  ['!', '!'],
  ['!!', tagPrefix],
]);
