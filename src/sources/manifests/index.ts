import type { Path } from '../../core/path.ts';
import type { Input, Resource } from '../../core/resource.ts';
import type { PodTemplateKind } from '../../kube/pod-templates.ts';
import { isClusterScoped } from '../../kube/scope.ts';
import { openBytes, openFile, openStream, type ByteSource } from './byte-source.ts';
import { byteReader, refuseFirstBytes } from './byte-reader.ts';
import { makeRoom, newWindow, resetWindow, windowLimits, type ByteWindow, type WindowLimits } from './byte-window.ts';
import { cutsOf, gatherer, helmTemplate, pieceReader, type Outcome, type Piece } from './documents.ts';
import type { RenderOptions, Rendered } from '../charts/index.ts';
import { findInOrder, type Found, type FoundChart, type FoundOverlay } from './find-files.ts';
import { oneLine } from './reasons.ts';
import type { Sharing } from './sharing.ts';

export { readPortion, type DocumentOptions, type Portion } from './documents.ts';
export { findInOrder, sourcesOf, type Found } from './find-files.ts';
export { startSharing, type Helper, type Judged, type Sharing, type StartHelper } from './sharing.ts';

export interface ManifestOptions {
  /** Files, folders, glob patterns, or `-` for standard input. */
  readonly paths: readonly string[];
  /** Relative paths are resolved against it; files are reported relative to it when below it, with `/`. */
  readonly cwd: string;
  /** What `-` names. */
  readonly stdin?: NodeJS.ReadableStream;
  /**
   * Does any rule read this kind? The core group is empty. Documents of other kinds are counted, and parsed only if they may
   * hold a pod.
   */
  readonly reads: (group: string, kind: string) => boolean;
  /** Kinds with pod templates that the user adds; they are read whatever `reads` says. */
  readonly podTemplates?: readonly PodTemplateKind[];
  /** Called after each file and each chunk of a large one, with what has been read so far. */
  readonly onProgress?: (done: { readonly files: number; readonly bytes: number }) => void;
  /**
   * What files are to hold, by the name that reports give them (`<stdin>` too): read instead of what they do hold. Names
   * that the paths do not lead to are new files, read at the end.
   */
  readonly contents?: ReadonlyMap<string, Uint8Array>;
  /** How charts are rendered; absent: they are not, and their templates are left out. */
  readonly render?: RenderOptions;
  /** Asked for every file of this many bytes: with whom to share it, if it is worth it. Inputs then go where the sharing says. */
  readonly share?: (bytes: number) => Sharing | undefined;
}

/**
 * What became of everything. Files found = `files` + `skippedFiles` + `unreadFiles`; `documents` = `resources` +
 * `skippedDocuments` + `unreadDocuments`. A document is one YAML or JSON document that is neither empty nor null, or an
 * item of a list in its place; a list without items is one document.
 */
export interface ManifestTotals {
  /** Files that were opened and read, standard input included, whatever was in them. */
  readonly files: number;
  readonly documents: number;
  readonly resources: number;
  /** Files that were left out, and folders that were not entered; each of these counts as one. */
  readonly skippedFiles: number;
  readonly unreadFiles: number;
  readonly skippedDocuments: number;
  readonly unreadDocuments: number;
  /** What is taken for granted of charts, one sentence each. */
  readonly assumptions: readonly string[];
  /**
   * The files that stand for what was rendered from them: their texts are not those of the objects. With what says which
   * keys and patches decide findings there.
   */
  readonly rendered: ReadonlyMap<string, Decide>;
}

type Numbers = { -readonly [Key in keyof Omit<ManifestTotals, 'documents' | 'assumptions' | 'rendered'>]: number };

interface Counts extends Numbers {
  readonly assumptions: string[];
  readonly rendered: Map<string, Decide>;
}

export type Decide = Extract<Rendered, { documents: unknown }>['decide'];

/** What became of one thing that the search found. */
export type ManifestCounts = Readonly<Counts>;

type ReadingOptions = Omit<ManifestOptions, 'paths' | 'cwd' | 'contents'>;

interface Reading {
  readonly options: ReadingOptions;
  readonly sink: (input: Input) => void;
  readonly limits: WindowLimits;
  readonly window: ByteWindow;
  /** Of what is read at the moment. */
  counts: Counts;
  files: number;
  bytes: number;
  lastPause: number;
}

/**
 * Reads all manifests that the paths name and hands over one input after the other: files in byte order of their names,
 * in each file its documents in order, then what was skipped of it, one entry for each reason.
 * What cannot be read is an input as well. Rejects only for what `sink`, `reads` or `onProgress` throw.
 */
