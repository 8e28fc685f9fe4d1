import {
  apiGroup,
  isObserved,
  onceByKind,
  type Input,
  type Location,
  type Path,
  type RepeatedKey,
  type Resource,
} from '../../core/index.ts';
import { isWorkflow } from '../../kube/argo-workflow.ts';
import { copiedMistake, copiedMistakeAt } from '../../kube/copied-mistakes.ts';
import { decode } from '../../kube/decode.ts';
import { isPatch } from '../../kube/patch-document.ts';
import { hasEmbeddedPod, templatePaths, type PodTemplateKind } from '../../kube/pod-templates.ts';
import { isObject } from '../../kube/shape-reader.ts';
import {
  mayRepeatKeys,
  readDocument,
  readJson,
  repeatedKeys,
  splitDocuments,
  type ReadDocument,
  type RefusedDocument,
} from '../../kube/yaml/index.ts';
import { addressed, commentsOf } from './comments.ts';
import { scanObject, skipSpace } from './json-scan.ts';
import { jsonStream, type JsonSlice, type JsonSlices, type ListHeader } from './json-stream.ts';
import { placesInFile } from './json-places.ts';
import { oneLine } from './reasons.ts';
import { sniff } from './sniff.ts';
import { eachText, type YamlChunks } from './yaml-stream.ts';

/** What of the documents is wanted, and where it goes. */
export interface DocumentOptions {
  readonly reads: (group: string, kind: string) => boolean;
  readonly podTemplates: readonly PodTemplateKind[];
  readonly sink: (input: Input) => void;
}

/** Every document ends as one of these. */
export interface DocumentCounts {
  resources: number;
  skipped: number;
  unread: number;
}

/** Something in a file that can be read without what stands around it. */
export type Piece =
  /** Whole documents with the separators between them; `line` is the number of the first line. */
  | { readonly type: 'yaml'; readonly bytes: Uint8Array; readonly line: number }
  | { readonly type: 'object'; readonly slice: JsonSlice }
  | { readonly type: 'item'; readonly slice: JsonSlice; readonly list: ListHeader & { readonly index: number } }
  | { readonly type: 'empty list'; readonly header: ListHeader; readonly line: number }
  /** An object of a kind that nobody reads. */
  | { readonly type: 'kind'; readonly apiVersion: string; readonly kind: string; readonly line: number }
  | { readonly type: 'unread'; readonly line: number; readonly reason: string };

/** Consecutive pieces of a file. */
export interface Portion {
  readonly file: string;
  readonly pieces: readonly Piece[];
}

/** What became of pieces of a file, besides the inputs that were handed over. */
export interface Outcome {
  readonly counts: DocumentCounts;
  /** What was skipped, by reason, with its first line. */
  readonly skips: ReadonlyMap<string, { readonly line: number; readonly count: number }>;
}

/** Reads the pieces of one file, in their order. */
export interface PieceReader {
  /** False, and nothing happened, for an object that is not JSON after all. */
  read(piece: Piece): boolean;
  readonly outcome: Outcome;
}

/** Takes what the bytes of a file are cut into. */
export interface Cuts {
  readonly yaml: YamlChunks;
  readonly json: JsonSlices;
}

export const helmTemplate = 'Helm template: render the chart first (helm template)';
const noKind = 'not Kubernetes: no apiVersion and kind';
const kustomize = 'kustomize configuration: name its folder to have it built, or build all of them with --build';
const patch = 'a patch for another object: name the folder of its kustomization to have it built, or build all of them with --build';

/** Text of items that is kept while the kind of their list is not known, in UTF-16 code units. */
const waitingLimit = 32 << 20;

type Locate = (paths: readonly Path[]) => Location[];

/** A document, or an item of one, on its way to become an input. */
interface Candidate {
  readonly value: unknown;
  readonly locate: Locate;
  /** Where the value stands in what `locate` knows. */
  readonly prefix: Path;
  /** Of the list that it is an item of: items of a typed list need not repeat it. */
  readonly list?: ListHeader & { readonly index: number };
  /** Keys that stand twice in what `locate` knows. */
  readonly repeated?: readonly RepeatedKey[];
}

/** Which kinds are worth parsing. */
interface Wanted {
  readonly isRead: (apiVersion: string, kind: string) => boolean;
  /** Whether a kind that nobody reads may hold a pod: only then its documents are parsed. */
  readonly mayHoldPod: (apiVersion: string, kind: string) => boolean;
}

