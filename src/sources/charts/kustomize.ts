import { readFileSync, realpathSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { apiGroup, nowhere, type Finding, type Path, type SetBy } from '../../core/index.ts';
import { isObject } from '../../kube/shape-reader.ts';
import { readDocument, splitDocuments, type ReadDocument } from '../../kube/yaml/index.ts';
import { builtObjects, nameOf as nameOfObject, objectOf, parsePath, placeIn, valueAt } from './built-objects.ts';
import { kustomizationIn, type Overlay } from './overlay.ts';
import { findProgram, run, type Printed } from './program.ts';
import type { Rendered, RenderedDocument } from './rendered.ts';
import { temporaryFolder } from '../temporary-folder.ts';

export interface FoundOverlay {
  readonly path: string;
  /** How reports name the folder. */
  readonly file: string;
  readonly overlay: Overlay;
  /** How reports name a file, by its path. */
  readonly nameOf: (path: string) => string;
}

const originAnnotation = 'config.kubernetes.io/origin';

/** Builds a kustomization with the kustomize or the kubectl of the user. Nothing is fetched, and no plugin runs. */
export async function buildOverlay({ path, overlay, nameOf }: FoundOverlay): Promise<Rendered> {
  if (overlay.refused !== undefined) return { refused: `a kustomization that is not built: ${overlay.refused}` };
  if (overlay.isComponent) return { skipped: 'a component: it is built in the kustomizations that name it' };
  const build = builder();
  if (build === undefined)
    return {
      refused:
        'a kustomization, and there is no kustomize and no kubectl to build it with: install one (https://kubectl.docs.kubernetes.io/installation/kustomize), or read its plain YAML alone with --no-render',
    };
  const folder = temporaryFolder();
  if (typeof folder !== 'string') return { refused: `a kustomization that is not built: ${folder.refused}` };
  try {
    const around = { resources: [toSlashes(relative(folder, overlay.folder))], buildMetadata: ['originAnnotations'] };
    writeFileSync(join(folder, 'kustomization.yaml'), JSON.stringify(around));
    let printed = await build(folder);
    // What is wrong is told better without the kustomization around it.
    if ('refused' in printed) printed = await build(path);
    if ('refused' in printed) return { refused: `not built by kustomize: ${reasonOf(printed.refused, overlay, nameOf)}` };
    const documents = documentsOf(printed.text, folder, overlay, nameOf, path);
    return { documents, decide: (findings) => Promise.resolve(decidingPatches(findings, documents, overlay, nameOf)) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function builder(): ((folder: string) => Promise<Printed>) | undefined {
  const kustomize = findProgram('kustomize');
  if (kustomize !== undefined) return (folder) => run(kustomize, ['build', folder]);
  const kubectl = findProgram('kubectl');
  return kubectl === undefined ? undefined : (folder) => run(kubectl, ['kustomize', folder]);
}

function toSlashes(path: string): string {
  return sep === '/' ? path : path.split(sep).join('/');
}

/** Without the paths of the machine, and without the way that led to what is wrong. */
function reasonOf(complaint: string, { folder, bases }: Overlay, nameOf: (path: string) => string): string {
  const short = complaint.replaceAll(/accumulating resources: accumulation err='[^\n]*?': recursed accumulation of path '[^'\n]*': /g, '');
  const folders = [folder, ...bases].toSorted((a, b) => b.length - a.length);
  return folders.reduce((text, each) => text.replaceAll(each, nameOf(each)), short);
}

function documentsOf(
  printed: string,
  folder: string,
  overlay: Overlay,
  nameOf: (path: string) => string,
  path: string,
): RenderedDocument[] {
  const sources = new Map<string, readonly Source[]>();
  const fallback = nameOf(kustomizationIn(path) ?? path);
  return splitDocuments(printed).flatMap((text): RenderedDocument[] => {
    if ('error' in text) return [];
    const document = readDocument(text.text, 1);
    const value = 'error' in document || !isObject(document.value) ? {} : document.value;
    const origin = originOf(value);
    const found = origin === undefined ? undefined : realIn(resolve(folder, origin.path), overlay);
    const file = found === undefined ? fallback : nameOf(found);
    const known = found === undefined || origin?.isGenerated === true ? [] : (sources.get(found) ?? sourcesIn(found));
    if (found !== undefined) sources.set(found, known);
    const source = sourceOf(value, known);
    const locate: RenderedDocument['locate'] = (paths) => {
      if (source === undefined) return paths.map(() => nowhere);
      const { document: there, prefix } = source;
      return there.locate(paths.map((each) => [...prefix, ...placeIn(source.value, value, each)]));
    };
    return [{ file, text: text.text, locate, lineOf: () => locate([[]], () => [])[0]?.line ?? 1 }];
  });
}

interface Origin {
  readonly path: string;
  /** The path is that of the kustomization with the generator. */
  readonly isGenerated: boolean;
}

function originOf(object: Readonly<Record<string, unknown>>): Origin | undefined {
  const { metadata } = object;
  const annotations = isObject(metadata) ? metadata['annotations'] : undefined;
  const text = isObject(annotations) ? annotations[originAnnotation] : undefined;
  if (typeof text !== 'string') return undefined;
  const document = readDocument(text, 1);
  if ('error' in document || !isObject(document.value)) return undefined;
  const { path, configuredIn } = document.value;
  if (typeof path === 'string') return { path, isGenerated: false };
  return typeof configuredIn === 'string' ? { path: configuredIn, isGenerated: true } : undefined;
}

/** An object can say where it comes from itself: only what the kustomization names is read. */
function realIn(path: string, overlay: Overlay): string | undefined {
  try {
    const real = realpathSync.native(path);
    return overlay.files.has(real) ? real : undefined;
  } catch {
    // Made up, or gone.
    return undefined;
  }
}

/** An object as it stands in a file. */
interface Source {
  readonly value: Readonly<Record<string, unknown>>;
  readonly document: ReadDocument;
  /** Where it stands in its document. */
  readonly prefix: Path;
}

const largest = 16 << 20;

function sourcesIn(path: string): Source[] {
  if (statSync(path).size > largest) return [];
  return splitDocuments(readFileSync(path, 'utf8')).flatMap((text): Source[] => {
    const document = 'error' in text ? text : readDocument(text.text, text.line);
    if ('error' in document || !isObject(document.value)) return [];
    const { value } = document;
    const { items } = value;
    if (!Array.isArray(items)) return [{ value, document, prefix: [] }];
    return items.flatMap((item, index) => (isObject(item) ? [{ value: item, document, prefix: ['items', index] }] : []));
  });
}

/** The object that was built, as it stood in the file: of its kind, and with the name that prefixes and suffixes leave. */
function sourceOf(object: Readonly<Record<string, unknown>>, sources: readonly Source[], named = false): Source | undefined {
  const ofKind = sources.filter(({ value }) => value['kind'] === object['kind'] && groupOf(value) === groupOf(object));
  const name = nameOfObject(object);
  const fits = ofKind.filter(({ value }) => name.includes(nameOfObject(value)) && (!named || nameOfObject(value) !== ''));
  return (
    fits.toSorted((a, b) => nameOfObject(b.value).length - nameOfObject(a.value).length)[0] ?? (ofKind.length === 1 ? ofKind[0] : undefined)
  );
}

function groupOf({ apiVersion }: Readonly<Record<string, unknown>>): string {
  return typeof apiVersion === 'string' ? apiGroup(apiVersion) : '';
}

/** The patches that say what stands where findings are, where it is one alone. */
function decidingPatches(
  findings: readonly Finding[],
  documents: readonly RenderedDocument[],
  overlay: Overlay,
  nameOf: (path: string) => string,
): Map<Finding, SetBy> {
  const objects = builtObjects(documents);
  const patches = [...overlay.files].flatMap((path) => {
    const file = nameOf(path);
    return [...sourcesIn(path), ...patchesWithin(path)].map((source) => ({ ...source, file }));
  });
  const answer = new Map<Finding, SetBy>();
  for (const finding of findings) {
    const object = objectOf(finding, objects);
    const path = parsePath(finding.path);
    if (object === undefined || valueAt(object.value, path) === undefined) continue;
    const saying = patches.flatMap(({ file, value, document, prefix }) => {
      const at = [...prefix, ...placeIn(value, object.value, path)];
      const isOther = file !== finding.file && sourceOf(object.value, [{ value, document, prefix }], true) !== undefined;
      return isOther && isSame(valueAt(document.value, at), valueAt(object.value, path))
        ? [{ file, line: document.locate([at])[0]?.line ?? 1 }]
        : [];
    });
    const [place, another] = saying;
    if (place !== undefined && another === undefined) answer.set(finding, { key: finding.path, ...place });
  }
  return answer;
}

/** Patches that stand in a kustomization as block scalars: their first line is the one below the field. */
function patchesWithin(path: string): Source[] {
  return sourcesIn(path).flatMap(({ value, document }) => {
    const { patches, patchesStrategicMerge } = value;
    const places: [Path, unknown][] = [
      ...listOf(patches).map((patch, index): [Path, unknown] => [
        ['patches', index, 'patch'],
        isObject(patch) ? patch['patch'] : undefined,
      ]),
      ...listOf(patchesStrategicMerge).map((patch, index): [Path, unknown] => [['patchesStrategicMerge', index], patch]),
    ];
    return places.flatMap(([at, text]): Source[] => {
      const line = document.locate([at])[0]?.line ?? 0;
      const patch = typeof text === 'string' && text.includes('\n') ? readDocument(text, line + 1) : { error: '' };
      return 'error' in patch || !isObject(patch.value) ? [] : [{ value: patch.value, document: patch, prefix: [] }];
    });
  });
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
