import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { join } from 'node:path';
import { built } from './go-module.ts';

/** The Go module that answers with Kubernetes' own code (oracle/main.go). */
export const oracleModule: string = join(import.meta.dirname, 'oracle');

/** What every operation answers where it refuses its input. */
export interface Refusal {
  readonly error: string;
}

export interface Oracle {
  /**
   * Sends `{ op, ...input }` for every input and resolves to the answers, in the same order; `O` is what the operation's Go
   * file says that it answers. Rejects when the oracle dies.
   */
  ask<O>(op: string, inputs: readonly object[]): Promise<(O & Partial<Refusal>)[]>;
  /** Ends the process; to be called when all answers are there. */
  close(): Promise<void>;
}

/** Builds the oracle, if these very sources were not built before, and starts it. */
export function startOracle(): Oracle {
  const child = spawn(built(oracleModule), { stdio: ['pipe', 'pipe', 'pipe'] });
  const waiting: { readonly wanted: number; readonly answers: unknown[]; resolve(answers: unknown[]): void; reject(error: Error): void }[] =
    [];
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  onLines(child, (line) => {
    const batch = waiting[0];
    if (batch === undefined) return;
    batch.answers.push(JSON.parse(line));
    if (batch.answers.length < batch.wanted) return;
    waiting.shift();
    batch.resolve(batch.answers);
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const die = (error: Error): void => {
    for (const batch of waiting.splice(0)) batch.reject(error);
  };
  child.once('error', die);
  child.once('close', (code) => die(new Error(`the oracle ended with ${code}: ${complaint}`)));
  // A write to a dead oracle: the event `close` carries the reason.
  child.stdin.on('error', die);
  return {
    async ask<O>(op: string, inputs: readonly object[]): Promise<(O & Partial<Refusal>)[]> {
      if (inputs.length === 0) return [];
      const answers = new Promise<unknown[]>((resolve, reject) => {
        waiting.push({ wanted: inputs.length, answers: [], resolve, reject });
      });
      child.stdin.write(inputs.map((input) => `${JSON.stringify({ op, ...input })}\n`).join(''));
      return (await answers) as (O & Partial<Refusal>)[];
    },
    async close() {
      child.stdin.end();
      await ended;
    },
  };
}

/** Calls back once for each whole line of the child's output; readline would also split at U+2028. */
function onLines(child: ChildProcessWithoutNullStreams, take: (line: string) => void): void {
  let rest = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) take(line);
  });
}
