import { compareText, isOpenFailure, severities, type Finding, type Report, type Severity } from '../core/index.ts';
import { isWorse, objectWords, pairFindings, withoutNumber, type Earlier } from './pairing.ts';

/** Findings that are known: what stood when somebody accepted how things are. */
export interface Baseline {
  readonly profile: Report['target']['profile'];
  /** The version of this tool that wrote it. */
  readonly tool: string;
  readonly entries: readonly BaselineEntry[];
}

/** One finding that is known. */
export interface BaselineEntry extends Earlier {
  readonly control: string;
}

/** What a run looks at: what it does not look at is not gone. */
export interface Scope {
  judges(control: string): boolean;
  readonly minSeverity: Severity;
}

const schemaVersion = 1;

/** What counts against a run, as a baseline remembers it, in the order of its lines. */
export function baselineOf({ target, tool, findings }: Report): Baseline {
  const failing = findings.filter(isOpenFailure);
  const met = new Set<string>();
  const several = new Set<string>();
  for (const { fingerprint } of failing) (met.has(withoutNumber(fingerprint)) ? several : met).add(withoutNumber(fingerprint));
  const entries = failing.map((finding): BaselineEntry => {
    const { fingerprint, severity, path, file, control, resource } = finding;
    // A file that is renamed makes nothing new, so it is only told where it alone tells findings apart.
    const place = several.has(withoutNumber(fingerprint)) ? { file } : {};
    return { object: objectWords(resource), control, path, ...place, severity, fingerprint };
  });
  const lines = new Map(entries.map((entry) => [entry, lineOf(entry)]));
  return { profile: target.profile, tool: tool.version, entries: entries.sort((a, b) => compareText(lines.get(a)!, lines.get(b)!)) };
}

/** A whole report as a baseline: it knows the file of every finding. */
export function baselineOfReport({ target, tool, findings }: Report): Baseline {
  const entries = findings.filter(isOpenFailure).map(({ fingerprint, severity, path, file, control, resource }) => ({
    object: objectWords(resource),
    control,
    path,
    file,
    severity,
    fingerprint,
  }));
  return { profile: target.profile, tool: tool.version, entries };
}

/**
 * A baseline as text: a line for the whole, then a line for each finding, sorted. Each line is a JSON value of its own, so
 * that git merges what two branches changed.
 */
export function* formatBaseline({ profile, tool, entries }: Baseline): Generator<string, void> {
  yield `${JSON.stringify({ baseline: 'plimsoll', schemaVersion, tool, profile })}\n`;
  for (const entry of entries) yield `${lineOf(entry)}\n`;
}