export async function readManifests(
  options: ManifestOptions,
  sink: (input: Input) => void,
  limits: WindowLimits = windowLimits,
): Promise<ManifestTotals> {
  const reader = manifestReader(options, sink, limits);
  const counts: ManifestCounts[] = [];
  const { contents = new Map<string, Uint8Array>() } = options;
  const fresh = new Set(contents.keys());
  for (const found of await findInOrder(options.paths, options.cwd, options.render !== undefined, options.render?.buildsAll)) {
    const file = found.type === 'read' ? found.file : found.type === 'stdin' ? standardInput : '';
    counts.push(await reader.read(found, fresh.delete(file) ? contents.get(file) : undefined));
  }
  for (const file of fresh) counts.push(await reader.read({ type: 'read', path: '', file, chartTemplate: false }, contents.get(file)));
  return manifestTotals(counts);
}

/** Reads what a search found, one after the other. */
export interface ManifestReader {
  /** Hands over what is in it, or in `content` instead of it. */
  read(found: Found, content?: Uint8Array): Promise<ManifestCounts>;
}

export function manifestReader(options: ReadingOptions, sink: (input: Input) => void, limits: WindowLimits = windowLimits): ManifestReader {
  const reading: Reading = {
    options,
    sink,
    limits,
    window: newWindow(limits),
    counts: noCounts(),
    files: 0,
    bytes: 0,
    lastPause: Date.now(),
  };
  return {
    async read(found, content) {
      const counts = noCounts();
      reading.counts = counts;
      if (content === undefined || (found.type !== 'read' && found.type !== 'stdin')) await readFound(reading, found);
      else if (found.type === 'stdin') await readSource(reading, openBytes(content), standardInput, false);
      else await readSource(reading, openBytes(content), found.file, found.chartTemplate);
      reading.files += counts.files;
      options.onProgress?.({ files: reading.files, bytes: reading.bytes });
      await pause(reading);
      return counts;
    },
  };
}

/** The counts of a whole input. */
export function manifestTotals(all: Iterable<ManifestCounts>): ManifestTotals {
  const { assumptions, rendered, ...sum } = noCounts();
  for (const counts of all) {
    for (const key of Object.keys(sum) as (keyof Numbers)[]) sum[key] += counts[key];
    assumptions.push(...counts.assumptions);
    for (const [file, decide] of counts.rendered) rendered.set(file, decide);
  }
  return { ...sum, documents: sum.resources + sum.skippedDocuments + sum.unreadDocuments, assumptions, rendered };
}

function noCounts(): Counts {
  const numbers = { files: 0, resources: 0, skippedFiles: 0, unreadFiles: 0, skippedDocuments: 0, unreadDocuments: 0 };
  return { ...numbers, assumptions: [], rendered: new Map() };
}

async function readFound(reading: Reading, found: Found): Promise<void> {
  const { counts, options, sink } = reading;
  if (found.type === 'skipped') {
    counts.skippedFiles += found.count;
    sink(found);
  } else if (found.type === 'unread') {
    counts.unreadFiles++;
    sink(found);
  } else if (found.type === 'read') {
    const source = openFile(found.path);
    if ('refused' in source) refuseFile(reading, found.file, source.refused);
    else await readSource(reading, source, found.file, found.chartTemplate);
  } else if (found.type === 'chart' || found.type === 'overlay') await readChart(reading, found, options.render ?? {});
  else if (options.stdin === undefined) refuseFile(reading, standardInput, 'there is no standard input');
  else await readSource(reading, openStream(options.stdin), standardInput, false);
}

/** Reads what a chart renders to. Where it cannot be rendered that is said, and what of it is plain YAML is read all the same. */
async function readChart(reading: Reading, found: FoundChart | FoundOverlay, options: RenderOptions): Promise<void> {
  const { counts, sink } = reading;
  const { render } = await import('../charts/index.ts');
  const rendered = await render(found, options);
  const files = Math.max(1, found.inside.length);
  if ('documents' in rendered) {
    counts.files += files;
    readRendered(reading, rendered);
  } else if ('skipped' in rendered) {
    counts.skippedFiles += files;
    sink({ type: 'skipped', file: found.file, line: 1, reason: rendered.skipped, count: files });
  } else {
    refuseFile(reading, found.file, oneLine(rendered.refused));
    for (const each of found.inside) await readFound(reading, each);
  }
}

function readRendered(reading: Reading, { documents, assumption, namespace, decide }: Extract<Rendered, { documents: unknown }>): void {
  const { options, sink, counts } = reading;
  if (assumption !== undefined) counts.assumptions.push(assumption);
  const outcomes = new Map<string, Outcome[]>();
  for (const { file, text, locate, lineOf } of documents) {
    const reader = pieceReader(file, {
      reads: options.reads,
      podTemplates: options.podTemplates ?? [],
      sink(input) {
        if (input.type === 'resource') {
          const { resource } = input;
          const there = { ...resource, locate: (paths: readonly Path[]) => locate(paths, (own) => resource.locate(own)) };
          sink({ type: 'resource', resource: inNamespace(withoutOrigin(there), namespace) });
        } else if (input.type === 'drifted') sink(input);
        else if (input.type === 'comment') {
          const { comment } = input;
          sink({ type: 'comment', comment: { ...comment, line: lineOf(comment.line), target: lineOf(comment.target) } });
        } else sink({ ...input, line: lineOf(input.line) });
      },
    });
    reader.read({ type: 'yaml', bytes: Buffer.from(text), line: 1 });
    const skips = [...reader.outcome.skips].map(([reason, { line, count }]) => [reason, { line: lineOf(line), count }] as const);
    outcomes.set(file, [...(outcomes.get(file) ?? []), { counts: reader.outcome.counts, skips: new Map(skips) }]);
  }
  for (const [file, ofFile] of outcomes) {
    counts.rendered.set(file, decide);
    account(reading, file, ofFile);
  }
}

