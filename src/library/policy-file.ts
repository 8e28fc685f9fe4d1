import { existsSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join, relative, resolve, sep } from 'node:path';
import type { AnyControl } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import type { PolicyFile } from '../options/policy-file.ts';
import type { PolicyOptions } from '../options/policy-options.ts';
import { readText } from '../sources/manifests/read-text.ts';

export interface PolicyFileOptions {
  /** The file; default: plimsoll.yaml, looked for from the paths upwards. */
  readonly file?: string;
  /** What is to be scanned; default: the working directory. */
  readonly paths?: readonly string[];
  /** Relative paths are resolved against it; default: that of the process. */
  readonly cwd?: string;
  /** Where the repository begins, of files that lie without it; default: where .git is. */
  readonly top?: string;
  /** Those that the file may name; default: all of this package. */
  readonly controls?: readonly AnyControl[];
}

/** What a policy file says, and the folder that its globs count from. */
export type FoundPolicy = PolicyFile & Pick<PolicyOptions, 'globFolder'>;

/** The file that is looked for. */
export const policyFileName = 'plimsoll.yaml';

const longest = 1 << 20;

/**
 * Reads the policy file of what is to be scanned, as options for `scan` and `fix`; no options where there is none.
 *
 * @example
 * import { readPolicyFile, scan } from 'plimsoll';
 *
 * const paths = ['examples'];
 * const report = await scan({ ...(await readPolicyFile({ paths })), paths });
 *
 * @throws OptionError in three lines (what, where, what to do) for a file that cannot be read or says what it must not.
 */
export async function readPolicyFile(options: PolicyFileOptions = {}): Promise<FoundPolicy> {
  const { paths = ['.'], cwd = process.cwd() } = options;
  const path = options.file === undefined ? findPolicyFile(paths, cwd, options.top) : resolve(cwd, options.file);
  if (path === undefined) return {};
  const file = options.file ?? shortName(path, cwd);
  const read = readText(path);
  if ('refused' in read)
    throw new OptionError([`the settings cannot be read: ${read.refused}`, file, 'name a readable file with --config']);
  if (read.text.length > longest) throw new OptionError(['the settings are longer than 1 MiB', file, 'name the right file with --config']);
  // Most programs have no file, and many commands judge nothing.
  const { parsePolicyFile } = await import('../options/policy-file.ts');
  const { controls = (await import('../controls/index.ts')).controls } = options;
  const folder = dirname(path);
  // A file that is named may be kept apart from what it is about.
  const isAround = options.file === undefined || isWithin(cwd, folder);
  return { ...parsePolicyFile(read.text, file.replaceAll('\\', '/'), controls), ...(isAround ? { globFolder: folder } : {}) };
}

/** Where the policy file may stand: whoever reads it again has to look there. */
export function policyFilePlaces({ file, paths = ['.'], cwd = process.cwd() }: PolicyFileOptions = {}): readonly string[] {
  return file === undefined ? [...new Set(paths.flatMap((path) => placesFrom(startOf(path, cwd), cwd)))] : [resolve(cwd, file)];
}

/** @throws OptionError where the paths lead to different files. */
function findPolicyFile(paths: readonly string[], cwd: string, top: string | undefined): string | undefined {
  const starts = new Set(paths.map((path) => startOf(path, cwd)));
  const found = new Set([...starts].map((start) => placesFrom(start, cwd, top).find((path) => existsSync(path))));
  const [first, second] = [...found].filter((path) => path !== undefined);
  if (second === undefined) return first;
  throw new OptionError([
    'the paths have different policy files',
    `${shortName(first!, cwd)} and ${shortName(second, cwd)}`,
    'scan one after the other, or name one file with --config',
  ]);
}

/** The folder of a path; of a glob, that in front of its first star. What is no path (standard input) counts as the working directory. */
function startOf(path: string, cwd: string): string {
  if (path === '-') return resolve(cwd);
  const glob = path.search(/[*?[{!]/);
  const start = glob >= 0 && !existsSync(resolve(cwd, path)) ? join(path.slice(0, glob), 'x') : path;
  const whole = resolve(cwd, start);
  return statSync(whole, { throwIfNoEntry: false })?.isDirectory() === true ? whole : dirname(whole);
}

/**
 * From a folder up to the root of its repository (where .git is), or to the home directory. Where neither is above, up to
 * the working directory, and from elsewhere the folder alone: anybody may put files into /tmp, and a policy file can waive
 * findings.
 */
function placesFrom(start: string, cwd: string, top?: string): readonly string[] {
  const places: string[] = [];
  const home = homedir();
  const here = resolve(cwd);
  for (let folder = start; ; folder = dirname(folder)) {
    places.push(join(folder, policyFileName));
    if (folder === top || folder === home || existsSync(join(folder, '.git'))) return places;
    if (dirname(folder) === folder)
      return isWithin(start, here) ? places.slice(0, places.indexOf(join(here, policyFileName)) + 1) : places.slice(0, 1);
  }
}

/** As reports name files. */
function shortName(path: string, cwd: string): string {
  return isWithin(path, resolve(cwd)) ? relative(cwd, path) : path;
}

function isWithin(path: string, folder: string): boolean {
  return `${path}${sep}`.startsWith(folder.endsWith(sep) ? folder : `${folder}${sep}`);
}
