import { apiGroup, append, type TextEdit } from '../core/index.ts';
import { readDocument, splitDocuments, type ReadDocument } from '../kube/yaml/index.ts';
import { same } from './apply.ts';
import { documentStyle } from './splice-block.ts';
import { spliceDocument } from './splice.ts';
import { linesOf } from './yaml-text.ts';
import { blockField, type BlockStyle } from './yaml-write.ts';

export type PlainObject = Readonly<Record<string, unknown>>;

/** Tells objects apart as the API server does, whatever version of their group they are written in. */
export function objectKey(object: PlainObject): string {
  const metadata = (object['metadata'] ?? {}) as PlainObject;
  return JSON.stringify([apiGroup(String(object['apiVersion'])), object['kind'], metadata['namespace'] ?? null, metadata['name'] ?? null]);
}

/** The objects with those companions behind them that are not among them; of equal companions the first. */
export function withCompanions(objects: readonly unknown[], companions: readonly PlainObject[]): unknown[] {
  const known = new Set(objects.map((object) => objectKey(object as PlainObject)));
  const added = companions.filter((companion) => {
    const key = objectKey(companion);
    if (known.has(key)) return false;
    known.add(key);
    return true;
  });
  return [...objects, ...added];
}

/** A new object, and a comment above it that says why it is there (one line; JSON has none). */
export interface NewObject {
  readonly object: PlainObject;
  readonly comment?: string;
}

/** The file with the new objects, or a file beside it that holds them: its name is that of the file without its ending, and `suffix`. */
export type Placed =
  | { readonly text: string; readonly edits: readonly TextEdit[] }
  | { readonly newFile: { readonly suffix: string; readonly text: string } };

const byteOrderMark = '\ufeff';

/**
 * Writes new objects behind those of a file, as documents in the style of its own (indentation, lists, line breaks), or as
 * items of a JSON list. No byte of the file changes; a last line without a line break gets one. Where the text has no place
 * for them (a JSON object by itself, an end that cannot be read), they go into a file beside it. Their
 * namespace is written if it is among those that the file names: otherwise it comes from whoever applies the file.
 */
export function appendDocuments(text: string, wanted: readonly NewObject[], namespaces: ReadonlySet<string> = namespacesIn(text)): Placed {
  const file = readFile(text);
  const objects = wanted.map((each) => ({ ...each, object: inHabit(each.object, namespaces) }));
  if (file.json) return appendToJson(text, file, objects);
  const newline = lineBreak(text);
  const style = styleOf(file);
  const documents = objects.map((each) => documentText(each, style, newline));
  const addition = joint(text, newline) + documents.join(`---${newline}`);
  const after = text + addition;
  return isSound(file, after, objects)
    ? { text: after, edits: [{ start: text.length, end: text.length, text: addition }] }
    : { newFile: { suffix: '-companions.yaml', text: documents.join(`---${newline}`) } };
}

interface FileDocument {
  readonly text: string;
  /** In the text of the file. */
  readonly offset: number;
  /** Read when it is asked for. */
  read(): ReadDocument | undefined;
}

interface OpenFile {
  readonly json: boolean;
  /** One that cannot be cut off is the line that says so. */
  readonly documents: readonly FileDocument[];
}