function wantedBy({ reads, podTemplates }: Pick<DocumentOptions, 'reads' | 'podTemplates'>): Wanted {
  return {
    isRead: onceByKind((apiVersion, kind) => {
      if (isObserved({ apiVersion })) return false;
      const group = apiGroup(apiVersion);
      return reads(group, kind) || podTemplates.some((row) => row.group === group && row.kind === kind);
    }),
    mayHoldPod(apiVersion, kind) {
      const group = apiGroup(apiVersion);
      // The schemas of CustomResourceDefinitions are full of these words.
      if (kind === 'CustomResourceDefinition') return false;
      return templatePaths(group, kind, podTemplates).length === 0 && !isWorkflow(group, kind);
    },
  };
}

/** Turns what a file is cut into into pieces; `deliver` answers as PieceReader.read does. */
export function cutsOf(options: Pick<DocumentOptions, 'reads' | 'podTemplates'>, deliver: (piece: Piece) => boolean): Cuts {
  const { isRead, mayHoldPod } = wantedBy(options);

  // Items of a list whose kind stands behind them, and that do not say their own.
  let waiting: { readonly slice: JsonSlice; readonly index: number }[] = [];
  let waitingLength = 0;

  function unread(line: number, reason: string): void {
    deliver({ type: 'unread', line, reason });
  }

  return {
    yaml: {
      documents(bytes, line) {
        deliver({ type: 'yaml', bytes, line });
      },
      unread,
    },
    json: {
      wanted({ apiVersion, kind }, bytes, line) {
        if (isRead(apiVersion, kind)) return true;
        if (mayHoldPod(apiVersion, kind) && bytes().includes('"containers"') && bytes().includes('"image"')) return true;
        deliver({ type: 'kind', apiVersion, kind, line });
        return false;
      },
      object: (slice) => deliver({ type: 'object', slice }),
      item(slice, index, header, named) {
        if (named || header.kind !== undefined || namesKind(slice)) {
          deliver({ type: 'item', slice, list: { ...header, index } });
          return;
        }
        waitingLength += slice.text.length;
        if (waitingLength <= waitingLimit) waiting.push({ slice, index });
        else unread(slice.line, `items[${index}] has no kind, and that of its list comes too late`);
      },
      list(header, count, line) {
        if (count === 0) deliver({ type: 'empty list', header, line });
        for (const { slice, index } of waiting) deliver({ type: 'item', slice, list: { ...header, index } });
        waiting = [];
        waitingLength = 0;
      },
      unread,
    },
  };
}

/** Whether an item tells its own kind, or why it cannot be read, whatever its list is called. */
function namesKind(slice: JsonSlice): boolean {
  const read = readJson(slice.text, slice.line);
  return 'error' in read || (isObject(read.value) && !isAbsent(read.value['kind']));
}

