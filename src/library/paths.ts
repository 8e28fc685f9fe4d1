import type { PathsReport, PlanReport } from '../core/index.ts';
import { OptionError } from '../options/option-error.ts';
import { advice, nearest } from '../options/spelling.ts';
import {
  buildAttackGraph,
  entriesOf,
  findPaths,
  goalOf,
  pathKinds,
  placeOfState,
  planChanges,
  startFacts,
  type AttackGraph,
  type AttackGraphOptions,
  type Ends,
  type Facts,
  type PlaceOf,
  type Risk,
  type State,
} from '../paths/index.ts';
import type { Inventory, InventoryKinds, Seen } from './inventory.ts';

/** What was read, for questions about paths. */
export interface PathsWorld {
  readonly facts: Facts;
  readonly graph: AttackGraph;
  readonly options: AttackGraphOptions;
  readonly source: string;
  readonly kubernetesVersion: string;
  readonly placeOf: PlaceOf;
}

export interface PathsReading {
  readonly kinds: InventoryKinds;
  readonly visit: (seen: Seen) => void;
  finish(inventory: Inventory, options?: Pick<AttackGraphOptions, 'closeEntries'>): PathsWorld;
}

/** Keeps of every object what an attack graph is made of; `live`: of a cluster, or of a snapshot of one. */
export function startPathsReading(live = false): PathsReading {
  const reader = startFacts();
  return {
    // What is bound in a cluster says so itself.
    kinds: { podTemplates: true, kinds: pathKinds.filter((kind) => !live || kind !== 'PersistentVolumeClaim') },
    visit: ({ resource, anchor, namespace }) => reader.add(resource, anchor, namespace),
    finish(inventory, more = {}) {
      const options = { version: inventory.version, ...(inventory.live ? { listed: listedOf(inventory) } : {}), ...more };
      const facts = reader.facts();
      return {
        facts,
        graph: buildAttackGraph(facts, options),
        options,
        source: inventory.source,
        kubernetesVersion: `1.${inventory.version}`,
        placeOf: (anchor) => {
          const file = inventory.fileOf(anchor);
          return inventory.live ? { file } : { file, line: anchor.location.line };
        },
      };
    },
  };
}

function listedOf({ unlisted }: Inventory): NonNullable<AttackGraphOptions['listed']> {
  const has = (pattern: RegExp): boolean => !unlisted.some((kind) => pattern.test(kind));
  return {
    roles: has(/^(?:cluster)?roles\./),
    reviewers: has(/^(?:mutatingwebhookconfigurations|validatingwebhookconfigurations|validatingadmissionpolicies)\./),
  };
}

export interface PathsQuestion {
  readonly from: readonly State[];
  readonly to: readonly State[];
}

/**
 * What `--from` and `--to` mean in what was read.
 * @throws OptionError with the nearest spelling for what is not there.
 */
export function pathsQuestion({ graph }: PathsWorld, from: readonly string[], to: readonly string[]): PathsQuestion {
  return {
    from: from.flatMap((text) => found('--from', text, entriesOf(graph, text))),
    to: to.flatMap((text) => found('--to', text, goalOf(graph, text))),
  };
}

const namesShown = 6;

function found(option: string, text: string, ends: Ends): readonly State[] {
  if (ends.type === 'found') return ends.states;
  const { what, known } = ends;
  const shown = known.slice(0, namesShown);
  const more = known.length > shown.length ? ` and ${known.length - shown.length} more` : '';
  const otherwise = known.length === 0 ? 'there is none in the input' : `there is ${shown.join(', ')}${more}`;
  throw new OptionError([`${option} ${text}: nobody knows ${what}`, advice(nearest(text, known), otherwise)]);
}

/** The ways from the entries to each goal; at most `most` of each are told. */
export function pathsReport(world: PathsWorld, { from, to }: PathsQuestion, most: number): PathsReport {
  return {
    ...head(world, from),
    goals: to.map((goal) => findPaths(world.graph, from, goal, { most, placeOf: world.placeOf })),
  };
}

function head(
  { source, kubernetesVersion, graph }: PathsWorld,
  from: readonly State[],
): Pick<PathsReport, 'source' | 'kubernetesVersion' | 'from' | 'size'> {
  const places = graph.states.filter(({ type }) => type !== 'between').length;
  return { source, kubernetesVersion, from: from.map(placeOfState), size: { places, steps: graph.edges.length } };
}

export interface PlanQuestion extends PathsQuestion {
  readonly prefer: 'fewest' | 'safest';
  readonly possible: boolean;
  readonly riskOf: (control: string) => Risk | undefined;
}

/** The changes that break every way from the entries to the goals. */
export function planReport(world: PathsWorld, { from, to, prefer, possible, riskOf }: PlanQuestion): PlanReport {
  const { facts, graph, options, placeOf } = world;
  const plan = planChanges(facts, graph, from, to, { ...options, prefer, possible, riskOf, placeOf });
  const begin = { ...head(world, from), goals: to.map(placeOfState), possible };
  if (plan.state === 'impossible')
    return {
      ...begin,
      state: plan.state,
      changes: [],
      proof: { paths: 0, proven: false, fewest: 0, cost: 0, leastCost: 0, left: 1 },
      unbreakable: plan.unbreakable,
    };
  return { ...begin, ...plan };
}
