import { createHash } from 'node:crypto';
import type { ReachEndpoint } from '../core/index.ts';
import { reachPairs, startReachReading, type ReachQuestion, type ReachWorld } from '../library/reach.ts';
import { OptionError } from '../options/option-error.ts';
import { endpointsNamed, readPort } from '../options/reach-endpoints.ts';
import { printable } from '../report/printable.ts';
import { formatReachDot } from '../report/reach/reach-dot.ts';
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
  const { world, whole, source } = await readWorld(given, given.operands);
  const question = questionOf(given, world);
  tellNotes(world.notes, outputs);

  let graph: ReachGraph | undefined;
  const picture = (): ReachGraph => {
    graph ??= reachGraph(reachPairs(world, question));
    if (graph !== undefined) return graph;
    throw new OptionError([
      `more than ${mostInGraph} workloads and addresses are too many for a picture or a table`,
      'narrow them with --from, --to or --namespace; -o json streams every pair',
    ]);
  };
  const formatted = (format: string, onStdout: boolean): Promise<Iterable<string>> => {
    switch (format) {
      case 'json':
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
        const asked = given.has('from') || given.has('to') || given.has('port');
        return Promise.resolve(asked ? formatReachPairs(reachPairs(world, question), options) : formatReachText(picture(), options));
      }
    }
  };
  const exitCode = await deliver(given, outputs, formatted, { exitCode: 0, reason: '' });
  return whole ? exitCode : 2;
}

interface WorldRead {
  readonly world: ReachWorld;
  readonly whole: boolean;
  readonly source: string;
}

async function readWorld(given: Arguments, paths: readonly string[]): Promise<WorldRead> {
  const reading = startReachReading();
  const inventory = await takeInventory(await inventoryOf(given, paths), reading.kinds, reading.visit);
  return { world: reading.finish(inventory, given.value('plugin')), whole: isWhole(inventory, given), source: inventory.source };
}

function questionOf(given: Arguments, world: ReachWorld): ReachQuestion {
  const named = (option: 'from' | 'to'): Partial<Record<'from' | 'to', readonly ReachEndpoint[]>> => {
    const text = given.value(option);
    return text === undefined ? {} : { [option]: endpointsNamed(text, `--${option}`, world) };
  };
  const port = given.value('port');
  return { ...named('from'), ...named('to'), ...(port === undefined ? {} : { port: readPort(port) }) };
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
