import { closeSync, openSync, readSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { differenceOf, type Side } from '../compare/difference.ts';
import { looksLikeBaseline } from '../compare/baseline.ts';
import type { DiffReport, DiffSide, Report } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { findCommit, findRepository } from '../sources/git/index.ts';
import { wholeReport } from './baseline.ts';
import { filesOfRevision, judgeRevision } from './revision.ts';
import { scan, type ScanOptions } from './scan.ts';

/** A side to compare: a JSON report, a file, folder or snapshot, or a revision of git of some paths. */
export type DiffInput =
  | { readonly report: string }
  | { readonly path: string }
  | { readonly revision: string; readonly paths: readonly string[] };

export type DiffOptions = Omit<ScanOptions, 'paths' | 'all'>;

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
  const [one, other] = [await sideOf(before, written[0], like), await sideOf(after, written[1], like)];
  if (one.side.profile !== other.side.profile)
    throw new OptionError([
      `${one.side.name} was judged for profile ${one.side.profile}, and ${other.side.name} for ${other.side.profile}`,
      'they have other controls: scan both for one profile',
    ]);
  return differenceOf(one, other, placed(before, after));
}

function targetOf({ target }: Report): Pick<ScanOptions, 'profile' | 'kubernetesVersion' | 'partial'> {
  const { profile, kubernetesVersion, partial, assumed } = target;
  return { profile, partial, ...(assumed ? {} : { kubernetesVersion }) };
}

async function sideOf(input: DiffInput, written: Report | undefined, options: ScanOptions): Promise<Side> {
  if ('report' in input) return side(input.report, 'report', written!);
  if ('path' in input) return side(input.path, 'files', await scan({ ...options, paths: [input.path] }));
  const files = await filesOfRevision({ ...options, paths: input.paths }, input.revision, 'revision');
  try {
    return side(input.revision, 'revision', await judgeRevision(files), files.commit);
  } finally {
    files.remove();
  }
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
