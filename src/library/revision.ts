import { dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import type { Finding, Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { checkOut, findCommit, findMergeBase, findRepository, type CheckedOut, type PlaceInRepository } from '../sources/git/index.ts';
import { granted } from './granted.ts';
import { scan, type ScanOptions } from './scan.ts';

/** What stood at a revision of git where a scan reads today. */
export interface FilesOfRevision extends CheckedOut {
  readonly commit: string;
  /** The repository's top folder today. */
  readonly top: string;
  /** Where settings that hold for the paths may stand today: beside them, and above. */
  readonly settings: readonly string[];
  /** The options of a scan of today, for what stood there then. */
  readonly options: ScanOptions;
}

/** The file that the settings stand in: one that was named, or files of a name above what is read. */
export type Settings = { readonly file: string } | { readonly name: string };

/**
 * Takes out of git what the paths of a scan held at a revision, or where that and HEAD part; to be removed by who asked.
 * @throws OptionError where git, the repository, the revision or the files are missing.
 */
export async function filesOfRevision(
  options: ScanOptions,
  revision: string,
  at: 'revision' | 'merge-base',
  settingsFile?: Settings,
): Promise<FilesOfRevision> {
  const { paths = ['.'], cwd = process.cwd(), charts } = options;
  if (paths.includes('-')) throw new OptionError(['standard input is in no revision', 'name the files or folders to compare']);
  const places: PlaceInRepository[] = [];
  const patterns = new Set<string>();
  for (const path of paths) {
    const wildcard = path.search(/[*?[{(!]/);
    const fixed = wildcard < 0 ? path : path.slice(0, wildcard).replace(/[^/]*$/, '') || '.';
    const place = granted<PlaceInRepository>(await findRepository(fixed, cwd));
    places.push(place);
    if (wildcard >= 0) patterns.add(place.path);
  }
  const [first] = places;
  const other = places.find(({ top }) => top !== first?.top);
  if (first === undefined || other !== undefined)
    throw new OptionError(['the paths are in two repositories', `${first?.top} and ${other?.top}`, 'compare one after the other']);
  const settings =
    settingsFile === undefined
      ? []
      : 'file' in settingsFile
        ? [below(first.top, resolve(cwd, settingsFile.file))].filter((path) => path !== undefined)
        : settingsAbove([...places.map(({ path }) => path), below(first.top, resolve(cwd)) ?? ''], settingsFile.name);
  const values = charts?.values ?? [];
  const valuesBelow = values.map((file) => below(first.top, resolve(cwd, file))).filter((path) => path !== undefined);
  const named = granted<{ readonly commit: string }>(await findCommit(first, revision));
  const { commit } = at === 'revision' ? named : granted<typeof named>(await findMergeBase(first, revision, named.commit));
  const files = granted<CheckedOut>(
    await checkOut(first, commit, { paths: places.map(({ path }) => path), whole: patterns, also: [...settings, ...valuesBelow] }),
  );
  const asThen = (path: string): string => (isAbsolute(path) ? files.there(path) : path);
  const { memory: _, ...rendering } = charts ?? {};
  return {
    ...files,
    commit,
    top: first.top,
    settings: settings.map((path) => join(first.top, path)),
    options: {
      ...options,
      cwd: files.there(resolve(cwd)),
      paths: paths.map(asThen),
      ...(charts === undefined
        ? {}
        : {
            charts: {
              ...rendering,
              values: values.map((file) => (below(first.top, resolve(cwd, file)) === undefined ? resolve(cwd, file) : asThen(file))),
            },
          }),
      ...(options.globFolder === undefined ? {} : { globFolder: files.there(resolve(cwd, options.globFolder)) }),
    },
  };
}

/** The way from a folder down to a path, with `/`; undefined where it leads elsewhere. */
function below(folder: string, path: string): string | undefined {
  const way = relative(folder, path);
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way) ? undefined : way.split(sep).join('/');
}

/** All places of a settings file in the folders above some paths, and at the paths. */
function settingsAbove(paths: readonly string[], name: string): string[] {
  const folders = new Set<string>(['']);
  for (const path of paths) {
    for (let at = path; at !== '.' && at !== ''; at = dirname(at)) folders.add(at);
  }
  return [...folders].map((folder) => (folder === '' ? name : `${folder}/${name}`));
}

/** Judges what stood at a revision; files are named as they would be today. */
export async function judgeRevision(files: FilesOfRevision): Promise<Report> {
  const report = await scan(files.options);
  const named = <T extends { readonly file: string }>(item: T): T => ({ ...item, file: files.here(item.file) });
  const finding = (item: Finding): Finding => (item.waived === undefined ? named(item) : { ...named(item), waived: named(item.waived) });
  return {
    ...report,
    inputs: { ...report.inputs, unread: report.inputs.unread.map(named) },
    findings: report.findings.map(finding),
    workloads: report.workloads.map(named),
  };
}
