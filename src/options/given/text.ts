import { formatPath, type Path } from '../../core/index.ts';
import { readDocument, splitDocuments } from '../../kube/yaml/index.ts';
import { OptionError } from '../option-error.ts';
import { advice, nearest } from '../spelling.ts';

/** A file of facts, read already. */
export interface GivenFile {
  /** As the user named it. */
  readonly file: string;
  readonly text: string;
}

/** The value of a file of facts, with what a complaint about it needs. */
export interface GivenValue {
  readonly value: unknown;
  /** What, where, and what to do: always three lines. */
  complaint(what: string, path: Path, todo: string): OptionError;
}

export type Mapping = Readonly<Record<string, unknown>>;

/** Inventories of whole registries fit; more is the wrong file. */
const longest = 16 * 1024 * 1024;

/** @throws OptionError where the text is no YAML and no JSON, or more than one document. */
export function readValue({ file, text }: GivenFile): GivenValue {
  requireShort({ file, text });
  const [part, second] = splitDocuments(text);
  if (second !== undefined) throw new OptionError(['the file has more than one document', `${file}:${second.line}`, 'keep one of them']);
  if (part === undefined) return valueOf(file, null, () => 1);
  if ('error' in part) throw new OptionError([part.error, `${file}:${part.line}`, 'write YAML or JSON']);
  const document = readDocument(part.text, part.line);
  if ('error' in document) throw new OptionError([document.error, `${file}:${document.line}`, 'write YAML or JSON']);
  const [twice] = document.duplicates ?? [];
  const given = valueOf(file, document.value, (path) => document.locate([path])[0]?.line ?? 1);
  if (twice !== undefined) throw given.complaint(`${formatPath(twice)} stands twice`, twice, 'keep one of them');
  return given;
}

/** @throws OptionError for what nobody can have meant. */
export function requireShort({ file, text }: GivenFile): void {
  if (text.length > longest) throw new OptionError(['the file is longer than 16 MiB', file, 'name the right file']);
}

function valueOf(file: string, value: unknown, lineOf: (path: Path) => number): GivenValue {
  return { value, complaint: (what, path, todo) => new OptionError([what, `${file}:${lineOf(path)}`, todo]) };
}

export function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The own value of a key: facts must not come from prototypes. */
export function own(value: Mapping, key: string): unknown {
  return Object.hasOwn(value, key) ? value[key] : undefined;
}

/** A map at a path; nothing at all is an empty one. */
export function mappingAt(given: GivenValue, value: unknown, path: Path): Mapping {
  if (value === undefined || value === null) return {};
  if (isMapping(value)) return value;
  throw given.complaint(`${nameOf(path)} is no mapping`, path, 'write keys and values');
}

export function requireKeys(given: GivenValue, value: Mapping, keys: readonly string[], path: Path): void {
  for (const key of Object.keys(value)) {
    if (!keys.includes(key))
      throw given.complaint(
        `unknown key ${formatPath([...path, key])}`,
        [...path, key],
        advice(nearest(key, keys), `the keys are ${keys.join(', ')}`),
      );
  }
}

export function nameOf(path: Path): string {
  return path.length === 0 ? 'the file' : formatPath(path);
}