export function pieceReader(file: string, options: DocumentOptions): PieceReader {
  const { podTemplates, sink } = options;
  const { isRead, mayHoldPod } = wantedBy(options);
  const counts: DocumentCounts = { resources: 0, skipped: 0, unread: 0 };
  const skips = new Map<string, { line: number; count: number }>();
  const noKindReason = /(?:^|\/)kustomization\.ya?ml$|(?:^|\/)Kustomization$/.test(file) ? kustomize : noKind;

  function skip(line: number, reason: string, count = 1): void {
    counts.skipped += count;
    const known = skips.get(reason);
    if (known === undefined) skips.set(reason, { line, count });
    else known.count += count;
  }

  function unread(line: number, reason: string): void {
    counts.unread++;
    sink({ type: 'unread', file, line, reason: oneLine(reason) });
  }

  function skipKind(line: number, apiVersion: string, kind: string): void {
    const ofKustomize = apiGroup(apiVersion) === 'kustomize.config.k8s.io';
    skip(line, ofKustomize ? kustomize : oneLine(`kind ${kind} is read by no control`));
  }

  function takeYaml(text: string, line: number): void {
    const { empty, contentAt, linesBefore, header } = sniff(text, isRead);
    if (empty) return;
    const first = line + linesBefore;
    if (text.charCodeAt(contentAt) === 123 && takeJsonText(text.slice(contentAt), first)) return;
    if (header !== undefined && !isRead(header.apiVersion, header.kind)) {
      const maybe = mayHoldPod(header.apiVersion, header.kind) && text.includes('containers') && text.includes('image');
      if (!maybe) return skipKind(first, header.apiVersion, header.kind);
    }
    const document = readDocument(text, line);
    if ('error' in document) return takeFault(text, first, document);
    if (document.value === null) return;
    const before = counts.resources;
    const repeated = document.duplicates === undefined ? {} : { repeated: repeatedKeys(document, text, line) };
    take({ value: document.value, locate: (paths) => document.locate(paths), prefix: [], ...repeated }, first);
    if (counts.resources === before || !text.includes(addressed)) return;
    for (const comment of commentsOf(document, text, line, file)) sink({ type: 'comment', comment });
  }

  /** JSON between separators. Its items are cut apart as in a dump: finding a place in JSON means walking to it. */
  function takeJsonText(text: string, line: number): boolean {
    const bytes = Buffer.from(text);
    const scan = scanObject(bytes, 0, bytes.length, false);
    if (scan.end !== 'complete' || skipSpace(bytes, scan.at, bytes.length, scan) < bytes.length) return false;
    const window = { bytes, start: 0, end: bytes.length };
    return typeof jsonStream(line, cutsOf(options, read).json).take(window, true) === 'string';
  }

  function takeFault(text: string, first: number, fault: RefusedDocument): void {
    if (text.includes('{{')) skip(first, helmTemplate);
    else if (!text.includes('apiVersion')) skip(first, oneLine(`not Kubernetes: no apiVersion, and line ${fault.line}: ${fault.error}`));
    else unread(fault.line, explained(fault.error, copiedMistake(text)));
  }

  function take(candidate: Candidate, first: number): void {
    const { value, locate, prefix, list, repeated } = candidate;
    if (!isObject(value)) {
      if (list !== undefined && isListOfObjects(list)) unread(first, `items[${list.index}]: expected an object, found ${nameOf(value)}`);
      else if (Array.isArray(value) && value.some((item) => isObject(item) && 'apiVersion' in item && 'kind' in item)) {
        unread(first, 'a list of objects: the API server takes one object, or a List with the objects in its items');
      } else skip(first, noKindReason);
      return;
    }
    inherit(value, list);
    const { apiVersion, kind, items } = value;
    if (Array.isArray(items)) return takeList(candidate, items, { apiVersion: asName(apiVersion), kind: asName(kind) }, first);
    if (isAbsent(apiVersion) && isAbsent(kind)) return skip(first, noKindReason);
    if ((isAbsent(apiVersion) || isAbsent(kind)) && !isObject(value['metadata'])) {
      return skip(first, isAbsent(kind) ? 'not Kubernetes: no kind' : 'not Kubernetes: no apiVersion');
    }
    if (typeof apiVersion === 'string' && typeof kind === 'string' && apiVersion !== '' && kind !== '' && !isRead(apiVersion, kind)) {
      const pod = mayHoldPod(apiVersion, kind) ? hasEmbeddedPod(value) : undefined;
      if (pod === undefined) return skipKind(first, apiVersion, kind);
      const [place] = locate([[...prefix, ...pod]]);
      counts.skipped++;
      const reason = oneLine(`kind ${kind} has an embedded pod that no rule of this version reads`);
      sink({ type: 'skipped', file, line: place?.line ?? first, reason, count: 1 });
      return;
    }
    const decoded = decode(value, podTemplates);
    if ('refused' in decoded) {
      const [place] = locate([[...prefix, ...decoded.path]]);
      return unread(place?.line ?? first, explained(`refused by the API server: ${decoded.refused}`, copiedMistakeAt(value, decoded.path)));
    }
    const { ref, metadata, object, podTemplates: templates, hasLastingFields } = decoded;
    if (isPatch(object, templates)) return skip(first, patch);
    counts.resources++;
    const at: Locate = prefix.length === 0 ? locate : (paths) => locate(paths.map((path) => [...prefix, ...path]));
    const resource: Resource = { ref, metadata, object, podTemplates: templates, hasLastingFields, file, locate: at };
    sink({ type: 'resource', resource: repeated === undefined ? resource : { ...resource, repeated: repeatedBelow(prefix, repeated) } });
  }

  function takeList(list: Candidate, items: readonly unknown[], header: ListHeader, first: number): void {
    if (items.length === 0) return takeEmptyList(header, first);
    const places = list.locate(items.map((_, index) => [...list.prefix, 'items', index]));
    items.forEach((value, index) => {
      const prefix = [...list.prefix, 'items', index];
      take({ ...list, value, prefix, list: { ...header, index } }, places[index]?.line ?? first);
    });
  }

  function takeEmptyList(header: ListHeader, line: number): void {
    skip(line, isListOfObjects(header) ? 'a list without items' : noKindReason);
  }

  function takeSlice(slice: JsonSlice, document: ReadDocument, list?: ListHeader & { readonly index: number }): void {
    const locate: Locate = (paths) => placesInFile(slice, document.locate(paths));
    // Lists, and what is cut down to what people write, are written by tools, which say nothing twice.
    const byHand = list === undefined && slice.gaps.length === 0 && slice.text.length < longestByHand;
    const mayRepeat = byHand && mayRepeatKeys(slice.text, document.value);
    const repeated = mayRepeat ? { repeated: repeatedKeys(document, slice.text, slice.line) } : {};
    take({ value: document.value, locate, prefix: [], ...(list && { list }), ...repeated }, slice.line);
  }

  function takeJson(slice: JsonSlice, list?: ListHeader & { readonly index: number }): boolean {
    const document = readJson(slice.text, slice.line);
    if (!('error' in document)) takeSlice(slice, document, list);
    else if (list === undefined) return false;
    else unread(document.line, document.error);
    return true;
  }

  function read(piece: Piece): boolean {
    switch (piece.type) {
      case 'yaml':
        eachText(piece.bytes, piece.line, { text: takeText, unread });
        break;
      case 'object':
        return takeJson(piece.slice);
      case 'item':
        return takeJson(piece.slice, piece.list);
      case 'empty list':
        takeEmptyList(piece.header, piece.line);
        break;
      case 'kind':
        skipKind(piece.line, piece.apiVersion, piece.kind);
        break;
      case 'unread':
        unread(piece.line, piece.reason);
        break;
    }
    return true;
  }

  function takeText(text: string, line: number): void {
    for (const document of splitDocuments(text, line)) {
      if ('error' in document) unread(document.line, document.error);
      else takeYaml(document.text, document.line);
    }
  }

  return { read, outcome: { counts, skips } };
}

