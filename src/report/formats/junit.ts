import { groupBy, type Finding, type FleetReport, type LedgerRow, type Report, type Unread } from '../../core/index.ts';
import { counted } from '../outcome.ts';
import { plainText } from './plain-text.ts';
import { isWaived, shortName, waiverText } from './sorted-findings.ts';

type State = 'passed' | 'failure' | 'error' | 'skipped';

interface TestCase {
  /** Viewers split it at its last dot, and follow a test from run to run by it and the name. */
  readonly classname: string;
  readonly name: string;
  readonly state: State;
  /** Why it is not passed: the first line alone is shown in lists. */
  readonly lines: readonly string[];
}

interface Suite {
  readonly name: string;
  readonly cases: readonly TestCase[];
}

/**
 * The report as JUnit XML, for the test reports of CI servers: a suite for each file, where a control that fails on an object
 * is a failure, and a suite of recommendations, where those hold that nothing fails. What is waived or not known is skipped,
 * with the reason; input that could not be read is an error.
 */
export function* formatJunit(report: Report): Generator<string, void> {
  yield* document(() => suitesOf(report));
}

/**
 * Those of several clusters: the suites of each begin with its name, and so do the classes of their tests, by which the same
 * test of two clusters is two. A cluster that could not be judged is an error.
 */
export function* formatFleetJunit({ clusters }: FleetReport): Generator<string, void> {
  yield* document(function* () {
    for (const cluster of clusters) {
      // Viewers take a dot for the end of a folder.
      const of = cluster.name.replaceAll('.', '_');
      if ('report' in cluster)
        for (const { name, cases } of suitesOf(cluster.report))
          yield { name: `${cluster.name}: ${name}`, cases: cases.map((each) => ({ ...each, classname: `${of}.${each.classname}` })) };
      else yield { name: cluster.name, cases: [unjudged(of, cluster.failure)] };
    }
  });
}

function unjudged(cluster: string, failure: readonly string[]): TestCase {
  return { classname: `${cluster}.plimsoll.unread`, name: 'the cluster', state: 'error', lines: failure };
}

/** Made once for the counts that stand first and once to be written: what is held is small, the text is not. */
function* document(suites: () => Iterable<Suite>): Generator<string, void> {
  let total = noCounts();
  for (const suite of suites()) total = sum(total, countsOf(suite));
  yield `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites name="plimsoll" tests="${total.tests}" failures="${total.failure}" errors="${total.error}">\n`;
  for (const suite of suites()) {
    const { tests, failure, error, skipped } = countsOf(suite);
    yield `  <testsuite name="${escaped(suite.name)}" tests="${tests}" failures="${failure}" errors="${error}" skipped="${skipped}">\n`;
    for (const testCase of suite.cases) yield element(testCase);
    yield '  </testsuite>\n';
  }
  yield '</testsuites>\n';
}

function* suitesOf(report: Report): Generator<Suite, void> {
  const bySource = groupBy(report.findings, ({ file }) => file);
  const unreadBySource = groupBy(report.inputs.unread, ({ file }) => file);
  const files = [...new Set([...unreadBySource.keys(), ...bySource.keys()])].sort();
  for (const file of files) yield fileSuite(file, unreadBySource.get(file) ?? [], bySource.get(file) ?? []);
  if (report.ledger.length > 0) yield recommendationSuite(report);
}

function fileSuite(file: string, unread: readonly Unread[], findings: readonly Finding[]): Suite {
  const errors = unread.map(({ line, reason }): TestCase => {
    const lines = [`${plainText(file)}:${line}: could not be read: ${plainText(reason)}`];
    return { classname: 'plimsoll.unread', name: `document at line ${line}`, state: 'error', lines };
  });
  const groups = groupBy(findings, ({ control, verdict, waived, resource: { apiVersion, kind, namespace = '', name } }) =>
    [control, verdict, waived !== undefined, apiVersion, kind, namespace, name].join('\0'),
  );
  return { name: file, cases: [...errors, ...[...groups.values()].map(findingCase)] };
}

