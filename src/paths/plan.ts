import type { AttackPath, PlannedChange, PlanReport } from '../core/index.ts';
import { buildAttackGraph, type AttackGraph, type AttackGraphOptions } from './attack-graph.ts';
import { applyChanges, type Change } from './changes.ts';
import { minimumCut } from './cut.ts';
import type { Facts } from './facts.ts';
import { describePath, type PlaceOf } from './find-paths.ts';
import { pathTo, reach } from './graph.ts';
import type { State } from './states.ts';
import { changeKinds, type ChangeKindId } from './techniques.ts';

export type Risk = PlannedChange['risk'];

export interface PlanOptions extends AttackGraphOptions {
  /** `fewest`: as few changes as possible, and of those the safest. `safest`: the least cost and risk together, however many. */
  readonly prefer: 'fewest' | 'safest';
  /** Paths with a step that depends on what was not read count too. */
  readonly possible: boolean;
  /** The risk of a control's fix; undefined where no fix is known. */
  readonly riskOf?: (control: string) => Risk | undefined;
  readonly placeOf: PlaceOf;
  /** How much work the search may do (`CutOptions`). */
  readonly work?: number;
}

export type Plan =
  | {
      readonly state: 'none' | 'planned';
      readonly changes: readonly PlannedChange[];
      readonly proof: PlanReport['proof'];
    }
  | { readonly state: 'impossible'; readonly unbreakable: AttackPath };

/** What one change counts before its cost: so much that no costs of all changes of a plan together make up for one more. */
const each = 1_000_000;

const riskCosts: Readonly<Record<Risk, number>> = { safe: 1, review: 4, shown: 16 };

/** How often a plan is carried out on a copy of the facts and made again where that leaves a path. */
const mostTrials = 8;

/**
 * The changes that leave no path from the entries to the goals. They are carried out on a copy of the facts: where a graph
 * of that copy still has a path (a rule that stands in two roles, and was counted once), that path is one more to break.
 */
export function planChanges(
  facts: Facts,
  graph: AttackGraph,
  entries: readonly State[],
  goals: readonly State[],
  options: PlanOptions,
): Plan {
  const usableIn = (of: AttackGraph) => (edge: number) => options.possible || of.edges[edge]!.unknown === undefined;
  const [from, to] = [numbersOf(graph, entries), new Set(numbersOf(graph, goals))];
  const changes: Change[] = [...graph.changes];
  const numbers = new Map(changes.map(({ id }, index) => [id, index]));
  const further: number[][] = [];
  for (let trial = 0; ; trial++) {
    const weights = changes.map((change) => weightOf(change, options));
    const cut = minimumCut(graph, from, to, weights, {
      usable: usableIn(graph),
      groups: further,
      ...(options.work === undefined ? {} : { work: options.work }),
    });
    if (!cut.possible) return { state: 'impossible', unbreakable: describePath(graph, cut.path, options.placeOf) };
    const chosen = cut.changes.map((number) => changes[number]!);
    const rest = pathAfter(facts, chosen, entries, goals, options);
    if (rest !== undefined && trial < mostTrials) {
      if (rest.changes.length === 0) return { state: 'impossible', unbreakable: rest.path };
      further.push(
        rest.changes.map((change) => {
          const before = numbers.get(change.id);
          if (before !== undefined) return before;
          numbers.set(change.id, changes.length);
          return changes.push(change) - 1;
        }),
      );
      continue;
    }
    return {
      state: chosen.length === 0 ? 'none' : 'planned',
      changes: inOrder(cut.changes, cut.paths, changes, options),
      proof: {
        paths: cut.paths.length,
        ...provenBy(cut, chosen.length, options),
        left: rest === undefined ? 0 : 1,
      },
    };
  }
}

function provenBy(
  { weight, bound }: { readonly weight: number; readonly bound: number },
  count: number,
  { prefer }: PlanOptions,
): Pick<PlanReport['proof'], 'proven' | 'fewest' | 'cost' | 'leastCost'> {
  const proven = weight === bound;
  if (prefer === 'safest') return { proven, fewest: Math.min(count, 1), cost: weight, leastCost: bound };
  const fewest = Math.floor(bound / each);
  return { proven, fewest, cost: weight - count * each, leastCost: fewest === count ? bound - count * each : 0 };
}

function numbersOf(graph: AttackGraph, states: readonly State[]): number[] {
  return states.map((state) => graph.numberOf(state)).filter((number) => number !== undefined);
}

function riskOf(kind: ChangeKindId, options: PlanOptions): Risk {
  const { control, risk } = changeKinds[kind];
  return (control === undefined ? undefined : options.riskOf?.(control)) ?? risk;
}

function weightOf({ kind }: Change, options: PlanOptions): number {
  const weight = riskCosts[riskOf(kind, options)] * changeKinds[kind].cost;
  return options.prefer === 'fewest' ? each + weight : weight;
}

/** A path that is left when the changes are carried out, with what would break it. */
function pathAfter(
  facts: Facts,
  chosen: readonly Change[],
  entries: readonly State[],
  goals: readonly State[],
  options: PlanOptions,
): { readonly path: AttackPath; readonly changes: readonly Change[] } | undefined {
  const gone = new Set(chosen.map(({ id }) => id));
  const graph = buildAttackGraph(applyChanges(facts, gone), { ...options, gone });
  const ends = new Set(numbersOf(graph, goals));
  const reached = reach(
    graph,
    numbersOf(graph, entries).filter((number) => !ends.has(number)),
    {
      without: (edge) => !options.possible && graph.edges[edge]!.unknown !== undefined,
      until: (node) => ends.has(node),
    },
  );
  if (reached.end === -1) return undefined;
  const path = pathTo(graph, reached, reached.end);
  const changes = new Set(path.flatMap((edge) => graph.edges[edge]!.changes.map((change) => graph.changes[change]!)));
  return { path: describePath(graph, path, options.placeOf), changes: [...changes] };
}

const riskOrder: readonly Risk[] = ['safe', 'review', 'shown'];

/** The safest first; of equal ones that which breaks the most of what is left. */
function inOrder(
  chosen: readonly number[],
  paths: readonly (readonly number[])[],
  changes: readonly Change[],
  options: PlanOptions,
): PlannedChange[] {
  const ordered: PlannedChange[] = [];
  let left = [...paths];
  const waiting = new Set(chosen);
  while (waiting.size > 0) {
    const ranked = [...waiting].map((number) => {
      const change = changes[number]!;
      return { number, change, risk: riskOf(change.kind, options), breaks: left.filter((path) => path.includes(number)).length };
    });
    ranked.sort((a, b) => riskOrder.indexOf(a.risk) - riskOrder.indexOf(b.risk) || b.breaks - a.breaks || a.number - b.number);
    const { number, change, risk, breaks } = ranked[0]!;
    waiting.delete(number);
    left = left.filter((path) => !path.includes(number));
    const { kind, what, object, at } = change;
    const { control, cost, breaks: mayBreak } = changeKinds[kind];
    ordered.push({
      what,
      object,
      ...(at === undefined || at.resource < 0 ? {} : options.placeOf(at)),
      kind,
      ...(control === undefined ? {} : { control }),
      risk,
      cost,
      breaks: mayBreak,
      paths: breaks,
    });
  }
  return ordered;
}
