import { closeSync, mkdirSync, openSync, rmSync, symlinkSync, writeSync } from 'node:fs';
import { temporaryFolder } from '../temporary-folder.ts';
import { basename, dirname, isAbsolute, join, parse, posix, resolve } from 'node:path';
import { listTree, pathBelow, whyOf, type Refusal, type Repository, type TreeEntry } from './repository.ts';
import { streamGit } from './run-git.ts';

/** What stood in a repository at a commit, on the disk: what reads files reads them as they would have stood there. */
export interface CheckedOut {
  /** A path of today as it is there: the same path below another root. */
  there(path: string): string;
  /** The name of today of a file there. */
  here(file: string): string;
  /** Takes it off the disk. */
  remove(): void;
}

/** What to take out of a commit; all from the top of the repository. */
export interface Wanted {
  /** Files, and folders to search for manifests. */
  readonly paths: readonly string[];
  /** Folders of which every file is needed. */
  readonly whole: ReadonlySet<string>;
  /** Files that are needed besides, if they are there. */
  readonly also: readonly string[];
}

/**
 * Writes the files of a commit that a scan may read to a folder that only this user can enter; nobody else's files are
 * touched. Charts and overlays are rendered by programs that read files, which is why they are not kept in memory alone.
 */
export async function checkOut(repository: Repository, commit: string, wanted: Wanted): Promise<CheckedOut | Refusal> {
  const { paths } = wanted;
  const named = await listTree(repository, commit, [...paths, ...wanted.also]);
  if ('refused' in named) return named;
  // An overlay is made from what may stand anywhere in the repository.
  const isOverlay = named.some(({ path }) => overlays.has(posix.basename(path)));
  const entries = isOverlay ? await listTree(repository, commit, ['']) : named;
  if ('refused' in entries) return entries;
  const root = temporaryFolder();
  if (typeof root !== 'string') return { refused: [root.refused] };
  const there = (path: string): string => join(root, path.slice(parse(path).root.length));
  const remove = (): void => rmSync(root, { recursive: true, force: true });
  try {
    const refused = await writeEntries(repository, commit, wantedOf(entries, wanted), (path) => there(pathBelow(repository, path)));
    if (refused !== undefined) {
      remove();
      return refused;
    }
    // What was not there then is an empty folder.
    for (const path of paths)
      if (!entries.some((entry) => entry.path === path || entry.path.startsWith(`${path}/`)))
        mkdirSync(there(pathBelow(repository, path)), { recursive: true });
  } catch (error) {
    remove();
    throw error;
  }
  return { there, here: (file) => (isAbsolute(file) && file.startsWith(root) ? file.slice(root.length) : file), remove };
}

const manifest = /\.(?:ya?ml|json)$/;
const rules: ReadonlySet<string> = new Set(['.gitignore', '.plimsollignore']);
/** What makes a folder one that is rendered: then all of it is needed. */
const overlays: ReadonlySet<string> = new Set(['kustomization.yaml', 'kustomization.yml', 'Kustomization']);
const rendered: ReadonlySet<string> = new Set(['Chart.yaml', ...overlays]);

function wantedOf(entries: readonly TreeEntry[], { paths, whole, also }: Wanted): TreeEntry[] {
  const folders = new Set(entries.filter(({ path }) => rendered.has(posix.basename(path))).map(({ path }) => posix.dirname(path)));
  const named = new Set([...paths, ...also]);
  const isBelow = (path: string): boolean => {
    for (let at = path; ; at = posix.dirname(at)) {
      if (folders.has(at) || whole.has(at === '.' ? '' : at)) return true;
      if (at === '.') return false;
    }
  };
  return entries.filter(
    ({ path, mode }) => mode === 'link' || named.has(path) || manifest.test(path) || rules.has(basename(path)) || isBelow(path),
  );
}

async function writeEntries(
  { top }: Repository,
  commit: string,
  entries: readonly TreeEntry[],
  place: (path: string) => string,
): Promise<Refusal | undefined> {
  const links = new Map<string, string>();
  const made = new Set<string>();
  let next = 0;
  const reader = batchReader({
    begin() {
      const { mode, path } = entries[next]!;
      const target = place(path);
      const folder = dirname(target);
      if (!made.has(folder)) mkdirSync(folder, { recursive: true, mode: 0o700 });
      made.add(folder);
      if (mode === 'link') {
        let text = '';
        return { add: (bytes) => void (text += bytes.toString('utf8')), end: () => void links.set(path, text) };
      }
      const descriptor = openSync(target, 'w', 0o600);
      return {
        add(bytes) {
          for (let at = 0; at < bytes.length;) at += writeSync(descriptor, bytes, at);
        },
        end: () => closeSync(descriptor),
      };
    },
    done: () => void next++,
  });
  const answer = await streamGit(top, ['cat-file', '--batch', '--buffer'], entries.map(({ id }) => `${id}\n`).join(''), reader);
  if (answer.type !== 'done' || next < entries.length) {
    const why = answer.type === 'done' ? 'it ends early' : whyOf(answer);
    return {
      refused: [
        `git cannot read files of ${commit}: ${why}`,
        top,
        'a clone that was made with --filter lacks them: git fetch --refetch --no-filter brings them',
      ],
    };
  }
  // Last, so that nothing is written through one. One that leads out of the repository is none of its files.
  for (const [path, text] of links) {
    const leads = posix.normalize(posix.join(posix.dirname(path), text));
    if (text === '' || text.includes('\0') || text.startsWith('/') || leads === '..' || leads.startsWith('../')) continue;
    symlinkSync(text, resolve(place(path)));
  }
  return undefined;
}

interface Blob {
  add(bytes: Buffer): void;
  end(): void;
}

/** Takes apart what `git cat-file --batch` prints: a line with id, type and size, the bytes, a line end. */
function batchReader({ begin, done }: { begin(): Blob; done(): void }): (chunk: Buffer) => string | undefined {
  let header = '';
  let blob: Blob | undefined;
  let left = 0;
  return (chunk) => {
    for (let at = 0; at < chunk.length;) {
      if (blob === undefined) {
        const end = chunk.indexOf(10, at);
        header += chunk.toString('latin1', at, end < 0 ? chunk.length : end);
        if (end < 0) {
          if (header.length > 200) return 'its answer is none';
          return undefined;
        }
        at = end + 1;
        const [, size] = /^[0-9a-f]+ blob (\d+)$/.exec(header) ?? [];
        if (size === undefined) return header.endsWith(' missing') ? 'they are not in this clone' : 'its answer is none';
        header = '';
        left = Number(size);
        blob = begin();
      }
      const take = Math.min(left, chunk.length - at);
      blob.add(chunk.subarray(at, at + take));
      at += take;
      left -= take;
      if (left > 0 || at >= chunk.length) return undefined;
      // The line end behind the bytes.
      at++;
      blob.end();
      blob = undefined;
      done();
    }
    return undefined;
  };
}
