import { tokenAccount, tokenInvalidSince, tokenLastUsed, tokenSecretType } from '../../kube/token-secrets.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { json } from './json-answer.ts';
import { withoutTexts } from './without-texts.ts';

/** How a list is asked for, and what becomes of the answer before anything else sees it. */
export interface Asking {
  readonly accept: string;
  readonly query: Readonly<Record<string, string>>;
  /** Overwrites in an answer what nobody may keep. */
  readonly redact?: (body: Buffer) => void;
  /** The kind that its answers must have; default: any list. */
  readonly listKind?: string;
  /** What is read of an item instead of the item. */
  readonly item?: (item: Item) => Item;
}

type Item = Readonly<Record<string, unknown>>;

const whole: Asking = { accept: json, query: {} };

/** Labels and annotations that rules read: all others of a Secret are unread, for people write anything there. */
const readLabels: ReadonlySet<string> = new Set([tokenAccount, tokenLastUsed, tokenInvalidSince]);

/**
 * The metadata of the Secrets that hold tokens, and nothing else. Their type is no part of the metadata, but Secrets can be
 * selected by it (k8s.io/kubernetes v1.37, pkg/registry/core/secret, SelectableFields).
 */
const tokenMetadata: Asking = {
  accept: 'application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1',
  query: { fieldSelector: `type=${tokenSecretType}` },
  redact: (body) => withoutTexts(body, isReadOfSecret),
  listKind: 'PartialObjectMetadataList',
  // Every such Secret names its account; a server that does not know the selection sends others too.
  item: ({ metadata }) => secretWith(metadata, namesAccount(metadata) ? { type: tokenSecretType } : {}),
};

/**
 * All Secrets but the releases of Helm, which are many and large and hold no more than the manifests of a chart. Kubernetes
 * gives no keys without values, so these are overwritten where they came in.
 */
const secretKeys: Asking = {
  accept: json,
  query: { fieldSelector: 'type!=helm.sh/release.v1' },
  redact: (body) => withoutTexts(body, isReadOfSecret),
  listKind: 'SecretList',
  item: ({ metadata, type, data }) => secretWith(metadata, { type, data: emptied(data) }),
};

/** How the objects of a kind are asked for. Of Secrets never a value. */
export function askingFor(group: string, kind: string, readSecretKeys: boolean): Asking {
  if (group !== '' || kind !== 'Secret') return whole;
  return readSecretKeys ? secretKeys : tokenMetadata;
}

/** Whether a text of a list of Secrets, or of their metadata, may be read. */
function isReadOfSecret(path: readonly string[]): boolean {
  const [first, second, third, fourth] = path;
  if (path.length === 1) return first === 'kind' || first === 'apiVersion';
  if (first === 'metadata') return path.length === 2;
  if (first !== 'items' || second !== '*') return false;
  if (path.length === 3) return third === 'kind' || third === 'apiVersion' || third === 'type';
  if (third !== 'metadata') return false;
  if (path.length === 4) return fourth === 'name' || fourth === 'namespace';
  return path.length === 5 && (fourth === 'labels' || fourth === 'annotations') && readLabels.has(path[4] ?? '');
}

/** What has been overwritten elsewhere in the metadata is no longer of its type. */
function secretWith(metadata: unknown, more: Item): Item {
  const { name, namespace, labels, annotations } = isObject(metadata) ? metadata : {};
  return { apiVersion: 'v1', kind: 'Secret', metadata: { name, namespace, labels, annotations }, ...more };
}

function namesAccount(metadata: unknown): boolean {
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  return isObject(annotations) && Object.hasOwn(annotations, tokenAccount);
}

function emptied(data: unknown): Record<string, string> {
  return Object.fromEntries(Object.keys(isObject(data) ? data : {}).map((key) => [key, '']));
}
