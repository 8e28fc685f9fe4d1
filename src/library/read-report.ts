import { closeSync, fstatSync, openSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import {
  severities,
  type Finding,
  type FleetCluster,
  type FleetReport,
  type JudgedCluster,
  type LedgerRow,
  type MergedReport,
  type Report,
  type ResourceRef,
  type SetBy,
  type UnjudgedCluster,
  type Waiver,
  type WaiverUse,
} from '../core/index.ts';
import { fleetReport } from '../evaluate/fleet.ts';
import { reasonOf } from '../files/index.ts';
import { OptionError } from '../options/option-error.ts';

/** JavaScript holds no longer text. */
const largest = 512 << 20;

/**
 * Reads a report that `plimsoll scan --output json` has written; `-` is standard input. Every key that this version knows is
 * there and has its type; keys of later versions are let through.
 * @throws OptionError with what, where and what to do: for what cannot be read, is no report, is damaged, or was written for
 * another `schemaVersion`.
 */
export function readReport(file: string, cwd: string = '.'): Report {
  const { name, value } = readJson(file, cwd);
  return checkedReport(value, name);
}

/**
 * The same, or the report of several clusters. What that says of them together is said anew, from the reports of each.
 * @throws OptionError as `readReport`.
 */
export function readAnyReport(file: string, cwd: string = '.'): Report | FleetReport {
  const { name, value } = readJson(file, cwd);
  const list = own(value, 'clusters');
  if (list === undefined) return checkedReport(value, name);
  checkVersion(value, name);
  const wrong = fleetClusters(list);
  if (wrong !== undefined) throw new OptionError([`the report is damaged: clusters${wrong}`, name, writeOne]);
  return { ...fleetReport(list as readonly FleetCluster[]), tool: (value as FleetReport).tool };
}

function readJson(file: string, cwd: string): { readonly name: string; readonly value: unknown } {
  const name = file === '-' ? '<stdin>' : file;
  const text = readText(file, cwd, name);
  try {
    return { name, value: JSON.parse(text) };
  } catch {
    throw new OptionError(['the report is not JSON, or not whole', name, writeOne]);
  }
}

const writeOne = 'write one: plimsoll scan --output json=FILE';

function readText(file: string, cwd: string, name: string): string {
  const refuse = (why: string): OptionError => new OptionError([`the report cannot be read: ${why}`, name, writeOne]);
  let descriptor: number | undefined;
  try {
    descriptor = file === '-' ? 0 : openSync(resolve(cwd, file), 'r');
    const stat = fstatSync(descriptor);
    if (stat.isDirectory()) throw refuse('it is a folder');
    if (stat.size > largest) throw refuse(`it is larger than ${largest >> 20} MiB`);
    const text = readFileSync(descriptor, 'utf8');
    return text.startsWith('\ufeff') ? text.slice(1) : text;
  } catch (error) {
    throw error instanceof OptionError ? error : refuse(reasonOf(error));
  } finally {
    if (descriptor !== undefined && descriptor !== 0) closeSync(descriptor);
  }
}

/** The same of a value that was parsed already; `name` is what the user calls it. */
export function checkedReport(value: unknown, name: string): Report {
  checkVersion(value, name);
  const kind = own(value, 'clusters') === undefined ? (own(value, 'fixes') === undefined ? undefined : 'plimsoll fix') : 'several clusters';
  if (kind !== undefined)
    throw new OptionError([`it is the report of ${kind}, and one of plimsoll scan of one input is needed`, name, writeOne]);
  const wrong = report(value);
  if (wrong !== undefined) throw new OptionError([`the report is damaged: ${wrong.replace(/^\./, '')}`, name, writeOne]);
  return value as Report;
}

function checkVersion(value: unknown, name: string): void {
  const version = own(value, 'schemaVersion');
  const tool = own(own(value, 'tool'), 'version');
  if (own(own(value, 'tool'), 'name') !== 'plimsoll' || typeof version !== 'number')
    throw new OptionError([`it is no report of plimsoll scan${looksLike(value)}`, name, writeOne]);
  if (version !== 1) {
    const age = version > 1 ? 'newer' : 'older';
    throw new OptionError([
      `the report was written by ${age} plimsoll ${String(tool).slice(0, 40)}: its schemaVersion is ${version}, this version reads 1`,
      name,
      version > 1 ? 'read it with that version: npx plimsoll@latest' : 'scan again with this version',
    ]);
  }
}

function looksLike(value: unknown): string {
  if (Array.isArray(own(value, 'runs'))) return ', but SARIF';
  if (typeof own(value, 'kind') === 'string') return ', but a Kubernetes object';
  return '';
}

/** Never what a prototype holds. */
function own(value: unknown, key: string): unknown {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;
}

/** What is wrong with a value, behind the path to it; undefined: nothing. The path is made where something is. */
type Check = (value: unknown) => string | undefined;

/** A check for each key of a type: a key that is added to it does not compile until it is checked here. */
type Fields<T> = { readonly [K in keyof T]-?: Check };

const text: Check = (value) => (typeof value === 'string' ? undefined : ' is no text');
const steering = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u;
/** A word of this tool, not of its input. */
const word: Check = (value) => text(value) ?? (steering.test(value as string) ? ' holds control characters' : undefined);
const flag: Check = (value) => (typeof value === 'boolean' ? undefined : ' is neither true nor false');
const count = whole(0);
const line = whole(1);

function whole(least: number): Check {
  return (value) => (Number.isSafeInteger(value) && (value as number) >= least ? undefined : ` is no whole number from ${least}`);
}

function oneOf(words: readonly (string | number | true)[]): Check {
  return (value) => (words.includes(value as string) ? undefined : ` is none of ${words.join(', ')}`);
}

function optional(check: Check): Check {
  return (value) => (value === undefined ? undefined : check(value));
}

function listOf(check: Check): Check {
  return (value) => {
    if (!Array.isArray(value)) return ' is no list';
    for (let index = 0; index < value.length; index++) {
      const wrong = check(value[index]);
      if (wrong !== undefined) return `[${index}]${wrong}`;
    }
    return undefined;
  };
}

function object<T>(fields: Fields<T>): Check {
  const entries = Object.entries<Check>(fields);
  return (value) => {
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return ' is no object';
    for (const [key, check] of entries) {
      const wrong = check((value as Record<string, unknown>)[key]);
      if (wrong !== undefined) return `.${key}${wrong}`;
    }
    return undefined;
  };
}

const texts = listOf(text);
const words = listOf(word);
const severity = oneOf(severities);
const states = ['pass', 'fail', 'unknown', 'not-applicable'] as const;

const resource = object<ResourceRef>({
  apiVersion: text,
  kind: text,
  namespace: optional(text),
  name: text,
  owner: optional(object<NonNullable<ResourceRef['owner']>>({ apiVersion: text, kind: text, name: text })),
});

const waiver: Fields<Waiver> = {
  from: oneOf(['policy-file', 'annotation', 'comment']),
  reason: text,
  owner: text,
  until: text,
  ticket: optional(text),
  file: text,
  line,
};

const finding = object<Finding>({
  control: word,
  codes: words,
  severity,
  verdict: oneOf(states),
  resource,
  container: optional(text),
  path: text,
  file: text,
  line,
  column: line,
  endLine: line,
  endColumn: line,
  message: text,
  setBy: optional(object<SetBy>({ key: text, file: text, line })),
  fix: optional(oneOf(['safe', 'review', 'shown'])),
  waived: optional(object(waiver)),
  fingerprint: text,
});

const ledgerRow = object<LedgerRow>({
  code: word,
  title: word,
  chapter: word,
  origin: oneOf(['v1.0', 'v1.1', 'v1.2', 'derived']),
  state: oneOf(states),
  subjects: object<LedgerRow['subjects']>({ pass: count, fail: count, unknown: count, notApplicable: count }),
  needs: listOf(oneOf(['manifest', 'cluster', 'node', 'events', 'image', 'cloud', 'person'])),
  controls: words,
  waived: optional(object<NonNullable<LedgerRow['waived']>>({ findings: line, open: count })),
  note: optional(text),
});

type Inputs = Report['inputs'];
type Cluster = NonNullable<Report['target']['cluster']>;

const cluster = object<Cluster>({
  context: text,
  version: text,
  namespaces: optional(texts),
  snapshot: optional(object<NonNullable<Cluster['snapshot']>>({ taken: text, tool: text })),
});

const report = object<Report>({
  schemaVersion: oneOf([1]),
  tool: object<Report['tool']>({ name: oneOf(['plimsoll']), version: word }),
  target: object<Report['target']>({
    kubernetesVersion: word,
    assumed: flag,
    profile: oneOf(['nsa', 'baseline', 'restricted']),
    partial: flag,
    cluster: optional(cluster),
    assumptions: texts,
  }),
  inputs: object<Inputs>({
    files: count,
    documents: count,
    resources: count,
    skipped: listOf(object<Inputs['skipped'][number]>({ file: text, line, reason: text, count: line })),
    unread: listOf(object<Inputs['unread'][number]>({ file: text, line, reason: text })),
    excepted: listOf(object<Inputs['excepted'][number]>({ resource, file: text, line, reason: text })),
    drifted: listOf(
      object<Inputs['drifted'][number]>({
        resource,
        file: text,
        line,
        count: line,
        differences: listOf(
          object<Inputs['drifted'][number]['differences'][number]>({ path: text, change: oneOf(['added', 'removed', 'changed']) }),
        ),
        more: optional(line),
      }),
    ),
    staticPods: listOf(object<Inputs['staticPods'][number]>({ resource, file: text, line, node: text })),
  }),
  merged: optional(
    listOf(object<MergedReport>({ file: text, tool: word, kubernetesVersion: word, objects: count, findings: count, unread: count })),
  ),
  baseline: optional(object<NonNullable<Report['baseline']>>({ file: text, known: count, gone: count })),
  changedSince: optional(
    object<NonNullable<Report['changedSince']>>({ revision: text, commit: word, unchanged: count, same: optional(oneOf([true])) }),
  ),
  findings: listOf(finding),
  workloads: listOf(
    object<Report['workloads'][number]>({
      resource,
      file: text,
      line,
      podSecurityLevel: oneOf(['privileged', 'baseline', 'restricted']),
      restrictedBy: words,
    }),
  ),
  ledger: listOf(ledgerRow),
  waivers: optional(
    listOf(object<WaiverUse>({ control: text, state: oneOf(['active', 'unused', 'expired', 'idle']), findings: count, ...waiver })),
  ),
  summary: object<Report['summary']>({
    bySeverity: object<Report['summary']['bySeverity']>({ critical: count, high: count, medium: count, low: count }),
    byState: object<Report['summary']['byState']>({ pass: count, fail: count, unknown: count, 'not-applicable': count }),
    waived: optional(line),
  }),
});

/** Of those that were judged, and of those that were not. */
const judgedCluster = object<JudgedCluster>({ name: text, alsoNamed: optional(texts), report });
const unjudgedCluster = object<UnjudgedCluster>({ name: text, alsoNamed: optional(texts), failure: texts });
const fleetClusters = listOf((value) => (own(value, 'report') === undefined ? unjudgedCluster(value) : judgedCluster(value)));
