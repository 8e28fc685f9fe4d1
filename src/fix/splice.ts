import { decline, type Declined, type Edit, type Path } from '../core/index.ts';
import { readDocument } from '../kube/yaml/index.ts';
import { applyEdits, valueAt } from './apply.ts';
import { lineBreak, lineEnd, lineStart, valueStart, yamlText, type YamlText } from './yaml-text.ts';
import { blockField, blockItem, flow, flowField, type Style } from './yaml-write.ts';

/**
 * Edits the text of one YAML or JSON document and touches nothing that the edits do not name: comments, quoting, key
 * order, indentation, line ends and flow style stay. Every edit is read back; where the text would not mean what the edit
 * means (anchors, odd layout), it is declined with the reason and the text stays as it was.
 */
export function spliceYaml(text: string, edits: readonly Edit[]): string | Declined {
  let current = text;
  for (const edit of edits) {
    const edited = spliceOne(current, edit);
    if (typeof edited !== 'string') return edited;
    current = edited;
  }
  return current;
}

function spliceOne(text: string, edit: Edit): string | Declined {
  const before = readDocument(text, 1);
  if ('error' in before) return decline(`the document cannot be read: ${before.error}`);
  const intended = applyEdits(before.value, [edit]);
  if (same(intended, before.value)) return text;
  if (/^[^#\n]*(?:[:-] +|^)[&*][A-Za-z0-9_-]+/m.test(text) && usesAliases(text))
    return decline('the document uses anchors and aliases: what one edit would change elsewhere is for a person to say');
  const document = yamlText(text, before);
  const edited = edit.op === 'remove' ? removed(document, edit.path) : written(document, edit);
  if (edited === undefined) return decline('the layout of the document leaves no place for the edit');
  const after = readDocument(edited, 1);
  if ('error' in after || !same(after.value, intended)) return decline('the edited text would not read back as meant');
  return edited;
}

function usesAliases(text: string): boolean {
  return /(?:[:-] +|\[ *|, *|<<: *)\*[A-Za-z0-9_-]+/.test(text);
}

function same(a: unknown, b: unknown): boolean {
  return JSON.stringify(a, numbers) === JSON.stringify(b, numbers);
}

function numbers(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? `${value}n` : value;
}

/** `set` and `append`: replaces what is there, or adds what is missing to the nearest parent that exists. */
function written(document: YamlText, edit: Edit & { readonly op: 'set' | 'append' }): string | undefined {
  const { path } = edit;
  const existing = valueAt(document.value, path);
  if (edit.op === 'append' && Array.isArray(existing) && existing.length > 0) return appended(document, path, existing.length, edit.value);
  if (existing !== undefined) return replaced(document, path, edit.op === 'append' ? [edit.value] : edit.value);
  let depth = path.length - 1;
  while (depth > 0 && !isMap(valueAt(document.value, path.slice(0, depth)))) depth--;
  const value = nested(path.slice(depth + 1), edit.op === 'append' ? [edit.value] : edit.value);
  const parent = path.slice(0, depth);
  const next = path[depth];
  if (typeof next !== 'string') return undefined;
  // A key without a value is null: it gets what would have been added to it.
  if (Object.hasOwn(valueAt(document.value, parent) ?? {}, next)) return replaced(document, [...parent, next], value);
  return added(document, parent, next, value);
}

/** The value that has to stand at the first missing key. */
function nested(path: Path, value: unknown): unknown {
  return path.reduceRight<unknown>((inner, step) => ({ [step]: inner }), value);
}

function replaced(document: YamlText, path: Path, value: unknown): string {
  const { text } = document;
  const { end } = document.range(path);
  const start = valueStart(document, path);
  const block = valueAt(document.value, path) === null && isCollection(value) && !isFlow(document, path.slice(0, -1));
  if (block) {
    const column = document.range(path).start - lineStart(text, document.range(path).start);
    const field = blockField(String(path.at(-1)), value, column, styleOf(document));
    return text.slice(0, document.range(path).start) + field + text.slice(Math.max(start, end));
  }
  const space = text[start - 1] === ':' ? ' ' : '';
  return text.slice(0, start) + space + flow(value, isJson(text)) + text.slice(Math.max(start, end));
}

function added(document: YamlText, parent: Path, key: string, value: unknown): string | undefined {
  const { text } = document;
  const map = valueAt(document.value, parent) as Record<string, unknown>;
  const keys = Object.keys(map);
  if (isFlow(document, parent)) return addedToFlow(document, parent, keys, flowField(key, value, isJson(text)));
  const first = keys[0];
  const last = keys.at(-1);
  if (first === undefined || last === undefined) return undefined;
  const column = columnOf(document, [...parent, first]);
  const at = lineEnd(text, Math.max(...keys.map((name) => document.range([...parent, name]).end)));
  const style = styleOf(document);
  return text.slice(0, at) + style.newline + ' '.repeat(column) + blockField(key, value, column, style) + text.slice(at);
}

function addedToFlow(document: YamlText, parent: Path, keys: readonly string[], field: string): string {
  const { text } = document;
  const last = keys.at(-1);
  if (last === undefined) {
    const start = valueStart(document, parent);
    return `${text.slice(0, start)}{ ${field} }${text.slice(text.indexOf('}', start) + 1)}`;
  }
  const range = document.range([...parent, last]);
  // Pretty JSON and flow maps with a field a line get a line more.
  const begin = lineStart(text, range.start);
  const indentation = text.slice(begin, range.start);
  const separator = /^[ \t]*$/.test(indentation) && begin > 0 ? `,${lineBreak(text)}${indentation}` : ', ';
  return text.slice(0, range.end) + separator + field + text.slice(range.end);
}

function appended(document: YamlText, path: Path, length: number, item: unknown): string {
  const { text } = document;
  const { start, end } = document.range([...path, length - 1]);
  const begin = lineStart(text, start);
  if (isFlow(document, path)) {
    const indentation = text.slice(begin, start);
    const separator = /^[ \t]*$/.test(indentation) && begin > 0 ? `,${lineBreak(text)}${indentation}` : ', ';
    return text.slice(0, end) + separator + flow(item, isJson(text)) + text.slice(end);
  }
  const column = text.lastIndexOf('-', start) - begin;
  const at = lineEnd(text, end);
  const style = styleOf(document);
  return text.slice(0, at) + style.newline + ' '.repeat(column) + blockItem(item, column, style) + text.slice(at);
}

function removed(document: YamlText, path: Path): string | undefined {
  const { text } = document;
  const parent = path.slice(0, -1);
  const siblings = valueAt(document.value, parent);
  const names: (string | number)[] = Array.isArray(siblings) ? siblings.map((_, index) => index) : Object.keys(siblings as object);
  const index = names.indexOf(path.at(-1) ?? '');
  const { start, end } = document.range(path);
  const isList = Array.isArray(siblings);
  if (names.length === 1) return replacedWhole(document, parent, isList ? '[]' : '{}');
  const following = names[index + 1];
  if (isFlow(document, parent)) {
    if (following !== undefined) return text.slice(0, start) + text.slice(document.range([...parent, following]).start);
    const before = document.range([...parent, names[index - 1] ?? 0]).end;
    return text.slice(0, before) + text.slice(end);
  }
  const begin = lineStart(text, start);
  // The first key of a list's item stands behind the dash, which stays.
  const behindDash = !isList && text.slice(begin, start).includes('-');
  if (behindDash && following !== undefined) return text.slice(0, start) + text.slice(document.range([...parent, following]).start);
  const stop = lineEnd(text, end);
  const from = begin > 0 ? begin - (text[begin - 2] === '\r' ? 2 : 1) : begin;
  return text.slice(0, from) + text.slice(stop);
}

/** A block map or list that would be left without a child is written as an empty one. */
function replacedWhole(document: YamlText, path: Path, empty: string): string | undefined {
  if (path.length === 0) return undefined;
  const { text } = document;
  const start = valueStart(document, path);
  const { end } = document.range(path);
  const space = text[start - 1] === ':' ? ' ' : '';
  return text.slice(0, start).trimEnd() + (space || ' ') + empty + text.slice(end);
}

function isFlow(document: YamlText, path: Path): boolean {
  const first = document.text[path.length === 0 ? document.text.search(/\S/) : valueStart(document, path)];
  return first === '{' || first === '[';
}

function isJson(text: string): boolean {
  return /^\s*\{\s*"/.test(text);
}

function columnOf(document: YamlText, path: Path): number {
  const { start } = document.range(path);
  return start - lineStart(document.text, start);
}

function isMap(value: unknown): value is Record<string, unknown> {
  return isCollection(value) && !Array.isArray(value);
}

function isCollection(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}

/** The habits of the document, from its first nested map and its first list. */
function styleOf({ text, value }: YamlText): Style {
  const step = /^( *)[^\s#-][^\n]*:[ \t]*\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*\1( +)[^\s#-]/m.exec(text)?.[2]?.length ?? 2;
  const list = /^( *)(?:- )*[^\s#-][^\n]*:[ \t]*(?:#[^\n]*)?\r?\n(?:[ \t]*(?:#[^\n]*)?\r?\n)*( *)- /m.exec(text);
  const indentLists = list === null ? true : (list[2] ?? '').length > (list[1] ?? '').length;
  return { step: isCollection(value) ? step : 2, indentLists, newline: lineBreak(text) };
}
