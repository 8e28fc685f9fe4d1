import { execFileSync, spawn, type ChildProcessWithoutNullStreams } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The Go module that answers with Kubernetes' own code (oracle/main.go). */
export const oracleModule: string = join(import.meta.dirname, 'oracle');

/** A second one, for what k8s.io/kubernetes alone knows: it takes minutes to build (validation/main.go). */
export const validationModule: string = join(import.meta.dirname, 'validation');

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

/** Where Go keeps the source of a module that the oracle depends on: the fixtures of upstream lie there. */
export function moduleFolder(module: string): string {
  return execFileSync('go', ['list', '-m', '-f', '{{.Dir}}', module], { cwd: oracleModule, encoding: 'utf8' }).trim();
}

/** Builds the oracle, if these very sources were not built before, and starts it. */
export function startOracle(module: string = oracleModule): Oracle {
  const child = spawn(built(module), { stdio: ['pipe', 'pipe', 'pipe'] });
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

/** The binary lies outside the checkout, in a folder named for the sources, so that only changed sources are built again. */
function built(module: string): string {
  const hash = createHash('sha256');
  for (const file of readdirSync(module).sort()) {
    if (/^go\.(?:mod|sum)$|\.go$/.test(file)) hash.update(`${file}\n`).update(readFileSync(join(module, file)));
  }
  const folder = join(tmpdir(), `plimsoll-oracle-${hash.digest('hex').slice(0, 16)}`);
  const binary = join(folder, process.platform === 'win32' ? 'oracle.exe' : 'oracle');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  // Several test files may build at once: each renames a whole binary into place.
  const fresh = `${binary}.${process.pid}`;
  execFileSync('go', ['build', '-buildvcs=false', '-trimpath', '-o', fresh, '.'], {
    cwd: module,
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  renameSync(fresh, binary);
  return binary;
}
