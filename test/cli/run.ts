import { spawnSync } from 'node:child_process';
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
    timeout: options.timeout ?? 20_000,
    maxBuffer: 1 << 28,
  });
  return { status: result.status, stdout: result.stdout, stderr: result.stderr };
}
