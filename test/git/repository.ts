import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';

type Files = Readonly<Record<string, string | undefined>>;

/** A repository in a folder of its own, for as few calls of git as a test can do with. */
export interface TestRepository {
  readonly top: string;
  git(...args: readonly string[]): string;
  /** Writes files; undefined removes one. */
  write(files: Files): void;
  /** All that was written, as a commit. */
  commit(files?: Files): void;
  remove(): void;
}

const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];

/** Git with nobody's settings. */
export function git(folder: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', ['-C', folder, ...author, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

/** What a repository of these files is made of: git is asked once, and each test gets a copy. */
const begun: Map<string, [path: string, content: Buffer][]> = new Map();

/** A repository with one commit of these files; without files, without a commit. */
export function newRepository(files: Files = {}): TestRepository {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-git-')));
  const top = join(folder, 'repository');
  const repository = repositoryIn(folder, top);
  const key = JSON.stringify(files);
  const known = begun.get(key);
  if (known === undefined) {
    mkdirSync(top);
    git(top, 'init', '--quiet', '--initial-branch=main', '--template=');
    if (Object.keys(files).length === 0) return repository;
    repository.commit(files);
    begun.set(key, contentOf(top));
  } else for (const [path, content] of known) put(join(top, path), content);
  return repository;
}

function contentOf(top: string): [path: string, content: Buffer][] {
  return readdirSync(top, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ parentPath, name }) => [join(relative(top, parentPath), name), readFileSync(join(parentPath, name))]);
}

function put(path: string, content: string | Buffer): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
}

function repositoryIn(folder: string, top: string): TestRepository {
  const write: TestRepository['write'] = (files) => {
    for (const [name, text] of Object.entries(files)) {
      if (text === undefined) rmSync(join(top, name));
      else put(join(top, name), text);
    }
  };
  return {
    top,
    git: (...args) => git(top, ...args),
    write,
    commit(files = {}) {
      write(files);
      git(top, 'add', '--all');
      git(top, 'commit', '--quiet', '--allow-empty', '--message=test');
    },
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}
