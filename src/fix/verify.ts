import { groupBy, objectKey, severities, type Finding, type Report, type ResourceRef, type Unread, type Workload } from '../core/index.ts';
import type { Accepted } from './repair-text.ts';

/** What would be found if files were edited. */
export interface Prospect {
  readonly findings: readonly Finding[];
  /** Those of them that may not have been found before. */
  readonly fresh: readonly Finding[];
  /** Of the workloads that were judged anew: as they were, and as they would be. */
  readonly workloads: { readonly before: readonly Workload[]; readonly now: readonly Workload[] };
  readonly unread: readonly Unread[];
}

/** All of it judged anew. */
export function prospectOf(before: Report, { findings, workloads, inputs }: Report): Prospect {
  return { findings, fresh: findings, workloads: { before: before.workloads, now: workloads }, unread: inputs.unread };
}

/** What is wrong with the edited files, and which of the accepted proposals may be to blame. */
export interface Problem {
  /** The same for the same problem, whatever else was withdrawn meanwhile. */
  readonly name: string;
  readonly suspects: readonly Accepted[];
  readonly reason: string;
}

/** A control that fails on a subject where it did not fail before. Whether it passed there, only a full report tells. */
export interface NewFailure extends Problem {
  readonly control: string;
  readonly subject: string;
}

/**
 * Compares what was found before with what is found in the edited files. A proposal must make its control pass, or fail
 * less badly; no pod may meet less of the Pod Security Standards, and what could be read must be readable still.
 */
export function problems(before: Report, after: Prospect, accepted: readonly Accepted[]): Problem[] {
  return [...unreadable(before, after, accepted), ...notRepaired(before, after, accepted), ...lessSecure(after, accepted)];
}

/** The controls and subjects that these findings name as passing. */
export function passing(findings: readonly Finding[]): ReadonlySet<string> {
  return new Set(findings.filter(({ verdict }) => verdict === 'pass').map(subjectKey));
}

/** How badly a control fails on one subject: the number of the worst severity counts from 0, the worst. */
interface Failing {
  readonly finding: Finding;
  worst: number;
  count: number;
  readonly fingerprints: string[];
}

/** Of very many findings few are asked about: those of objects with these names, by namespace. */
function failing(findings: readonly Finding[], names: Names): ReadonlyMap<string, Failing> {
  const found = new Map<string, Failing>();
  for (const finding of findings) {
    const { name, namespace } = finding.resource;
    if (finding.verdict !== 'fail' || names.get(namespace)?.has(name) !== true) continue;
    const key = subjectKey(finding);
    const severity = severities.indexOf(finding.severity);
    const of = found.get(key);
    if (of === undefined) found.set(key, { finding, worst: severity, count: 1, fingerprints: [finding.fingerprint] });
    else {
      of.worst = Math.min(of.worst, severity);
      of.count++;
      of.fingerprints.push(finding.fingerprint);
    }
  }
  return found;
}

function subjectKey({ control, file, container = '', resource }: Pick<Finding, 'control' | 'file' | 'container' | 'resource'>): string {
  const { apiVersion, kind, namespace = '', name } = resource;
  return JSON.stringify([control, file, container, apiVersion, kind, namespace, name]);
}

type Names = ReadonlyMap<string | undefined, ReadonlySet<string>>;

function namesOf(all: readonly { readonly resource: ResourceRef }[]): Names {
  const byNamespace = groupBy(all, ({ resource }) => resource.namespace);
  return new Map([...byNamespace].map(([namespace, those]) => [namespace, new Set(those.map(({ resource }) => resource.name))]));
}

function notRepaired(before: Report, after: Prospect, accepted: readonly Accepted[]): Problem[] {
  const names = namesOf(accepted.map(({ proposal }) => proposal));
  const was = failing(before.findings, names);
  const is = failing(after.findings, names);
  return accepted.flatMap((each) => {
    const key = subjectKey(each.proposal);
    const left = is.get(key);
    const had = was.get(key);
    if (left === undefined) return [];
    // What has only come to light by other fixes cannot be compared.
    const isBetter =
      had === undefined ? !left.fingerprints.includes(each.proposal.fingerprint) : left.worst > had.worst || left.count < had.count;
    if (isBetter) return [];
    return [{ name: `stays ${key}`, suspects: [each], reason: `the control would still fail: ${left.finding.message}` }];
  });
}

