/**
 * `npm run bench [-- --json] [--only NAME] [--runs N]`: the jobs of docs/performance.md on this machine, each against its
 * yardsticks in the same alternating run. Times differ between machines and hours; the ratios are what counts.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { optimizeLater } from '../src/cli/optimize-later.ts';
import { inProcess } from './in-process.ts';
import { jobs, type Job, type Yardstick } from './jobs.ts';
import { measure, median, type Measurement } from './measure.ts';

interface Row {
  readonly job: string;
  readonly about: string;
  readonly reach?: { readonly wall?: number; readonly peak?: number };
  readonly measured?: Figures;
  readonly against: readonly {
    readonly name: string;
    readonly measured?: Figures;
    readonly of: Yardstick['of'];
    readonly limit: number;
    readonly ratio?: number;
  }[];
  readonly result: string;
}

type Figures = Omit<Measurement, 'exitCode'> & { readonly runs: number };

/** Whatever takes longer than this is run once: a slow yardstick needs no median, and nobody waits for five of them. */
const slow = 15;

const { values: options } = parseArgs({
  options: {
    json: { type: 'boolean' },
    only: { type: 'string', multiple: true },
    runs: { type: 'string', default: '5' },
    inside: { type: 'string' },
  },
});
if (options.inside !== undefined) {
  const job = inProcess.find(({ name }) => name === options.inside)!;
  if (job.byCommand) optimizeLater();
  process.stdout.write(`${await job.measure()}\n`);
  process.exit();
}
const runs = Number(options.runs);
const wanted = (name: string): boolean => options.only === undefined || options.only.includes(name);
if (!existsSync('dist/cli/plimsoll.cjs')) throw new Error('dist/ is not there: run npm run build first');

const rows: Row[] = [];
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
for (const { name, job } of jobs) {
  if (!wanted(name)) continue;
  tell(`${name} …`);
  const made = job();
  const end = await made.beside?.();
  rows.push(await rowOf(made));
  end?.();
}
for (const { name, about, reach } of inProcess) {
  if (!wanted(name)) continue;
  tell(`${name} …`);
  const wall = median(Array.from({ length: runs }, () => insideAnother(name)));
  const measured = { wall, cpu: wall, peak: 0, runs };
  rows.push({ job: name, about, reach: { wall: reach }, measured, against: [], result: wall <= reach ? 'pass' : 'short: wall' });
}
const machine = `${cpus()[0]?.model.trim() ?? 'unknown processor'}, ${cpus().length} cores, Node ${process.versions.node}`;
process.stdout.write(options.json === true ? `${JSON.stringify({ machine, rows }, null, 2)}\n` : `${machine}\n\n${table(rows)}`);

/** Seconds, as a process tells that has done nothing else before. */
function insideAnother(job: string): number {
  const call = ['tools/run.mjs', 'bench/run.ts', '--inside', job];
  return Number(execFileSync(process.execPath, call, { stdio: ['ignore', 'pipe', 'inherit'], encoding: 'utf8' }));
}

async function rowOf({ name, about, reach: wall, memory: peak, command, yardsticks }: Job): Promise<Row> {
  const reach = { ...(wall === undefined ? {} : { wall }), ...(peak === undefined ? {} : { peak }) };
  if (command === undefined) return { job: name, about, reach, against: [], result: 'input absent: see docs/performance.md' };
  const [measured, ...others] = await alternate([command, ...yardsticks.map((yardstick) => yardstick.command)]);
  if (measured === undefined) return { job: name, about, reach, against: [], result: 'did not run' };
  const against = yardsticks.map((yardstick, index) => ({ ...compare(yardstick, measured, others[index]) }));
  const short = [
    ...(wall !== undefined && measured.wall > wall ? ['wall'] : []),
    ...(peak !== undefined && measured.peak > peak ? ['memory'] : []),
    ...against.filter(({ ratio, limit }) => ratio !== undefined && ratio > limit).map((other) => `against ${other.name}`),
  ];
  return { job: name, about, reach, measured, against, result: short.length === 0 ? 'pass' : `short: ${short.join(', ')}` };
}

function compare({ name, of, limit }: Yardstick, product: Figures, measured: Figures | undefined): Row['against'][number] {
  return measured === undefined ? { name, of, limit } : { name, of, limit, measured, ratio: product[of] / measured[of] };
}

/** Each command in turn, `runs` times over, so that whatever else the machine does falls on all of them alike. */
async function alternate(commands: readonly (readonly string[] | undefined)[]): Promise<(Figures | undefined)[]> {
  const measured = commands.map((): Measurement[] => []);
  for (let run = 0; run < runs; run++) {
    for (const [index, command] of commands.entries()) {
      const before = measured[index]!;
      if (command === undefined || (before[0]?.wall ?? 0) > slow) continue;
      const measurement = await measure(command);
      // 0 and 1 are answers (of the yardstick too); anything else measured a failure.
      if (measurement.exitCode > 1) tell(`exit code ${measurement.exitCode}: ${command.slice(0, 5).join(' ')}`);
      else before.push(measurement);
    }
  }
  return measured.map((list) => {
    if (list.length === 0) return undefined;
    const of = (key: 'wall' | 'cpu' | 'peak'): number => median(list.map((measurement) => measurement[key]));
    return { wall: of('wall'), cpu: of('cpu'), peak: of('peak'), runs: list.length };
  });
}

/** A Markdown table, as docs/performance.md shows it. */
function table(lines: readonly Row[]): string {
  const cells = lines.map(({ about, reach, measured, against, result }) => [
    about,
    [reach?.wall === undefined ? '' : duration(reach.wall), reach?.peak === undefined ? '' : `${reach.peak} MB`].filter(Boolean).join(', '),
    measured === undefined ? '' : duration(measured.wall),
    measured === undefined ? '' : duration(measured.cpu),
    measured === undefined || measured.peak === 0 ? '' : `${measured.peak.toFixed(0)} MB`,
    against.map(describe).join('; '),
    result,
  ]);
  const head = ['Job', 'Reach', 'Wall', 'CPU', 'Peak', 'Against', 'Result'];
  const line = (row: readonly string[]): string => `| ${row.join(' | ')} |\n`;
  return line(head) + line(head.map(() => '---')) + cells.map(line).join('');
}

function describe({ name, of, limit, measured, ratio }: Row['against'][number]): string {
  if (measured === undefined || ratio === undefined) return `${name} (at most ${limit} ×): not installed`;
  const times = measured.runs < runs ? ` (${measured.runs} run)` : '';
  return `${ratio.toFixed(2)} × ${of === 'cpu' ? 'the CPU of ' : ''}${name} (${duration(measured[of])}, ${measured.peak.toFixed(0)} MB${times}); at most ${limit}`;
}

function duration(seconds: number): string {
  if (seconds < 0.001) return `${(seconds * 1e6).toFixed(1)} µs`;
  return seconds < 1 ? `${(seconds * 1000).toFixed(0)} ms` : `${seconds.toFixed(2)} s`;
}
