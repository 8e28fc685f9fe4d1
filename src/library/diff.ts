import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { differenceOf, type Side } from '../compare/difference.ts';
import { looksLikeBaseline } from '../compare/baseline.ts';
import type { DiffReport, DiffSide, Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { findCommit, findRepository } from '../sources/git/index.ts';
import { wholeReport } from './baseline.ts';
import { policyFileName, type PolicyFileOptions } from './policy-file.ts';
import { filesOfRevision, judgeRevision, type FilesOfRevision } from './revision.ts';
import { scan, type ScanOptions } from './scan.ts';

/** A side to compare: a JSON report, a file, folder or snapshot, or a revision of git of some paths. */
export type DiffInput =
  | { readonly report: string }
  | { readonly path: string }
  | { readonly revision: string; readonly paths: readonly string[] };

export interface DiffOptions extends Omit<ScanOptions, 'paths' | 'all'> {
  /**
   * How a side is judged, by where its files lie: of a revision, those of the settings that stood in it. What stands beside
   * it in these options holds for both sides. Default: nothing else than these options.
   */
  readonly settings?: (place: SettingsPlace) => Promise<SideOptions>;
}

type SideOptions = Omit<ScanOptions, 'paths' | 'all'>;

/** Where the files of a side lie: as `readPolicyFile` takes it. */
export type SettingsPlace = Required<Pick<PolicyFileOptions, 'paths' | 'cwd'>> & Pick<PolicyFileOptions, 'top'>;

/**
 * What differs between two reports, folders or revisions of git, as `plimsoll diff` tells it. Beside a report that was
 * written earlier the other side is judged for the same profile and version of Kubernetes, unless the options say others.
 *
 * @example
 * import { diff } from 'plimsoll';
 *
 * const { summary } = await diff({ revision: 'main', paths: ['deploy'] }, { path: 'deploy' });
 *
 * @throws OptionError where a side cannot be read, or two reports were judged for different profiles.
 */
export async function diff(before: DiffInput, after: DiffInput, options: DiffOptions = {}): Promise<DiffReport> {
  const { cwd = process.cwd() } = options;
  const written = [before, after].map((input) => ('report' in input ? wholeReport(input.report, cwd) : undefined));
  const first = written.find((report) => report !== undefined);
  const like = first === undefined ? options : { ...targetOf(first), ...options };
  const later = await sideOf(after, written[1], like);
  // Reports of two profiles have other controls, and what one of them leaves out would look fixed or new.
  const { profile, minSeverity } = later.settings ?? {};
  const earlier = await sideOf(before, written[0], {
    ...(profile === undefined ? {} : { profile }),
    ...(minSeverity === undefined ? {} : { minSeverity }),
    ...like,
  });
  if (earlier.side.profile !== later.side.profile)
    throw new OptionError([
      `${earlier.side.name} was judged for profile ${earlier.side.profile}, and ${later.side.name} for ${later.side.profile}`,
      'they have other controls: scan both for one profile',
    ]);
  const report = differenceOf(earlier, later, placed(before, after));
  return { ...report, notes: [...report.notes, ...settingsNotes(earlier, later)] };
}

/** A side with what its settings say; nothing of a report that was written earlier. */
interface JudgedSide extends Side {
  readonly settings?: SideOptions;
}

function targetOf({ target }: Report): Pick<ScanOptions, 'profile' | 'kubernetesVersion' | 'partial'> {
  const { profile, kubernetesVersion, partial, assumed } = target;
  return { profile, partial, ...(assumed ? {} : { kubernetesVersion }) };
}

async function sideOf(input: DiffInput, written: Report | undefined, options: DiffOptions): Promise<JudgedSide> {
  if ('report' in input) return side(input.report, 'report', written!);
  const { settings: settingsOf = (): Promise<SideOptions> => Promise.resolve({}), ...both } = options;
  if ('path' in input) {
    const paths = [input.path];
    const settings = await settingsOf({ paths, cwd: options.cwd ?? process.cwd() });
    return { ...side(input.path, 'files', await scan({ ...settings, ...both, paths })), settings };
  }
  const { revision, paths } = input;
  const files = await filesOfRevision({ ...both, paths }, revision, 'revision', { name: policyFileName });
  try {
    const { cwd = '.', paths: pathsThen = ['.'] } = files.options;
    const place = { cwd, paths: pathsThen, top: files.there(files.top) };
    const settings = await settingsOf(place).catch((error: unknown) => {
      throw error instanceof OptionError ? faultThen(error, revision, files) : error;
    });
    const globFolder = globFolderThen(settings.globFolder, files);
    const report = await judgeRevision({ ...files, options: { ...settings, ...globFolder, ...files.options } });
    return { ...side(revision, 'revision', report, files.commit), settings };
  } finally {
    files.remove();
  }
}

/** Settings that were named lie where they lie today: their globs are meant for the files of then too. */
function globFolderThen(folder: string | undefined, files: FilesOfRevision): Pick<ScanOptions, 'globFolder'> {
  if (folder === undefined) return {};
  return { globFolder: files.here(folder) === folder ? files.there(folder) : folder };
}

/** What stands in the settings of then nobody can repair any more. */
function faultThen({ lines: [what = '', where = ''] }: OptionError, revision: string, files: FilesOfRevision): OptionError {
  return new OptionError([what, `${files.here(where)} of ${revision}`, 'name settings for both sides: --config FILE']);
}

/** What else than the input may make findings differ. */
function settingsNotes(before: JudgedSide, after: JudgedSide): string[] {
  if (before.settings === undefined || after.settings === undefined) return [];
  if (settingsWords(before.settings) === settingsWords(after.settings)) return [];
  const { profile: was = 'nsa' } = before.settings;
  const { profile } = after.side;
  return [
    `the settings (${policyFileName}) are others before and after: each side was judged by its own`,
    ...(was === profile ? [] : [`the settings say profile ${was} before: both sides were judged for ${profile}`]),
  ];
}

/** What settings say, without where they say it. */
function settingsWords(settings: SideOptions): string {
  const places: ReadonlySet<string> = new Set(['globFolder', 'file', 'line', 'column', 'charts']);
  return JSON.stringify(settings, (key, value: unknown) => (places.has(key) ? undefined : value));
}

function side(name: string, kind: DiffSide['kind'], report: Report, commit?: string): Side {
  const { target, tool, inputs } = report;
  return {
    report,
    side: {
      name,
      kind,
      ...(commit === undefined ? {} : { commit }),
      tool: tool.version,
      kubernetesVersion: target.kubernetesVersion,
      profile: target.profile,
      ...(target.cluster === undefined ? {} : { cluster: target.cluster }),
      resources: inputs.resources,
      unread: inputs.unread,
    },
  };
}

/** Files are called alike below two folders, and two files are each other's. */
function placed(before: DiffInput, after: DiffInput): (file: string) => string {
  if (!('path' in before) || !('path' in after)) return String;
  const [from, to] = [before.path, after.path].map((path) => path.replace(/^(?:\.\/+)+(?=.)/, '').replace(/(?<=.)\/+$/, '')) as [
    string,
    string,
  ];
  const below = to === '.' ? '' : `${to}/`;
  return (file) => {
    if (file === from) return to;
    if (from === '.') return below + file;
    return file.startsWith(`${from}/`) ? below + file.slice(from.length + 1) : file;
  };
}

/**
 * What the operands of `plimsoll diff` mean. With paths behind them, or with `git`, both names are revisions. Else a name is
 * a path if there is one, and a revision if there is none; what could be both is refused.
 * @throws OptionError for what is neither, or both.
 */
export async function readDiffInputs(
  [before, after]: readonly [string, string],
  paths: readonly string[],
  git: boolean,
  cwd: string = process.cwd(),
): Promise<readonly [DiffInput, DiffInput]> {
  if (git || paths.length > 0) {
    const below = paths.length > 0 ? paths : ['.'];
    return [
      { revision: before, paths: below },
      { revision: after, paths: below },
    ];
  }
  const [one, other] = [await readDiffInput(before, after, cwd), await readDiffInput(after, before, cwd)];
  // A revision beside files is that of these files.
  const ofPath = (input: DiffInput, beside: DiffInput): DiffInput =>
    'revision' in input && 'path' in beside ? { ...input, paths: [beside.path] } : input;
  return [ofPath(one, other), ofPath(other, one)];
}

async function readDiffInput(name: string, beside: string, cwd: string): Promise<DiffInput> {
  if (name === '-') return { path: name };
  const stat = name === '' ? undefined : statSync(resolve(cwd, name), { throwIfNoEntry: false });
  const isRevision = !/^(?:\.{0,2}\/|\.{1,2}$)|\/$/.test(name) && (await isCommit(name, cwd));
  if (stat !== undefined && isRevision)
    throw new OptionError([
      `${name} is a path here and a revision of the repository`,
      `write ./${name} for the path, or plimsoll diff --git ${name} ${beside} for the revision`,
    ]);
  if (isRevision) return { revision: name, paths: ['.'] };
  if (stat === undefined)
    throw new OptionError([
      `${name} is no file, no folder and no revision of this repository`,
      'name a report, files, or a revision: plimsoll diff main HEAD deploy/',
    ]);
  return stat.isFile() && isReport(resolve(cwd, name), name) ? { report: name } : { path: name };
}

async function isCommit(name: string, cwd: string): Promise<boolean> {
  const repository = await findRepository('.', cwd);
  return !('refused' in repository) && !('refused' in (await findCommit(repository, name)));
}

/** Reports begin with their version, which no manifest has. */
function isReport(path: string, name: string): boolean {
  const descriptor = openSync(path, 'r');
  try {
    const bytes = Buffer.alloc(4096);
    const start = bytes.toString('utf8', 0, readSync(descriptor, bytes));
    if (looksLikeBaseline(start))
      throw new OptionError([`${name} is a baseline`, 'plimsoll scan PATH --baseline FILE says what is new beside it']);
    return /^\uFEFF?\s*\{[^]*"schemaVersion"\s*:/.test(start);
  } finally {
    closeSync(descriptor);
  }
}