/** What was asked of kustomize for the sake of places is no part of the object. */
function withoutOrigin(resource: Resource): Resource {
  const metadata = resource.metadata as { annotations?: Record<string, string> };
  const { annotations } = metadata;
  if (annotations?.[originAnnotation] === undefined) return resource;
  delete annotations[originAnnotation];
  if (Object.keys(annotations).length === 0) delete metadata.annotations;
  return resource;
}

/** What names no namespace is installed in that of the release. */
function inNamespace(resource: Resource, namespace: string | undefined): Resource {
  const { ref, metadata } = resource;
  if (namespace === undefined || ref.namespace !== undefined || isClusterScoped(ref)) return resource;
  return { ...resource, ref: { ...ref, namespace }, metadata: { ...metadata, namespace } };
}

/** Set by kustomize (v4.5.4 and later) where `buildMetadata` asks for it: the file that an object comes from. */
const originAnnotation = 'config.kubernetes.io/origin';

const standardInput = '<stdin>';

function refuseFile({ counts, sink }: Reading, file: string, reason: string): void {
  counts.unreadFiles++;
  sink({ type: 'unread', file, line: 1, reason });
}

async function readSource(reading: Reading, source: ByteSource, file: string, chartTemplate: boolean): Promise<void> {
  const { window, limits, options, counts, sink } = reading;
  resetWindow(window, limits);
  try {
    let filled = await source.fill(window);
    const refused = typeof filled === 'object' && window.end === 0 ? filled.failed : refuseFirstBytes(window);
    if (refused !== undefined) return refuseFile(reading, file, refused);
    if (chartTemplate && window.bytes.subarray(0, window.end).includes('{{')) {
      counts.skippedFiles++;
      return sink({ type: 'skipped', file, line: 1, reason: helmTemplate, count: 1 });
    }
    counts.files++;
    const wanted = { reads: options.reads, podTemplates: options.podTemplates ?? [], sink };
    const sharing = source.size === undefined ? undefined : options.share?.(source.size);
    const here = pieceReader(file, wanted);
    const pieces: Piece[] = [];
    const deliver = sharing === undefined ? here.read : gatherer(pieces);
    const reader = byteReader(window, cutsOf(wanted, deliver));
    const share = async (): Promise<void> => {
      if (pieces.length > 0) await sharing?.take({ file, pieces: pieces.splice(0) });
    };
    let read = window.end;
    let answer: 'more' | 'stop' = 'more';
    while (filled === 'full' && answer === 'more') {
      answer = reader.take(window, false);
      while (answer === 'more' && !makeRoom(window, limits)) answer = reader.giveUp(window);
      options.onProgress?.({ files: reading.files + counts.files, bytes: reading.bytes + read });
      await share();
      await pause(reading);
      if (answer === 'stop') break;
      const held = window.end;
      filled = await source.fill(window);
      read += window.end - held;
    }
    reading.bytes += read;
    if (answer === 'more') reader.take(window, true);
    if (typeof filled === 'object') deliver({ type: 'unread', line: 1, reason: `read in part only: ${filled.failed}` });
    await share();
    account(reading, file, (await sharing?.outcomes()) ?? [here.outcome]);
  } finally {
    await source.close();
  }
}

/** Counts what became of a file, and hands over what was skipped of it: one entry for each reason, at its first line. */
function account({ counts, sink }: Reading, file: string, outcomes: readonly Outcome[]): void {
  const skips = new Map<string, { readonly line: number; readonly count: number }>();
  for (const { counts: read, skips: skipped } of outcomes) {
    counts.resources += read.resources;
    counts.skippedDocuments += read.skipped;
    counts.unreadDocuments += read.unread;
    for (const [reason, { line, count }] of skipped) {
      const known = skips.get(reason);
      skips.set(reason, known === undefined ? { line, count } : { line: known.line, count: known.count + count });
    }
  }
  for (const [reason, { line, count }] of skips) sink({ type: 'skipped', file, line, reason, count });
}

/** Lets timers and signals have their turn about twenty times a second: everything else here is synchronous. */
async function pause(reading: Reading): Promise<void> {
  if (Date.now() - reading.lastPause < 50) return;
  await new Promise((resolve) => setImmediate(resolve));
  reading.lastPause = Date.now();
}
