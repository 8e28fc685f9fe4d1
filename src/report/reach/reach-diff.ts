import type { ReachChange, ReachEndpoint, ReachPair, ReachPorts } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { heading, pageOf, type Page } from '../page.ts';
import { reachGraph } from './reach-graph.ts';
import { endpointJson, portsJson } from './reach-json.ts';
import { bundledLines, endpointText, notes, type ReachTextOptions } from './reach-text.ts';

/** What a change of the policies does: the pairs of which the answer is another one, and workloads that come and go. */
export interface ReachDiff {
  /** Every time it is asked, one after the other. */
  readonly changes: () => Iterable<ReachChange>;
  /** All that there is before and after. */
  readonly endpoints: readonly ReachEndpoint[];
  /** Only there afterwards, or before: their pairs are not among the changes. */
  readonly added: readonly ReachEndpoint[];
  readonly removed: readonly ReachEndpoint[];
}

/** Whether anything is reached that was not, or may be. */
export function opensSomething({ changes }: ReachDiff): boolean {
  for (const { opened, mayOpen } of changes()) if (opened.length > 0 || mayOpen.length > 0) return true;
  return false;
}

/** A change a line. */
export function* formatReachDiffJson({ changes, added, removed }: ReachDiff): Generator<string, void> {
  const ports = (list: readonly ReachPorts[]): string => `[${list.map(portsJson).join(',')}]`;
  const endpoints = (list: readonly ReachEndpoint[]): string => `[${list.map(endpointJson).join(',')}]`;
  let before = '{ "changes": [\n';
  for (const { from, to, opened, closed, mayOpen, mayClose } of changes()) {
    yield (
      `${before}  {"from":${endpointJson(from)},"to":${endpointJson(to)},"opened":${ports(opened)},"closed":${ports(closed)},` +
        `"mayOpen":${ports(mayOpen)},"mayClose":${ports(mayClose)}}`
    );
    before = ',\n';
  }
  yield `${before === ',\n' ? '\n]' : '{ "changes": []'}, "added": ${endpoints(added)}, "removed": ${endpoints(removed)} }\n`;
}

/** What is opened first: it is what a reviewer has to agree to. */
export function* formatReachDiffText(diff: ReachDiff, options: ReachTextOptions & { readonly failed: boolean }): Generator<string, void> {
  const page = pageOf(options);
  yield* notes(options.notes, page);
  const opened = yield* part('Opens', diff, ({ opened: sure, mayOpen }) => [sure, mayOpen], options, page);
  const closed = yield* part('Closes', diff, ({ closed: sure, mayClose }) => [sure, mayClose], options, page);
  yield* listed('New workloads, which are not compared', diff.added, page);
  yield* listed('Workloads that are gone', diff.removed, page);
  if (opened + closed === 0) yield '\nnothing changes: the same connections are allowed\n';
  else yield `\nopens something between ${counted(opened, 'pair')}, closes something between ${counted(closed, 'pair')}\n`;
  if (options.failed) yield `${page.colors.red('failed')}: the change opens connections (exit code 1)\n`;
}

/** The number of pairs that it is about. */
function* part(
  title: string,
  { changes, endpoints }: ReachDiff,
  portsOf: (change: ReachChange) => readonly [readonly ReachPorts[], readonly ReachPorts[]],
  options: ReachTextOptions,
  page: Page,
): Generator<string, number> {
  let count = 0;
  function* pairs(): Generator<ReachPair, void> {
    for (const change of changes()) {
      const [sure, perhaps] = portsOf(change);
      if (sure.length === 0 && perhaps.length === 0) continue;
      count++;
      yield { from: change.from, to: change.to, allowed: sure, denied: [], unknown: perhaps.map((ports) => ({ ...ports, because: '' })) };
    }
  }
  const graph = reachGraph(pairs(), endpoints);
  if (count === 0) return 0;
  yield heading(title, page);
  if (graph === undefined) yield `\n  more than a table can hold: -o json lists them\n`;
  else yield* bundledLines(graph, options, page);
  return count;
}

function* listed(title: string, endpoints: readonly ReachEndpoint[], page: Page): Generator<string, void> {
  if (endpoints.length === 0) return;
  yield heading(title, page);
  yield '\n';
  const shown = page.all ? endpoints : endpoints.slice(0, 20);
  for (const endpoint of shown) yield `  ${endpointText(endpoint)}\n`;
  if (shown.length < endpoints.length) yield `  and ${endpoints.length - shown.length} more (--all lists them)\n`;
}
