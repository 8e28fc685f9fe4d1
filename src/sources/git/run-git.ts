import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { oneLine } from '../manifests/reasons.ts';

// Git is asked to read what it has, and nothing else: no hook, no filter, no lock, no connection.

/** What git answered, or why it did not: `missing` where there is no git to ask. */
export type Answer =
  | { readonly type: 'done'; readonly stdout: Buffer }
  | { readonly type: 'failed'; readonly code: number | null; readonly why: string }
  | { readonly type: 'missing' };

const mostErrors = 64 << 10;

/** Runs git in a folder and gathers what it prints, up to `most` bytes. */
export async function runGit(folder: string, args: readonly string[], most: number): Promise<Answer> {
  const chunks: Buffer[] = [];
  let size = 0;
  return streamGit(folder, args, '', (chunk) => {
    size += chunk.length;
    if (size > most) return 'it prints more than anybody needs';
    chunks.push(chunk);
    return undefined;
  }).then((answer) => (answer.type === 'done' ? { type: 'done', stdout: Buffer.concat(chunks) } : answer));
}

/** The same for long output: `take` gets every piece, and says what is wrong where it wants no more. */
export function streamGit(
  folder: string,
  args: readonly string[],
  input: string,
  take: (chunk: Buffer) => string | undefined,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const child = startGit(folder, args);
    let errors = '';
    let wrong: string | undefined;
    child.stderr.on('data', (chunk: Buffer) => {
      if (errors.length < mostErrors) errors += chunk.toString('utf8');
    });
    child.stdout.on('data', (chunk: Buffer) => {
      if (wrong !== undefined) return;
      try {
        wrong = take(chunk);
      } catch (error) {
        child.kill();
        reject(error instanceof Error ? error : new Error(String(error)));
      }
      if (wrong !== undefined) child.kill();
    });
    child.once('error', (error: NodeJS.ErrnoException) => {
      resolve(error.code === 'ENOENT' ? { type: 'missing' } : { type: 'failed', code: null, why: oneLine(error.code ?? error.message) });
    });
    child.once('close', (code) => {
      if (wrong !== undefined) resolve({ type: 'failed', code, why: wrong });
      else if (code === 0) resolve({ type: 'done', stdout: Buffer.alloc(0) });
      else resolve({ type: 'failed', code, why: firstLine(errors) });
    });
    // Where git ends early it does not read to the end: its exit code tells why.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
  });
}

function startGit(folder: string, args: readonly string[]): ChildProcessWithoutNullStreams {
  // A repository may say which program watches its files; none is started.
  const settings = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '-c', 'protocol.allow=never'];
  return spawn('git', ['-C', folder, '--no-pager', '--literal-pathspecs', ...settings, ...args], { env: environment(), windowsHide: true });
}

/** What a hook of git sets belongs to the repository that the hook runs in, relative to where it runs. */
const kept = /^GIT_(?:CONFIG|CEILING_DIRECTORIES|DISCOVERY_ACROSS_FILESYSTEM|EXEC_PATH)/;

function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('GIT_') || kept.test(name));
  return {
    ...Object.fromEntries(own),
    LC_ALL: 'C',
    GIT_OPTIONAL_LOCKS: '0',
    // A partial clone would fetch what it lacks; versions that do not know the first find no protocol allowed.
    GIT_NO_LAZY_FETCH: '1',
    GIT_ALLOW_PROTOCOL: '',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function firstLine(errors: string): string {
  const line = errors.split('\n').find((each) => each !== '') ?? '';
  return oneLine(line.replace(/^(?:fatal|error): /, ''));
}
