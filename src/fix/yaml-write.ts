import { resolvePlain } from '../kube/yaml/resolve.ts';

/** How a document writes its blocks. */
export interface BlockStyle {
  /** Columns by which a map stands further right than its key. */
  readonly step: number;
  /** The same for the dashes of a list; 0 where they stand under their key. */
  readonly listStep: number;
  /** Columns between a dash and its item. */
  readonly gap: number;
  /** The quote around keys, empty for none. */
  readonly keyQuote: string;
}

/** How a collection in brackets is written. */
export interface FlowStyle {
  readonly keyQuote: string;
  readonly quote: string;
  /** What stands between a colon and its value, between a comma and the next entry. */
  readonly colonGap: string;
  readonly commaGap: string;
  readonly mapPad: string;
  readonly listPad: string;
  /** What each level is indented by where every entry has a line of its own; absent where they share one. */
  readonly indent?: string;
}

export const yamlFlow: FlowStyle = { keyQuote: '', quote: '', colonGap: ' ', commaGap: ' ', mapPad: ' ', listPad: '' };
export const jsonFlow: FlowStyle = { ...yamlFlow, keyQuote: '"', quote: '"', colonGap: '', commaGap: '', mapPad: '' };

/** A field in block style as lines, those behind the first with their indentation; the caller stands at `column`. */
export function blockField(key: string, value: unknown, column: number, style: BlockStyle): string[] {
  const name = quoted(key, style.keyQuote, false);
  if (!isFilled(value)) return [`${name}: ${blockScalar(value)}`];
  const inner = column + (Array.isArray(value) ? style.listStep : style.step);
  const [first = '', ...rest] = blockValue(value, inner, style);
  return [`${name}:`, ' '.repeat(inner) + first, ...rest];
}

/** An item of a block list as lines, dash included. `alone`: the dash has a line for itself. */
export function blockItem(item: unknown, column: number, style: BlockStyle, alone = false): string[] {
  if (!isFilledMap(item)) return [`-${' '.repeat(style.gap)}${blockScalar(item)}`];
  const inner = column + 1 + style.gap;
  const [first = '', ...rest] = blockValue(item, inner, style);
  return alone ? ['-', ' '.repeat(inner) + first, ...rest] : [`-${' '.repeat(style.gap)}${first}`, ...rest];
}

/** What takes one line in a block: a scalar, or a collection in brackets. */
export function blockScalar(value: unknown, quote = ''): string {
  return typeof value === 'string' ? quoted(value, quote, false) : flowText(value, yamlFlow);
}

/** A map or list that is not empty as lines, the first of which begins at `column`. */
export function blockValue(value: object, column: number, style: BlockStyle): string[] {
  const entries = Array.isArray(value)
    ? value.map((item) => blockItem(item, column, style))
    : Object.entries(value).map(([key, child]) => blockField(key, child, column, style));
  return entries.flatMap(([first = '', ...rest], index) => [index === 0 ? first : ' '.repeat(column) + first, ...rest]);
}

/** A value in brackets, or a scalar; `indentation` is that of the line on which it begins, `newline` its line break. */
export function flowText(value: unknown, style: FlowStyle, indentation = '', newline = '\n'): string {
  if (typeof value === 'string') return quoted(value, style.quote, true);
  if (typeof value !== 'object' || value === null) return String(value);
  const inner = indentation + (style.indent ?? '');
  const list = Array.isArray(value);
  const parts = list
    ? value.map((item) => flowText(item, style, inner, newline))
    : Object.entries(value).map(([key, child]) => flowField(key, child, style, inner, newline));
  const [open, close] = list ? ['[', ']'] : ['{', '}'];
  if (parts.length === 0) return open + close;
  if (style.indent !== undefined) return open + newline + inner + parts.join(`,${newline}${inner}`) + newline + indentation + close;
  const pad = list ? style.listPad : style.mapPad;
  return open + pad + parts.join(`,${style.commaGap}`) + pad + close;
}

export function flowField(key: string, value: unknown, style: FlowStyle, indentation = '', newline = '\n'): string {
  const name = quoted(key, style.keyQuote, true);
  // Only behind a quote may a value follow the colon at once.
  const gap = name.startsWith('"') ? style.colonGap : style.colonGap || ' ';
  return `${name}:${gap}${flowText(value, style, indentation, newline)}`;
}

/** A scalar in the quotes that are asked for; `''` means none where the plain text is the same string. */
export function quoted(text: string, quote: string, flow: boolean): string {
  if (quote === "'" && /^[ -~]*$/.test(text)) return `'${text.replaceAll("'", "''")}'`;
  return quote === '' && isPlain(text, flow) ? text : doubleQuoted(text);
}

/** What begins a plain scalar for certain, and what may follow; brackets and commas end one in a flow collection. */
const plainInBlock = /^[A-Za-z0-9_./$(+-][!-~ ]*$/;
const plainInFlow = /^[A-Za-z0-9_./$(+-](?:(?![[\]{},?])[!-~ ])*$/;
const notPlain = /:(?: |$)| #|^- |^-$| $|^---|^\.\.\./;

function isPlain(text: string, flow: boolean): boolean {
  return (flow ? plainInFlow : plainInBlock).test(text) && !notPlain.test(text) && resolvePlain(text) === text;
}

/** As in JSON, with escapes for what YAML does not take as it is. */
function doubleQuoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    // oxlint-disable-next-line no-control-regex
    /[\u007f-\u009f\u2028\u2029\ufeff\ufffe\uffff]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** A map or list with something in it. */
export function isFilled(value: unknown): value is object {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0;
}

function isFilledMap(value: unknown): value is object {
  return isFilled(value) && !Array.isArray(value);
}
