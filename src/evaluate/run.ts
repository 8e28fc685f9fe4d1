import {
  observedGroup,
  nowhere,
  type AnyControl,
  type Location,
  type Path,
  type Resource,
  type ResourceRef,
  type SubjectContext,
} from '../core/index.ts';
import { isClusterScoped } from '../kube/scope.ts';
import { benchesOf, byKind, judgesOf, panelsOf, type Bench, type Judge, type JoinedKind, type LocalKind } from './bench.ts';
import { startFindings, type Findings } from './findings.ts';
import { nothingGathered, type Gathered } from './part.ts';
import { mayTakePart } from './path-settings.ts';
import type { Policy } from './policy.ts';
import type { ProposalSink } from './proposals.ts';
import { sharedPaths } from './shared-paths.ts';
import { startWaivers, type Waivers } from './waivers.ts';

/** One judgement, from the first input to the report: who judges, by which settings, and what came of it so far. */
export interface Run {
  readonly policy: Policy;
  /** Takes the proposals of fixes, where they are asked for. */
  readonly sink: ProposalSink | undefined;
  readonly context: SubjectContext;
  readonly judges: readonly Judge[];
  readonly takingPart: readonly Judge[];
  readonly benches: readonly Bench<LocalKind | JoinedKind>[];
  readonly joined: readonly Bench<JoinedKind>[];
  /** Those whose subjects are in a resource. */
  readonly localOf: (resource: Resource) => readonly Bench<LocalKind>[];
  /** Those that remember something of a resource; one of all that share a list. */
  readonly rememberingOf: (resource: Resource) => readonly Bench<JoinedKind>[];
  readonly panelOf: (bench: Bench<unknown>, file: string) => readonly Judge[];
  readonly findings: Findings;
  readonly waivers: Waivers | undefined;
  readonly lookups: Lookups;
  /** Anchors are kept to the end, and their paths are few: equal ones are one and the same. */
  readonly sharedPath: (path: Path) => Path;
  gathered: Gathered;
  /** Whether what is joined is kept when it was judged. */
  keeps: boolean;
  /** The numbers of the resources of the findings that were reported; only where all is kept. */
  readonly subjects: number[];
  /** What comments are about that come behind it. */
  last: { readonly ref: ResourceRef; readonly excepted: boolean } | undefined;
}

/** Nothing judged yet. */
export function startRun(controls: readonly AnyControl[], policy: Policy, sink: ProposalSink | undefined): Run {
  const judges = judgesOf(controls, policy, sink);
  const takingPart = judges.filter(({ control, tally }) => tally.leftOut === undefined || mayTakePart(control, policy));
  const benches = benchesOf(takingPart);
  const local = benches.filter((bench): bench is Bench<LocalKind> => bench.kind.scope === 'local');
  const joined = benches.filter((bench): bench is Bench<JoinedKind> => bench.kind.scope === 'joined');
  const remembering = joined.filter(({ memories }, index) => joined.findIndex((each) => each.memories === memories) === index);
  return {
    policy,
    sink,
    context: {
      version: policy.version,
      partial: policy.partial,
      namespaceOf: (resource) => resource.ref.namespace ?? (isClusterScoped(resource.ref) ? undefined : policy.namespace),
    },
    judges,
    takingPart,
    benches,
    joined,
    localOf: byKind(local),
    rememberingOf: byKind(remembering),
    panelOf: panelsOf(policy),
    findings: startFindings(controls, policy.minSeverity, policy.all),
    waivers: policy.waiving === undefined ? undefined : startWaivers(controls, { ...policy, waiving: policy.waiving }),
    lookups: startLookups(),
    sharedPath: sharedPaths(),
    gathered: nothingGathered(),
    keeps: false,
    subjects: [],
    last: undefined,
  };
}

/** All kinds that are read, as in `Reads`. What is observed is nowhere to be read. */
export function kindsReadBy({ benches }: Run): ReadonlySet<string> {
  return new Set(benches.flatMap(({ kind }) => kind.reads.kinds.filter((name) => !name.endsWith(`.${observedGroup}`))));
}

/** The number of the resource at hand. */
export function numberOf({ gathered: { files } }: Run): number {
  return files.length - 1;
}

/** Places whose line and column are asked for: one look-up for each resource, however many controls it fails. */
interface Lookups {
  add(path: Path, found: (location: Location) => void): void;
  /** Tells all who asked, and forgets them. */
  answer(resource: Resource): void;
}

function startLookups(): Lookups {
  let paths: Path[] = [];
  let onFound: ((location: Location) => void)[] = [];
  return {
    add(path, found) {
      paths.push(path);
      onFound.push(found);
    },

    answer(resource) {
      if (paths.length === 0) return;
      const locations = resource.locate(paths);
      for (let index = 0; index < onFound.length; index++) onFound[index]!(locations[index] ?? nowhere);
      paths = [];
      onFound = [];
    },
  };
}
