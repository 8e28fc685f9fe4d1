import { apiGroup, nowhere, type Path, type Resource } from '../core/index.ts';
import { decode } from '../kube/decode.ts';
import { configurationOf, logOutputs } from '../kube/log-outputs.ts';
import { collectorOutputs } from '../kube/pipeline-outputs.ts';
import { realPath, type PodTemplateKind } from '../kube/pod-templates.ts';
import { isObject } from '../kube/shape-reader.ts';
import { kindsWithStatus } from '../kube/status-kinds.ts';
import { findCredentials } from '../subjects/credentials.ts';
import { literals, type Literal } from '../subjects/literals.ts';
import {
  keepsAnnotation,
  keptMetadata,
  keptMetadataOfSecrets,
  keptOfConditions,
  keptOfOwners,
  keptStatus,
  longStatus,
} from './kept-fields.ts';
import { redactedText, standInFor } from './stand-in.ts';

type Fields = Record<string, unknown>;

/**
 * Makes what a snapshot holds of an object: the fields that rules read, and what tells it from others. Values of variables,
 * of ConfigMaps and Secrets, of headers and of most annotations are gone; where rules find a credential in what they read
 * stands another text in which they find the same. `tagOf` gives equal texts equal tags of twelve letters from `a` to `p`
 * that tell nothing of them.
 */
export function redactor(podTemplates: readonly PodTemplateKind[], tagOf: (text: string) => string): (object: Readonly<Fields>) => Fields {
  const mark = (text: string): string => (text === '' ? '' : redactedText(tagOf(text)));

  function redact(whole: Readonly<Fields>): Fields {
    const object = isOfSecret(whole) ? { ...whole, metadata: onlyFields(keptMetadataOfSecrets, whole['metadata']) } : whole;
    const decoded = decode(object, podTemplates);
    // What the API server itself could not decode has no known fields.
    if ('refused' in decoded) return withoutTexts(object, mark);
    const copy = keptObject(decoded.object);
    const resource: Resource = { ...decoded, file: '', locate: (paths) => paths.map(() => nowhere) };
    for (const literal of literalsOf(resource)) {
      const found = findCredentials(literal);
      if (found.length === 0) continue;
      replace(copy, realPath(resource.podTemplates, literal.path), literal, standInFor(literal, found, tagOf(literal.value)));
    }
    return copy;
  }

  function keptObject(object: Readonly<Fields>): Fields {
    const { apiVersion, kind } = object as { readonly apiVersion: string; readonly kind: string };
    const group = apiGroup(apiVersion);
    const holdsData = group === '' && (kind === 'ConfigMap' || kind === 'Secret');
    return fieldsOf(object, (key, value) => {
      if (key === 'status') return keptStatusOf(kind, value);
      if (holdsData && key === 'stringData') return undefined;
      // The rules of Gatekeeper and what they are told are for its engine alone.
      if (group.endsWith('.gatekeeper.sh') && key === 'spec' && isObject(value))
        return fieldsOf(value, (name, inner) => (name === 'targets' || name === 'parameters' ? undefined : kept(name, inner)));
      if (kind === 'ConfigMap' && holdsData && key === 'data' && isObject(value))
        return fieldsOf(value, (file, text) => (typeof text === 'string' ? configurationOf(logOutputs(file, text)) : ''));
      if (group === 'opentelemetry.io' && key === 'spec' && isObject(value))
        return fieldsOf(value, (name, inner) => (name === 'config' ? keptCollector(inner) : kept(name, inner)));
      if (holdsData && (key === 'data' || key === 'binaryData')) return eachText(value, () => '');
      return kept(key, value);
    });
  }

  function keptCollector(config: unknown): string {
    return configurationOf(typeof config === 'string' ? logOutputs('', config) : isObject(config) ? collectorOutputs(config) : []);
  }

  function keptStatusOf(kind: string, status: unknown): unknown {
    if (!isObject(status)) return undefined;
    if (kindsWithStatus.has(kind)) return fieldsOf(status, (key, value) => (longStatus.has(key) ? undefined : kept(key, value)));
    const found = fieldsOf(status, (key, value) =>
      key === 'conditions' ? keptConditions(value) : keptStatus.has(key) ? kept(key, value) : undefined,
    );
    return Object.keys(found).length === 0 ? undefined : found;
  }

  /** What is kept of a field, wherever it stands: kinds that hold pods write the fields of pods alike. */
  function kept(key: string, value: unknown): unknown {
    switch (key) {
      case 'metadata':
        return isObject(value) ? fieldsOf(value, metadataField) : eachText(value, mark);
      case 'env':
      case 'httpHeaders':
      case 'parameters':
        return Array.isArray(value) ? value.map((item) => withoutTextsOf(['value', 'default'], item)) : keptInside(key, value);
      case 'exec':
        return isObject(value)
          ? fieldsOf(value, (name, inner) => (name === 'command' ? markedList(inner) : kept(name, inner)))
          : eachText(value, mark);
      case 'volumeAttributes':
        return eachText(value, mark);
      case 'flexVolume':
        return withoutTextsOf(['options'], value);
      case 'script':
        return withoutTextsOf(['source'], value);
      case 'command':
      case 'args':
        // Flags decide; credentials in them are found where it is known which flag a value belongs to.
        return Array.isArray(value) ? [...value] : keptInside(key, value);
      case 'openAPIV3Schema':
        return undefined;
      default:
        return keptInside(key, value);
    }
  }

  function keptInside(key: string, value: unknown): unknown {
    if (typeof value === 'string') return findCredentials({ kind: 'key', name: key, value }).length === 0 ? value : mark(value);
    if (Array.isArray(value)) return value.map((item) => keptInside(key, item));
    return isObject(value) ? fieldsOf(value, kept) : value;
  }

  function withoutTextsOf(fields: readonly string[], value: unknown): unknown {
    return isObject(value)
      ? fieldsOf(value, (key, inner) => (fields.includes(key) ? eachText(inner, mark) : kept(key, inner)))
      : eachText(value, mark);
  }

  /** How long a command is tells something too. */
  function markedList(value: unknown): unknown {
    return Array.isArray(value) && value.length > 0 ? [mark(JSON.stringify(value))] : eachText(value, mark);
  }

  function metadataField(key: string, value: unknown): unknown {
    if (!keptMetadata.has(key)) return undefined;
    if (key === 'annotations' && isObject(value)) return fieldsOf(value, annotation);
    if (key === 'ownerReferences' && Array.isArray(value)) return value.map((owner) => onlyFields(keptOfOwners, owner));
    return value;
  }

  function annotation(name: string, value: unknown): unknown {
    if (typeof value !== 'string') return eachText(value, mark);
    if (name === 'kubectl.kubernetes.io/last-applied-configuration') return undefined;
    return keepsAnnotation(name, value) && findCredentials({ kind: 'annotation', name, value }).length === 0 ? value : mark(value);
  }

  return redact;
}