// What a terminal or a reviewer trips over: a file of this form is looked at in diffs.
const treacherous = /[\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

function lineOf({ object, control, path, file, severity, fingerprint }: BaselineEntry): string {
  const line = JSON.stringify({ object, control, path, ...(file === undefined ? {} : { file }), severity, fingerprint });
  return line.replace(treacherous, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Why a text is no baseline: what is wrong, and what to do. */
export interface NoBaseline {
  readonly wrong: string;
  readonly advice: string;
}

/** Is a text, of which the first lines are enough, a baseline? It may be one that a merge has broken. */
export function looksLikeBaseline(text: string): boolean {
  return /^\uFEFF?\{"(?:baseline|object)":"/m.test(text.slice(0, 4096));
}

/** Reads a baseline. The order of its lines, and lines that are there twice, mean nothing: a merge may leave both behind. */
export function parseBaseline(text: string): Baseline | NoBaseline {
  const entries = new Map<string, BaselineEntry>();
  let head: Pick<Baseline, 'profile' | 'tool'> | undefined;
  let number = 0;
  for (const raw of (text.startsWith('\uFEFF') ? text.slice(1) : text).split('\n')) {
    number++;
    const line = raw.endsWith('\r') ? raw.slice(0, -1) : raw;
    if (line === '') continue;
    const fields = fieldsOf(line);
    if (fields === undefined)
      return /^(?:<{7}|\|{7}|={7}|>{7})/.test(line)
        ? { wrong: `line ${number} is a mark of a merge conflict`, advice: 'keep the findings of both sides, and take the marks out' }
        : { wrong: `line ${number} is no entry of a baseline`, advice: rewrite };
    if (fields['baseline'] !== undefined) {
      if (fields['schemaVersion'] !== schemaVersion) return { wrong: 'it was written by another version of plimsoll', advice: rewrite };
      const { profile, tool } = fields;
      if (!isProfile(profile) || typeof tool !== 'string')
        return { wrong: `line ${number} is no beginning of a baseline`, advice: rewrite };
      if (head !== undefined && head.profile !== profile)
        return { wrong: `line ${number} names another profile than the lines before`, advice: rewrite };
      head = { profile, tool };
      continue;
    }
    const entry = entryOf(fields);
    if (entry === undefined) return { wrong: `line ${number} is no entry of a baseline`, advice: rewrite };
    entries.set(line, entry);
  }
  if (head === undefined) return { wrong: 'the line that says for which profile it holds is missing', advice: rewrite };
  return { ...head, entries: [...entries.values()] };
}

const rewrite = 'write it anew with --write-baseline';

function fieldsOf(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value = JSON.parse(line) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    // Whatever it is, it is no line of a baseline.
    return undefined;
  }
}

function entryOf({ object, control, path, file, severity, fingerprint }: Readonly<Record<string, unknown>>): BaselineEntry | undefined {
  if (typeof object !== 'string' || typeof control !== 'string' || typeof path !== 'string' || typeof fingerprint !== 'string')
    return undefined;
  const known = severities.find((each) => each === severity);
  if (known === undefined || (file !== undefined && typeof file !== 'string')) return undefined;
  return { object, control, path, ...(file === undefined ? {} : { file }), severity: known, fingerprint };
}

function isProfile(value: unknown): value is Baseline['profile'] {
  return value === 'nsa' || value === 'baseline' || value === 'restricted';
}

/**
 * The report without what the baseline knows; the ledger stays what it is. A finding that is worse than what was accepted
 * is new. Gone is what is certainly not there any more: neither found nor unknown, and looked for.
 */
export function withoutKnown(report: Report, { entries }: Baseline, file: string, scope: Scope): Report {
  const { findings, workloads, target } = report;
  const standing = [...findings, ...workloads];
  const failing = findings.filter(isOpenFailure);
  const { pairs, gone } = pairFindings(entries, failing, standing);
  const known = new Set(pairs.flatMap(([entry, finding]) => (isWorse(entry, finding) ? [] : [finding])));
  const rest = findings.filter((finding) => !known.has(finding));
  // What is waived or not known any more is not gone.
  const unsettled = pairFindings(
    gone,
    rest.filter((finding) => !isOpenFailure(finding) && finding.verdict !== 'pass' && finding.verdict !== 'not-applicable'),
    standing,
  );
  const whole = !target.partial && report.inputs.unread.length === 0;
  const missed = unsettled.gone.filter((entry) => isLookedAt(entry, scope, target.cluster?.namespaces));
  return {
    ...report,
    baseline: { file, known: known.size, gone: whole ? missed.length : 0 },
    findings: rest,
    summary: { ...report.summary, bySeverity: countBySeverity(rest) },
  };
}

function isLookedAt({ control, severity, object }: BaselineEntry, scope: Scope, namespaces: readonly string[] | undefined): boolean {
  if (!scope.judges(control) || severities.indexOf(severity) > severities.indexOf(scope.minSeverity)) return false;
  return namespaces === undefined || namespaces.some((name) => object.includes(` ${name}/`));
}

/** How many findings of each severity count against a run. */
export function countBySeverity(findings: readonly Finding[]): Record<Severity, number> {
  const counts = { critical: 0, high: 0, medium: 0, low: 0 };
  for (const finding of findings) if (isOpenFailure(finding)) counts[finding.severity]++;
  return counts;
}
