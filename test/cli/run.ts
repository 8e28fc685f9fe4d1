import { execFile, spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { setTimeout } from 'node:timers/promises';
import { inject } from 'vitest';

export interface Outcome {
  readonly status: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface RunOptions {
  readonly cwd?: string;
  readonly input?: string | Uint8Array;
  readonly env?: Readonly<Record<string, string>>;
  readonly timeout?: number;
}

/** How long to wait for a process in milliseconds: so long that a busy machine does not show. */
export const patience = 60_000;

/** Node to run the built command line with: PLIMSOLL_NODE, which `npm run test:nodes` sets, else the one of the tests. */
export const node: string = process.env['PLIMSOLL_NODE'] ?? process.execPath;

/** Runs the built command line as a process of its own, without a terminal and without colours asked for. */
export function plimsoll(args: readonly string[], options: RunOptions = {}): Outcome {
  const { PATH = '', HOME = '' } = process.env;
  const result = spawnSync(node, [inject('commandLine'), ...args], {
    cwd: options.cwd,
    input: options.input ?? '',
    env: { PATH, HOME, ...options.env },
    encoding: 'utf8',
    timeout: options.timeout ?? patience,
    maxBuffer: 1 << 28,
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}

/** The same, while this process goes on: it may be the server that is asked. */
export function plimsollBeside(
  args: readonly string[],
  { cwd, env, timeout = patience }: Omit<RunOptions, 'input'> = {},
): Promise<Outcome> {
  const { PATH = '', HOME = '' } = process.env;
  const options = { cwd, env: { PATH, HOME, ...env }, timeout, maxBuffer: 1 << 28 };
  return new Promise((resolve) => {
    const child = execFile(node, [inject('commandLine'), ...args], options, (_, stdout, stderr) =>
      resolve({ status: child.exitCode, stdout, stderr }),
    );
  });
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has written to standard output so far. */
  stdout(): string;
  stderr(): string;
  /** Waits until standard output matches. */
  until(wanted: RegExp): Promise<void>;
  /** The exit code. */
  readonly ended: Promise<number | null>;
}

/** Starts the built command line and lets it run. */
export function startPlimsoll(args: readonly string[], cwd?: string): Running {
  const { PATH = '', HOME = '' } = process.env;
  const child = spawn(node, [inject('commandLine'), ...args], { cwd, env: { PATH, HOME }, stdio: ['ignore', 'pipe', 'pipe'] });
  let [stdout, stderr] = ['', ''];
  let written = (): void => undefined;
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text;
    written();
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
  const ended = new Promise<number | null>((resolve) => void child.once('close', resolve));
  return {
    child,
    stdout: () => stdout,
    stderr: () => stderr,
    async until(wanted) {
      const matched = new Promise<void>((resolve) => {
        written = () => wanted.test(stdout) && resolve();
        written();
      });
      const gone = ended.then((code) => {
        throw new Error(`it ended with ${code}: ${stderr}`);
      });
      const late = setTimeout(patience, undefined, { ref: false }).then(() => {
        throw new Error(`it does not write ${wanted.source}, but ${stdout}`);
      });
      await Promise.race([matched, gone, late]);
    },
    ended,
  };
}
