import { readDocument } from '../kube/yaml/index.ts';

/** How lists stand under their key: `- item` in the column of the key, or further right. */
export interface Style {
  /** Spaces by which a map stands further right than its key. */
  readonly step: number;
  readonly indentLists: boolean;
  readonly newline: string;
}

type Entries = readonly [string, unknown][];

/** A field in block style, its first line without indentation: the caller stands at its column already. */
export function blockField(key: string, value: unknown, column: number, style: Style): string {
  const inner = column + style.step;
  if (isFilledMap(value)) return `${scalar(key)}:${lines(blockMap(Object.entries(value), inner, style), inner, style)}`;
  if (Array.isArray(value) && value.length > 0) {
    const at = style.indentLists ? inner : column;
    return `${scalar(key)}:${lines(
      value.map((item) => blockItem(item, at, style)),
      at,
      style,
    )}`;
  }
  return `${scalar(key)}: ${flow(value)}`;
}

/** An item of a block list, dash included. */
export function blockItem(item: unknown, column: number, style: Style): string {
  if (!isFilledMap(item)) return `- ${flow(item)}`;
  return `- ${blockMap(Object.entries(item), column + 2, style).join(style.newline + ' '.repeat(column + 2))}`;
}

function blockMap(entries: Entries, column: number, style: Style): string[] {
  return entries.map(([key, value]) => blockField(key, value, column, style));
}

function lines(parts: readonly string[], column: number, { newline }: Style): string {
  return parts.map((part) => newline + ' '.repeat(column) + part).join('');
}

/** A value on one line: `{ a: b }`, `[a, b]`, or a scalar. `json` quotes every string. */
export function flow(value: unknown, json = false): string {
  const write = json ? (text: string) => JSON.stringify(text) : scalar;
  if (Array.isArray(value)) return `[${value.map((item) => flow(item, json)).join(', ')}]`;
  if (isFilledMap(value))
    return `{ ${Object.entries(value)
      .map(([key, child]) => flowField(key, child, json))
      .join(', ')} }`;
  if (typeof value === 'object' && value !== null) return '{}';
  return typeof value === 'string' ? write(value) : String(value);
}

export function flowField(key: string, value: unknown, json = false): string {
  return `${json ? JSON.stringify(key) : scalar(key)}: ${flow(value, json)}`;
}

/** A string as YAML reads it back: plain where that is the same string, in double quotes otherwise. */
function scalar(text: string): string {
  if (!/^[A-Za-z0-9_./-][A-Za-z0-9_./:@ -]*$/.test(text) || /:( |$)| #|^- |^-$| $|^---/.test(text)) return JSON.stringify(text);
  const read = readDocument(text, 1);
  return 'value' in read && read.value === text ? text : JSON.stringify(text);
}

function isFilledMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && Object.keys(value).length > 0;
}
