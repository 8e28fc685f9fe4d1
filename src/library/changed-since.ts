import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { onlyChanged } from '../compare/changed.ts';
import type { Finding, Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { findFiles } from '../sources/manifests/find-files.ts';
import { filesOfRevision, judgeRevision, type FilesOfRevision, type Settings } from './revision.ts';
import type { ScanOptions } from './scan.ts';

/** Larger files are dumps; all in them counts as changed. */
const mostBytes = 64 << 20;

/**
 * Judges what stood where this branch and a revision part, and answers with what takes out of a report of today all that
 * was there then and has not changed since. Where the settings have
 * changed, all has: what they decide is decided for both sides by those of today. Where no file has changed there is nothing
 * to judge a second time.
 * @throws OptionError where git, the repository, the revision or the files are missing.
 */
export async function changedSince(options: ScanOptions, revision: string, settings: Settings): Promise<(report: Report) => Report> {
  const { cwd = process.cwd() } = options;
  const files = await filesOfRevision(options, revision, 'merge-base', settings);
  const known = new Set<string>();
  let before: Pick<Report, 'findings'>;
  let otherSettings: boolean;
  try {
    if (await isAsThen(options, files)) {
      const since = { revision, commit: files.commit, isChanged: () => false, same: true } as const;
      return (report) => onlyChanged(report, report, since);
    }
    before = await judgeRevision(files).catch((error: unknown) => {
      // What could not have been judged by these options then (a chart that has come since, with its values) is all new.
      if (!(error instanceof OptionError)) throw error;
      return { findings: [] };
    });
    for (const file of filesBelow(files.there(files.top))) for (const { digest } of documentsOf(file) ?? []) known.add(digest);
    otherSettings = files.settings.some((path) => textOf(path) !== textOf(files.there(path)));
  } finally {
    files.remove();
  }
  return (report) => {
    const documents = new Map<string, readonly Document[] | undefined>();
    const isNew = (file: string, line: number): boolean => {
      if (!documents.has(file)) documents.set(file, documentsOf(resolve(cwd, file)));
      const document = documents.get(file)?.findLast((each) => each.line <= line);
      return document === undefined || !known.has(document.digest);
    };
    const isChanged = ({ file, line, setBy }: Finding): boolean =>
      otherSettings || isNew(file, line) || (setBy !== undefined && isNew(setBy.file, setBy.line));
    return onlyChanged(report, before, { revision, commit: files.commit, isChanged });
  };
}

/**
 * Whether all that a scan reads is word for word what it was, in files of the same names. Overlays may be built from files that
 * nothing here names: where there are any they are judged twice.
 */
async function isAsThen({ paths = ['.'], cwd = process.cwd(), charts }: ScanOptions, files: FilesOfRevision): Promise<boolean> {
  const then = await namesToRead(files.options.paths ?? ['.'], files.options.cwd ?? '.');
  const now = await namesToRead(paths, cwd);
  if (then === undefined || now === undefined || now.some((path, index) => files.there(path) !== then[index])) return false;
  if (then.length !== now.length) return false;
  const known = new Set(then);
  for (const path of filesBelow(files.there(files.top))) {
    known.add(path);
    if (overlayName.test(path)) return false;
    // Whatever stands in the folder of a chart may be a part of it.
    if (basename(path) !== 'Chart.yaml') continue;
    const [there, here] = [dirname(path), dirname(files.here(path))].map((folder) =>
      [...filesBelow(folder)].map((each) => relative(folder, each)),
    );
    if (there!.length !== here!.length || !there!.every((name) => here!.includes(name))) return false;
  }
  for (const path of known) {
    const text = textOf(path);
    if (text === undefined || text !== textOf(files.here(path))) return false;
  }
  const values = (charts?.values ?? []).map((file) => textOf(resolve(cwd, file)));
  const valuesThen = (files.options.charts?.values ?? []).map((file) => textOf(resolve(files.options.cwd ?? '.', file)));
  // Settings that are not there now were not there then either.
  return (
    values.every((text, index) => text === valuesThen[index]) && files.settings.every((path) => textOf(path) === textOf(files.there(path)))
  );
}

const overlayName = /(?:^|[\\/])(?:kustomization\.ya?ml|Kustomization)$/;

/** The files that a scan reads, in their order; undefined where some cannot be read. */
async function namesToRead(paths: readonly string[], cwd: string): Promise<string[] | undefined> {
  const found = await findFiles(paths, cwd);
  if (found.some(({ type }) => type === 'unread')) return undefined;
  return found.flatMap((each) => (each.type === 'read' ? [each.path] : []));
}

function textOf(path: string): string | undefined {
  try {
    return statSync(path).size > mostBytes ? undefined : readFileSync(path, 'utf8').replaceAll('\r\n', '\n');
  } catch {
    // Where there is none there is none.
    return undefined;
  }
}

interface Document {
  readonly line: number;
  readonly digest: string;
}

/** The documents of a file by their texts: one that has moved, in its file or to another one, is as it was. */
function documentsOf(path: string): Document[] | undefined {
  try {
    const stat = statSync(path);
    if (!stat.isFile() || stat.size > mostBytes) return undefined;
    const documents: Document[] = [];
    let line = 1;
    // Git may write other line ends than it keeps.
    for (const text of readFileSync(path, 'utf8')
      .replaceAll('\r\n', '\n')
      .split(/^(?=---(?:\s|$))/m)) {
      const own = text.replace(/^---/, '').trim();
      documents.push({ line, digest: createHash('sha1').update(own).digest('base64') });
      line += text.split('\n').length - 1;
    }
    return documents;
  } catch {
    // What cannot be read is not known to be as it was.
    return undefined;
  }
}

function* filesBelow(folder: string): Generator<string, void> {
  for (const entry of readdirSync(folder, { withFileTypes: true, recursive: true }))
    if (entry.isFile()) yield join(entry.parentPath, entry.name);
}
