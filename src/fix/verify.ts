import { groupBy, severities, type Finding, type Report, type ResourceRef, type Workload } from '../core/index.ts';
import type { Accepted } from './repair-text.ts';

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
export function problems(before: Report, after: Report, accepted: readonly Accepted[]): Problem[] {
  return [...unreadable(before, after, accepted), ...notRepaired(before, after, accepted), ...lessSecure(before, after, accepted)];
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

/** Each report is compared several times, and that before all fixes with every other. */
const failures = new WeakMap<Report, ReadonlyMap<string, Failing>>();

function failing(report: Report): ReadonlyMap<string, Failing> {
  const before = failures.get(report);
  if (before !== undefined) return before;
  const found = new Map<string, Failing>();
  failures.set(report, found);
  for (const finding of report.findings) {
    if (finding.verdict !== 'fail') continue;
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

function objectKey({ apiVersion, kind, namespace = '', name }: ResourceRef): string {
  return JSON.stringify([apiVersion, kind, namespace, name]);
}

function notRepaired(before: Report, after: Report, accepted: readonly Accepted[]): Problem[] {
  const was = failing(before);
  const is = failing(after);
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
export function newFailures(before: Report, after: Report, accepted: readonly Accepted[]): NewFailure[] {
  const was = failing(before);
  return [...failing(after)].flatMap(([subject, { finding }]) => {
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

function lessSecure(before: Report, after: Report, accepted: readonly Accepted[]): Problem[] {
  const met = groupBy(before.workloads, workloadKey);
  // Of several pods of one name the first is the first still: fixes leave objects in their order.
  return [...groupBy(after.workloads, workloadKey)].flatMap(([key, ofName]) =>
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

function unreadable(before: Report, after: Report, accepted: readonly Accepted[]): Problem[] {
  const known = new Set(before.inputs.unread.map(({ file, reason }) => `${file}\n${reason}`));
  return after.inputs.unread.flatMap(({ file, reason }) => {
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
