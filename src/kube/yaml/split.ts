import { skipJson, isJsonSpace } from './json.ts';

/** One document of a stream; `line` is the 1-based line of its first character in the file. */
export interface DocumentText {
  readonly text: string;
  readonly line: number;
  readonly offset: number;
}

/** A separator that kubectl refuses. */
export interface BadSeparator {
  readonly line: number;
  readonly error: string;
}

/**
 * Cuts a stream as kubectl does (YAMLOrJSONDecoder of k8s.io/apimachinery v0.37): at lines that begin with `---`, or,
 * where the stream begins with an opening brace, behind each JSON value for as long as JSON follows. A separator with
 * anything but a comment behind it is an error, and the text in front of it is lost with it; what follows is cut again.
 * The text behind `...` stays with its document, and no reader of Kubernetes looks at it.
 */
export function splitDocuments(text: string, firstLine = 1): (DocumentText | BadSeparator)[] {
  const documents: (DocumentText | BadSeparator)[] = [];
  const lines = lineCounter(text, firstLine);
  const start = leadingSpace.exec(text)![0].length;
  const yaml = text.charCodeAt(start) === 123 ? splitJson(text, lines, documents) : 0;
  if (yaml < text.length) splitYaml(text, yaml, lines, documents);
  return documents;
}

/** What Go's unicode.IsSpace takes for white space. */
const leadingSpace = /^[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]*/;
const trailingSpace = /[\t-\r \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/;

/** Answers the line of ever larger offsets. */
function lineCounter(text: string, firstLine: number): (offset: number) => number {
  let line = firstLine;
  let next = text.indexOf('\n');
  return (offset) => {
    while (next !== -1 && next < offset) {
      line++;
      next = text.indexOf('\n', next + 1);
    }
    return line;
  };
}

type Lines = (offset: number) => number;

function splitYaml(text: string, from: number, lines: Lines, documents: (DocumentText | BadSeparator)[]): void {
  let start = from;
  let separator = text.startsWith('---', from) ? from : nextSeparator(text, from);
  while (separator !== -1) {
    const lineEnd = text.indexOf('\n', separator);
    const end = lineEnd === -1 ? text.length : lineEnd;
    const rest = text
      .slice(separator + 3, end)
      .replace(leadingSpace, '')
      .replace(trailingSpace, '');
    const after = Math.min(end + 1, text.length);
    if (rest !== '' && !rest.startsWith('#')) {
      documents.push({
        line: lines(separator),
        error: `'---' with ${JSON.stringify(rest.slice(0, 40))} behind it does not separate documents`,
      });
      start = after;
    } else if (separator > start) {
      documents.push({ text: text.slice(start, separator), line: lines(start), offset: start });
      start = after;
    }
    // A separator in front of everything belongs to the first document: so the next one ends that, empty or not.
    separator = after < text.length && text.startsWith('---', after) ? after : nextSeparator(text, after);
  }
  if (start < text.length) documents.push({ text: text.slice(start), line: lines(start), offset: start });
}

function nextSeparator(text: string, from: number): number {
  const at = text.indexOf('\n---', from);
  return at === -1 ? -1 : at + 1;
}

/** Cuts JSON values off until something else follows; answers where the YAML begins. */
function splitJson(text: string, lines: Lines, documents: (DocumentText | BadSeparator)[]): number {
  let at = 0;
  let consumed = 0;
  for (let count = 0; ; count++) {
    while (isJsonSpace(text.charCodeAt(at))) at++;
    if (at >= text.length) return at;
    const end = skipJson(text, at);
    if (end < 0) {
      // After two values the stream is JSON for good; and kubectl looks at four bytes at once to tell what follows.
      if (count < 2 && hasFourBytes(text, lookedAt(text, consumed))) break;
      documents.push({ line: lines(at), error: 'what follows the JSON documents is not JSON' });
      return text.length;
    }
    documents.push({ text: text.slice(at, end), line: lines(at), offset: at });
    at = end;
    consumed = end;
  }
  const end = lookedAt(text, consumed);
  return text.charCodeAt(end) === 10 ? end + 1 : end;
}

/** The end of the line, or what stands before it: kubectl passes over the white space between before it goes on with YAML. */
function lookedAt(text: string, from: number): number {
  const space = leadingSpace.exec(text.slice(from))![0];
  const lineFeed = space.indexOf('\n');
  return from + (lineFeed === -1 ? space.length : lineFeed);
}

function hasFourBytes(text: string, from: number): boolean {
  let bytes = 0;
  for (let i = from; i < text.length && bytes < 4; i++) {
    const code = text.charCodeAt(i);
    bytes += code < 0x80 ? 1 : code < 0x800 || (code >= 0xd800 && code <= 0xdfff) ? 2 : 3;
  }
  return bytes >= 4;
}
