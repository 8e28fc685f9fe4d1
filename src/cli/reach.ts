import { createHash } from 'node:crypto';
import { stringify } from 'yaml';
import type { ReachEndpoint, ReachExplanation } from '../core/index.ts';
import { compareReach, reachPairs, startReachReading, type AskedPort, type ReachQuestion, type ReachWorld } from '../library/reach.ts';
import { OptionError } from '../options/option-error.ts';
import { endpointsNamed, readPort } from '../options/reach-endpoints.ts';
import { printable } from '../report/printable.ts';
import { formatReachDiffJson, formatReachDiffText, opensSomething } from '../report/reach/reach-diff.ts';
import { formatReachDot } from '../report/reach/reach-dot.ts';
import { formatReachExplanations, formatReachExplanationsJson, type PlaceOf } from '../report/reach/reach-explain.ts';
import { mostInGraph, reachGraph, type ReachGraph } from '../report/reach/reach-graph.ts';
import { formatReachHtml } from '../report/reach/reach-html.ts';
import { formatReachJson } from '../report/reach/reach-json.ts';
import { formatReachMermaid } from '../report/reach/reach-mermaid.ts';
import { formatReachSvg } from '../report/reach/reach-svg.ts';
import { formatReachPairs, formatReachText } from '../report/reach/reach-text.ts';
import type { Arguments } from './arguments.ts';
import { reachFormats } from './commands/reach.ts';
import { deliver } from './deliver.ts';
import { inventoryOf, isWhole, takeInventory } from './inventory.ts';
import { tell } from './output.ts';
import { outputsOf, type Output } from './outputs.ts';
import { terminalOf } from './terminal.ts';

/** `plimsoll reach`: who can open connections to what; answers with the exit code. */
export async function runReach(given: Arguments): Promise<number> {
  const outputs = outputsOf(given, reachFormats);
  if (given.has('diff')) return runDiff(given, outputs);
  if (given.has('fail-on-open')) throw new OptionError(['--fail-on-open goes with --diff', 'write plimsoll reach --diff BEFORE AFTER']);
  const explained = given.has('explain') ? askedPort(given) : undefined;
  checkFormats(given, outputs);
  const { world, whole, source, placeOf } = await readWorld(given, given.operands);
  const question = questionOf(given, world);
  tellNotes(world.notes, outputs);

  let graph: ReachGraph | undefined;
  const picture = (): ReachGraph => {
    graph ??= reachGraph(reachPairs(world, question), isPart(question) ? world.endpoints : undefined);
    if (graph !== undefined) return graph;
    throw new OptionError([
      `more than ${mostInGraph} workloads and addresses, or another list of ports for each two of them, are too many for a picture or a table`,
      'narrow them with --from, --to or --namespace; -o json streams every pair',
    ]);
  };
  const formatted = (format: string, onStdout: boolean): Promise<Iterable<string>> => {
    switch (format) {
      case 'json':
        if (explained !== undefined)
          return Promise.resolve(formatReachExplanationsJson(explanationsOf(world, question, explained), placeOf));
        return Promise.resolve(formatReachJson(reachPairs(world, question)));
      case 'dot':
        return Promise.resolve(formatReachDot(picture()));
      case 'mermaid':
        return Promise.resolve(formatReachMermaid(picture()));
      case 'svg':
        return Promise.resolve([formatReachSvg(picture())]);
      case 'html':
        return Promise.resolve([formatReachHtml(picture(), world.notes.map(printable), sha256)]);
      default: {
        const options = { ...textOptions(given, onStdout), source, notes: world.notes };
        if (explained !== undefined) {
          const yaml = (value: unknown): string => stringify(value, { version: '1.1' });
          return Promise.resolve(formatReachExplanations(explanationsOf(world, question, explained), placeOf, { ...options, yaml }));
        }
        const asked = given.has('from') || given.has('to') || given.has('port');
        return Promise.resolve(asked ? formatReachPairs(reachPairs(world, question), options) : formatReachText(picture(), options));
      }
    }
  };
  const exitCode = await deliver(given, outputs, formatted, { exitCode: 0, reason: '' });
  const { full } = world.network;
  if (full) tell(`plimsoll: ${tooMuchToTellApart}; name fewer workloads with --from, --to or --namespace\n`);
  return whole && !full ? exitCode : 2;
}

