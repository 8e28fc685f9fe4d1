import type { Path } from '../core/index.ts';
import type { ReadDocument } from '../kube/yaml/index.ts';

/** A document with the offsets of its fields: what an edit of its text needs to know. */
export interface YamlText {
  readonly text: string;
  readonly value: unknown;
  /** From the first character of the key (or of the item, for a list) to the end of the value. */
  range(path: Path): Range;
}

export interface Range {
  readonly start: number;
  readonly end: number;
}

/** `document` must have been read from `text` with 1 as the first line. */
export function yamlText(text: string, document: ReadDocument): YamlText {
  const lineStarts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lineStarts.push(at + 1);
  return {
    text,
    value: document.value,
    range(path) {
      const [location] = document.locate([path]);
      if (location === undefined) return { start: 0, end: 0 };
      const offset = (line: number, column: number): number => (lineStarts[line - 1] ?? text.length) + column - 1;
      return { start: offset(location.line, location.column), end: offset(location.endLine, location.endColumn) };
    },
  };
}

/** Where the value of a field begins: behind the key, the colon and the space; at the end of the colon if it has none. */
export function valueStart(document: YamlText, path: Path): number {
  const { start, end } = document.range(path);
  if (path.length === 0 || typeof path.at(-1) === 'number') return start;
  const { text } = document;
  const colon = text.indexOf(':', keyEnd(text, start));
  let at = colon + 1;
  while (at < end && (text[at] === ' ' || text[at] === '\t')) at++;
  return Math.min(at, Math.max(end, colon + 1));
}

function keyEnd(text: string, start: number): number {
  const quote = text[start];
  if (quote !== '"' && quote !== "'") return start;
  let at = start + 1;
  while (at < text.length && text[at] !== quote) at += text[at] === '\\' && quote === '"' ? 2 : 1;
  return at + 1;
}

export function lineStart(text: string, at: number): number {
  return text.lastIndexOf('\n', at - 1) + 1;
}

/** Where the line of `at` ends: before its line break, carriage return included. */
export function lineEnd(text: string, at: number): number {
  const newline = text.indexOf('\n', at);
  if (newline < 0) return text.length;
  return newline > at && text[newline - 1] === '\r' ? newline - 1 : newline;
}

/** The line break that this text uses where it has one. */
export function lineBreak(text: string): string {
  const newline = text.indexOf('\n');
  return newline > 0 && text[newline - 1] === '\r' ? '\r\n' : '\n';
}
