import type { Invocation, Location, Notification, PropertyBag, Region, ReportingDescriptor, Result, Suppression } from 'sarif';
import type { AnyControl, Finding, FleetReport, Report, SetBy, Severity } from '../core/index.ts';
import { chapterOf, findRecommendation } from '../guidance/index.ts';
import { stringified } from './json.ts';
import { counted } from './outcome.ts';
import { printable } from './printable.ts';

export interface SarifOptions {
  /** The controls of the run: each becomes a rule, with or without results, so that a viewer can close what was repaired. */
  readonly controls: readonly AnyControl[];
}

/**
 * The report as SARIF 2.1.0, for code scanning. Results are what fails. A verdict `unknown` would be a result of kind
 * `open`, but code-scanning viewers ignore kinds and would show it as an alert; so it becomes a notification of the run,
 * beside the input that could not be read.
 */
export function* formatSarif(report: Report, { controls }: SarifOptions): Generator<string, void> {
  yield* formatLog(report, scanParts(report, controls));
}

/** The reports of several clusters as one log, a run each; viewers tell the runs apart by the names of the clusters. */
export function* formatFleetSarif({ tool, clusters }: FleetReport, { controls }: SarifOptions): Generator<string, void> {
  yield* logOf(clusters, function* (cluster) {
    const category = cluster.name;
    if ('report' in cluster) yield* run(cluster.report, { ...scanParts(cluster.report, controls), category });
    else {
      const reason = cluster.failure.join('; ');
      const inputs = { unread: [{ file: `cluster/${cluster.name}`, line: 1, reason }], skipped: [] };
      yield* run({ tool, inputs }, { controls, category, notifications: () => [], results: () => [] });
    }
  });
}

function scanParts(report: Report, controls: readonly AnyControl[]): LogParts {
  return {
    controls,
    notifications: (ruleIndex) => unknowns(report, ruleIndex),
    *results(ruleIndex) {
      // Where one result says whether it is suppressed, all of a run have to (SARIF 2.1.0, 3.27.23).
      const says = report.findings.some(({ waived }) => waived !== undefined);
      for (const finding of report.findings) {
        if (finding.verdict !== 'fail') continue;
        const { line, column, endLine, endColumn, fix, setBy } = finding;
        const region = { startLine: line, startColumn: column, endLine, endColumn };
        const result = resultOf(finding, region, ruleIndex, fix === undefined ? {} : { fix });
        yield {
          ...result,
          ...(setBy === undefined ? {} : { relatedLocations: [setByLocation(setBy)] }),
          ...(report.baseline === undefined ? {} : { baselineState: 'new' }),
          ...(says ? { suppressions: suppressionsOf(finding) } : {}),
        };
      }
    },
  };
}

/** A waiver in a policy file stands outside of what was judged; an annotation or a comment stands in it. */
function suppressionsOf({ waived }: Finding): Suppression[] {
  if (waived === undefined) return [];
  const { from, reason, owner, until, ticket, file, line } = waived;
  return [
    {
      kind: from === 'policy-file' ? 'external' : 'inSource',
      status: 'accepted',
      justification: messageText(`until ${until} by ${owner}: ${reason}${ticket === undefined ? '' : ` (${ticket})`}`),
      location: { physicalLocation: { artifactLocation: artifact(file), region: { startLine: line } } },
    },
  ];
}

/** The number of each control among the rules of a log. */
export type RuleIndex = ReadonlyMap<string, number>;

/** What differs between the logs of commands. */
export interface LogParts extends SarifOptions {
  readonly notifications: (ruleIndex: RuleIndex) => Notification[];
  readonly results: (ruleIndex: RuleIndex) => Iterable<Result>;
  /** What tells the run from others of its log. */
  readonly category?: string;
}

/** What a run says of its input. */
interface RunOf {
  readonly tool: Report['tool'];
  readonly inputs: Pick<Report['inputs'], 'unread' | 'skipped'>;
}

/** A SARIF log of one run, in pieces. */
export function* formatLog(report: RunOf, parts: LogParts): Generator<string, void> {
  yield* logOf([report], () => run(report, parts));
}