function readFile(text: string): OpenFile {
  const mark = text.startsWith(byteOrderMark) ? 1 : 0;
  const documents = splitDocuments(text.slice(mark)).map((part): FileDocument => {
    if ('error' in part) return { text: part.error, offset: 0, read: () => undefined };
    let read: ReturnType<typeof readDocument> | undefined;
    return {
      text: part.text,
      offset: part.offset + mark,
      read() {
        read ??= readDocument(part.text, 1);
        return 'error' in read ? undefined : read;
      },
    };
  });
  return { json: /^\ufeff?\s*(?:\{\s*["}]|\[)/.test(text), documents };
}

/** A document that is longer is no better witness, and reading it takes long. */
const longEnough = 1 << 16;

/** The longest document shows most of the habits. */
function styleOf({ documents }: OpenFile): BlockStyle {
  let longest: FileDocument | undefined;
  for (const each of documents)
    if (longest === undefined || (each.text.length > longest.text.length && each.text.length <= longEnough)) longest = each;
  const layout = longest?.read()?.layout();
  if (longest === undefined || layout === undefined) return { step: 2, listStep: 0, gap: 1, keyQuote: '' };
  return documentStyle(linesOf(longest.text), layout);
}

/** The line break that this text uses where it has one. */
function lineBreak(text: string): string {
  return /\r?\n/.exec(text)?.[0] ?? '\n';
}

/** Without its namespace where the file leaves that to whoever applies it. */
function inHabit(object: PlainObject, namespaces: ReadonlySet<string>): PlainObject {
  const { namespace, ...metadata } = (object['metadata'] ?? {}) as PlainObject;
  if (typeof namespace !== 'string') return object;
  return namespaces.has(namespace) ? object : { ...object, metadata };
}

const deepestList = 8;

/** The namespaces that objects of a file are, or say that they are in. */
export function namespacesIn(text: string): ReadonlySet<string> {
  const names = readFile(text).documents.flatMap((document) => [...namespacesOf(document.read()?.value, 0)]);
  return new Set(names.filter((name) => typeof name === 'string'));
}

/** Of an object, or of the items of a list of them. */
function* namespacesOf(value: unknown, depth: number): Generator {
  if (typeof value !== 'object' || value === null || depth > deepestList) return;
  const { kind, metadata, items } = value as PlainObject;
  if (Array.isArray(items)) for (const item of items) yield* namespacesOf(item, depth + 1);
  const named = metadata as PlainObject | null | undefined;
  yield named?.['namespace'];
  if (kind === 'Namespace') yield named?.['name'];
}

/** What ends the last line and begins the next document, unless a separator at the end has begun one already. */
function joint(text: string, newline: string): string {
  const end = /[^\n\ufeff]$/.test(text) ? newline : '';
  return endsWithSeparator(text) ? end : `${end}---${newline}`;
}

/** Whether nothing but blank lines stand behind the last separator, or in the whole text. */
function endsWithSeparator(text: string): boolean {
  let end = text.length;
  while (end > 0) {
    const start = text.lastIndexOf('\n', end - 1) + 1;
    const line = text.slice(start, end).replace(byteOrderMark, '');
    if (/^---\s*(?:#|$)/.test(line)) return true;
    if (line.trim() !== '') return false;
    end = start - 1;
  }
  return true;
}

function documentText({ object, comment }: NewObject, style: BlockStyle, newline: string): string {
  const fields = Object.entries(object).flatMap(([key, value]) => blockField(key, value, 0, style));
  const lines = comment === undefined ? fields : [`# ${comment.replaceAll(/\s+/g, ' ')}`, ...fields];
  return lines.map((line) => line + newline).join('');
}

/** Whether the text reads back as the documents that were there, and the new ones behind them. */
function isSound(before: OpenFile, text: string, objects: readonly NewObject[]): boolean {
  const after = readFile(text).documents;
  const kept = before.documents.slice(0, -1);
  if (!kept.every((document, index) => document.text === after[index]?.text)) return false;
  // A last document without anything in it becomes the first new one.
  const last = before.documents.slice(-1).map(valueOf).filter(isSome);
  const found = after.slice(kept.length).map(valueOf).filter(isSome);
  return same(found, [...last, ...objects.map(({ object }) => object)]);
}

function valueOf({ text, read }: FileDocument): unknown {
  const document = read();
  return document === undefined ? { unread: text } : document.value;
}

function isSome(value: unknown): boolean {
  return value !== null;
}

/** A list gets items; a single object cannot hold another one. */
function appendToJson(text: string, { documents }: OpenFile, objects: readonly NewObject[]): Placed {
  const [first, ...more] = documents;
  const values = objects.map(({ object }) => object);
  const value = first?.read()?.value as PlainObject | null | undefined;
  if (first !== undefined && more.length === 0 && value?.['kind'] === 'List' && Array.isArray(value['items'])) {
    const spliced = spliceDocument(
      first.text,
      values.map((object) => append(['items'], object)),
    );
    if ('edits' in spliced) {
      const { offset } = first;
      const after = text.slice(0, offset) + spliced.text + text.slice(offset + first.text.length);
      return { text: after, edits: spliced.edits.map((edit) => ({ ...edit, start: edit.start + offset, end: edit.end + offset })) };
    }
  }
  const whole = values.length === 1 ? values[0] : { apiVersion: 'v1', kind: 'List', items: values };
  const indentation = /^\ufeff?\s*\{\r?\n([ \t]+)"/.exec(text)?.[1];
  const newline = lineBreak(text);
  return { newFile: { suffix: '-companions.json', text: `${JSON.stringify(whole, undefined, indentation)}\n`.replaceAll('\n', newline) } };
}
