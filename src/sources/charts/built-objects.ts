import type { Finding, Path, ResourceRef } from '../../core/index.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { readDocument } from '../../kube/yaml/index.ts';
import type { RenderedDocument } from './rendered.ts';

/** An object as a program made it. */
export interface BuiltObject {
  readonly file: string;
  readonly value: Readonly<Record<string, unknown>>;
}

export function builtObjects(documents: readonly RenderedDocument[]): BuiltObject[] {
  return documents.flatMap(({ file, text }): BuiltObject[] => {
    const document = readDocument(text, 1);
    return 'error' in document || !isObject(document.value) ? [] : [{ file, value: document.value }];
  });
}

/** The object that a finding is about. */
export function objectOf({ file, resource }: Pick<Finding, 'file' | 'resource'>, objects: readonly BuiltObject[]): BuiltObject | undefined {
  return objects.find((object) => object.file === file && isOf(object, resource));
}

function isOf({ value }: BuiltObject, { apiVersion, kind, name }: ResourceRef): boolean {
  return value['apiVersion'] === apiVersion && value['kind'] === kind && nameOf(value) === name;
}

export function nameOf({ metadata }: Readonly<Record<string, unknown>>): string {
  const name = isObject(metadata) ? metadata['name'] : undefined;
  return typeof name === 'string' ? name : '';
}

/** Reads what formatPath has written. */
export function parsePath(text: string): Path {
  const path: (string | number)[] = [];
  for (const [, index, quoted, plain] of text.matchAll(/\[(\d+)\]|\[("(?:[^"\\]|\\.)*")\]|([^.[\]]+)/g)) {
    if (index !== undefined) path.push(Number(index));
    else if (quoted !== undefined) path.push(JSON.parse(quoted) as string);
    else if (plain !== undefined) path.push(plain);
  }
  return path;
}

export function valueAt(value: unknown, path: Path): unknown {
  let at = value;
  for (const step of path) at = childOf(at, step);
  return at;
}

/** A path of one object in another that it was made from or that was made as it was: items of lists by their names, because they move. */
export function placeIn(other: unknown, object: unknown, path: Path): Path {
  const steps: (string | number)[] = [];
  let [there, here]: unknown[] = [other, object];
  for (const step of path) {
    const next = childOf(here, step);
    const name = typeof step === 'number' && isObject(next) ? next['name'] : undefined;
    const index =
      typeof name === 'string' && Array.isArray(there) ? there.findIndex((item) => isObject(item) && item['name'] === name) : step;
    // No item of this name: the list is the nearest place.
    if (index === -1) return steps;
    steps.push(index);
    here = next;
    there = childOf(there, index);
  }
  return steps;
}

function childOf(value: unknown, step: string | number): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, step)) return undefined;
  return (value as Readonly<Record<string | number, unknown>>)[step];
}