function* logOf<T>(list: readonly T[], runOf: (item: T) => Iterable<string>): Generator<string, void> {
  yield '{\n  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n  "version": "2.1.0",\n  "runs": [\n';
  for (const [index, item] of list.entries()) {
    yield '    {\n';
    yield* runOf(item);
    yield index === list.length - 1 ? '    }\n' : '    },\n';
  }
  yield '  ]\n}\n';
}

function* run({ tool, inputs }: RunOf, parts: LogParts): Generator<string, void> {
  const { controls, notifications, results, category } = parts;
  const ruleIndex = new Map(controls.map(({ id }, index) => [id, index]));
  const driver = { name: 'Plimsoll', fullName: 'Plimsoll: the Kubernetes Hardening Guidance, executable', version: tool.version };
  const invocation: Invocation = {
    executionSuccessful: inputs.unread.length === 0,
    toolExecutionNotifications: [...leftOut(inputs), ...notifications(ruleIndex)],
  };
  yield `      "tool": {"driver": {${stringified({ ...driver, semanticVersion: tool.version }).slice(1, -1)},"rules": [`;
  yield* items('        ', controls.map(rule));
  yield '      ]}},\n';
  // By the part before the last slash viewers match the alerts of a run with those of an earlier one.
  if (category !== undefined) yield `      "automationDetails": ${stringified({ id: `plimsoll/${printable(category)}/` })},\n`;
  yield `      "invocations": [${stringified(invocation)}],\n`;
  yield '      "columnKind": "utf16CodeUnits",\n';
  yield `      "originalUriBaseIds": ${stringified({ SRCROOT: { description: { text: 'The directory in which plimsoll was run.' } } })},\n`;
  yield '      "results": [';
  yield* items('        ', results(ruleIndex));
  yield '      ]\n';
}

function* items(indent: string, values: Iterable<object>): Generator<string, void> {
  let separator = '\n';
  for (const value of values) {
    yield `${separator}${indent}${stringified(value)}`;
    separator = ',\n';
  }
  yield '\n';
}

// Viewers take the number of GitHub's scale: above 9 critical, from 7 high, from 4 medium.
const securitySeverity: Readonly<Record<Severity, string>> = { critical: '9.5', high: '8.0', medium: '5.5', low: '2.0' };

function levelOf(severity: Severity): 'error' | 'warning' | 'note' {
  if (severity === 'low') return 'note';
  return severity === 'medium' ? 'warning' : 'error';
}

function rule(control: AnyControl): ReportingDescriptor {
  const { id, title, why, severity, decides, also } = control;
  const tags = [
    'security',
    'kubernetes',
    ...new Set(decides.flatMap((code) => chapterOf(code)?.title ?? [])),
    ...decides,
    ...(also.cis ?? []).map((number) => `CIS ${number}`),
    ...(also.attack ?? []).map((technique) => `ATT&CK ${technique}`),
    ...(also.pss === undefined ? [] : [`Pod Security Standard ${also.pss}`]),
  ];
  return {
    id,
    name: pascalCase(id),
    shortDescription: { text: title },
    fullDescription: { text: `${title}. ${why}` },
    help: { text: helpText(control, plain), markdown: helpText(control, markdown) },
    defaultConfiguration: { level: levelOf(severity) },
    properties: { tags, precision: 'very-high', 'security-severity': securitySeverity[severity], 'problem.severity': levelOf(severity) },
  };
}

interface Markup {
  readonly strong: (text: string) => string;
  readonly code: (text: string) => string;
}

const plain: Markup = { strong: String, code: String };
const markdown: Markup = { strong: (text) => `**${text}**`, code: (text) => `\`${text}\`` };

function helpText({ id, title, why, remedy, fix, decides }: AnyControl, { strong, code }: Markup): string {
  const demands = decides.flatMap((each) => {
    const recommendation = findRecommendation(each);
    return recommendation === undefined
      ? []
      : [`${strong(`${each}: ${recommendation.title}.`)} ${recommendation.asks} (${recommendation.reference})`];
  });
  const repairs = [
    ...(remedy === undefined ? [] : [`${strong('Remedy:')} ${remedy}`]),
    ...(fix === undefined ? [] : [`${strong('Risk of the fix:')} ${fix.risk}`]),
  ];
  return [strong(`${title}.`), why, ...demands, ...repairs, `More: ${code(`plimsoll explain ${id}`)}`].join('\n\n');
}

