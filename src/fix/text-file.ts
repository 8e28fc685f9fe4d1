import type { Location, Path, Target, TextEdit } from '../core/index.ts';
import { readDocument, splitDocuments } from '../kube/yaml/index.ts';

/** A document of a file, as its text stands there. */
export interface TextDocument {
  readonly text: string;
  /** Of its first character, in UTF-16 code units of the file's text. */
  readonly offset: number;
  /** The number of its first line in the file. */
  readonly line: number;
}

/** The text of a file, cut into documents as kubectl does. */
export interface TextFile {
  readonly text: string;
  readonly documents: readonly TextDocument[];
  /** The object whose `metadata` stands at this place. */
  find(metadata: Location): Target | undefined;
}

const byteOrderMark = '\ufeff';

export function openText(text: string): TextFile {
  const marked = text.startsWith(byteOrderMark);
  const documents = splitDocuments(marked ? text.slice(1) : text).flatMap((part): TextDocument[] =>
    'error' in part ? [] : [{ text: part.text, line: part.line, offset: part.offset + (marked ? 1 : 0) }],
  );
  const targets = new Map<number, ReadonlyMap<string, Path>>();
  return {
    text,
    documents,
    find(metadata) {
      const document = lastAtOrBefore(documents, metadata.line);
      const part = documents[document];
      if (part === undefined) return undefined;
      const known = targets.get(document) ?? objectsOf(part);
      targets.set(document, known);
      const path = known.get(placeName(metadata));
      return path === undefined ? undefined : { document, path };
    },
  };
}

function lastAtOrBefore(documents: readonly TextDocument[], line: number): number {
  let low = 0;
  let high = documents.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (documents[middle]!.line <= line) low = middle;
    else high = middle - 1;
  }
  return low;
}

/** The paths of all objects of a document, by the place of their metadata. */
function objectsOf({ text, line }: TextDocument): ReadonlyMap<string, Path> {
  const read = readDocument(text, line);
  if ('error' in read) return new Map();
  const paths = [...objectPaths(read.value, [], 0)];
  const places = read.locate(paths.map((path) => [...path, 'metadata']));
  return new Map(paths.map((path, index) => [placeName(places[index]!), path]));
}

const deepestList = 8;

function* objectPaths(value: unknown, path: Path, depth: number): Generator<Path> {
  if (typeof value !== 'object' || value === null) return;
  const items: unknown = (value as { readonly items?: unknown }).items;
  if (!Array.isArray(items)) yield path;
  else if (depth < deepestList) for (const [index, item] of items.entries()) yield* objectPaths(item, [...path, 'items', index], depth + 1);
}

function placeName({ line, column }: Location): string {
  return `${line}:${column}`;
}

/** By their numbers: the edits of each document that changes, counted in its own text; undefined where one is not within one document. */
export function editsByDocument(
  documents: readonly TextDocument[],
  edits: readonly TextEdit[],
): ReadonlyMap<number, readonly TextEdit[]> | undefined {
  const byDocument = new Map<number, TextEdit[]>();
  let number = 0;
  for (const { start, end, text } of edits) {
    while (number < documents.length - 1 && endOf(documents[number]!) < start) number++;
    const document = documents[number];
    if (document === undefined || start < document.offset || end > endOf(document)) return undefined;
    const own = byDocument.get(number) ?? [];
    own.push({ start: start - document.offset, end: end - document.offset, text });
    byDocument.set(number, own);
  }
  return byDocument;
}

function endOf({ offset, text }: TextDocument): number {
  return offset + text.length;
}

/** Why nobody edits this file by hand, and so neither does a fix; undefined where nothing speaks against it. */
export function notForEditing(file: string, text: string): string | undefined {
  if (/(?:^|[./-])lock(?:\.[^/]*)?$|[.-]lock\.ya?ml$/i.test(file)) return 'a lock file: the tool that wrote it will write it again';
  // Further down it may be said of one field, or be a part of what a ConfigMap holds.
  const [firstLines] = /^\ufeff?(?:[ \t]*(?:(?:#|\/\/|---|%).*)?(?:\r?\n|$))*/.exec(text.slice(0, 4096))!;
  if (/(?:#|\/\/).*(?:do not (?:edit|modify)|don't edit|@generated\b|\bauto-?generated\b)/i.test(firstLines))
    return 'generated, as its first lines say: change what it is made from';
  return undefined;
}