/** A Secret, or the metadata of one: nothing else is asked for so. */
function isOfSecret({ apiVersion, kind }: Readonly<Fields>): boolean {
  return (apiVersion === 'v1' && kind === 'Secret') || kind === 'PartialObjectMetadata';
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
  const after = path[0] === 'binaryData' ? btoa(text) : front + text;
  Object.defineProperty(value, last, { value: after, enumerable: true, writable: true, configurable: true });
}

/** The fields for which there is something to keep. A key may be `__proto__`: it is one like any other. */
function fieldsOf(object: Readonly<Fields>, keep: (key: string, value: unknown) => unknown): Fields {
  return Object.fromEntries(
    Object.entries(object)
      .map(([key, value]) => [key, keep(key, value)] as const)
      .filter(([, value]) => value !== undefined),
  );
}

function onlyFields(names: ReadonlySet<string>, value: unknown): unknown {
  return isObject(value) ? fieldsOf(value, (key, inner) => (names.has(key) ? inner : undefined)) : value;
}

function keptConditions(conditions: unknown): unknown {
  return Array.isArray(conditions) ? conditions.map((each) => onlyFields(keptOfConditions, each)) : undefined;
}

function eachText(value: unknown, change: (text: string) => string): unknown {
  if (typeof value === 'string') return change(value);
  if (Array.isArray(value)) return value.map((item) => eachText(item, change));
  return isObject(value) ? fieldsOf(value, (_, inner) => eachText(inner, change)) : value;
}

const named: ReadonlySet<string> = new Set(['name', 'namespace', 'uid']);

/** Types decide whether an object can be decoded, texts do not. */
function withoutTexts(object: Readonly<Fields>, mark: (text: string) => string): Fields {
  return fieldsOf(object, (key, value) => {
    if (key === 'apiVersion' || key === 'kind') return value;
    if (key === 'metadata' && isObject(value)) return fieldsOf(value, (name, inner) => (named.has(name) ? inner : eachText(inner, mark)));
    return eachText(value, mark);
  });
}