/** Where a control fails that did not. */
export function newFailures(before: Report, { fresh }: Prospect, accepted: readonly Accepted[]): NewFailure[] {
  const names = namesOf(fresh);
  const was = failing(before.findings, names);
  return [...failing(fresh, names)].flatMap(([subject, { finding }]) => {
    if (was.has(subject)) return [];
    const { control, file, resource, message } = finding;
    const suspects = responsible(accepted, file, resource);
    return [{ name: `new ${subject}`, control, subject, suspects, reason: `${control} would fail: ${message}` }];
  });
}

/** Who may have caused it: the fixes of the object itself, else of its namespace, else of its file, else all of them. */
function responsible(accepted: readonly Accepted[], file: string, resource: ResourceRef): readonly Accepted[] {
  const key = objectKey(resource);
  const namespace = namespaceOf(resource);
  const circles = [
    accepted.filter(({ proposal }) => proposal.file === file && objectKey(proposal.resource) === key),
    accepted.filter(({ proposal }) => namespaceOf(proposal.resource) === namespace),
    accepted.filter(({ proposal }) => proposal.file === file),
  ];
  return circles.find((circle) => circle.length > 0) ?? accepted;
}

function namespaceOf({ kind, name, namespace }: ResourceRef): string | undefined {
  return kind === 'Namespace' ? name : namespace;
}

const levels = ['privileged', 'baseline', 'restricted'];

function lessSecure({ workloads }: Prospect, accepted: readonly Accepted[]): Problem[] {
  const met = groupBy(workloads.before, workloadKey);
  // Of several pods of one name the first is the first still: fixes leave objects in their order.
  return [...groupBy(workloads.now, workloadKey)].flatMap(([key, ofName]) =>
    ofName.flatMap(({ file, resource, podSecurityLevel }, index) => {
      const level = met.get(key)?.[index]?.podSecurityLevel;
      if (level === undefined || levels.indexOf(podSecurityLevel) >= levels.indexOf(level)) return [];
      const reason = `its pods would meet ${podSecurityLevel} of the Pod Security Standards, no longer ${level}`;
      return [{ name: `level ${index} ${key}`, suspects: responsible(accepted, file, resource), reason }];
    }),
  );
}

function workloadKey({ file, resource }: Workload): string {
  return `${file} ${objectKey(resource)}`;
}

function unreadable(before: Report, { unread }: Prospect, accepted: readonly Accepted[]): Problem[] {
  const known = new Set(before.inputs.unread.map(({ file, reason }) => `${file}\n${reason}`));
  return unread.flatMap(({ file, reason }) => {
    if (known.has(`${file}\n${reason}`)) return [];
    const ofFile = accepted.filter(({ proposal }) => proposal.file === file);
    const suspects = ofFile.length === 0 ? accepted : ofFile;
    return [{ name: `unread ${file}`, suspects, reason: `the file would not be read: ${reason}` }];
  });
}

/**
 * Narrows the suspects of each problem down to one: with those before it all is well, with it no longer. Problems without
 * common suspects are looked into at once; the others stay for when these are solved. `problemsWithout` tries the files
 * without some of the fixes, and answers with the names of the problems that are left.
 */
export async function culprits(
  wrong: readonly Problem[],
  problemsWithout: (left: ReadonlySet<Accepted>) => Promise<ReadonlySet<string>>,
): Promise<Problem[]> {
  // How many of the suspects there may be without the problem, and how many there may not.
  const searches = apart(wrong).map((problem) => ({ problem, well: -1, wrong: problem.suspects.length, tried: 0 }));
  for (;;) {
    const open = searches.filter((search) => search.problem.suspects.length > 1 && search.wrong - search.well > 1);
    if (open.length === 0) break;
    const left = await problemsWithout(new Set(open.flatMap(({ problem, tried }) => problem.suspects.slice(tried))));
    for (const search of open) {
      if (left.has(search.problem.name)) search.wrong = search.tried;
      else search.well = search.tried;
      search.tried = (search.well + search.wrong) >> 1;
    }
  }
  // A problem that is there without any of its suspects takes them all: then a wider circle is suspected.
  return searches.map(({ problem, wrong: end }) => (end === 0 ? problem : { ...problem, suspects: problem.suspects.slice(end - 1, end) }));
}

/** As many problems as have no suspects in common, those with few suspects first. */
function apart(wrong: readonly Problem[]): Problem[] {
  const taken = new Set<Accepted>();
  return wrong
    .toSorted((a, b) => a.suspects.length - b.suspects.length)
    .filter(({ suspects }) => {
      if (suspects.some((each) => taken.has(each))) return false;
      for (const each of suspects) taken.add(each);
      return true;
    });
}