function pascalCase(id: string): string {
  return id.replaceAll(/(?:^|[^a-z0-9]+)([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

type Failure = Pick<Finding, 'control' | 'codes' | 'severity' | 'resource' | 'path' | 'file' | 'message' | 'fingerprint'>;

/** What fails as a result. */
export function resultOf(failure: Failure, region: Region, ruleIndex: RuleIndex, properties: PropertyBag): Result {
  const { control, codes, severity, message, fingerprint } = failure;
  const index = ruleIndex.get(control);
  return {
    ruleId: control,
    ...(index === undefined ? {} : { ruleIndex: index }),
    kind: 'fail',
    level: levelOf(severity),
    message: { text: messageText(message) },
    locations: [locationOf(failure, region)],
    // The second name is the one that GitHub matches alerts by.
    partialFingerprints: { 'plimsoll/v1': fingerprint, primaryLocationLineHash: fingerprint },
    properties: { severity, codes, ...properties },
  };
}

function locationOf({ file, resource, path }: Pick<Failure, 'file' | 'resource' | 'path'>, region: Region): Location {
  const { kind, namespace, name } = resource;
  const owner = namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
  return {
    physicalLocation: { artifactLocation: artifact(file), region },
    logicalLocations: [
      {
        name: printable(path === '' ? name : path),
        fullyQualifiedName: printable(path === '' ? owner : `${owner}/${path}`),
        kind: 'member',
      },
    ],
  };
}

function setByLocation({ key, file, line }: SetBy): Location {
  return {
    physicalLocation: { artifactLocation: artifact(file), region: { startLine: line } },
    message: { text: messageText(`${key} decides it`) },
  };
}

export function artifact(file: string): { uri: string; uriBaseId?: string } {
  // A lone surrogate in a file's name cannot be encoded.
  const uri = file
    .replaceAll(/\p{Surrogate}/gu, '\ufffd')
    .split('/')
    .map(encodeURIComponent)
    .join('/');
  if (file.startsWith('/')) return { uri: `file://${uri}` };
  if (/^[A-Za-z]:\//.test(file)) return { uri: `file:///${file.slice(0, 2)}${uri.slice(4)}` };
  return { uri, uriBaseId: 'SRCROOT' };
}

/** Viewers read `[text](target)` in a message as a link; a name from input must not make one. */
export function messageText(message: string): string {
  return printable(message).replaceAll('](', '] (');
}

/** Input that was not judged. */
function leftOut({ unread, skipped }: RunOf['inputs']): Notification[] {
  const at = (file: string, line: number): Location[] => [
    { physicalLocation: { artifactLocation: artifact(file), region: { startLine: line } } },
  ];
  return [
    ...unread.map(({ file, line, reason }): Notification => ({
      level: 'error',
      descriptor: { id: 'unread' },
      message: { text: messageText(`could not be read: ${reason}`) },
      locations: at(file, line),
    })),
    ...skipped.map(({ file, line, reason, count }): Notification => ({
      level: 'note',
      descriptor: { id: 'skipped' },
      message: { text: messageText(`skipped ${count}: ${reason}`) },
      locations: at(file, line),
    })),
  ];
}

/** One for each control whose verdict is not known somewhere. */
function unknowns(report: Report, ruleIndex: RuleIndex): Notification[] {
  const open = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    if (finding.verdict !== 'unknown') continue;
    const those = open.get(finding.control);
    if (those === undefined) open.set(finding.control, [finding]);
    else those.push(finding);
  }
  return [...open].map(([id, findings]): Notification => {
    const first = findings[0]!;
    const { line, column, endLine, endColumn } = first;
    const index = ruleIndex.get(id);
    return {
      level: 'note',
      descriptor: { id: 'unknown' },
      associatedRule: index === undefined ? { id } : { id, index },
      message: { text: messageText(`${counted(findings.length, 'verdict')} not known from this input, the first: ${first.message}`) },
      locations: [locationOf(first, { startLine: line, startColumn: column, endLine, endColumn })],
    };
  });
}
