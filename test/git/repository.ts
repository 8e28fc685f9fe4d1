import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/** A repository in a folder of its own, for as few calls of git as a test can do with. */
export interface TestRepository {
  readonly top: string;
  git(...args: readonly string[]): string;
  /** Writes files; undefined removes one. */
  write(files: Readonly<Record<string, string | undefined>>): void;
  /** All that was written, as a commit. */
  commit(files?: Readonly<Record<string, string | undefined>>): void;
  remove(): void;
}

const author = ['-c', 'user.name=test', '-c', 'user.email=test@example.com', '-c', 'commit.gpgsign=false'];

/** Git with nobody's settings. */
export function git(folder: string, ...args: readonly string[]): string {
  const env = { PATH: process.env['PATH'], GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_SYSTEM: '/dev/null' };
  return execFileSync('git', ['-C', folder, ...author, ...args], { env, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
}

export function newRepository(): TestRepository {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'plimsoll-git-')));
  const top = join(folder, 'repository');
  mkdirSync(top);
  git(top, 'init', '--quiet', '--initial-branch=main');
  const write: TestRepository['write'] = (files) => {
    for (const [name, text] of Object.entries(files)) {
      const path = join(top, name);
      if (text === undefined) rmSync(path);
      else {
        mkdirSync(dirname(path), { recursive: true });
        writeFileSync(path, text);
      }
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