/** `--diff BEFORE AFTER`. */
async function runDiff(given: Arguments, outputs: readonly Output[]): Promise<number> {
  checkFormats(given, outputs);
  const stray = ['from', 'to', 'port', 'explain', 'cluster'].find((name) => given.has(name));
  if (stray !== undefined) throw new OptionError([`--diff and --${stray} exclude each other`, 'write plimsoll reach --diff BEFORE AFTER']);
  const [first, second, third] = given.operands;
  if (first === undefined || second === undefined || third !== undefined)
    throw new OptionError(['--diff compares two states', 'name two folders, files or snapshots: plimsoll reach --diff BEFORE AFTER']);
  const before = await readWorld(given, [first]);
  const after = await readWorld(given, [second]);
  const diff = compareReach(before.world, after.world);
  const notes = [...new Set([...before.world.notes, ...after.world.notes])];
  tellNotes(notes, outputs);
  const opens = given.has('fail-on-open') && opensSomething(diff);
  const formatted = (format: string, onStdout: boolean): Promise<Iterable<string>> => {
    if (format === 'json') return Promise.resolve(formatReachDiffJson(diff));
    const options = { ...textOptions(given, onStdout), source: after.source, notes, failed: opens };
    return Promise.resolve(formatReachDiffText(diff, options));
  };
  const outcome = opens ? { exitCode: 1 as const, reason: 'the change opens connections' } : { exitCode: 0 as const, reason: '' };
  const exitCode = await deliver(given, outputs, formatted, outcome);
  if (diff.full) tell(`plimsoll: ${tooMuchToTellApart}; compare fewer namespaces with --namespace\n`);
  return before.whole && after.whole && !diff.full ? exitCode : 2;
}

const tooMuchToTellApart = 'the policies tell more sets of ports apart than are computed at once, and what is beyond is unknown';

/** What explains and what compares has no picture. */
function checkFormats(given: Arguments, outputs: readonly Output[]): void {
  const option = ['diff', 'explain'].find((name) => given.has(name));
  const other = outputs.find(({ format }) => format !== 'text' && format !== 'json');
  if (option !== undefined && other !== undefined)
    throw new OptionError([`--${option} has no format ${other.format}`, 'it is written as text or json']);
}

/** @throws OptionError where the question is not about one port of some pairs. */
function askedPort(given: Arguments): AskedPort {
  const missing = ['from', 'to', 'port'].find((name) => !given.has(name));
  if (missing !== undefined)
    throw new OptionError([`--explain needs --${missing}`, 'for instance --from shop/web --to data/db --port 5432 --explain']);
  return readPort(given.value('port')!);
}

function* explanationsOf(
  { network }: ReachWorld,
  { from = [], to = [] }: ReachQuestion,
  { protocol, port }: AskedPort,
): Generator<ReachExplanation, void> {
  for (const source of from) for (const target of to) yield network.explain(source, target, protocol, port);
}

interface WorldRead {
  readonly world: ReachWorld;
  readonly whole: boolean;
  readonly source: string;
  readonly placeOf: PlaceOf;
}

async function readWorld(given: Arguments, paths: readonly string[]): Promise<WorldRead> {
  const reading = startReachReading();
  const inventory = await takeInventory(await inventoryOf(given, paths), reading.kinds, reading.visit);
  const placeOf: PlaceOf = (anchor) => {
    const file = inventory.fileOf(anchor);
    const { line, column } = anchor.location;
    return inventory.live ? { file } : { file, line, column };
  };
  const world = reading.finish(inventory, given.value('plugin'));
  return { world, whole: isWhole(inventory, given), source: inventory.source, placeOf };
}

function questionOf(given: Arguments, world: ReachWorld): ReachQuestion {
  const named = (option: 'from' | 'to'): Partial<Record<'from' | 'to', readonly ReachEndpoint[]>> => {
    const text = given.value(option);
    return text === undefined ? {} : { [option]: endpointsNamed(text, `--${option}`, world) };
  };
  const port = given.value('port');
  return { ...named('from'), ...named('to'), ...(port === undefined ? {} : { port: readPort(port) }) };
}

function isPart({ from, to, port }: ReachQuestion): boolean {
  return from !== undefined || to !== undefined || port !== undefined;
}

/** Formats that have no place for them leave them to standard error. */
function tellNotes(notes: readonly string[], outputs: readonly Output[]): void {
  const shown = outputs.some(({ format }) => format === 'text' || format === 'html');
  if (!shown) for (const note of notes) tell(`plimsoll: ${printable(note)}\n`);
}

function textOptions(given: Arguments, onStdout: boolean): { color: boolean; width: number; all: boolean } {
  const { color, width } = onStdout ? terminalOf(given) : { color: given.has('color'), width: 100 };
  return { color, width, all: given.has('all') };
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('base64');
}