const longestByHand = 1024 * 1024;

/** Those of one object in a document, by the paths in that object. */
function repeatedBelow(prefix: Path, repeated: readonly RepeatedKey[]): readonly RepeatedKey[] {
  const inside = repeated.filter(({ path }) => path.length > prefix.length && prefix.every((step, at) => step === path[at]));
  return inside.map(({ path, lines }) => ({ path: path.slice(prefix.length), lines }));
}

function explained(reason: string, hint: string | undefined): string {
  return hint === undefined ? reason : `${reason}: ${hint}`;
}

/** Reads pieces that were gathered to be read later, or elsewhere. */
export function readPortion({ file, pieces }: Portion, options: DocumentOptions): Outcome {
  const { read, outcome } = pieceReader(file, options);
  for (const piece of pieces) read(piece);
  return outcome;
}

/** Gathers pieces for portions. What has to be known at once, whether an object is JSON, is found out at once. */
export function gatherer(pieces: Piece[]): (piece: Piece) => boolean {
  return (piece) => {
    if (piece.type === 'object' && 'error' in readJson(piece.slice.text, 1)) return false;
    pieces.push(piece.type === 'yaml' ? { ...piece, bytes: new Uint8Array(piece.bytes) } : piece);
    return true;
  };
}

/**
 * Items of a typed list as the API server prints it (`PodList`) name neither kind nor apiVersion: both are the list's
 * (k8s.io/apimachinery v0.37, unstructured.decodeToList).
 */
function inherit(value: Record<string, unknown>, list: ListHeader | undefined): void {
  if (list?.kind === undefined || !isAbsent(value['kind']) || !isAbsent(value['apiVersion'])) return;
  value['kind'] = list.kind.replace(/List$/, '');
  if (list.apiVersion !== undefined) value['apiVersion'] = list.apiVersion;
}

function isListOfObjects(header: ListHeader): boolean {
  return header.kind !== undefined || header.apiVersion !== undefined;
}

function asName(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isAbsent(value: unknown): boolean {
  return value === undefined || value === null || value === '';
}

function nameOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'a list' : `a ${typeof value}`;
}
