import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** One run of a program, seen from outside: seconds and megabytes. */
export interface Measurement {
  readonly wall: number;
  /** User and system time of all its threads. */
  readonly cpu: number;
  /** Peak resident memory; 0 where the system does not tell (only Linux has /proc). */
  readonly peak: number;
  readonly exitCode: number;
}

// Node does not tell the resources of one child: the shell does for time; memory is watched while the program runs.
const script = `
TIMEFORMAT='%R %U %S'
time { ( echo $BASHPID >&3; exec "$@" >/dev/null 2>/dev/null 3>&- ); }
exit $?`;

/** Runs a program with its output thrown away. NODE_EXTRA_CA_CERTS alone costs Node 40 ms at start, so it is unset. */
export async function measure(command: readonly string[]): Promise<Measurement> {
  const { NODE_EXTRA_CA_CERTS: _certificates, NODE_OPTIONS: _options, ...environment } = process.env;
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    env: { ...environment, LC_ALL: 'C' },
    stdio: ['ignore', 'ignore', 'pipe', 'pipe'],
  });
  let times = '';
  let peak = 0;
  let watch: NodeJS.Timeout | undefined;
  child.stdio[2]?.on('data', (data: Buffer) => (times += data.toString()));
  child.stdio[3]?.on('data', (data: Buffer) => {
    const status = `/proc/${data.toString().trim()}/status`;
    watch = setInterval(() => (peak = Math.max(peak, peakOf(status))), 3);
  });
  const exitCode = await new Promise<number>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code ?? -1));
  });
  clearInterval(watch);
  const [wall = Number.NaN, user = Number.NaN, system = Number.NaN] = times.trim().split(/\s+/).slice(-3).map(Number);
  return { wall, cpu: user + system, peak, exitCode };
}

function peakOf(status: string): number {
  try {
    // The high-water mark only ever rises, so the last look before the end is all that counts.
    return Number(/VmHWM:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1] ?? 0) / 1000;
  } catch {
    return 0; // It has just ended.
  }
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}
