import type { Invocation, Location, Notification, ReportingDescriptor, Result } from 'sarif';
import type { AnyControl, Finding, Report, Severity } from '../core/index.ts';
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
  const ruleIndex = new Map(controls.map(({ id }, index) => [id, index]));
  const driver = { name: 'Plimsoll', fullName: 'Plimsoll: the Kubernetes Hardening Guidance, executable', version: report.tool.version };
  yield '{\n  "$schema": "https://json.schemastore.org/sarif-2.1.0.json",\n  "version": "2.1.0",\n  "runs": [\n    {\n';
  yield `      "tool": {"driver": {${stringified({ ...driver, semanticVersion: report.tool.version }).slice(1, -1)},"rules": [`;
  yield* items('        ', controls.map(rule));
  yield '      ]}},\n';
  yield `      "invocations": [${stringified(invocation(report, ruleIndex))}],\n`;
  yield '      "columnKind": "utf16CodeUnits",\n';
  yield `      "originalUriBaseIds": ${stringified({ SRCROOT: { description: { text: 'The directory in which plimsoll was run.' } } })},\n`;
  yield '      "results": [';
  yield* items('        ', results(report, ruleIndex));
  yield '      ]\n    }\n  ]\n}\n';
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

function* results(report: Report, ruleIndex: ReadonlyMap<string, number>): Generator<Result, void> {
  for (const finding of report.findings) {
    if (finding.verdict !== 'fail') continue;
    const index = ruleIndex.get(finding.control);
    yield {
      ruleId: finding.control,
      ...(index === undefined ? {} : { ruleIndex: index }),
      kind: 'fail',
      level: levelOf(finding.severity),
      message: { text: messageText(finding.message) },
      locations: [locationOf(finding)],
      // The second name is the one that GitHub matches alerts by.
      partialFingerprints: { 'plimsoll/v1': finding.fingerprint, primaryLocationLineHash: finding.fingerprint },
      properties: { severity: finding.severity, codes: finding.codes, ...(finding.fix === undefined ? {} : { fix: finding.fix }) },
    };
  }
}

function locationOf({ file, line, column, endLine, endColumn, resource, path }: Finding): Location {
  const { kind, namespace, name } = resource;
  const owner = namespace === undefined ? `${kind}/${name}` : `${kind}/${namespace}/${name}`;
  return {
    physicalLocation: {
      artifactLocation: artifact(file),
      region: { startLine: line, startColumn: column, endLine, endColumn },
    },
    logicalLocations: [
      {
        name: printable(path === '' ? name : path),
        fullyQualifiedName: printable(path === '' ? owner : `${owner}/${path}`),
        kind: 'member',
      },
    ],
  };
}

function artifact(file: string): { uri: string; uriBaseId?: string } {
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
function messageText(message: string): string {
  return printable(message).replaceAll('](', '] (');
}

function invocation(report: Report, ruleIndex: ReadonlyMap<string, number>): Invocation {
  const { unread, skipped } = report.inputs;
  const at = (file: string, line: number): Location[] => [
    { physicalLocation: { artifactLocation: artifact(file), region: { startLine: line } } },
  ];
  const open = new Map<string, Finding[]>();
  for (const finding of report.findings) {
    if (finding.verdict !== 'unknown') continue;
    const those = open.get(finding.control);
    if (those === undefined) open.set(finding.control, [finding]);
    else those.push(finding);
  }
  const notifications: Notification[] = [
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
    ...[...open].map(([id, findings]): Notification => {
      const [first] = findings;
      const index = ruleIndex.get(id);
      return {
        level: 'note',
        descriptor: { id: 'unknown' },
        associatedRule: index === undefined ? { id } : { id, index },
        message: { text: messageText(`${counted(findings.length, 'verdict')} not known from this input, the first: ${first!.message}`) },
        locations: [locationOf(first!)],
      };
    }),
  ];
  return { executionSuccessful: unread.length === 0, toolExecutionNotifications: notifications };
}