/** One control on one object: several containers with the same defect are one test that fails. */
function findingCase(findings: readonly Finding[]): TestCase {
  const first = findings[0]!;
  const { control, codes, resource, verdict } = first;
  const named = { classname: control.replaceAll('/', '.'), name: `${codes.join(' ')} ${shortName(resource)}`.trim() };
  const lines = findings.map(({ severity, file, line, column, message }) => `${severity}: ${message} (${file}:${line}:${column})`);
  // Two tests of one name would be one to those who follow them.
  if (isWaived(first)) return { ...named, name: `${named.name} (waived)`, state: 'skipped', lines: [waiverText(first.waived), ...lines] };
  if (verdict === 'fail') return { ...named, state: 'failure', lines };
  if (verdict === 'unknown')
    return { ...named, name: `${named.name} (not known)`, state: 'skipped', lines: ['not known from this input', ...lines] };
  return { ...named, state: verdict === 'pass' ? 'passed' : 'skipped', lines: verdict === 'pass' ? [] : [first.message] };
}

/** What fails is told where it fails, so that it is not counted twice. */
function recommendationSuite({ ledger, findings }: Report): Suite {
  const told = new Set(findings.flatMap((finding) => (finding.verdict === 'fail' && !isWaived(finding) ? finding.codes : [])));
  const rows = ledger.filter(({ code, state }) => state !== 'fail' || !told.has(code));
  return { name: 'NSA/CISA Kubernetes Hardening Guidance', cases: rows.map(rowCase) };
}

function rowCase(row: LedgerRow): TestCase {
  const named = { classname: `guidance.${row.chapter}`, name: `${row.code} ${row.title}` };
  if (row.state === 'pass') return { ...named, state: 'passed', lines: [] };
  return { ...named, state: 'skipped', lines: [whyOpen(row)] };
}

function whyOpen({ state, needs, note, waived, subjects }: LedgerRow): string {
  if (state === 'not-applicable') return 'nothing that it concerns was read';
  if (state === 'unknown') return note ?? `not known from this input${needs.length === 0 ? '' : `: needs ${needs.join(', ')}`}`;
  if (waived?.open === 0) return `fails, and ${counted(waived.findings, 'finding')} of it ${waived.findings === 1 ? 'is' : 'are'} waived`;
  return `fails for ${counted(subjects.fail, 'subject')}, whose findings this report leaves out`;
}

type Counts = Readonly<Record<State | 'tests', number>>;

function noCounts(): Counts {
  return { tests: 0, passed: 0, failure: 0, error: 0, skipped: 0 };
}

function countsOf({ cases }: Suite): Counts {
  const counts: Record<State | 'tests', number> = { ...noCounts(), tests: cases.length };
  for (const { state } of cases) counts[state]++;
  return counts;
}

function sum(a: Counts, b: Counts): Counts {
  const add = (key: keyof Counts): number => a[key] + b[key];
  return { tests: add('tests'), passed: add('passed'), failure: add('failure'), error: add('error'), skipped: add('skipped') };
}

function element({ classname, name, state, lines }: TestCase): string {
  const start = `    <testcase name="${escaped(name)}" classname="${escaped(classname)}"`;
  if (state === 'passed') return `${start}/>\n`;
  const text = lines.map(escaped).join('\n');
  // The schema gives `skipped` no attributes.
  const attributes =
    state === 'skipped' ? '' : ` message="${escaped(lines[0] ?? '')}" type="${state === 'error' ? 'unread' : escaped(classname)}"`;
  return `${start}><${state}${attributes}>${text}</${state}></testcase>\n`;
}

const entities: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&apos;' };

/** Text for an element or an attribute. */
function escaped(text: string): string {
  return plainText(text).replaceAll(/[&<>"']/g, (character) => entities[character]!);
}
