import { objectKey, severities, type Finding, type ResourceRef, type Severity } from '../core/index.ts';

/** What one control found on one object, at one severity: twenty containers with the same defect are one issue in twenty places. */
export interface Issue {
  readonly control: string;
  readonly severity: Severity;
  /** In the order of the file; never empty. */
  readonly findings: readonly Finding[];
}

export interface ResourceGroup {
  readonly resource: ResourceRef;
  readonly issues: readonly Issue[];
  readonly bySeverity: Readonly<Record<Severity, number>>;
}

export interface FileGroup {
  readonly file: string;
  readonly resources: readonly ResourceGroup[];
}

/** Groups findings by file and object, worst first: by the number of critical ones, then of high ones, and so on. */
export function grouped(findings: readonly Finding[]): FileGroup[] {
  const files = new Map<string, Map<string, Map<string, Finding[]>>>();
  for (const finding of findings) {
    const resources = entry(files, finding.file, () => new Map<string, Map<string, Finding[]>>());
    const issues = entry(resources, objectKey(finding.resource), () => new Map<string, Finding[]>());
    entry(issues, `${finding.control}\0${finding.severity}`, (): Finding[] => []).push(finding);
  }
  const groups = [...files].map(([file, resources]) => {
    const ordered = [...resources.values()].map(resourceGroup).sort(worstFirst((group) => [group.bySeverity, firstLine(group), '']));
    return { file, resources: ordered, bySeverity: total(ordered) };
  });
  return groups.sort(worstFirst((group) => [group.bySeverity, 0, group.file])).map(({ file, resources }) => ({ file, resources }));
}

/** A control over the whole report. */
export interface FailingControl {
  readonly control: string;
  readonly codes: readonly string[];
  /** Of its worst finding. */
  readonly severity: Severity;
  readonly count: number;
}

/** The controls that fail, worst first: by severity, then by how often. */
export function failingControls(failing: Iterable<Finding>): FailingControl[] {
  const byControl = new Map<string, FailingControl>();
  for (const { control, codes, severity } of failing) {
    const known = byControl.get(control);
    const worse = known === undefined || severities.indexOf(severity) < severities.indexOf(known.severity);
    byControl.set(control, { control, codes, severity: worse ? severity : known.severity, count: (known?.count ?? 0) + 1 });
  }
  return [...byControl.values()].sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || b.count - a.count || compare(a.control, b.control),
  );
}

/** How many findings of each severity. */
export function countBySeverity(findings: Iterable<Pick<Finding, 'severity'>>): Record<Severity, number> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { severity } of findings) counts[severity]++;
  return counts;
}

function resourceGroup(byControl: ReadonlyMap<string, Finding[]>): ResourceGroup {
  const all = [...byControl.values()];
  const issues = all.map((findings): Issue => {
    const { control, severity } = findings[0]!;
    return { control, severity, findings: findings.sort((a, b) => a.line - b.line || a.column - b.column || compare(a.path, b.path)) };
  });
  issues.sort(
    (a, b) =>
      severities.indexOf(a.severity) - severities.indexOf(b.severity) ||
      a.findings[0]!.line - b.findings[0]!.line ||
      a.findings[0]!.column - b.findings[0]!.column ||
      compare(a.control, b.control),
  );
  return { resource: all[0]![0]!.resource, issues, bySeverity: countBySeverity(all.flat()) };
}

function firstLine(group: ResourceGroup): number {
  return group.issues.reduce((line, issue) => Math.min(line, issue.findings[0]!.line), Infinity);
}

function total(groups: readonly ResourceGroup[]): Record<Severity, number> {
  const sum = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const { bySeverity } of groups) for (const severity of severities) sum[severity] += bySeverity[severity];
  return sum;
}

function worstFirst<T>(rank: (item: T) => [Readonly<Record<Severity, number>>, number, string]): (a: T, b: T) => number {
  return (a, b) => {
    const [countsA, lineA, nameA] = rank(a);
    const [countsB, lineB, nameB] = rank(b);
    const worse = severities.find((severity) => countsA[severity] !== countsB[severity]);
    if (worse !== undefined) return countsB[worse] - countsA[worse];
    return lineA - lineB || compare(nameA, nameB);
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function entry<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const found = map.get(key);
  if (found !== undefined) return found;
  const created = create();
  map.set(key, created);
  return created;
}
