import { readFileSync, realpathSync, statSync } from 'node:fs';
import { join, sep } from 'node:path';
import { nowhere, type Finding, type Location, type Path, type SetBy } from '../../core/index.ts';
import { readTemplate, templateLines, type Template } from './template-lines.ts';

/** A document as a program printed it, and where it comes from. */
export interface RenderedDocument {
  /** The file that holds what it was made from, as reports name it. */
  readonly file: string;
  readonly text: string;
  /** Where fields of its object come from in the file; `own` says where they are in the text. */
  readonly locate: (paths: readonly Path[], own: (paths: readonly Path[]) => Location[]) => Location[];
  /** Where a line of the text comes from. */
  readonly lineOf: (line: number) => number;
}

/** What became of a chart or an overlay. */
export type Rendered =
  | {
      readonly documents: readonly RenderedDocument[];
      /** What is taken for granted, one sentence. */
      readonly assumption?: string;
      /** Where objects are that name no namespace. */
      readonly namespace?: string;
      /** What decides findings among its documents, besides the files that they are in. */
      readonly decide: (findings: readonly Finding[]) => Promise<ReadonlyMap<Finding, SetBy>>;
    }
  | { readonly refused: string }
  | { readonly skipped: string };

/** A chart that is read. */
export interface ChartFolder {
  /** How reports name the folder. */
  readonly file: string;
  /** Where it is; undefined for an archive. */
  readonly path: string | undefined;
  /** What is packed: the archive, or the dependencies of a folder. By paths below the chart. */
  readonly packed: () => ReadonlyMap<string, string>;
}

const mostTemplateBytes = 4 << 20;

/** The documents that `helm template` printed, in its order. A comment in front of each names its template. */
export function documentsOf(chart: ChartFolder, printed: string): RenderedDocument[] {
  const documents: RenderedDocument[] = [];
  const templates = new Map<string, { readonly file: string; readonly template: Template | undefined }>();
  const starts = [...printed.matchAll(/^---\r?\n# Source: (.+)$/gm)];
  for (const [index, { 1: source = '', index: start }] of starts.entries()) {
    const begin = start + printed.slice(start).indexOf('\n') + 1;
    const text = printed.slice(begin, starts[index + 1]?.index ?? printed.length);
    let known = templates.get(source);
    if (known === undefined) templates.set(source, (known = templateOf(chart, source.trim())));
    const { file, template } = known;
    const placeOf = template === undefined ? () => nowhere : placesIn(text, template);
    documents.push({
      file,
      text,
      locate: (paths, own) => own(paths).map(placeOf),
      lineOf: (line) => placeOf({ line, column: 1, endLine: line, endColumn: 1 }).line,
    });
  }
  return documents;
}

/**
 * The file that `# Source: chart/templates/web.yaml` names. A template can print such a comment itself, and it can be a link:
 * only what really lies in the chart is read.
 */
function templateOf(
  { file, path, packed }: ChartFolder,
  source: string,
): { readonly file: string; readonly template: Template | undefined } {
  const below = source.slice(source.indexOf('/') + 1);
  const chartFile = { file: path === undefined ? file : joined(file, 'Chart.yaml'), template: undefined };
  if (!/^(?:templates|crds|charts)\//.test(below) || below.includes('\\') || below.split('/').some((step) => /^\.{0,2}$/.test(step)))
    return chartFile;
  const named = joined(file, below);
  const unpacked = (): { readonly file: string; readonly template: Template | undefined } => {
    const text = packed().get(below);
    return { file: named, template: text === undefined || text.length > mostTemplateBytes ? undefined : readTemplate(text) };
  };
  if (path === undefined) return unpacked();
  try {
    const real = realpathSync.native(join(path, below));
    const stat = statSync(real);
    if (!real.startsWith(realpathSync.native(path) + sep) || !stat.isFile()) return chartFile;
    return { file: named, template: stat.size > mostTemplateBytes ? undefined : readTemplate(readFileSync(real, 'utf8')) };
  } catch (error) {
    // The template of a dependency that is an archive.
    return (error as { readonly code?: unknown }).code === 'ENOENT' ? unpacked() : chartFile;
  }
}

export function joined(folder: string, below: string): string {
  if (folder === '.') return below;
  return folder.endsWith('/') ? folder + below : `${folder}/${below}`;
}

/** Turns places of what was rendered into places of its template. */
function placesIn(text: string, template: Template): (location: Location) => Location {
  const lines = text.split('\n');
  let of: Int32Array | undefined;
  return (location) => {
    of ??= templateLines(lines, template);
    const index = location.line - 1;
    const certain = certainLine(lines, of, index);
    if (certain === -1) return nowhere;
    const found = of[certain]!;
    const { text: line, parts } = template.lines[found]!;
    const start = line.length - line.trimStart().length;
    const whole = { line: found + 1, column: start + 1, endLine: found + 1, endColumn: Math.max(line.length, start + 1) + 1 };
    if (certain !== index) return whole;
    const { column, endColumn } = location;
    // The same up to the first action.
    const same = column - 1 <= parts[0]!.length ? column : start + 1;
    if (location.endLine === location.line)
      return parts.length === 1 && line === lines[index]?.trimEnd() ? { ...whole, column, endColumn } : { ...whole, column: same };
    return { ...whole, column: same };
  };
}

/** The line itself where it is known which of the template it is, else that of the nearest field around it that is; -1 without one. */
function certainLine(lines: readonly string[], of: Int32Array, index: number): number {
  let depth = Infinity;
  for (let at = Math.min(index, lines.length - 1); at >= 0; at--) {
    const line = lines[at]!;
    const content = line.trimStart();
    if (content === '' || content.startsWith('#')) continue;
    const indent = line.length - content.length;
    // The items of a list may stand under their key without being indented.
    const isItem = /^- |^-$/.test(content);
    if (indent > depth || (indent === depth && isItem)) continue;
    if (indent === depth && !wasItem(lines, at, index, indent)) continue;
    if (of[at]! >= 0) return at;
    depth = indent;
  }
  return -1;
}

/** Whether what stands between a key and a line that is as deep are items of a list, which belong to the key. */
function wasItem(lines: readonly string[], key: number, to: number, indent: number): boolean {
  for (let at = key + 1; at <= to; at++) {
    const line = lines[at]!;
    if (line.length - line.trimStart().length === indent && line.trim() !== '') return line.trimStart().startsWith('-');
  }
  return false;
}
