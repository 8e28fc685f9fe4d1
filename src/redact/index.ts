import { apiGroup, nowhere, type Path, type Resource } from '../core/index.ts';
import { decode } from '../kube/decode.ts';
import { realPath, type PodTemplateKind } from '../kube/pod-templates.ts';
import { isObject } from '../kube/shape-reader.ts';
import { findCredentials } from '../subjects/credentials.ts';
import { literals, type Literal } from '../subjects/literals.ts';
import { keepsAnnotation, keptMetadata, keptOfOwners, keptStatus } from './kept-fields.ts';
import { redacted, standInFor } from './stand-in.ts';

type Fields = Record<string, unknown>;

/**
 * What a snapshot holds of an object: the fields that rules read, and what tells it from others. Values of variables, of
 * ConfigMaps and Secrets, of headers and of most annotations are gone; where rules find a credential in what they read
 * stands another text in which they find the same.
 */
export function redactObject(object: Readonly<Fields>, podTemplates: readonly PodTemplateKind[]): Fields {
  const decoded = decode(object, podTemplates);
  // What the API server itself could not decode has no known fields.
  if ('refused' in decoded) return withoutTexts(object);
  const copy = keptObject(decoded.object);
  const resource: Resource = { ...decoded, file: '', locate: (paths) => paths.map(() => nowhere) };
  for (const literal of literalsOf(resource)) {
    const found = findCredentials(literal);
    if (found.length > 0) replace(copy, realPath(resource.podTemplates, literal.path), literal, standInFor(literal, found));
  }
  return copy;
}

function literalsOf(resource: Resource): Literal[] {
  // They are alike for all versions and namespaces.
  const context = { version: 0, partial: false, namespaceOf: () => undefined };
  return [...literals.subjects(resource, context)].flatMap(({ subject }) => [...subject.literals()]);
}

function replace(copy: Fields, path: Path, literal: Literal, text: string): void {
  const last = path.at(-1);
  let value: unknown = copy;
  for (const step of path.slice(0, -1))
    value = typeof value === 'object' && value !== null && Object.hasOwn(value, step) ? (value as Fields)[step] : undefined;
  if (last === undefined || typeof value !== 'object' || value === null || !Object.hasOwn(value, last)) return;
  const before = (value as Fields)[last];
  // Of an argument only what stands behind `--name=`.
  const front = literal.kind === 'argument' && typeof before === 'string' ? before.slice(0, before.length - literal.value.length) : '';
  (value as Fields)[last] = path[0] === 'binaryData' ? btoa(text) : front + text;
}

function keptObject(object: Readonly<Fields>): Fields {
  const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string };
  const group = apiGroup(apiVersion);
  const name = group === '' ? kind : `${kind}.${group}`;
  return fieldsOf(object, (key, value) => {
    if (key === 'status') return keptStatusOf(name, value);
    if (name === 'Secret' && key === 'stringData') return undefined;
    if ((name === 'ConfigMap' || name === 'Secret') && (key === 'data' || key === 'binaryData')) return eachText(value, () => '');
    return kept(key, value);
  });
}

function keptStatusOf(name: string, status: unknown): unknown {
  const wanted = keptStatus.get(name);
  if (wanted === undefined || !isObject(status)) return undefined;
  const found = fieldsOf(status, (key, value) => (wanted.includes(key) ? kept(key, value) : undefined));
  return Object.keys(found).length === 0 ? undefined : found;
}

/** The fields for which there is something to keep. A key may be `__proto__`: it is one like any other. */
function fieldsOf(object: Readonly<Fields>, keep: (key: string, value: unknown) => unknown): Fields {
  return Object.fromEntries(
    Object.entries(object)
      .map(([key, value]) => [key, keep(key, value)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

/** What is kept of a field, wherever it stands: kinds that hold pods write the fields of pods alike. */
function kept(key: string, value: unknown): unknown {
  switch (key) {
    case 'metadata':
      return isObject(value) ? fieldsOf(value, metadataField) : value;
    case 'env':
    case 'httpHeaders':
    case 'parameters':
      return Array.isArray(value) ? value.map(withoutValue) : keptInside(key, value);
    case 'exec':
      return isObject(value) && Array.isArray(value['command']) && value['command'].length > 0
        ? { ...fieldsOf(value, kept), command: [redacted] }
        : keptInside(key, value);
    case 'volumeAttributes':
      return eachText(value, redactedText);
    case 'flexVolume':
      return isObject(value)
        ? fieldsOf(value, (name, inner) => (name === 'options' ? eachText(inner, redactedText) : kept(name, inner)))
        : value;
    case 'script':
      return isObject(value)
        ? fieldsOf(value, (name, inner) => (name === 'source' ? eachText(inner, redactedText) : kept(name, inner)))
        : value;
    case 'command':
    case 'args':
      // Flags decide; credentials in them are found below, where it is known which flag a value belongs to.
      return Array.isArray(value) ? [...value] : keptInside(key, value);
    case 'openAPIV3Schema':
      return undefined;
    default:
      return keptInside(key, value);
  }
}

function keptInside(key: string, value: unknown): unknown {
  if (typeof value === 'string') return findCredentials({ kind: 'key', name: key, value }).length === 0 ? value : redacted;
  if (Array.isArray(value)) return value.map((item) => keptInside(key, item));
  return isObject(value) ? fieldsOf(value, kept) : value;
}

function withoutValue(item: unknown): unknown {
  return isObject(item)
    ? fieldsOf(item, (key, value) => (key === 'value' || key === 'default' ? eachText(value, redactedText) : kept(key, value)))
    : item;
}

function metadataField(key: string, value: unknown): unknown {
  if (!keptMetadata.has(key)) return undefined;
  if (key === 'annotations' && isObject(value)) return fieldsOf(value, annotation);
  if (key === 'ownerReferences' && Array.isArray(value))
    return value.map((owner) => (isObject(owner) ? fieldsOf(owner, (name, inner) => (keptOfOwners.has(name) ? inner : undefined)) : owner));
  return value;
}

function annotation(name: string, value: unknown): unknown {
  if (typeof value !== 'string') return value;
  if (name === 'kubectl.kubernetes.io/last-applied-configuration') return undefined;
  return keepsAnnotation(name, value) && findCredentials({ kind: 'annotation', name, value }).length === 0 ? value : redactedText(value);
}

function redactedText(text: string): string {
  return text === '' ? '' : redacted;
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  return isObject(value) ? fieldsOf(value, (_, inner) => eachText(inner, change)) : value;
}

/** Types decide whether an object can be decoded, texts do not. */
function withoutTexts(object: Readonly<Fields>): Fields {
  return fieldsOf(object, (key, value) => {
    if (key === 'apiVersion' || key === 'kind') return value;
    if (key === 'metadata' && isObject(value))
      return fieldsOf(value, (name, inner) =>
        name === 'name' || name === 'namespace' || name === 'uid' ? inner : eachText(inner, redactedText),
      );
    return eachText(value, redactedText);
  });
}
