import { realpathSync, statSync } from 'node:fs';
import { dirname, join, resolve, sep } from 'node:path';
import { runGit } from './run-git.ts';

/** Why git does not answer: what, where, and what to do. */
export interface Refusal {
  readonly refused: readonly string[];
}

/** A working tree, as a path leads to it. */
export interface Repository {
  /** Its top folder, on the way that the path takes. */
  readonly top: string;
}

/** Where a path stands in its repository. */
export interface PlaceInRepository extends Repository {
  /** From the top folder, with `/`; empty for the top folder itself. */
  readonly path: string;
}

/**
 * Finds the repository of a path. What does not exist (any more) is looked for from the nearest folder that does.
 */
export async function findRepository(path: string, cwd: string): Promise<PlaceInRepository | Refusal> {
  const place = resolve(cwd, path);
  const folder = nearestFolder(place);
  const answer = await runGit(folder, ['rev-parse', '--show-toplevel', '--show-prefix'], 1 << 16);
  if (answer.type === 'missing')
    return { refused: ['git is not installed, or not in the PATH', 'install it, or give two folders or two reports instead of revisions'] };
  if (answer.type === 'failed') return { refused: noRepository(answer.why, path) };
  const [top = '', prefix = ''] = answer.stdout.toString('utf8').split('\n');
  // The prefix is the way from the top folder: taken off, what is left leads to the top folder on the way that the path takes.
  const below = prefix.split('/').filter((part) => part !== '');
  const lexical = below.reduce((at) => dirname(at), folder);
  const lexicalTop = sameFolder(lexical, top) ? lexical : resolve(top);
  const rest = place === folder ? [] : place.slice(folder.length).split(sep);
  return { top: lexicalTop, path: [...below, ...rest.filter((part) => part !== '')].join('/') };
}

function nearestFolder(path: string): string {
  const stat = statSync(path, { throwIfNoEntry: false });
  if (stat?.isDirectory() === true || dirname(path) === path) return path;
  return nearestFolder(dirname(path));
}

function sameFolder(one: string, other: string): boolean {
  try {
    return realpathSync.native(one) === realpathSync.native(other);
  } catch {
    // One that cannot be followed is not that of git.
    return false;
  }
}

function noRepository(why: string, path: string): string[] {
  if (why.includes('dubious ownership'))
    return [
      `git does not trust the repository of ${path}: it belongs to another user`,
      'git config --global --add safe.directory FOLDER says that you do',
    ];
  if (why.includes('must be run in a work tree'))
    return [`the repository of ${path} is bare: it has no files`, 'make a working tree of it: git worktree add'];
  if (why.includes('not a git repository'))
    return [`${path} is in no git repository`, 'revisions are those of the repository that a path is in'];
  return [`git cannot read the repository of ${path}: ${why}`, `git -C ${path} status says more`];
}

/** The id of the commit that a revision names. */
export async function findCommit({ top }: Repository, revision: string): Promise<{ readonly commit: string } | Refusal> {
  const commit = await commitOf(top, revision);
  if (commit !== undefined) return { commit };
  const upstream = (await commitOf(top, `origin/${revision}`)) === undefined ? undefined : `origin/${revision}`;
  const advice =
    upstream !== undefined
      ? `did you mean ${upstream}?`
      : (await isShallow(top))
        ? `the clone is shallow: fetch ${revision} first, or all of it (git fetch --unshallow; fetch-depth: 0 in a pipeline)`
        : 'git branch --all and git tag list those that it has';
  return { refused: [`the repository has no revision ${revision}`, top, advice] };
}

async function commitOf(top: string, revision: string): Promise<string | undefined> {
  // What begins with a dash would be an option.
  if (revision === '' || revision.startsWith('-') || revision.includes('\0')) return undefined;
  const answer = await runGit(top, ['rev-parse', '--verify', '--quiet', `${revision}^{commit}`], 1 << 12);
  const id = answer.type === 'done' ? answer.stdout.toString('latin1').trim() : '';
  return /^[0-9a-f]{40,64}$/.test(id) ? id : undefined;
}

/** The last commit that a revision and what is checked out have in common. */
export async function findMergeBase({ top }: Repository, revision: string, commit: string): Promise<{ readonly commit: string } | Refusal> {
  const answer = await runGit(top, ['merge-base', commit, 'HEAD'], 1 << 12);
  const id = answer.type === 'done' ? answer.stdout.toString('latin1').trim() : '';
  if (/^[0-9a-f]{40,64}$/.test(id)) return { commit: id };
  return {
    refused: (await isShallow(top))
      ? [
          `this shallow clone ends before ${revision} and HEAD meet`,
          top,
          'fetch more of it: git fetch --unshallow, or fetch-depth: 0 in a pipeline',
        ]
      : [`${revision} and HEAD have no commit in common`, top, 'name a revision that what is checked out comes from'],
  };
}

async function isShallow(top: string): Promise<boolean> {
  const answer = await runGit(top, ['rev-parse', '--is-shallow-repository'], 1 << 10);
  return answer.type === 'done' && answer.stdout.toString('latin1').trim() === 'true';
}

/** Something that stands in a commit. */
export interface TreeEntry {
  readonly mode: 'file' | 'link';
  readonly id: string;
  /** From the top folder, with `/`. */
  readonly path: string;
}

const mostOfTree = 512 << 20;

/** The files of a commit below some paths. Submodules are repositories of their own, and not among them. */
export async function listTree({ top }: Repository, commit: string, paths: readonly string[]): Promise<readonly TreeEntry[] | Refusal> {
  const below = paths.includes('') ? [] : paths;
  const answer = await runGit(top, ['ls-tree', '-r', '-z', '--full-tree', commit, '--', ...below], mostOfTree);
  if (answer.type !== 'done')
    return { refused: [`git cannot list the files of ${commit}: ${whyOf(answer)}`, top, `git -C ${top} fsck says more`] };
  const entries: TreeEntry[] = [];
  for (const line of answer.stdout.toString('utf8').split('\0')) {
    const [, mode = '', id = '', path = ''] = /^(\d+) blob ([0-9a-f]+)\t([^]+)$/.exec(line) ?? [];
    if (path !== '' && isPlain(path)) entries.push({ mode: mode === '120000' ? 'link' : 'file', id, path });
  }
  return entries;
}

export function whyOf(answer: { readonly type: string; readonly why?: string }): string {
  return answer.why === undefined || answer.why === '' ? 'it does not say why' : answer.why;
}

/** A path that leads nowhere but down. Git makes no other; a repository made by hand may hold one. */
function isPlain(path: string): boolean {
  return path
    .split('/')
    .every(
      (part) => part !== '' && part !== '.' && part !== '..' && part.toLowerCase() !== '.git' && !/[\\:]/.test(sep === '\\' ? part : ''),
    );
}

/** Where a path of a repository stands. */
export function pathBelow({ top }: Repository, path: string): string {
  return path === '' ? top : join(top, ...path.split('/'));
}
