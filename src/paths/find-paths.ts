import type { Anchor, AttackPath, GoalPaths, PathEvidence, PathPlace, PathStep } from '../core/index.ts';
import type { AttackGraph } from './attack-graph.ts';
import { distinctPaths, type EdgePath } from './distinct-paths.ts';
import type { EvidenceRef } from './draft.ts';
import { distancesTo } from './graph.ts';
import { stateTitle, type State } from './states.ts';
import { techniques } from './techniques.ts';

/** Where an anchor points, for people. */
export type PlaceOf = (anchor: Anchor) => { readonly file: string; readonly line?: number };

export interface FindOptions {
  /** Paths that are shown. */
  readonly most: number;
  readonly placeOf: PlaceOf;
}

/** Paths that are counted, at least. */
const mostCounted = 50;

/** The shortest distinct paths from any of the entries to a goal, those without an unknown step first. */
export function findPaths(graph: AttackGraph, entries: readonly State[], goal: State, { most, placeOf }: FindOptions): GoalPaths {
  const from = entries.map((state) => graph.numberOf(state)).filter((number) => number !== undefined);
  const target = graph.numberOf(goal);
  const nothing = { goal: placeOfState(goal), paths: [], certain: 0, possible: 0, more: false, entries: 0 };
  if (target === undefined || from.length === 0) return nothing;
  const to = new Set([target]);
  const isCertain = (edge: number): boolean => graph.edges[edge]!.unknown === undefined;
  const isPlace = (node: number): boolean => graph.states[node]!.type !== 'between';
  const count = Math.max(most, mostCounted);
  const certain = distinctPaths(graph, from, to, count, { usable: isCertain, isPlace });
  // What is certain is told first: only where that is little the rest is looked for.
  const all = certain.paths.length >= most ? certain : distinctPaths(graph, from, to, count, { isPlace });
  const known = new Set(certain.paths.map((path) => placesOf(graph, path)));
  const possible = all === certain ? [] : all.paths.filter((path) => !path.every(isCertain) && !known.has(placesOf(graph, path)));
  const distances = distancesTo(graph, to, (edge) => !isCertain(edge));
  return {
    ...nothing,
    paths: [...certain.paths, ...possible].slice(0, most).map((path) => describePath(graph, path, placeOf)),
    certain: certain.paths.length,
    possible: possible.length,
    more: certain.more || all.more,
    entries: from.filter((node) => distances[node] !== -1 && node !== target).length,
  };
}

function placesOf({ edges, states }: AttackGraph, path: EdgePath): string {
  return path
    .map((edge) => edges[edge]!.to)
    .filter((node) => states[node]!.type !== 'between')
    .join(' ');
}

const byId = new Map(techniques.map((technique) => [technique.id, technique]));

/** Edges that lead to no place by themselves are a part of the step that they make possible. */
export function describePath(graph: AttackGraph, path: EdgePath, placeOf: PlaceOf): AttackPath {
  const steps: PathStep[] = [];
  let begin = 0;
  for (const [index, number] of path.entries()) {
    const { to } = graph.edges[number]!;
    if (graph.states[to]!.type === 'between' && index < path.length - 1) continue;
    steps.push(stepOf(graph, path.slice(begin, index + 1), placeOf));
    begin = index + 1;
  }
  const shown = steps.filter(({ technique, from, evidence }, index) => {
    // What is there already is a place of its own only where the path ends or begins.
    return technique !== 'implied' || evidence.length > 0 || index === steps.length - 1 || from.type === 'internet';
  });
  return { certain: path.every((edge) => graph.edges[edge]!.unknown === undefined), steps: joined(shown) };
}

/** A step begins where the one before it ended. */
function joined(steps: readonly PathStep[]): PathStep[] {
  return steps.map((step, index) => (index === 0 ? step : { ...step, from: steps[index - 1]!.to }));
}

function stepOf(graph: AttackGraph, part: EdgePath, placeOf: PlaceOf): PathStep {
  const edges = part.map((number) => graph.edges[number]!);
  const ids = edges.flatMap(({ technique }) => (technique === undefined ? [] : [technique]));
  const id = ids.find((each) => each !== 'implied') ?? ids[0] ?? 'implied';
  const technique = byId.get(id)!;
  const evidence = edges.flatMap((edge) => edge.evidence).map((each) => evidenceOf(each, placeOf));
  return {
    from: placeOfState(graph.states[edges[0]!.from]!),
    to: placeOfState(graph.states[edges.at(-1)!.to]!),
    technique: id,
    does: technique.does,
    unknown: edges.flatMap(({ unknown }) => (unknown === undefined ? [] : [unknown])),
    evidence: unique(evidence, ({ what, file, line }) => `${what} ${file} ${line}`),
    otherWays: waysBetween(graph, edges[0]!.from, edges.at(-1)!.to) - 1,
    attack: technique.attack,
    documents: technique.documents,
    brokenBy: [...new Set(edges.flatMap(({ changes }) => changes))].map(
      (change) => `${graph.changes[change]!.object}: ${graph.changes[change]!.what}`,
    ),
  };
}

function unique<T>(items: readonly T[], keyOf: (item: T) => string): T[] {
  return [...new Map(items.map((item) => [keyOf(item), item])).values()];
}

/** Ways that are counted. */
const mostWays = 100;

/** Ways from one place to another that come to no place between them. */
function waysBetween({ starts, leaving, edges, states }: AttackGraph, from: number, to: number): number {
  let count = 0;
  const passed = new Set<number>();
  const walk = (node: number): void => {
    passed.add(node);
    for (let index = starts[node]!; index < starts[node + 1]! && count < mostWays; index++) {
      const next = edges[leaving[index]!]!.to;
      if (next === to) count++;
      else if (states[next]!.type === 'between' && !passed.has(next)) walk(next);
    }
    passed.delete(node);
  };
  walk(from);
  return count;
}

function evidenceOf({ what, at }: EvidenceRef, placeOf: PlaceOf): PathEvidence {
  return at === undefined || at.resource < 0 ? { what } : { what, ...placeOf(at) };
}

export function placeOfState(state: State): PathPlace {
  const title = stateTitle(state);
  switch (state.type) {
    case 'workload':
      return { type: state.type, kind: state.kind, namespace: state.namespace, name: state.name, title };
    case 'account':
      return { type: state.type, namespace: state.namespace, name: state.name, title };
    case 'user':
    case 'group':
    case 'namespace':
      return { type: state.type, name: state.name, title };
    case 'internet':
    case 'node':
    case 'every-node':
    case 'control-plane':
    case 'cluster-admin':
    case 'secrets':
    case 'cloud-credentials':
    case 'between':
      return { type: state.type, title };
  }
  return state;
}
