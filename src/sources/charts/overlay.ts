import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readDocument, splitDocuments } from '../../kube/yaml/index.ts';
import { isObject } from '../../kube/shape-reader.ts';

/** A kustomization with all that it builds upon, found without running anything. */
export interface Overlay {
  /** The folder, by its real path. */
  readonly folder: string;
  /** Real paths of the folders of kustomizations that it builds upon. */
  readonly bases: ReadonlySet<string>;
  /** Real paths of the files that it is built from, those of its bases too. */
  readonly files: ReadonlySet<string>;
  /** It is a part of others, and built in those that name it. */
  readonly isComponent: boolean;
  /** Why it is not to be built. */
  readonly refused?: string;
}

const names = ['kustomization.yaml', 'kustomization.yml', 'Kustomization'];

const largest = 1 << 20;
const mostFolders = 1000;

/** The file of the kustomization in a folder; undefined where it has none. */
export function kustomizationIn(folder: string): string | undefined {
  return names.map((name) => join(folder, name)).find((path) => statOf(path)?.isFile() === true);
}

// Fields that hold words for objects, and no places to read from.
const words: ReadonlySet<string> = new Set([
  'commonannotations',
  'commonlabels',
  'images',
  'imagetags',
  'labels',
  'literals',
  'metadata',
  'options',
  'patch',
  'replicas',
  'vars',
]);

/** As kustomize v5.8 tells what to fetch: api/internal/git/repospec.go, api/internal/loader/fileloader.go. It tries before it looks for a file. */
const remote = /^(?:git::)*(?:(?:https?|ssh|file):|[a-z][a-z0-9-]*@|github\.com[/:])/i;

/** Reads a kustomization and what it names, from folder to folder; undefined where there is none. */
export function readOverlay(path: string): Overlay | undefined {
  const file = kustomizationIn(path);
  if (file === undefined) return undefined;
  const folder = realpathSync.native(path);
  const bases = new Set<string>();
  const files = new Set<string>();
  if (isOtherKind(file)) return undefined;
  const waiting = [folder];
  let refused: string | undefined;
  let isComponent = false;
  for (let at = 0; at < waiting.length && refused === undefined; at++) {
    const current = waiting[at]!;
    const own = kustomizationIn(current);
    if (own === undefined) continue;
    const real = realOf(own);
    if (real !== undefined) files.add(real);
    const read = fieldsOf(own);
    const place = at === 0 ? '' : ` (in ${relativeName(folder, current)})`;
    if ('refused' in read) refused = read.refused + place;
    else {
      const { value } = read;
      if (at === 0) isComponent = value['kind'] === 'Component';
      refused = refusal(value, place);
      for (const entry of placesOf(value)) {
        const named = realOf(resolve(current, entry));
        const stat = named === undefined ? undefined : statOf(named);
        if (stat?.isFile() === true) files.add(named!);
        else if (stat?.isDirectory() === true && !bases.has(named!) && named !== folder && kustomizationIn(named!) !== undefined) {
          bases.add(named!);
          waiting.push(named!);
        }
      }
      if (waiting.length > mostFolders) refused = `it builds upon more than ${mostFolders} folders`;
    }
  }
  return { folder, bases, files, isComponent, ...(refused === undefined ? {} : { refused }) };
}

/** Flux's own Kustomization, for instance, is an object that may stand in a file of this name. */
function isOtherKind(file: string): boolean {
  const read = fieldsOf(file);
  if ('refused' in read) return false;
  const { apiversion } = read.value;
  return typeof apiversion === 'string' && !apiversion.startsWith('kustomize.config.k8s.io/');
}

function relativeName(folder: string, other: string): string {
  const [from, to] = [folder.split(/[/\\]/), other.split(/[/\\]/)];
  let same = 0;
  while (same < from.length && from[same] === to[same]) same++;
  return [...from.slice(same).map(() => '..'), ...to.slice(same)].join('/');
}

/** The fields of a kustomization by their names in lower case: kustomize does not tell cases apart. */
function fieldsOf(file: string): { readonly value: Readonly<Record<string, unknown>> } | { readonly refused: string } {
  try {
    if (statSync(file).size > largest) return { refused: 'the kustomization is larger than 1 MB' };
    const values: unknown[] = [];
    for (const text of splitDocuments(readFileSync(file, 'utf8'))) {
      const document = 'error' in text ? text : readDocument(text.text, text.line);
      if ('error' in document) return { refused: `line ${document.line} of the kustomization: ${document.error}` };
      if (document.value !== null) values.push(document.value);
    }
    const [value = {}, another] = values;
    if (!isObject(value) || another !== undefined) return { refused: 'the kustomization is not one map' };
    return { value: Object.fromEntries(Object.entries(value).map(([key, child]) => [key.toLowerCase(), child])) };
  } catch {
    return { refused: 'the kustomization cannot be read' };
  }
}

function refusal(value: Readonly<Record<string, unknown>>, place: string): string | undefined {
  const fetched = [...stringsOf(value)].find((text) => text.split('=').some((part) => remote.test(part.trim())));
  if (fetched !== undefined)
    return `it builds upon ${fetched}${place}, and nothing is fetched from the network: build it yourself (kustomize build … | plimsoll scan -)`;
  if (value['helmcharts'] !== undefined || value['helmchartinflationgenerator'] !== undefined)
    return `it inflates Helm charts${place}, which kustomize does with --enable-helm alone: build it yourself (kustomize build --enable-helm … | plimsoll scan -)`;
  return undefined;
}

/** Every string that is no word for an object. */
function* stringsOf(value: unknown): Generator<string, void> {
  if (typeof value === 'string') yield value;
  else if (Array.isArray(value)) for (const item of value) yield* stringsOf(item);
  else if (isObject(value)) for (const [key, child] of Object.entries(value)) if (!words.has(key.toLowerCase())) yield* stringsOf(child);
}

/** What may be a file or a folder: of a generator's `name=file` the file. */
function* placesOf(value: Readonly<Record<string, unknown>>): Generator<string, void> {
  for (const text of stringsOf(value)) {
    if (text === '' || text.length > 4096 || /[\n\0]/.test(text)) continue;
    yield text;
    const equals = text.indexOf('=');
    if (equals > 0 && equals < text.length - 1) yield text.slice(equals + 1);
  }
}

function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    // Not there: kustomize says so.
    return undefined;
  }
}

function statOf(path: string): ReturnType<typeof statSync> | undefined {
  try {
    return statSync(path);
  } catch {
    // As if it were not there.
    return undefined;
  }
}
